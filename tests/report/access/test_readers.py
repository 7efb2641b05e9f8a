"""Who reads, and whose data that is."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from config.settings import PersonSettings, Settings
from config.values import DateRange
from report.access.readers import reader_named
from report.asked import Reader
from report.scope import Scope
from tests.alerts.firm import TUESDAY, settings
from tests.report.firm import firm

TODAY = TUESDAY.date()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """The small firm."""
    engine = firm(tmp_path)
    yield engine
    engine.dispose()


def told(**changed: Any) -> Settings:
    """The firm, with what is `changed` of each person (NAME = {…}), or somebody new."""
    known = dict(settings().people)
    for name, values in changed.items():
        known[name] = known.get(name, PersonSettings(name=name, email=f"{name}@x.example")).model_copy(update=values)
    return settings(people=known)


def reader(engine: Engine, name: str, settings: Settings, today: date = TODAY) -> Reader | None:
    """Who they are to the report."""
    with engine.connect() as connection:
        return reader_named(settings, connection, name, today)


def clients(engine: Engine, name: str, settings: Settings, today: date = TODAY) -> set[str] | None:
    """Whose data they see; None: everybody's."""
    found = reader(engine, name, settings, today)
    assert found is not None
    return None if found.scope.clients is None else set(found.scope.clients)


def test_a_bd_manager_sees_their_own_clients(engine: Engine) -> None:
    """And nothing of what single people have to do."""
    marco = reader(engine, "marco", told())

    assert marco is not None
    assert marco.scope == Scope(frozenset({"client/bank"}))
    assert (marco.role, marco.sees_people) == ("bd", False)


@pytest.mark.parametrize("role", ["admin", "coordinator", "head", "director"])
def test_who_answers_for_all_sees_all(engine: Engine, role: str) -> None:
    """Though they are some client's BD manager too."""
    found = reader(engine, "marco", told(marco={"role": role}))

    assert found is not None
    assert found.scope.is_all
    assert (found.role, found.sees_people) == (role, True)


@pytest.mark.parametrize("name", ["ray", "nobody", ""])
def test_anybody_else_does_not_read(engine: Engine, name: str) -> None:
    """A lead, and who left the settings, whatever cookie they still have."""
    assert reader(engine, name, told(ray={})) is None


def test_who_covers_for_a_colleague_sees_theirs_while_they_are_away(engine: Engine) -> None:
    """Their alerts come to the cover too; a day later it is over. Who is away reads on."""
    away = told(marco={"away": (DateRange(TODAY, TODAY),), "cover": "kevin"})

    assert clients(engine, "kevin", away) == {"client/boat", "client/bank"}
    assert clients(engine, "marco", away) == {"client/bank"}
    assert clients(engine, "kevin", away, date(2026, 11, 25)) == {"client/boat"}


def test_a_cover_who_is_away_hands_on(engine: Engine) -> None:
    """To their own cover, as alerts are."""
    gone = (DateRange(TODAY, TODAY),)
    away = told(marco={"away": gone, "cover": "kevin"}, kevin={"away": gone, "cover": "sandy"})

    assert clients(engine, "sandy", away) == {"client/kite", "client/boat", "client/bank"}
    assert clients(engine, "kevin", away) == {"client/boat"}


def test_a_bd_manager_without_a_client_sees_nothing(engine: Engine) -> None:
    """No client is not every client."""
    assert clients(engine, "ray", told(ray={"role": "bd"})) == set()
