"""Links in a mail: who opens one sees what it would do, and who presses the button on its page has done it."""

import asyncio
import logging
import re
import stat
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest

from alerts.channels.base import Outgoing
from alerts.links import Link, Links
from alerts.messages import Message
from alerts.routing import Reader
from cli.desk import HubDesk
from cli.hub import Hub
from cli.opening import open_hub
from cli.serve import _app
from config.clock import system_clock
from sandbox.server import Sandbox
from tests.cli.home import Home, small_firm, write_settings
from tests.factories import at
from unify.engine import writing
from unify.keys import read_key

NOW = at("2026-11-24 10:00")
PUBLIC = "https://hub.acme.example"
RELEASE = "milestone-overdue:delivery/versions/30007"
RECEIPTS = "feedback-unhandled:delivery/issues/10102"


@dataclass
class Morning:
    """A home after its first round, which told Lee and May by mail."""

    home: Home
    database: bytes
    text: str
    """Of the mail to Lee; below it that to May."""
    html: str


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    """One first round for all."""
    folder = tmp_path_factory.mktemp("morning")
    with Sandbox(small_firm(), lambda: NOW, ("jira", "trello")) as sandbox:
        write_settings(folder, sandbox)
        home = Home(folder, sandbox)
        home.change('language = "en"', f'language = "en"\npublic_url = "{PUBLIC}"')
        home.change('email = "lee@acme.example"', 'email = "lee@acme.example"\nlanguage = "zh-Hant-HK"')
        with open_hub(home.config, clock=lambda: NOW) as hub:
            hub.run()
        mails = sorted(sandbox.mail.received, key=lambda mail: "lee" not in str(mail.message["To"]))
        text, html = ("\n".join(mail.part(kind) for mail in mails) for kind in ("plain", "html"))
        yield Morning(home, home.database.read_bytes(), text, html)


@dataclass
class Page:
    """A browser, and the hub behind the address."""

    hub: Hub
    home: Home
    asks: httpx.ASGITransport
    now: list[datetime]
    soon: list[str]

    def get(self, url: str, method: str = "GET") -> httpx.Response:
        """What a browser, or a mail gateway, gets."""
        return self._ask(method, url)

    def press(self, url: str, **fields: str) -> httpx.Response:
        """Press the button."""
        return self._ask("POST", url, data=fields)

    def _ask(self, method: str, url: str, **how: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(transport=self.asks) as client:
                return await client.request(method, url, **how)

        return asyncio.run(asked())

    def alert(self, fingerprint: str) -> dict[str, Any]:
        """An alert as stored."""
        [found] = [row for row in self.home.rows("alert") if row["fingerprint"] == fingerprint]
        return found

    def link(self, verb: Any, fingerprint: str, reader: str = "lee", episode: int = 1) -> str:
        """A link as the hub signs it."""
        assert self.hub.links is not None
        return self.hub.links.address(Link(verb, fingerprint, episode, reader, NOW, NOW + timedelta(days=7)))


@pytest.fixture
def page(morning: Morning) -> Iterator[Page]:
    """A browser on that morning, nothing done yet."""
    home = morning.home
    for left in home.folder.glob("milepost.db*"):
        if left.name != "milepost.db.links":
            left.unlink()
    home.database.write_bytes(morning.database)
    now, soon = [NOW], list[str]()
    with open_hub(home.config, clock=lambda: now[0]) as hub:
        app = _app(hub, demo=False, desk=HubDesk(hub, soon.append))
        yield Page(hub, home, httpx.ASGITransport(app), now, soon)


def urls(text: str) -> list[tuple[str, str]]:
    """The links of a mail's text, each with the line above it."""
    lines = text.splitlines()
    return [(lines[number - 1], line) for number, line in enumerate(lines) if line.startswith(f"{PUBLIC}/a/")]


def test_a_mail_ends_with_what_its_reader_can_do(morning: Morning) -> None:
    """Of several, each with its matter, but not to put them off; of one all that is theirs to decide; in HTML below
    the matter itself."""
    labels = [above for above, _ in urls(morning.text)]

    assert [label.partition(":")[0] for label in labels] == [
        *("由我跟進", "已議定新日期", "由我跟進", "已另行回覆"),
        *("Take it", "Snooze"),
    ]
    assert labels[0].startswith("由我跟進: Harbour Ltd: Release 2.1")
    assert [f'href="{url}"' in morning.html for _, url in urls(morning.text)] == [True] * 6


def test_a_link_that_is_opened_does_nothing(page: Page, morning: Morning) -> None:
    """Mail gateways open every link, some more than once, to see where it leads."""
    url = urls(morning.text)[0][1]
    for method in ("GET", "HEAD", "GET"):
        shown = page.get(url, method)
        assert shown.status_code == 200

    assert page.alert(RELEASE)["state"] == "firing"
    assert [row["to_state"] for row in page.home.rows("alert_event")] == ["firing"] * 3
    assert '<html lang="zh-Hant-HK">' in shown.text
    assert "<h1>由我跟進</h1>" in shown.text
    assert "Harbour Ltd：Release 2.1" in shown.text


def test_the_button_acts_once_in_the_name_of_its_reader(page: Page, morning: Morning) -> None:
    """Scenario 1 by mail; a second press, by whomever, changes nothing."""
    url = urls(morning.text)[0][1]
    done, again, opened = page.press(url), page.press(url), page.get(url)

    assert (done.status_code, again.status_code) == (200, 200)
    assert "<h1>完成</h1>" in done.text
    assert "<h1>已使用</h1>" in again.text
    assert opened.text == again.text
    taken = page.alert(RELEASE)
    assert (taken["state"], taken["held_by"]) == ("acknowledged", "lee")
    assert [row["to_state"] for row in page.home.rows("alert_event")].count("acknowledged") == 1


def test_the_page_names_whoever_has_it_before_another_takes_it(page: Page) -> None:
    """Two tell the client two things, if nobody says so to the one who had it."""
    page.press(page.link("take", RELEASE))
    page.now[0] += timedelta(minutes=5)

    shown = page.get(page.link("take", RELEASE, reader="may")).text
    assert "Lee" in shown
    assert "If you go on, you have it in their place, and they are told so." in shown
    assert "in their place" not in page.get(page.link("snooze", RELEASE)).text
    assert "in their place" not in page.get(page.link("agreed", RELEASE, reader="may")).text


def test_a_used_link_stays_used_when_the_alert_was_handed_back(page: Page) -> None:
    """An old mail must not undo what somebody decided since."""
    from alerts.actions import release

    url = page.link("take", RELEASE)
    page.press(url)
    page.now[0] += timedelta(minutes=5)
    with writing(page.hub.engine) as connection:
        release(connection, page.hub.settings, RELEASE, "lee", page.now[0])

    assert "<h1>已使用</h1>" in page.press(url).text
    assert page.alert(RELEASE)["state"] == "firing"


def test_a_date_the_client_accepted_is_recorded_with_its_reference(page: Page) -> None:
    """Scenario 3: what is left out is said beside its field, and what was typed stays."""
    url = page.link("agreed", RELEASE)
    wrong = page.press(url, on="2026-11-30", reference=" ")
    assert wrong.status_code == 422
    assert '<p class="wrong">請填寫。</p>' in wrong.text
    assert 'value="2026-11-30"' in wrong.text
    assert page.home.rows("agreement") == []

    assert page.press(url, on="2026-11-30", reference="CR-012").status_code == 200
    page.hub.evaluate()

    [kept] = page.home.rows("agreement")
    assert (kept["agreed_on"].isoformat(), kept["reference"], kept["recorded_by"]) == ("2026-11-30", "CR-012", "lee")
    assert page.alert(RELEASE)["resolve_reason"] == "date agreed"
    assert page.soon == ["evaluate"]


def test_an_answer_given_elsewhere_is_recorded_in_the_organisations_time(page: Page) -> None:
    """Scenario 5: a browser sends a time of day without a zone."""
    url = page.link("answered", RECEIPTS)
    assert 'type="datetime-local" name="at" value="2026-11-24T10:00"' in page.get(url).text
    page.press(url, at="2026-11-20T17:15", how="WhatsApp")

    [kept] = page.home.rows("answer")
    assert (kept["answered_at"], kept["how"], kept["recorded_by"]) == (at("2026-11-20 17:15"), "WhatsApp", "lee")


def test_what_is_not_ones_own_to_decide_says_who_may(page: Page) -> None:
    """The limits are those of the commands."""
    refused = page.press(page.link("snooze", RELEASE, reader="may"), until="2026-12-24")

    assert refused.status_code == 403
    assert "A coordinator snoozes for 2 working days" in refused.text
    assert page.alert(RELEASE)["state"] == "firing"


@pytest.mark.parametrize(
    ("later", "episode", "reader", "status", "said"),
    [
        (timedelta(days=7), 1, "lee", 410, "連結已過期"),
        (timedelta(days=7, seconds=-1), 1, "lee", 200, "由我跟進"),
        (timedelta(), 2, "lee", 410, "該提示已結束"),
        (timedelta(), 1, "gone", 410, "This link is too old"),
    ],
    ids=["expired", "just in time", "another episode", "somebody who left"],
)
def test_a_link_that_no_longer_holds_says_what_to_do(
    page: Page, later: timedelta, episode: int, reader: str, status: int, said: str
) -> None:
    """Whoever comes too late is sent to the latest message, or to a person by name."""
    url = page.link("take", RELEASE, reader, episode)
    page.now[0] += later
    shown = page.get(url)

    assert (shown.status_code, f"<h1>{said}</h1>" in shown.text) == (status, True)
    if status != 200:
        assert page.press(url).status_code == status
        assert page.alert(RELEASE)["state"] == "firing"
        assert "May" in shown.text


def test_a_link_that_was_cut_or_changed_or_signed_by_another_does_nothing(page: Page) -> None:
    """Nobody makes one up."""
    url = page.link("take", RELEASE)
    foreign = Links("another key", PUBLIC, {"lee"}).address(Link("take", RELEASE, 1, "lee", NOW, NOW + timedelta(1)))
    token = url.rpartition("/")[2]
    changed = [url[:-1], url + "x", f"{PUBLIC}/a/x", f"{PUBLIC}/a/{token[1:]}", foreign]
    changed += [f"{PUBLIC}/a/{token[:n]}{'A' if token[n] != 'A' else 'B'}{token[n + 1 :]}" for n in range(0, 60, 7)]

    assert {page.press(one).status_code for one in changed} == {404}
    assert page.alert(RELEASE)["state"] == "firing"


def test_the_page_trusts_nothing_but_its_own_style_and_button(page: Page) -> None:
    """No script, nobody else's address, no framing; its form goes nowhere but back."""
    shown = page.get(page.link("agreed", RELEASE))
    [policy] = shown.headers.get_list("content-security-policy")
    style = re.search(r"<style>(.*?)</style>", shown.text, re.DOTALL)
    assert style is not None

    assert f"style-src 'sha256-{b64encode(sha256(style[1].encode()).digest()).decode()}'" in policy
    for rule in ("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert rule in policy
    assert "script" not in shown.text
    assert re.findall(r'(?:src|href|action)="', shown.text) == []
    assert (shown.headers["referrer-policy"], shown.headers["cache-control"]) == ("no-referrer", "no-store")


def test_more_than_a_form_holds_is_not_read(page: Page) -> None:
    """Whoever has a link could send anything."""
    sent = page.press(page.link("agreed", RELEASE), on="2026-11-30", reference="x" * 20_000)

    assert sent.status_code == 422
    assert page.home.rows("agreement") == []


def test_nobody_but_a_person_of_ours_gets_links(page: Page) -> None:
    """Several read a group's message; a person of the tools alone has no name under [people] to act in."""
    assert page.hub.links is not None
    [kept] = [row["payload"]["message"] for row in page.home.rows("delivery") if row["recipient"] == "person/lee"]
    message = Message.from_json(kept)
    for key in ("", "person/stranger@acme.example"):
        assert page.hub.links.offers(Outgoing("k", Reader(key, "X", "x@acme.example", "en"), message), NOW) == []


def test_the_key_is_for_this_user_alone_and_stands_nowhere_else(
    page: Page, morning: Morning, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever has it can act in anybody's name."""
    caplog.set_level(logging.DEBUG)
    path = page.home.folder / "milepost.db.links"
    key = read_key(page.home.database, "links")
    page.press(urls(morning.text)[0][1])
    logging.getLogger("alerts").warning("the key is %s", key)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(key) >= 40
    assert key not in caplog.text
    assert key.encode() not in page.home.database.read_bytes()
    assert key not in morning.text + morning.html
    assert read_key(page.home.database, "links") == key


def test_without_a_public_address_there_is_neither_link_nor_key(morning: Morning, tmp_path: Any) -> None:
    """A loopback address is a dead link on a phone."""
    write_settings(tmp_path, morning.home.sandbox)
    with open_hub(tmp_path / "milepost.toml", clock=system_clock) as hub:
        assert hub.links is None
    assert not (tmp_path / "milepost.db.links").exists()
