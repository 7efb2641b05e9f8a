"""Values of the config from the environment."""

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.loading import ConfigError
from tests.config.kinds import Email, Jira, read
from tests.config.test_loading import SMALL, mistakes


def test_a_variable_stands_over_the_files_value() -> None:
    """One image, many places: what differs comes from the environment."""
    settings = read(
        SMALL,
        MILEPOST_TIMEZONE="Asia/Shanghai",
        MILEPOST_KEEP_DELETED_DAYS="30",
        MILEPOST_TEAM_DOMAINS='["acme.example", "acme-sz.example"]',
        MILEPOST_FEEDBACK_HOURS__HIGH="3.5",
        MILEPOST_CALENDAR__HOLIDAYS="CN",
        MILEPOST_PEOPLE__MAY__NAME="123",
        MILEPOST_SOURCES__DELIVERY__URL="https://other.atlassian.net",
        MILEPOST_SOURCES__DELIVERY__EVERY="5m",
        MILEPOST_SOURCES__DELIVERY__COMMENT_BACK="True",
        MILEPOST_CHANNELS__EMAIL__PORT="2525",
        MILEPOST_CHANNELS__EMAIL__FROM="hub@acme.example",
        MILEPOST_RULES__MILESTONE_OVERDUE__CRITICAL_DAYS="5",
    ).settings

    assert (settings.timezone, settings.keep_deleted_days) == ("Asia/Shanghai", 30)
    assert settings.team_domains == ("acme.example", "acme-sz.example")
    assert settings.feedback_hours == {"info": 16, "warning": 8, "high": 3.5, "critical": 2}
    assert settings.calendar.holidays == "CN"
    assert settings.people["may"].name == "123"
    delivery = settings.sources["delivery"]
    assert isinstance(delivery, Jira)
    assert (delivery.url, delivery.every) == ("https://other.atlassian.net", timedelta(minutes=5))
    assert (delivery.comment_back, delivery.email) == (True, "hub@acme.example")
    email = settings.channels["email"]
    assert isinstance(email, Email)
    assert (email.port, email.from_) == (2525, "hub@acme.example")
    assert settings.rules["milestone-overdue"].params == {"critical_days": 5}


def test_a_whole_section_may_come_from_a_variable() -> None:
    """Lists and tables are written as JSON."""
    settings = read(
        SMALL,
        MILEPOST_SOURCES__CRM='{"kind": "hubspot", "token": "env:HUBSPOT_TOKEN"}',
        MILEPOST_CLIENTS__HARBOUR__NAME='{"en": "Harbour Ltd", "zh-Hant-HK": "海港"}',
    ).settings

    assert settings.sources["crm"].token.reveal() == "hubspot-5ecret"
    assert settings.clients["harbour"].name == {"en": "Harbour Ltd", "zh-Hant-HK": "海港"}


def test_a_secret_may_stand_in_the_variable_itself() -> None:
    """It is in the environment already: no literal, and its name is what may be shown."""
    loaded = read(SMALL, MILEPOST_SOURCES__DELIVERY__TOKEN="direct-5ecret")

    token = loaded.settings.sources["delivery"].token
    assert (token.reference, token.reveal()) == ("env:MILEPOST_SOURCES__DELIVERY__TOKEN", "direct-5ecret")
    assert loaded.warnings == []


def test_a_secrets_variable_may_also_refer() -> None:
    """A file that an orchestrator mounts is named like anywhere else."""
    loaded = read(SMALL, MILEPOST_SOURCES__DELIVERY__TOKEN="env:ASANA_TOKEN")

    assert loaded.settings.sources["delivery"].token.reveal() == "asana-5ecret"


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("MILEPOST_TIMEZON", "x", 'sets nothing that the config knows; did you mean "timezone"?'),
        ("MILEPOST_FOLDER", "/", "sets nothing that the config knows"),
        ("MILEPOST_COORDINATOR__X", "x", "sets nothing that the config knows"),
        ("MILEPOST_ROUTES", "[]", "routes come from the file alone"),
        ("MILEPOST_SOURCES__DELIVERY__EMIAL", "x", 'unknown key; did you mean "email"?'),
        ("MILEPOST_SOURCES__DELIVERY__NAME", "x", "unknown key"),
        ("MILEPOST_SOURCES__DELIVERY__COMMENT_BACK", "yes", "write true or false, or write a list"),
        ("MILEPOST_SOURCES__DELIVERY__EVERY", "soon", "write a number and a unit"),
        ("MILEPOST_SOURCES__DELIVERY__PROJECTS", "APP", 'write a list: ["…"]'),
        ("MILEPOST_TEAM_DOMAINS", "[" * 100_000, 'write a list: ["…"]'),
        ("MILEPOST_COORDINATOR", "mya", 'is none of [people]; did you mean "may"?'),
        ("MILEPOST_RULES", "none", "write tables: [rules.NAME]"),
        ("MILEPOST_SOURCES", "none", "write tables: [sources.NAME]"),
        ("MILEPOST_SOURCES__DELIVERY__TOKEN", " ", "the secret is empty"),
        ("MILEPOST_RULES__MILESTONE_OVERDUE__CRITICAL_DAY", "5", "no such param"),
    ],
)
def test_a_variables_mistake_names_the_variable(variable: str, value: str, says: str) -> None:
    """It is no line of the file that is to be mended."""
    (found,) = (one for one in mistakes(SMALL, **{variable: value}) if one.startswith("environment"))

    assert found.startswith(f"environment: {variable}: ")
    assert says in found


def test_a_mistake_inside_a_variables_table_has_its_key() -> None:
    """A whole section in one variable has no lines to point at."""
    (found,) = mistakes(SMALL, MILEPOST_PEOPLE__RAY='{"name": "Raymond Ho"}')

    assert found == "environment: MILEPOST_PEOPLE__RAY (email): is missing"


def test_other_peoples_variables_are_left_alone() -> None:
    """Only our prefix is ours."""
    assert read(SMALL, MILEPOSTS="1", PATH="/bin", TIMEZONE="x").warnings == []


@given(
    name=st.lists(st.sampled_from(["SOURCES", "DELIVERY", "TOKEN", "STATUS", "RULES", "PEOPLE", "X", ""]), min_size=1),
    value=st.text() | st.sampled_from(["{}", "[]", "null", "1", '{"a": {"b": []}}']),
)
def test_any_variable_is_used_or_refused(name: list[str], value: str) -> None:
    """Whatever an environment holds, the answer is a config or its mistakes."""
    with contextlib.suppress(ConfigError):
        assert read(SMALL, **{f"MILEPOST_{'__'.join(name)}": value}).settings
