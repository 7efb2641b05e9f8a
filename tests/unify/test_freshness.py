"""Every message and page says how fresh its data is."""

from datetime import timedelta

from sqlalchemy import Engine

from config.settings import PersonSettings, Settings
from tests.unify.tiny import NOON, settings
from unify.engine import writing
from unify.freshness import Freshness, read_freshness


def configured() -> Settings:
    source = settings()
    return Settings(
        coordinator="may",
        people={"may": PersonSettings(name="May Chan", email="may@acme.example")},
        sources={source.name: source, "desk": settings(name="desk")},
    )


def test_a_source_that_was_never_read_is_stale(engine: Engine) -> None:
    """Nothing is known of it: a silence about it means nothing."""
    with engine.connect() as connection:
        found = read_freshness(connection, configured(), NOON)

    assert [(name, each.read_at, each.age, each.stale) for name, each in found.items()] == [
        ("boards", None, None, True),
        ("desk", None, None, True),
    ]


def test_a_source_is_stale_after_three_of_its_intervals(engine: Engine) -> None:
    """`stale_after` is "3x" of `every`, here 10 minutes; the edge itself is still fresh."""
    with writing(engine) as connection:
        connection.exec_driver_sql(
            "INSERT INTO source (name, kind, tenant, account_id, active, mapping_version, scope_version, last_ok_at,"
            " last_error) VALUES ('boards', 'tiny', '', '', 1, '', '', '2026-11-23 04:00:00.000000', 'away')"
        )
        connection.exec_driver_sql(
            "INSERT INTO mapping_problem (source, stream, vendor_id, field, reason, value, seen_at)"
            " VALUES ('boards', 'cards', 'c1', 'due', 'is not a date', '', '2026-11-23 04:00:00.000000')"
        )

    with engine.connect() as connection:
        at_the_edge = read_freshness(connection, configured(), NOON + timedelta(minutes=30))["boards"]
        beyond = read_freshness(connection, configured(), NOON + timedelta(minutes=30, seconds=1))["boards"]

    assert at_the_edge == Freshness(
        source="boards",
        kind="tiny",
        label="Tiny (boards)",
        read_at=NOON,
        age=timedelta(minutes=30),
        stale=False,
        error="away",
        problems=1,
    )
    assert beyond.stale
