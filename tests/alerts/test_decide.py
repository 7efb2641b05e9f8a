"""Do we tell this reader now, and for what reason: one line for each answer."""

from dataclasses import replace
from datetime import datetime

import pytest

from alerts.decide import Holding, Hours, Policy, Reason, Told, decide, line_came
from tests.alerts.firm import TUESDAY, hk, working_time

FIRING, OVER = Holding("firing"), Holding("resolved")
AT_WORK, AT_NIGHT = Hours(working=True, line_came=True), Hours(working=False, line_came=False)
AFTERNOON = Hours(working=True, line_came=False)
IN_LINE, URGENT, USUAL = Policy(in_line=True), Policy(urgent=True), Policy()
YESTERDAY = hk(23)
TOLD = Told(YESTERDAY)
TAKEN, SNOOZED = Holding("acknowledged", held_at=hk(23, 10)), Holding("snoozed", held_at=hk(23, 10))
AGAIN = Holding("firing", again_at=TUESDAY)


@pytest.mark.parametrize(
    ("holding", "told", "policy", "hours", "expected"),
    [
        pytest.param(FIRING, None, USUAL, AT_WORK, Reason.FIRST, id="new"),
        pytest.param(FIRING, None, USUAL, AT_NIGHT, Reason.OUTSIDE_HOURS, id="new at night"),
        pytest.param(FIRING, None, URGENT, AT_NIGHT, Reason.FIRST, id="urgent at night"),
        pytest.param(FIRING, None, USUAL, AFTERNOON, Reason.FIRST, id="new in the afternoon"),
        pytest.param(FIRING, None, IN_LINE, AFTERNOON, Reason.WAITS_FOR_LINE, id="for tomorrow's line"),
        pytest.param(FIRING, None, IN_LINE, AT_WORK, Reason.FIRST, id="in the morning's line"),
        pytest.param(FIRING, TOLD, USUAL, AT_WORK, Reason.TOLD, id="told already"),
        pytest.param(FIRING, TOLD, URGENT, AT_NIGHT, Reason.TOLD, id="urgent, told already"),
        pytest.param(Holding("firing", worse_at=TUESDAY), TOLD, USUAL, AT_WORK, Reason.WORSE, id="became worse"),
        pytest.param(
            Holding("firing", worse_at=TUESDAY), TOLD, IN_LINE, AFTERNOON, Reason.WORSE, id="worse does not wait"
        ),
        pytest.param(
            Holding("firing", worse_at=TUESDAY), TOLD, USUAL, AT_NIGHT, Reason.OUTSIDE_HOURS, id="worse at midnight"
        ),
        pytest.param(
            Holding("firing", worse_at=YESTERDAY), Told(TUESDAY), USUAL, AT_WORK, Reason.TOLD, id="told it is worse"
        ),
        pytest.param(Holding("firing", flutters=True), None, USUAL, AT_WORK, Reason.FLUTTERS, id="it comes and goes"),
        pytest.param(Holding("firing", flutters=True), TOLD, USUAL, AT_WORK, Reason.TOLD, id="it came, and was told"),
        pytest.param(
            Holding("acknowledged", held_at=YESTERDAY, wrote_at=TUESDAY),
            TOLD,
            URGENT,
            AT_NIGHT,
            Reason.WROTE_AGAIN,
            id="the client wrote again, whoever has it",
        ),
        pytest.param(
            Holding("firing", wrote_at=YESTERDAY), Told(TUESDAY), URGENT, AT_NIGHT, Reason.TOLD, id="told that they did"
        ),
        pytest.param(Holding("firing", risen_at=TUESDAY), TOLD, USUAL, AT_WORK, Reason.RISEN, id="it went up"),
        pytest.param(
            Holding("firing", risen_at=TUESDAY, risen_to_reader=True),
            TOLD,
            USUAL,
            AT_WORK,
            Reason.FIRST,
            id="went up anew",
        ),
        pytest.param(
            Holding("firing", risen_at=YESTERDAY, risen_to_reader=True),
            TOLD,
            USUAL,
            AT_WORK,
            Reason.TOLD,
            id="heard so",
        ),
        pytest.param(Holding("firing", risen_at=TUESDAY), None, USUAL, AT_WORK, Reason.FIRST, id="it went up to them"),
        pytest.param(Holding("firing", risen_at=TUESDAY), TOLD, USUAL, AT_NIGHT, Reason.OUTSIDE_HOURS, id="at night"),
        pytest.param(
            Holding("firing", risen_at=TUESDAY), Told(TUESDAY), USUAL, AT_WORK, Reason.TOLD, id="told that it went up"
        ),
        pytest.param(
            Holding("firing", risen_at=TUESDAY), Told(YESTERDAY, reached=False), USUAL, AT_WORK, Reason.TOLD, id="lost"
        ),
        pytest.param(
            Holding("firing", risen_at=TUESDAY),
            Told(YESTERDAY, reached=False, repeat_due=True),
            USUAL,
            AT_WORK,
            Reason.REPEAT,
            id="went up, all of theirs parked, told again",
        ),
        pytest.param(FIRING, Told(YESTERDAY, repeat_due=True), USUAL, AT_WORK, Reason.REPEAT, id="told again"),
        pytest.param(
            FIRING, Told(YESTERDAY, repeat_due=True), USUAL, AT_NIGHT, Reason.OUTSIDE_HOURS, id="not again at night"
        ),
        pytest.param(
            Holding("firing", adopted=False), None, URGENT, AT_WORK, Reason.FIRST_LOOK, id="bad before we came"
        ),
        pytest.param(Holding("firing", stale=True), None, USUAL, AT_WORK, Reason.STALE, id="old data, new"),
        pytest.param(Holding("firing", stale=True), None, URGENT, AT_NIGHT, Reason.FIRST, id="old data, urgent"),
        pytest.param(
            Holding("firing", stale=True), Told(YESTERDAY, repeat_due=True), USUAL, AT_WORK, Reason.STALE, id="old data"
        ),
        pytest.param(TAKEN, Told(YESTERDAY, repeat_due=True), USUAL, AT_WORK, Reason.TAKEN, id="taken: not again"),
        pytest.param(TAKEN, None, USUAL, AT_WORK, Reason.FIRST, id="taken by another, and news to this reader"),
        pytest.param(replace(TAKEN, by_reader=True), None, USUAL, AT_WORK, Reason.TAKEN, id="taken from a page"),
        pytest.param(replace(TAKEN, worse_at=hk(23, 8)), TOLD, USUAL, AT_WORK, Reason.TAKEN, id="taken when worse"),
        pytest.param(replace(TAKEN, worse_at=TUESDAY), TOLD, USUAL, AT_WORK, Reason.WORSE, id="taken, worse since"),
        pytest.param(SNOOZED, None, USUAL, AT_WORK, Reason.SNOOZED, id="snoozed before anybody heard"),
        pytest.param(
            replace(SNOOZED, handed_at=TUESDAY), None, USUAL, AT_WORK, Reason.FIRST, id="snoozed, handed over"
        ),
        pytest.param(
            replace(SNOOZED, handed_at=hk(23)), None, USUAL, AT_WORK, Reason.SNOOZED, id="handed, then snoozed"
        ),
        pytest.param(SNOOZED, Told(YESTERDAY, repeat_due=True), USUAL, AT_WORK, Reason.SNOOZED, id="snoozed"),
        pytest.param(SNOOZED, TOLD, URGENT, AT_NIGHT, Reason.SNOOZED, id="snoozed, urgent"),
        pytest.param(replace(SNOOZED, worse_at=TUESDAY), TOLD, USUAL, AT_WORK, Reason.WORSE, id="snoozed, worse since"),
        pytest.param(
            replace(SNOOZED, worse_at=TUESDAY), None, USUAL, AT_WORK, Reason.WORSE, id="snoozed, worse, never told"
        ),
        pytest.param(AGAIN, TOLD, USUAL, AT_WORK, Reason.AGAIN, id="fires again"),
        pytest.param(AGAIN, TOLD, USUAL, AT_NIGHT, Reason.OUTSIDE_HOURS, id="fires again at night"),
        pytest.param(AGAIN, TOLD, IN_LINE, AFTERNOON, Reason.WAITS_FOR_LINE, id="fires again, for tomorrow's line"),
        pytest.param(AGAIN, Told(TUESDAY), USUAL, AT_WORK, Reason.TOLD, id="told that it fires again"),
        pytest.param(AGAIN, None, USUAL, AT_WORK, Reason.FIRST, id="fires again, and is news to this reader"),
        pytest.param(Holding("firing", silenced=True), None, USUAL, AT_WORK, Reason.SILENCED, id="silenced"),
        pytest.param(
            Holding("firing", silenced=True, worse_at=TUESDAY),
            TOLD,
            USUAL,
            AT_WORK,
            Reason.SILENCED,
            id="hushed, worse",
        ),
        pytest.param(OVER, TOLD, USUAL, AT_WORK, Reason.ENDED, id="over"),
        pytest.param(replace(OVER, silenced=True), TOLD, USUAL, AT_WORK, Reason.ENDED, id="over while silenced"),
        pytest.param(OVER, TOLD, URGENT, AT_NIGHT, Reason.OUTSIDE_HOURS, id="over: nobody is woken for that"),
        pytest.param(OVER, Told(YESTERDAY, ended=True), USUAL, AT_WORK, Reason.END_TOLD, id="told that it is over"),
        pytest.param(OVER, None, USUAL, AT_WORK, Reason.NEVER_TOLD, id="over before anybody heard"),
        pytest.param(
            Holding("resolved", quiet_end=True), TOLD, USUAL, AT_WORK, Reason.NEVER_TOLD, id="the config took it away"
        ),
    ],
)
def test_whether_to_tell_and_why(
    holding: Holding, told: Told | None, policy: Policy, hours: Hours, expected: Reason
) -> None:
    """The one function that all of alerts hang on."""
    assert decide(holding, told, policy, hours) is expected


@pytest.mark.parametrize(
    ("known_since", "now", "came"),
    [
        pytest.param(hk(23, 15), hk(23, 17), False, id="the same afternoon"),
        pytest.param(hk(23, 15), hk(24, 8, 59), False, id="before nine"),
        pytest.param(hk(23, 15), hk(24, 9), True, id="at nine"),
        pytest.param(hk(24, 0), hk(24, 9), True, id="overdue since midnight"),
        pytest.param(hk(24, 8, 59), hk(24, 9, 1), True, id="found in the first round after nine"),
        pytest.param(hk(24, 9, 1), hk(24, 9, 2), False, id="found in the second round"),
        pytest.param(hk(24, 9, 1), hk(25, 9), True, id="goes with the next line"),
        pytest.param(hk(20, 15), hk(22, 12), False, id="over a weekend"),
        pytest.param(hk(20, 15), hk(23, 9), True, id="on Monday"),
        pytest.param(None, hk(24, 15), True, id="never looked before"),
    ],
)
def test_the_morning_line_comes_with_the_first_round_after_nine(
    known_since: datetime | None, now: datetime, came: bool
) -> None:
    """A line that a restart delays still goes out that morning, once."""
    assert line_came(working_time()["default"], known_since, now) is came
