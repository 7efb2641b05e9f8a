"""A config file is read whole, or all that is wrong with it is said at once."""

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.loading import ConfigError, load
from config.secrets import Redactor
from tests.config.kinds import CHANNELS, ENVIRON, SOURCES, Email, Jira, Rules, no_own_rules, read

SMALL = """\
coordinator = "may"

[people.may]
name = "May Chan"
email = "may@acme.example"

[sources.delivery]
kind = "jira"
url = "https://acme.atlassian.net"
email = "hub@acme.example"
token = "env:JIRA_TOKEN"

[channels.email]
kind = "email"
host = "smtp.acme.example"
from = "Milepost <hub@acme.example>"

[[routes]]
to = ["email:coordinator"]
"""


def mistakes(text: str, **environ: str) -> list[str]:
    """What the loader says of `text`, one line a mistake."""
    with pytest.raises(ConfigError) as refusal:
        read(text, **environ)
    return str(refusal.value).splitlines()


def test_a_small_file_is_enough() -> None:
    """The defaults suit a small team: five tables make a hub."""
    settings = read(SMALL).settings

    assert settings.zone == ZoneInfo("Asia/Hong_Kong")
    assert settings.feedback_hours == {"info": 16, "warning": 8, "high": 4, "critical": 2}
    assert settings.sources["delivery"].every == timedelta(minutes=10)
    assert settings.sources["delivery"].name == "delivery"
    assert settings.people["may"].calendar == "default"


def test_each_section_is_read_as_its_kind_says() -> None:
    """A source's kind decides which keys it may have; so does a channel's."""
    settings = read(SMALL).settings

    jira, email = settings.sources["delivery"], settings.channels["email"]
    assert isinstance(jira, Jira)
    assert (jira.email, jira.token and jira.token.reveal()) == ("hub@acme.example", "jira-5ecret")
    assert isinstance(email, Email)
    assert email.from_ == "Milepost <hub@acme.example>"


def test_all_mistakes_are_named_together_in_the_order_of_the_file() -> None:
    """Whoever edits the file mends it in one go: file, line, key, what is wrong, nearest name."""
    assert mistakes(
        """\
timezone = "Asia/Hongkong_City"
langauge = "en"
coordinator = "mya"

[people.may]
name = "May Chan"
email = "may at acme"
calender = "default"

[sources.delivery]
kind = "jria"

[sources.boards]
kind = "trello"
key = "env:TRELLO_KEY"
token = "env:NOWHERE"
every = "ten minutes"
status = {"Waiting" = "in_progres"}

[[routes]]
match = {severity = "critcal"}
to = ["slack:may"]
"""
    ) == [
        'milepost.toml:1: timezone: there is no such time zone; write one such as "Asia/Hong_Kong"',
        'milepost.toml:2: langauge: unknown key; did you mean "language"?',
        'milepost.toml:3: coordinator: "mya" is none of [people]; did you mean "may"?',
        'milepost.toml:7: people.may.email: write an e-mail address, such as "may@acme.example"',
        'milepost.toml:8: people.may.calender: unknown key; did you mean "calendar"?',
        "milepost.toml:10: sources.delivery.url: is missing",
        'milepost.toml:11: sources.delivery.kind: write one of "jira", "trello", "asana", "hubspot"; '
        'did you mean "jira"?',
        "milepost.toml:16: sources.boards.token: the environment variable NOWHERE is not set; "
        'set it, or write "file:PATH"',
        'milepost.toml:17: sources.boards.every: write a number and a unit: "30s", "10m", "2h", "7d"',
        'milepost.toml:18: sources.boards.status.Waiting: write one of "todo", "in_progress", "done", "cancelled", '
        '"unknown"; did you mean "in_progress"?',
        'milepost.toml:21: routes[1].match.severity: write one of "info", "warning", "high", "critical"; '
        'did you mean "critical"?',
        'milepost.toml:22: routes[1].to[1]: "slack" is none of [channels]',
    ]


@pytest.mark.parametrize(
    ("wrong", "right", "line", "says"),
    [
        ("[sources.delivery]", "[sources.Delivery]", 7, "sources.Delivery: a name is made of a-z, 0-9 and _"),
        ('url = "https://acme.atlassian.net"', "", 7, "sources.delivery.url: is missing"),
        ('coordinator = "may"', "", 1, "coordinator: is missing"),
        ('kind = "jira"', "", 7, "sources.delivery.kind: is missing; write one of"),
        ('kind = "jira"', 'kind = "jira"\nname = "x"', 9, "sources.delivery.name: unknown key"),
        ('coordinator = "may"', 'coordinator = "may"\nfolder = "/tmp"', 2, "folder: unknown key"),
        ('name = "May Chan"', "name = 5", 4, 'people.may.name: write a text in quotes: "…"'),
        ("[people.may]", "[people]\nmay = 5\n[clients.may]", 4, "people.may: write a table: [people.may]"),
        ('[[routes]]\nto = ["email:coordinator"]', "[a]", 18, "a: unknown key"),
        ("[people.may]", "[[people.may]]", 3, "people.may: write a table: [people.may]"),
        ('name = "May Chan"', 'name = ""', 4, "people.may.name: write a name"),
        ('name = "May Chan"', 'name = "May Chan"\nlanguage = "zh_HK"', 5, 'did you mean "zh-Hant-HK"?'),
        ('kind = "jira"', 'kind = "jira"\nevery = 600', 9, "sources.delivery.every: write a number and a unit"),
        ('kind = "jira"', 'kind = "jira"\ncomment_back = "no"', 9, "write true or false, or write a list"),
        ('kind = "jira"', 'kind = "jira"\nca_file = "."', 9, "ca_file: this is a folder; name the file"),
        ('kind = "jira"', 'kind = "jira"\nlanguage = "en"', 9, "it belongs at the top of the file, above the first"),
        ("[[routes]]", "[routes]", 18, "routes: write each route as an element of a list: [[routes]]"),
        ('kind = "jira"', 'kind = "jira"\ncomment_back = 5', 9, "write true or false, or write a list"),
        ('kind = "jira"', 'kind = "jira"\nprojects = "APP"', 9, 'sources.delivery.projects: write a list: ["…"]'),
        ('kind = "jira"', 'kind = "jira"\nsince = "soon"', 9, "sources.delivery.since: write a date: 2027-03-01"),
        ('token = "env:JIRA_TOKEN"', "token = 5", 11, 'sources.delivery.token: write "env:NAME" or "file:PATH"'),
        ('token = "env:JIRA_TOKEN"', 'token = {value = "x"}', 11, 'token: write "env:NAME" or "file:PATH"'),
        ('kind = "jira"', 'kind = "jira"\nca_file = "nowhere.pem"', 9, "ca_file: there is no such file"),
        ('host = "smtp.acme.example"', 'host = "h"\nport = "x"', 16, "channels.email.port: write a whole number"),
        ('from = "Mi', 'form = "Mi', 16, 'channels.email.form: unknown key; did you mean "from"?'),
    ],
)
def test_a_mistake_stands_at_its_line_with_its_cure(wrong: str, right: str, line: int, says: str) -> None:
    """A missing key has the line of its table."""
    assert wrong in SMALL

    found = mistakes(SMALL.replace(wrong, right))

    assert any(one.startswith(f"milepost.toml:{line}: ") and says in one for one in found), found


@pytest.mark.parametrize("value", ["5", '"email:bd"', "{to = []}"])
def test_routes_that_are_no_list_are_one_mistake(value: str) -> None:
    """And not a second one because there are none."""
    assert mistakes(f"routes = {value}\n" + SMALL.partition("[[routes]]")[0]) == [
        "milepost.toml:1: routes: write each route as an element of a list: [[routes]]"
    ]


@pytest.mark.parametrize("value", ["Asia", "", "/etc/passwd", "../up", "Mars/Olympus", "\\u0000"])
def test_a_time_zone_is_one_of_the_worlds(value: str) -> None:
    """A folder of the zone database, or a path, is none."""
    assert "timezone: there is no such time zone" in mistakes(f'timezone = "{value}"\n' + SMALL)[0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Hong Kong", "Asia/Hong_Kong"),
        ("asia/shanghai", "Asia/Shanghai"),
        ("London", "Europe/London"),
        ("HKT", "Asia/"),
    ],
)
def test_the_nearest_time_zone_is_told(written: str, meant: str) -> None:
    """Few know how the database writes them; who wrote something else altogether is shown the form."""
    assert f'write one such as "{meant}' in mistakes(f'timezone = "{written}"\n' + SMALL)[0]


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://acme.atlassian.net", True),
        ("http://127.0.0.1:8080/jira", True),
        ("http://[::1]:8080", True),
        ("http://localhost:8080", True),
        ("http://acme.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://localhost@evil.example", False),
        ("https://user:pass@acme.example", False),
        ("https://acme.example/?token=x", False),
        ("https://", False),
        ("ftp://127.0.0.1", False),
        ("acme.atlassian.net", False),
        ("https://[", False),
    ],
)
def test_a_credential_goes_to_https_or_to_this_machine(url: str, is_safe: bool) -> None:
    """Also where a kind of source writes the field anew, as Jira does to require it."""
    text = SMALL.replace("https://acme.atlassian.net", url)

    if is_safe:
        assert read(text).settings.sources["delivery"].url == url
    else:
        assert [one.split(": ")[:2] for one in mistakes(text)] == [["milepost.toml:9", "sources.delivery.url"]]


@pytest.mark.parametrize("value", ['"3x"', '"1.5x"', '"2h"'])
def test_stale_after_is_a_multiple_or_a_duration(value: str) -> None:
    """Both say after how long a figure is no longer to be trusted."""
    settings = read(f"stale_after = {value}\n" + SMALL).settings

    assert settings.stale_after_of(settings.sources["delivery"]) in {
        timedelta(minutes=30),
        timedelta(minutes=15),
        timedelta(hours=2),
    }


@pytest.mark.parametrize(
    "line",
    [
        'stale_after = "often"',
        'stale_after = "9999x"',
        'database = "sqlite:///."',
        "keep_deleted_days = -1",
        "keep_deleted_days = true",
        "feedback_hours = {high = 0}",
        "feedback_hours = {high = nan}",
        "feedback_hours = {urgent = 2}",
        'database = "postgresql://db"',
        'public_url = "hub.acme.example"',
        'team_domains = ["@acme.example"]',
        'team_domains = ["acme"]',
        "calendar = 5",
        "rules = 5",
        "rules_dir = 5",
        'handled_when = "answer"',
        "clients = 5",
    ],
)
def test_a_value_that_cannot_be_is_refused_at_its_key(line: str) -> None:
    """What would fail in the middle of a night fails here."""
    key = line.split(" ")[0]

    (found,) = mistakes(f"{line}\n{SMALL}")

    assert found.startswith(f"milepost.toml:1: {key}")


def test_feedback_hours_fill_in_what_is_not_said() -> None:
    """One severity may be changed without writing down the others."""
    settings = read("feedback_hours = {high = 3}\n" + SMALL).settings

    assert settings.feedback_hours == {"info": 16, "warning": 8, "high": 3, "critical": 2}


def test_dates_may_be_written_as_texts_or_as_tomls_own() -> None:
    """TOML has dates; the reference writes them in quotes."""
    text = SMALL.replace('kind = "jira"', 'kind = "jira"\nsince = 2025-01-01\nexpires = "2027-03-01"')

    delivery = read(text).settings.sources["delivery"]

    assert (delivery.since, delivery.expires) == (date(2025, 1, 1), date(2027, 3, 1))


@pytest.mark.parametrize(
    ("text", "line", "key", "cure"),
    [
        ("a = 1\nb = hello\n", 2, "b", "a text stands in quotes"),
        ('a = "x\nb = 1', 1, "a", "end the text with the quote"),
        ("a = 1\na = 2\n", 2, "a", "stands twice"),
        ("[a]\n[a]\n", 2, "", "stands twice"),
        ("a = [1,\n2", 2, "", "end the list with ]"),
        ('a = ["b" "c"]', 1, "a", "part what stands in it with commas"),
        ("a = True", 1, "a", "write true or false, in small letters"),
        ("a = no  # not yet", 1, "a", "write true or false, in small letters"),
        ("a = “b”", 1, "a", 'write a plain " for “'),
        ("a ＝ 1", 1, "", "write a plain = for ＝"),
        ('a = "「b」', 1, "a", "end the text with the quote"),
        ("a = {b = 1\n", 1, "a", "end the table with }"),
        ('a = "C:\\Users"', 1, "a", "backslash"),
        ("just words\n", 1, "", "write `key = value`"),
        ("[a\nb = 1", 1, "", "[section.name]"),
        ('a = "x" "y"\n', 1, "a", "on a line"),
        ("a = " + "[" * 5000 + "]" * 5000, None, "", "nested too deeply"),
        ("a = " + "9" * 5000, None, "", "not TOML"),
        ("a = 2026-13-40\n", 1, "a", "not TOML"),
        ("a = {b = 1,\n c = 2}\n", 1, "a", "stands on one line"),
    ],
)
def test_what_is_not_toml_has_its_line_and_a_cure(text: str, line: int | None, key: str, cure: str) -> None:
    """The commonest slips of somebody who writes no code."""
    with pytest.raises(ConfigError) as refusal:
        read(text)

    (found,) = refusal.value.mistakes
    assert (found.line, found.key) == (line, key)
    assert cure in found.problem


def write_and_load(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    load(path, ENVIRON, source_kinds=SOURCES, channel_kinds=CHANNELS, rules=no_own_rules)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_is_read_with_its_paths_beside_it(tmp_path: Path, encoding: str) -> None:
    """`milepost` may be started from any folder; Windows' Notepad puts a mark at the front."""
    path = tmp_path / "milepost.toml"
    (tmp_path / "own").mkdir()
    path.write_text("rules_dir = 'own'\n" + SMALL, encoding=encoding)

    settings = load(path, ENVIRON, source_kinds=SOURCES, channel_kinds=CHANNELS, rules=None).settings

    assert settings.folder == tmp_path
    assert settings.database == f"sqlite:///{tmp_path}/milepost.db"
    assert settings.rules_dir == str(tmp_path / "own")


def test_the_firms_own_rules_are_looked_for_where_the_file_says(tmp_path: Path) -> None:
    """Only then can [rules] and routes name them; the environment may move the folder."""
    path = tmp_path / "milepost.toml"
    path.write_text(SMALL + "[rules.our-own]\nlimit = 3\n")
    (tmp_path / "own").mkdir()

    def find(rules_dir: Path) -> Rules:
        return Rules({"our-own": ["limit"]} if rules_dir == tmp_path / "own" else {})

    environ = ENVIRON | {"MILEPOST_RULES_DIR": "own", "MILEPOST_RULES__OUR_OWN__LIMIT": "5"}
    settings = load(path, environ, source_kinds=SOURCES, channel_kinds=CHANNELS, rules=find).settings

    assert settings.rules["our-own"].params == {"limit": 5}
    with pytest.raises(ConfigError, match="our-own: no such rule"):
        load(path, ENVIRON, source_kinds=SOURCES, channel_kinds=CHANNELS, rules=find)


def test_a_file_that_cannot_be_read_says_what_to_do(tmp_path: Path) -> None:
    """Before there is a line to point at."""
    with pytest.raises(ConfigError, match="milepost init"):
        load(tmp_path / "milepost.toml", {}, source_kinds=SOURCES, channel_kinds=CHANNELS, rules=None)
    with pytest.raises(ConfigError, match="this is a folder"):
        load(tmp_path, {}, source_kinds=SOURCES, channel_kinds=CHANNELS, rules=None)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / ("x" * 5000), {}, source_kinds=SOURCES, channel_kinds=CHANNELS, rules=None)


@pytest.mark.parametrize("damaged", [b"name = '\xff'\n", "name = '里程碑'".encode("big5"), "a = 1".encode("utf-16")])
def test_a_damaged_encoding_has_its_line(tmp_path: Path, damaged: bytes) -> None:
    """Big5 and UTF-16 are what an old editor in Hong Kong saves."""
    before = b"" if damaged.startswith(b"\xff") else b"# one\n# two\n"

    with pytest.raises(ConfigError, match=f"milepost.toml:{before.count(10) + 1}: this line is not UTF-8"):
        write_and_load(tmp_path / "milepost.toml", before + damaged)


def test_a_literal_secret_works_and_is_warned_about() -> None:
    """Trying it out must be easy; leaving it so must not go unseen."""
    loaded = read(SMALL.replace("env:JIRA_TOKEN", "abc-literal-5ecret"))

    assert loaded.warnings == [
        "milepost.toml:11: sources.delivery.token: the secret itself stands here; "
        'put it into the environment and write "env:NAME"'
    ]
    assert [secret.reveal() for secret in loaded.secrets] == ["abc-literal-5ecret"]
    assert "5ecret" not in repr(loaded)


def test_a_mistake_is_one_line_that_any_terminal_can_print() -> None:
    """A name may hold line breaks, escapes that clear a screen, or bytes that are no text."""
    assert mistakes(SMALL.replace('coordinator = "may"', 'coordinator = "a\\nb\\u001b[2J"')) == [
        'milepost.toml:1: coordinator: "a\\nb\\x1b[2J" is none of [people]'
    ]
    assert mistakes(SMALL, MILEPOST_COORDINATOR="\udcff") == [
        'environment: MILEPOST_COORDINATOR: "\\udcff" is none of [people]'
    ]


def test_no_mistake_shows_a_secret_even_where_one_stands_by_mistake() -> None:
    """Pasted into the wrong place, it is known from the right one."""
    text = SMALL.replace("env:JIRA_TOKEN", "pasted-5ecret").replace(
        'coordinator = "may"', 'coordinator = "pasted-5ecret"'
    )

    (found,) = mistakes(text)

    assert found == 'milepost.toml:1: coordinator: "***" is none of [people]'


def quoted(text: str) -> str:
    """`text` as a TOML basic string."""
    return '"' + "".join(f"\\U{ord(letter):08x}" for letter in text) + '"'


@given(value=st.text(), secret=st.text("abcdefgh0123456789+/%", min_size=4), data=st.data())
def test_any_text_anywhere_is_read_or_refused_without_its_secret(value: str, secret: str, data: st.DataObject) -> None:
    """No value crashes the loader, and none of what it says holds a registered secret."""
    lines = SMALL.splitlines()
    with_value = [number for number, line in enumerate(lines) if " = " in line and "token" not in line]
    number = data.draw(st.sampled_from(with_value))
    lines[number] = f"{lines[number].split(' = ')[0]} = {quoted(data.draw(st.sampled_from([value, value + secret])))}"
    redact = Redactor()
    redact.register(secret)

    try:
        said = read("\n".join(lines), JIRA_TOKEN=secret).warnings
    except ConfigError as refusal:
        said = str(refusal).splitlines()

    assert [redact(line) for line in said] == said


@given(text=st.text(), variable=st.text("ABCXYZ_", min_size=1), value=st.text())
def test_any_file_and_any_variable_is_read_or_refused(text: str, variable: str, value: str) -> None:
    """A damaged file is a mistake with a place, never a crash."""
    with pytest.raises(ConfigError):
        read(text, **{f"MILEPOST_{variable}": value})
