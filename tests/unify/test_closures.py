"""Closures are told by people: what cannot be is refused, and nothing that was told is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from tests.factories import at
from unify import tables
from unify.closures import Closed, close, lift, read_closures
from unify.decisions import Refused
from unify.derived import table_of
from unify.engine import writing

TYPHOON = Closed("HK", at("2026-09-08 17:00"), at("2026-09-09 15:00"), "typhoon 8")
NOW = at("2026-09-10 09:00")


def test_closures_are_read_by_their_beginning_and_the_same_is_told_once(engine: Engine) -> None:
    """Two people enter the typhoon; a third the rain of June, in September."""
    rain = Closed("HK", at("2026-06-02 10:00"), at("2026-06-02 13:00"), "black rain")
    with writing(engine) as connection:
        first = close(connection, TYPHOON, "may", NOW)
        again = close(connection, TYPHOON, "lee", NOW)
        close(connection, rain, "may", NOW)

        assert first is not None
        assert again is None
        assert read_closures(connection) == (rain, TYPHOON)


def test_what_was_lifted_is_heeded_no_more_and_who_lifted_it_is_kept(engine: Engine) -> None:
    """It was entered for the wrong day."""
    closure = table_of(tables.Closure)
    with writing(engine) as connection:
        number = close(connection, TYPHOON, "may", NOW)
        assert number is not None

        assert lift(connection, number, "lee", NOW + timedelta(hours=1)) == TYPHOON
        assert read_closures(connection) == ()
        with pytest.raises(Refused, match=f"no closure {number} that stands"):
            lift(connection, number, "lee", NOW)
        row = connection.execute(select(closure)).mappings().one()
        assert (row["recorded_by"], row["lifted_by"]) == ("may", "lee")
        assert close(connection, TYPHOON, "may", NOW) not in (None, number)


@pytest.mark.parametrize(
    ("closed", "says"),
    [
        (Closed("HK", TYPHOON.ends_at, TYPHOON.begins_at, "typhoon 8"), "must begin before it ends"),
        (Closed("HK", TYPHOON.begins_at, TYPHOON.begins_at + timedelta(days=8), "typhoon 8"), "at most 7 days"),
        (Closed("HK", TYPHOON.begins_at, TYPHOON.ends_at, " "), "say why"),
    ],
)
def test_what_cannot_have_been_is_refused(engine: Engine, closed: Closed, says: str) -> None:
    """A wrong month would stop every clock for weeks."""
    with writing(engine) as connection, pytest.raises(Refused, match=says):
        close(connection, closed, "may", NOW)
