"""The health of each day: today's follows what is read, past ones stand, and none holds a name."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from rules.health.keeping import KEPT_DAYS, keep_health, kept_health
from rules.health.reading import read_health
from rules.health.values import Health
from rules.health.words import sentence
from rules.views.base import table
from tests.rules.rows import SETTINGS, STORY, due, fill, local, milestone, moment, source
from unify import tables
from unify.engine import open_engine
from unify.hub_state import SETTLED_TIMES, remember

TODAY = date(2026, 11, 24)
APP, BANK = "delivery/projects/APP", "client/bank"
UAT = due(date(2026, 11, 16), baseline_on=date(2026, 10, 30), moves=2, name="UAT sign-off", project_key=APP)


class Firm:
    """A database with one client and one late project."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._settled = 0

    def keeps(self, at: str) -> bool:
        """Health is kept at that time, of sources that were just read."""
        self.changes(source(), last_ok_at=local(at))
        return keep_health(self.engine, self.engine, SETTINGS, moment(local(at)))

    def settles(self, row: Any, **values: Any) -> None:
        """A row is read anew, and settled."""
        self.changes(row, **values)
        self._settled += 1
        with self.engine.begin() as connection:
            remember(connection, SETTLED_TIMES, str(self._settled))

    def changes(self, row: Any, **values: Any) -> None:
        """A row becomes another."""
        known = table(type(row))
        [primary] = known.primary_key
        with self.engine.begin() as connection:
            connection.execute(update(known).where(primary == getattr(row, primary.name)).values(**values))

    def rows(self) -> list[dict[str, Any]]:
        """All that are stored."""
        days = table(tables.HealthDay)
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(days).order_by(days.c.day, days.c.key)).mappings()]

    def kept(self, on: date) -> dict[str, Health]:
        """As it was on a day."""
        with self.engine.connect() as connection:
            return dict(kept_health(connection, on))


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    engine = open_engine(f"sqlite:///{tmp_path / 'milepost.db'}")
    project = tables.Project(key=APP, source="delivery", vendor_id="APP", name="Mobile app revamp", client_key=BANK)
    fill(engine, source(), project, tables.Client(key=BANK), milestone(1, **UAT))
    yield Firm(engine)
    engine.dispose()


def test_what_is_kept_is_what_was_seen(firm: Firm) -> None:
    """With the names of today, which are nowhere in what is stored."""
    firm.keeps("2026-11-24 09:00")

    with firm.engine.connect() as connection:
        seen = read_health(connection, SETTINGS, moment(STORY))
    assert firm.kept(TODAY) == seen
    assert "UAT sign-off" in sentence("en", firm.kept(TODAY)[BANK], TODAY)
    assert [row["colour"] for row in firm.rows()] == ["red", "red"]
    assert "UAT sign-off" not in str(firm.rows())
    assert "Mobile app" not in str(firm.rows())


def test_a_day_has_one_row_which_follows_the_day(firm: Firm) -> None:
    """It is reckoned anew where something was settled, or a quarter of an hour has passed; past days stand."""
    assert firm.keeps("2026-11-23 09:00")
    assert firm.keeps("2026-11-24 09:00")
    assert not firm.keeps("2026-11-24 09:01")
    assert firm.keeps("2026-11-24 09:15")
    assert [row["computed_at"] for row in firm.rows() if row["day"] == TODAY] == [local("2026-11-24 09:00")] * 2

    firm.settles(milestone(1), status_category="done")
    assert firm.keeps("2026-11-24 09:16")

    assert {key: one.colour for key, one in firm.kept(TODAY).items()} == {APP: "green", BANK: "green"}
    assert {one.colour for one in firm.kept(date(2026, 11, 23)).values()} == {"red"}
    assert len(firm.rows()) == 4


def test_a_day_on_which_the_hub_was_off_is_as_the_last_one_before(firm: Firm) -> None:
    """And says of which day it is; before the first there is nothing."""
    firm.keeps("2026-11-20 17:00")

    assert {one.on for one in firm.kept(date(2026, 11, 22)).values()} == {date(2026, 11, 20)}
    assert firm.kept(date(2026, 11, 19)) == {}


def test_what_is_gone_has_no_row_from_that_day_on(firm: Firm) -> None:
    """An archived project is nobody's worry; what it was stays, without a name once its rows are erased."""
    firm.keeps("2026-11-23 09:00")
    firm.keeps("2026-11-24 09:00")
    firm.settles(tables.Project(key=APP, source="", vendor_id="", name=""), archived=True)

    firm.keeps("2026-11-24 09:01")
    firm.settles(milestone(1), name="")

    assert set(firm.kept(TODAY)) == {BANK}
    assert sentence("en", firm.kept(date(2026, 11, 23))[APP], TODAY).startswith("Red: something that is gone by now is")


def test_a_reader_gets_what_they_may_see(firm: Firm) -> None:
    """Of a past day too."""
    firm.keeps("2026-11-24 09:00")

    with firm.engine.connect() as connection:
        assert kept_health(connection, TODAY, lambda column: column.in_(["client/kite"])) == {}
        assert set(kept_health(connection, TODAY, lambda column: column.in_([BANK]))) == {APP, BANK}


def test_after_three_years_a_day_is_forgotten(firm: Firm) -> None:
    """Nobody asks for it, and it is of clients who may have left long ago."""
    first = date(2025, 1, 2)
    firm.keeps(f"{first} 09:00")

    firm.keeps(f"{first + timedelta(days=KEPT_DAYS)} 09:00")
    assert firm.kept(first)
    firm.keeps(f"{first + timedelta(days=KEPT_DAYS + 1)} 09:00")

    assert firm.kept(first) == {}
    assert len(firm.rows()) == 4
