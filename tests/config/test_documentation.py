"""docs/configuration.md is the reference of the settings: what it shows works, and nothing is left out."""

import re
from pathlib import Path

import pytest

from alerts.channels.kinds import CHANNEL_KINDS
from config.loading import Loaded, load_text
from config.mistakes import keys_of
from config.settings import (
    CalendarSettings,
    ClientSettings,
    OidcSettings,
    PersonSettings,
    Route,
    RouteMatch,
    RuleSettings,
    Settings,
    SignInSettings,
    Tree,
)
from connectors.kinds import KINDS
from tests.config.kinds import ENVIRON, no_own_rules
from tests.config.test_loading import mistakes

SOURCE_KINDS = {name: kind.settings for name, kind in KINDS.items()}
ROBOTS = ("SLACK", "WECOM", "DINGTALK", "FEISHU", "TEAMS")
PAGE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def example(tmp_path: Path) -> Loaded:
    """The page's complete example, loaded as a user would."""
    (tmp_path / "jira.password").write_text("intranet-5ecret\n")
    webhooks = {f"{kind}_WEBHOOK": "https://hooks.example/5ecret" for kind in ROBOTS}
    environ = ENVIRON | webhooks | {"HEARTBEAT_URL": "https://watch.example/5ecret"}
    environ |= {
        "NTFY_URL": "ntfys://ntfy.example/5ecret",
        "DINGTALK_SECRET": "SEC5ecret",
        "FEISHU_SECRET": "feishu-5ecret",
    }
    return load_text(
        block("toml"),
        environ,
        source_kinds=SOURCE_KINDS,
        channel_kinds=CHANNEL_KINDS,
        rules=no_own_rules,
        folder=tmp_path,
    )


def test_the_complete_example_loads_without_a_warning(example: Loaded) -> None:
    """Whoever copies it has a file that works."""
    assert example.warnings == []
    assert {source.kind for source in example.settings.sources.values()} == set(SOURCE_KINDS)
    assert {channel.kind for channel in example.settings.channels.values()} == set(CHANNEL_KINDS)


def test_the_values_of_the_example_arrive(example: Loaded) -> None:
    """One of each section, as the page writes it."""
    settings = example.settings

    assert settings.coordinator == "may"
    assert settings.calendars["shenzhen"].holidays == "CN"
    assert settings.sources["delivery"].status == {"Waiting": "in_progress"}
    assert settings.people["may"].role == "coordinator"
    assert settings.people["may"].accounts == ("delivery:712020:aa11",)
    assert settings.clients["harbour"].crm == ("crm:company:143",)
    assert [route.to for route in settings.routes] == [("bd_slack", "email:bd"), ("email:bd",)]
    assert settings.rules["milestone-overdue"].params == {"critical_days": 5}


@pytest.mark.parametrize(
    "part",
    [
        *(Settings, CalendarSettings, PersonSettings, ClientSettings, Route, RouteMatch, RuleSettings, SignInSettings),
        OidcSettings,
        *SOURCE_KINDS.values(),
        *CHANNEL_KINDS.values(),
    ],
    ids=lambda part: part.__name__,
)
def test_every_key_is_on_the_page(part: type[Tree]) -> None:
    """A setting that nobody can read about is not there."""
    missing = [key for key in keys_of(part) if not re.search(rf"(^|[\W_]){key}\b", PAGE)]

    assert missing == []


@pytest.mark.parametrize(
    ("part", "section"),
    [(Settings, ""), (CalendarSettings, "calendar"), (SOURCE_KINDS["jira"], "sources.delivery")],
)
def test_the_example_writes_out_the_defaults(part: type[Tree], section: str, example: Loaded) -> None:
    """`init` starts from these lines: each key of the top, the calendar and a source stands there, to be changed."""
    lines = block("toml").split(f"[{section}]" if section else "\n[", 2)[1 if section else 0].split("\n[")[0]
    tables = {"calendar", "calendars", "sources", "people", "clients", "channels", "routes", "rules", "sign_in"}
    elsewhere = {"user", "password"} | tables

    assert [key for key in keys_of(part) if key not in elsewhere and not re.search(rf"^{key} =", lines, re.M)] == []


def test_the_mistakes_on_the_page_are_said_so() -> None:
    """What a reader compares their own screen with."""
    said = mistakes(
        'timezone = "Asia/Hong_Kong"\n\ncoordinator = "mya"\n[people.may]\nname = "May"\n'
        'email = "may@acme.example"\n\ncalender = ""\n\n\n\n\n[sources.boards]\n'
        'kind = "trello"\nkey = "env:TRELLO_KEY"\ntoken = "env:NOWHERE"\n',
        MILEPOST_TIMEZON="x",
    )

    assert "\n".join(said).replace("NOWHERE", "TRELLO_TOKEN") == block("text").strip()
