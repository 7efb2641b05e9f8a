"""What is settled after a run: what was touched, or everything where all is new."""

from collections.abc import Collection, Mapping

import pytest
from sqlalchemy import Connection, Engine, func, select

from sync.settling import settle
from unify.derived import EVERYTHING, TOUCHED
from unify.engine import writing
from unify.upsert import Upserts

Asked = Mapping[str, Collection[str]] | None


def touch(engine: Engine, *rows: dict[str, str]) -> None:
    """Note these as touched."""
    with writing(engine) as connection:
        Upserts(engine.dialect).save(connection, "touched", rows, {})


def settled(engine: Engine) -> list[Asked]:
    """What link and derive are asked to look at, each time."""
    asked: list[Asked] = []

    def after(_connection: Connection, touched: Asked) -> None:
        asked.append(touched)

    settle(engine, after)
    return asked


def test_rows_that_were_touched_are_settled_by_their_keys(engine: Engine) -> None:
    """From key to key: a sync that changed little looks at little."""
    touch(engine, {"table": "comment", "key": "a/comments/1"}, {"table": "comment", "key": "a/comments/2"})

    assert settled(engine) == [{"comment": ["a/comments/1", "a/comments/2"]}]


@pytest.mark.parametrize("beside", [(), ({"table": "comment", "key": "a/comments/1"},)])
def test_a_first_sync_settles_everything(engine: Engine, beside: Collection[dict[str, str]]) -> None:
    """Every row is new: to note each would cost as much as storing it."""
    touch(engine, EVERYTHING, *beside)

    assert settled(engine) == [None]


def test_what_was_settled_is_not_touched_any_more(engine: Engine) -> None:
    """A second settling finds nothing to do."""
    touch(engine, EVERYTHING)
    settled(engine)

    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(TOUCHED)).scalar_one() == 0
    assert settled(engine) == []
