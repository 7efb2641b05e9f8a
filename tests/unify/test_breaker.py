"""A source that fails again and again is asked less often; by real time, and across restarts."""

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from config.settings import Secret
from connectors.base import AccessDenied, NotFound, RateLimited, VendorChanged, VendorUnavailable
from tests.unify.tiny import NOON, settings
from unify.breaker import Broken, note_answer, note_failure, read_broken
from unify.engine import writing
from unify.hub_state import recall

TEN = timedelta(minutes=10)


def fail(engine: Engine, at: datetime, error: Exception | None = None, **config: Any) -> Broken:
    source = settings(**{"every": TEN, **config})
    with writing(engine) as connection:
        note_failure(connection, source, error or VendorUnavailable("away"), at)
        found = read_broken(connection, source)
    assert found is not None
    return found


def asked_at(engine: Engine, hours: float, every: timedelta = TEN) -> list[float]:
    """In minutes since the first failure: when a schedule that comes by `every` asks a source that stays away."""
    broken = fail(engine, NOON, every=every)
    asked = [0.0]
    for tick in range(1, int(timedelta(hours=hours) / every) + 1):
        now = NOON + tick * every
        if not broken.rests(now):
            asked.append((now - NOON) / timedelta(minutes=1))
            broken = fail(engine, now, every=every)
    return asked


def test_the_pauses_double_up_to_four_hours(engine: Engine) -> None:
    """The first time may be a hiccup; an outage of a night costs a dozen requests, and is over by the morning."""
    asked = asked_at(engine, 24)

    pauses = [later - sooner for sooner, later in pairwise(asked)]
    assert pauses[:6] == [10, 20, 40, 80, 160, 240]
    assert set(pauses[6:]) == {240}


def test_a_source_that_is_read_seldom_is_not_asked_more_often_than_usual(engine: Engine) -> None:
    """Nor less often: its own pause is long enough."""
    assert asked_at(engine, 48, every=timedelta(hours=12)) == [0, 720, 1440, 2160, 2880]


def test_an_answer_ends_it_at_once(engine: Engine) -> None:
    """And the next failure is a first one again."""
    for hour in range(5):
        fail(engine, NOON + timedelta(hours=hour))

    with writing(engine) as connection:
        note_answer(connection, "boards")
        assert read_broken(connection, settings(every=TEN)) is None

    assert fail(engine, NOON).failures == 1


def test_a_vendor_that_names_its_pause_is_obeyed(engine: Engine) -> None:
    """But for no more than a day: nobody would notice that a source is never read again."""
    assert fail(engine, NOON, RateLimited("limit", timedelta(hours=6))).until == NOON + timedelta(hours=6)
    assert fail(engine, NOON, RateLimited("limit", timedelta(days=40))).until == NOON + timedelta(days=1)


def test_a_clock_that_was_set_back_keeps_nobody_waiting(engine: Engine) -> None:
    """A pause that ends in more than a day was never meant."""
    for _ in range(6):
        broken = fail(engine, NOON + timedelta(days=3))

    assert broken.rests(NOON + timedelta(days=3))
    assert not broken.rests(NOON)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (AccessDenied("the token"), "denied"),
        (RateLimited("slowly"), "limited"),
        (VendorUnavailable("away"), "away"),
        (VendorChanged("no JSON"), "changed"),
        (NotFound("no Jira at this address"), "absent"),
        (ZeroDivisionError("s3cret"), "ours"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_knows_who_must_act(engine: Engine, error: Exception, why: str) -> None:
    """In a word that is said in three languages; the error itself is the run's."""
    assert fail(engine, NOON, error).why == why


@pytest.mark.parametrize(
    "changed",
    [
        {"token": Secret(reference="env:T", value=SecretStr("mended"))},
        {"url": "https://boards.acme.example"},
        {"projects": ("b1",)},
    ],
    ids=["credential", "url", "anything else"],
)
def test_who_changed_the_settings_is_not_kept_waiting(engine: Engine, changed: dict[str, Any]) -> None:
    """A mended token, and four hours of silence: nobody would believe that it is mended."""
    for _ in range(6):
        known = fail(engine, NOON, AccessDenied("the token"))
    assert known.rests(NOON + timedelta(hours=3))

    with engine.connect() as connection:
        found = read_broken(connection, settings(every=TEN, **changed))

    assert found is not None
    assert (found.rests(NOON), found.why) == (False, "denied")
    assert fail(engine, NOON, **changed).failures == 1


def test_no_secret_can_be_read_from_what_is_remembered(engine: Engine) -> None:
    """Nor tried out: sixteen bits are true of one guess in 65536."""
    fail(engine, NOON, token=Secret(reference="env:T", value=SecretStr("s3cret")))

    with engine.connect() as connection:
        told = recall(connection, "broken/boards")

    assert told is not None
    assert "s3cret" not in told
    assert len(json.loads(told)[3]) == 4


def test_other_sources_are_left_alone(engine: Engine) -> None:
    """One source that fails stops no other."""
    fail(engine, NOON)

    with engine.connect() as connection:
        assert read_broken(connection, settings(name="crm")) is None
