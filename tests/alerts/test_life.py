"""What each event makes of an alert: the stored state is what its events add up to."""

from datetime import datetime

import pytest
from sqlalchemy import Engine, select

from alerts.life import Cause, Event, Life, after, fold
from alerts.store import ALERT, ALERT_EVENT
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, hk, milestone


def event(from_state: str | None, to_state: str, reason: str, at: datetime = TUESDAY, **more: object) -> Event:
    """One event of an alert, by May where somebody must have done it."""
    values: dict[str, object] = {"episode": 1, "severity": "warning", "actor": "may", **more}
    return Event(fingerprint="r:s", at=at, from_state=from_state, to_state=to_state, reason=reason, **values)  # type: ignore[arg-type]


FIRED = event(None, "firing", Cause.FIRED, hk(23))
TAKEN = event("firing", "acknowledged", Cause.ACKNOWLEDGED, hk(23, 11))
SNOOZED = event("acknowledged", "snoozed", Cause.SNOOZED, hk(23, 12), until=hk(25), held_while="2026-11-16")
OVER = event("snoozed", "resolved", "done", hk(24, 10))


def folded(*events: Event) -> Life:
    """The state they add up to."""
    life = fold(events)
    assert life is not None
    return life


def test_whoever_takes_an_alert_has_it_until_it_fires_again() -> None:
    """The hands it was in are told in the history, and no longer in the state."""
    life = folded(FIRED, TAKEN)
    again = after(life, event("acknowledged", "firing", Cause.NOTHING_DONE, hk(25)))

    assert (life.state, life.held_by, life.held_at) == ("acknowledged", "may", hk(23, 11))
    assert (again.state, again.held_by, again.again, again.again_at) == ("firing", None, "nothing done since", hk(25))


def test_a_snooze_has_an_end_and_may_wait_for_a_date_to_move() -> None:
    """Either ends it."""
    life = folded(FIRED, TAKEN, SNOOZED)

    assert (life.state, life.held_until, life.held_while) == ("snoozed", hk(25), "2026-11-16")


def test_what_is_over_is_in_nobodys_hands_and_opens_again_afresh() -> None:
    """A new episode owes nothing to who had the last one, nor to how often that was escalated."""
    over = folded(FIRED, event("firing", "firing", Cause.ESCALATED), SNOOZED, OVER)
    again = after(over, event("resolved", "firing", Cause.REOPENED, hk(26), episode=2))

    assert (over.state, over.held_by, over.held_until, over.resolve_reason) == ("resolved", None, None, "done")
    assert (over.level, again.level, again.state, again.episode) == (1, 0, "firing", 2)


def test_becoming_worse_takes_an_alert_from_nobody() -> None:
    """Who has it still has it; what they have is worse."""
    life = folded(FIRED, TAKEN, event("acknowledged", "acknowledged", Cause.WORSE, hk(24), severity="critical"))

    assert (life.state, life.held_by, life.severity, life.worse_at) == ("acknowledged", "may", "critical", hk(24))


def test_what_did_not_last_is_as_it_was_before() -> None:
    """Pending is no episode: nothing was told, and the end that was told stands."""
    over = folded(FIRED, event("firing", "resolved", "done", hk(24, 10)))
    lapsed = folded(
        FIRED,
        event("firing", "resolved", "done", hk(24, 10)),
        event("resolved", "pending", Cause.PENDING, hk(25)),
        event("pending", "resolved", Cause.LAPSED, hk(26)),
    )
    never = folded(event(None, "pending", Cause.PENDING, episode=0), event("pending", "resolved", Cause.LAPSED, hk(26)))

    assert lapsed == over
    assert (never.state, never.resolve_reason) == ("resolved", "did not last")


@pytest.mark.parametrize(
    ("before", "impossible"),
    [
        pytest.param([], TAKEN, id="nothing to take"),
        pytest.param([FIRED, event("firing", "resolved", "done")], TAKEN, id="over"),
        pytest.param([event(None, "pending", Cause.PENDING)], TAKEN, id="nobody knows of it yet"),
        pytest.param([FIRED], event("firing", "firing", Cause.RELEASED), id="nobody has it"),
    ],
)
def test_what_cannot_happen_is_refused(before: list[Event], impossible: Event) -> None:
    """A state that no rule of this module gives would be believed by all others."""
    with pytest.raises(ValueError, match="no alert goes"):
        fold([*before, impossible])


def test_the_stored_state_is_what_the_stored_events_add_up_to(hub: Hub) -> None:
    """Fired, worse, over, open again: the row says what its history says."""
    hub.round(milestone(severity="warning"))
    hub.round(milestone(), at=hk(25))
    hub.round(at=hk(25, 10))
    hub.round(milestone(), at=hk(26))

    row, life = stored(hub.engine)

    assert life.episode == 2
    assert row.items() >= {"state": life.state, "episode": 2, "severity": life.severity, "since": life.since}.items()


def stored(engine: Engine) -> tuple[dict[str, object], Life]:
    """The alert's row, and its life as all its events tell it."""
    with engine.connect() as connection:
        row = dict(connection.execute(select(ALERT)).mappings().one())
        columns = [ALERT_EVENT.c[name] for name in Event.__dataclass_fields__]
        return row, folded(
            *(Event(*found) for found in connection.execute(select(*columns).order_by(ALERT_EVENT.c.id)))
        )
