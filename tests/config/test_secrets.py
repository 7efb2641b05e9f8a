"""Where secrets come from, and that nothing written shows them."""

import base64
import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from config.secrets import Redactor, References, install

TOKEN = "s3cr3t/+ö&value"


@pytest.fixture
def redactor() -> Redactor:
    redactor = Redactor()
    redactor.register(TOKEN)
    return redactor


@pytest.fixture
def installed(redactor: Redactor, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What this process writes to its log, with `redactor` installed."""
    written = io.StringIO()
    make_record, levels = (
        logging.getLogRecordFactory(),
        {name: logging.getLogger(name).level for name in ("httpx", "httpcore")},
    )
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    install(redactor)
    handler = logging.StreamHandler(written)  # after `install`, as uvicorn's handlers come
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)
    logging.setLogRecordFactory(make_record)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def references(folder: Path, **environ: str) -> References:
    return References(environ, folder)


def test_a_reference_is_looked_up_and_only_it_may_be_shown(tmp_path: Path) -> None:
    """Whoever reads a message learns which variable to mend, not what was in it."""
    secret = references(tmp_path, JIRA_TOKEN=TOKEN)("env:JIRA_TOKEN")

    assert secret.reveal() == TOKEN
    assert secret.reference == "env:JIRA_TOKEN"
    assert TOKEN not in repr(secret) + str(secret) + secret.model_dump_json()


def test_a_file_is_found_beside_the_config_and_its_last_line_break_is_not_part_of_it(tmp_path: Path) -> None:
    """Editors and `echo` end a file with a line break; in a header it would be an attack."""
    (tmp_path / "jira.token").write_text(TOKEN + "\n", encoding="utf-8")

    assert references(tmp_path)("file:jira.token").reveal() == TOKEN


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("env:NOWHERE", "NOWHERE is not set"),
        ("env:EMPTY", "empty"),
        ("env:BROKEN", "line break"),
        ("", "empty"),
        ("file:nowhere", "there is no file nowhere"),
        ("file:", "is not a file"),
        ("file:folder", "is not a file"),
        ("file:binary", "not text in UTF-8"),
        ("file:\0", "cannot be read"),
        ("file:" + "x" * 5000, "cannot be read"),
    ],
)
def test_a_reference_that_leads_nowhere_says_why(tmp_path: Path, reference: str, says: str) -> None:
    """Each is a thing that somebody can mend, at the moment when they read it."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ValueError, match=says):
        references(tmp_path, EMPTY="", BROKEN="a\nb")(reference)


@pytest.mark.parametrize("reference", ["ENV:JIRA_TOKEN", "Env: JIRA_TOKEN", "$JIRA_TOKEN", "${JIRA_TOKEN}"])
def test_what_others_take_for_a_reference_is_no_secret(tmp_path: Path, reference: str) -> None:
    """It would be sent to the tool as the token, which refuses it; nobody would look here."""
    with pytest.raises(ValueError, match="in small letters and without"):
        references(tmp_path, JIRA_TOKEN=TOKEN)(reference)


def test_all_that_was_resolved_is_known(tmp_path: Path) -> None:
    """The redactor learns each secret from here, also when the rest of the file is wrong."""
    look_up = references(tmp_path, A="first", B="second")

    look_up("env:A")
    look_up("env:B")

    assert [secret.reveal() for secret in look_up.resolved] == ["first", "second"]


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {TOKEN}",
        f"GET https://vendor.example/1/boards?{urlencode({'key': 'k', 'token': TOKEN})}",
        f"GET /1/boards/{quote(TOKEN)}",
        quote(TOKEN, safe="").lower(),
        quote_plus(TOKEN),
        json.dumps({"token": TOKEN}),
        repr({"token": TOKEN}),
    ],
)
def test_a_secret_is_hidden_in_every_form_a_request_gives_it(redactor: Redactor, text: str) -> None:
    """Errors quote URLs, headers and bodies."""
    clean = redactor(text)

    assert "***" in clean
    assert "s3cr3t" not in clean


@pytest.mark.parametrize("user", ["", "a", "ab", "abc", "hub@acme.example"])
def test_a_secret_is_hidden_in_what_basic_makes_of_it(redactor: Redactor, user: str) -> None:
    """The base64 of `user:secret` is the secret; how its letters fall depends on the length of the user."""
    header = base64.b64encode(f"{user}:{TOKEN}".encode()).decode()

    assert redactor(f"Authorization: Basic {header} sent") == "Authorization: Basic *** sent"


@given(secret=st.text("abcdefghij0123456789-_/+=%& \"'\\ö密", min_size=4), around=st.text("xyzXYZ:,. "), user=st.text())
def test_no_text_holds_a_registered_secret(secret: str, around: str, user: str) -> None:
    """For any secret and any surrounding: plain, in a URL, in JSON and in Basic."""
    hide = Redactor()
    hide.register(secret)
    basic = base64.b64encode(f"{user}:{secret}".encode()).decode()

    clean = hide(f"{around}{secret}{around} {quote(secret)} {json.dumps(secret)} {basic}")

    assert secret not in clean
    assert basic not in clean


def test_one_secret_inside_another_hides_both() -> None:
    """Else the longer one would show all but its middle."""
    hide = Redactor()
    hide.register("inner")
    hide.register("outer-inner-outer")

    assert hide("it is outer-inner-outer, or inner") == "it is ***, or ***"


@pytest.mark.parametrize("value", ["", "a", "abc"])
def test_short_values_are_not_hidden(value: str) -> None:
    """A password `a` would make holes in every word."""
    hide = Redactor()
    hide.register(value)

    assert hide("a cabcab") == "a cabcab"


def test_a_log_line_shows_no_secret_from_message_arguments_or_traceback(installed: io.StringIO) -> None:
    """Three ways into a log, and one of them is an exception's own text."""
    log = logging.getLogger("milepost.test")

    log.warning("asked %s with %r", f"https://vendor.example/?token={quote(TOKEN)}", {"token": TOKEN})
    log.warning("refused " + TOKEN, stack_info=True)
    log.warning("does not fit %s %s", TOKEN)
    try:
        raise ValueError(TOKEN)
    except ValueError:
        log.exception("gave up")

    written = installed.getvalue()
    assert "asked https://vendor.example/?token=*** with {'token': '***'}" in written
    assert "ValueError: ***" in written
    assert "does not fit" in written
    assert "s3cr3t" not in written


def test_the_secrets_of_newer_settings_are_hidden_in_tracebacks_too(installed: io.StringIO) -> None:
    """Settings that are read again bring a redactor of their own, on top of the one before."""
    newer = Redactor()
    newer.register("n3w-t0ken-of-today")
    install(newer)

    try:
        raise ValueError(f"n3w-t0ken-of-today and {TOKEN}")
    except ValueError:
        logging.getLogger("milepost.test").exception("gave up")

    assert "ValueError: *** and ***" in installed.getvalue()


@pytest.mark.usefixtures("installed")
def test_an_uncaught_exception_shows_no_secret_in_any_thread(capsys: pytest.CaptureFixture[str]) -> None:
    """What ends a process or a thread is printed by Python itself."""

    def fail() -> None:
        raise RuntimeError(f"refused: {TOKEN}")

    try:
        fail()
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
        threading.excepthook(
            threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread()))
        )

    written = capsys.readouterr().err
    assert written.count("RuntimeError: refused: ***") == 2
    assert TOKEN not in written


@respx.mock
def test_httpx_writes_no_line_per_request(installed: io.StringIO) -> None:
    """At INFO it logs each URL with its query."""
    respx.get("https://vendor.example/").respond(200)

    httpx.get("https://vendor.example/", params={"key": "unregistered"})

    assert installed.getvalue() == ""
