"""The indicators give the very figures of the worked examples, and say what they left out."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rules.indicators.answers import Asked, Hours, first_response
from rules.indicators.communication import Mark, communication_score
from rules.indicators.figures import LeftOut, Rate, Window, month_before, month_of, months_until, tenths
from rules.indicators.promises import Agreed, Promise, average_slip, on_time_rate
from rules.indicators.responses import Response, risk_response_rate
from rules.indicators.satisfaction import Given, Scale, of_hundred, satisfaction
from tests.rules.rows import CALENDARS, local

OCTOBER = month_of(date(2026, 10, 1))
NOVEMBER_3 = date(2026, 11, 3)
HONG_KONG, MAINLAND = CALENDARS["default"], CALENDARS["shenzhen"]


def october(day: int) -> date:
    return date(2026, 10, day)


def add_days(calendar: str, day: date, n: int) -> date:
    return HONG_KONG.add_days(day, n)


def kept(key: str = "kept", on: int = 14, **values: Any) -> Promise:
    """A promise of that day of October, done on it."""
    return Promise(key, october(on), **{"due_on": october(on), "done_on": october(on), **values})


def test_windows_are_whole_months() -> None:
    """Three months to October are August to October; before a day in January lies December."""
    assert Window(october(1), october(31)) == OCTOBER == month_before(NOVEMBER_3)
    assert months_until(october(31), 3) == Window(date(2026, 8, 1), october(31))
    assert months_until(month_before(date(2027, 1, 1)).last, 3) == Window(october(1), date(2026, 12, 31))
    assert month_of(date(2026, 12, 31)).last == date(2026, 12, 31)


def test_a_rate_is_rounded_half_up_and_says_nothing_of_nothing() -> None:
    """Nobody finds 100 % in a month without a promise."""
    assert Rate(9, 11).percent == 81.8
    assert Rate(13, 16).percent == 81.3  # 81.25
    assert Rate(0, 0).percent is None
    assert tenths(2.25) == 2.3


def test_on_time_in_october_is_seven_of_ten() -> None:
    """The worked example: one moved in time, one cancelled before its date; one late, one open, one pushed."""
    rate = on_time_rate(
        [
            *(kept(f"on time {n}", on=n) for n in range(5, 12)),
            kept("two days late", on=14, done_on=october(16)),
            kept("open", on=20, done_on=None),
            kept("pushed", on=20, due_on=date(2026, 11, 5), done_on=NOVEMBER_3),
            kept("by CR-012", on=22, done_on=None, agreed=(Agreed(date(2026, 11, 12), october(15)),)),
            kept("cancelled", on=28, done_on=None, gone_on=october(20)),
        ],
        OCTOBER,
        NOVEMBER_3,
    )

    assert (rate.percent, rate.met, rate.counted) == (70.0, 7, 10)
    assert rate.missed == ("two days late", "open", "pushed")
    assert rate.left_out == (LeftOut("cancelled", "cancelled before its date"),)


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ({"done_on": october(14)}, "met"),
        ({"done_on": october(15)}, "missed"),
        ({"gone_on": october(14), "done_on": None}, "missed"),  # cancelled on the day itself
        ({"gone_on": october(13), "done_on": None}, "cancelled before its date"),
        ({"entered_on": october(15)}, "entered after its date"),
        ({"status_known": False}, "status unknown"),
        ({"baseline_on": None}, "no date"),
        # agreed only after the promise had passed: a recovery, late in its own month
        ({"agreed": (Agreed(october(30), october(15)),), "done_on": october(29)}, "missed"),
        ({"agreed": (Agreed(october(30), october(14)),), "done_on": october(29)}, "met"),
        ({"client_facing": False}, "nothing"),
    ],
)
def test_what_counts_as_kept(values: dict[str, Any], counts: str) -> None:
    """Nobody keeps a promise by moving its date."""
    promise = Promise(**{"key": "p", "baseline_on": october(14), "done_on": october(14), **values})

    rate = on_time_rate([promise], OCTOBER, NOVEMBER_3)

    left_out = rate.left_out[0].reason if rate.left_out else "nothing"
    assert {(1, 1): "met", (0, 1): "missed", (0, 0): left_out}[rate.met, rate.counted] == counts


def test_instants_decide_where_both_are_known() -> None:
    """Promised for 17:00 and done at 18:00 is late, though the day is the same."""
    due_at = local("2026-10-14 17:00")
    late = kept("late", due_at=due_at, done_at=due_at + timedelta(hours=1))

    assert on_time_rate([late, kept("met", due_at=due_at, done_at=due_at)], OCTOBER, NOVEMBER_3).missed == ("late",)


@pytest.mark.parametrize(("recorded", "missed"), [("16:30", ()), ("17:30", ("agreed",))])
def test_an_agreement_of_the_same_day_counts_if_it_came_before_the_hour_that_was_promised(
    recorded: str, missed: tuple[str, ...]
) -> None:
    """Half an hour after it, the promise was broken already: the new date is a recovery."""
    at = local(f"2026-10-14 {recorded}")
    agreed = Agreed(october(20), october(14), at)
    promise = kept("agreed", due_at=local("2026-10-14 17:00"), done_on=october(19), agreed=(agreed,))

    assert on_time_rate([promise], OCTOBER, NOVEMBER_3).missed == missed


def test_in_the_running_month_only_what_has_ended_counts() -> None:
    """A promise of tomorrow is not broken today."""
    open_ones = [kept("over", on=13, done_on=None), kept("today", done_on=None), kept("done", on=30)]

    rate = on_time_rate(open_ones, OCTOBER, october(14))

    assert (rate.missed, rate.counted) == (("over",), 2)


def test_a_closed_office_moves_the_promise_to_the_next_working_day() -> None:
    """Typhoon 8 on the day: done the next morning is on time."""
    next_day = {october(14): october(15)}

    rate = on_time_rate([kept(done_on=october(15))], OCTOBER, NOVEMBER_3, lambda calendar, day: next_day.get(day, day))

    assert rate.met == 1


def test_the_average_slip_of_october_is_1_8_working_days() -> None:
    """The worked example; 19 Oct is a holiday in Hong Kong."""
    slip = average_slip(
        [
            kept("on the day", on=5),
            kept("early", on=9, done_on=october(8)),
            kept("two late", on=12, done_on=october(14)),
            kept("over a holiday", on=16, done_on=october(21)),
            kept("open", on=23, due_on=october(30), done_on=None),
            kept("cancelled", on=23, done_on=None, gone_on=october(23)),
        ],
        OCTOBER,
        NOVEMBER_3,
        lambda calendar, a, b: HONG_KONG.days_between(a, b),
    )

    assert (slip.mean, slip.median, slip.worst, slip.counted) == (1.8, 2.0, 5, 5)
    assert slip.left_out == (LeftOut("cancelled", "cancelled"),)


def test_in_the_running_month_what_is_open_slipped_until_today() -> None:
    """Promised for the 5th: seven working days on Wednesday the 14th, not eighteen by the end of a month that runs."""
    promises = [kept(on=5, done_on=None)]

    def slip(today: date) -> float | None:
        return average_slip(promises, OCTOBER, today, lambda calendar, a, b: HONG_KONG.days_between(a, b)).mean

    assert (slip(october(14)), slip(NOVEMBER_3)) == (7.0, 18.0)


def test_the_first_response_is_told_by_rank_and_counts_what_nobody_answered() -> None:
    """The worked example: median 3.0, P90 9.0; the tenth has waited for more than 20 hours."""
    start = datetime(2026, 10, 14, tzinfo=UTC)
    hours = (4, 0.5, 1, 9, 1, 2, 3, 6, 5)
    asked = [Asked(f"{n}", october(14), start, start + timedelta(hours=h)) for n, h in enumerate(hours)]
    asked += [Asked("open", october(14), start), Asked("of September", date(2026, 9, 30), start, start)]

    found = first_response(asked, OCTOBER, start + timedelta(hours=20), by_the_clock)

    assert (found.median, found.p90, found.counted) == (Hours(3.0), Hours(9.0), 10)
    longest = first_response(asked[-2:], OCTOBER, start + timedelta(hours=20), by_the_clock)
    assert longest.median == Hours(20.0, or_more=True)


def by_the_clock(calendar: str, a: datetime, b: datetime) -> float:
    return (b - a) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("a", "b", "hong_kong", "mainland"),
    [
        ("2026-10-16 17:30", "2026-10-20 10:15", 1.75, 9.75),
        ("2026-10-09 17:00", "2026-10-10 11:00", 1.0, 3.0),
        ("2026-10-17 15:00", "2026-10-17 16:00", 0.0, 0.0),
        ("2026-02-13 16:00", "2026-02-20 11:00", 12.0, None),
        ("2026-02-13 16:00", "2026-02-24 10:00", None, 11.0),
    ],
)
def test_the_clock_of_an_answer_is_that_of_those_who_must_give_it(
    a: str, b: str, hong_kong: float | None, mainland: float | None
) -> None:
    """The worked examples of the clock: a holiday on one side of the border only, make-up days, lunar new year."""
    for calendar, expected in ((HONG_KONG, hong_kong), (MAINLAND, mainland)):
        if expected is not None:
            assert calendar.between(local(a), local(b)) == timedelta(hours=expected)


@pytest.mark.parametrize(
    ("scale", "score", "best", "hundred"),
    [
        ("stars", 4, 5, 80.0),
        ("stars", 1, 5, 20.0),
        ("stars", 7, 7, 100.0),
        ("stars", 6, 5, None),
        ("ten", 6, 5, 60.0),
        ("ten", 11, 5, None),
        ("net promoter score", 20, 5, 60.0),
        ("thumbs", 1, 5, 100.0),
        ("faces", 1, 5, 50.0),
        ("low is good", 1, 5, 100.0),
        ("low is good", 5, 5, 20.0),
    ],
)
def test_a_score_of_any_scale_is_one_of_hundred(scale: Scale, score: float, best: int, hundred: float | None) -> None:
    """What a scale does not hold is a problem of mapping, not a zero."""
    assert of_hundred(scale, score, best) == hundred


def test_each_client_counts_once_in_satisfaction() -> None:
    """The worked example: A 90, B 60, C none: 75.0 from 2 of 3 clients, 3 answers; a plain mean would say 80."""
    year, now = local("2025-11-01 00:00"), local("2026-11-01 00:00")
    at = local("2026-10-14 10:00")
    given = [
        Given("1", "a", "ann", at, 100.0),
        Given("0", "a", "ann", at - timedelta(days=1), 20.0),  # her earlier answer
        Given("2", "a", "ben", at, 80.0),
        Given("3", "b", "cho", at, 60.0),
        Given("4", "c", "dan", year - timedelta(days=1), 20.0),  # more than a year ago
        Given("5", "c", "dan", at, None),
        Given("6", None, "eve", at, 80.0),
    ]

    found = satisfaction(given, ("a", "b", "c"), year, now)

    assert (found.score, found.by_client, found.of, found.answers) == (75.0, {"a": 90.0, "b": 60.0}, 3, 3)
    assert found.left_out == (LeftOut("5", "scale unknown"), LeftOut("6", "no client"))
    assert satisfaction([], ("a",), year, now).score is None


def test_nine_of_ten_responses_were_carried_out() -> None:
    """The worked example: 8 due and 2 carried over; 8 on time, 1 late, 1 not; 1 accepted is left out."""
    raised = date(2026, 9, 1)
    due = [Response(f"{n}", "mitigate", raised, october(14), carried_out_on=october(12)) for n in range(7)]
    due += [
        Response("late", "avoid", raised, october(14), carried_out_on=october(20)),
        Response("carried over", "transfer", raised, date(2026, 9, 20), carried_out_on=october(2)),
        Response("not", "mitigate", raised, date(2026, 9, 20)),
        Response("accepted", "accept", raised, october(14)),
    ]

    found = risk_response_rate(due, OCTOBER, NOVEMBER_3, add_days)

    assert (found.rate.percent, found.rate.met, found.rate.counted) == (90.0, 9, 10)
    assert (found.rate.missed, found.late) == (("not",), ("late", "carried over"))
    assert found.rate.left_out == (LeftOut("accepted", "accepted"),)


@pytest.mark.parametrize(
    ("values", "counted", "met"),
    [
        ({"due_on": None, "raised_on": date(2026, 9, 25)}, 1, 0),  # 10 working days on: 13 October
        ({"due_on": None, "raised_on": october(25)}, 0, 0),
        ({"gone_on": october(13)}, 0, 0),
        ({"gone_on": october(15)}, 1, 0),
        ({"occurred_on": october(9), "carried_out_on": october(10)}, 1, 0),
        ({"carried_out_on": date(2026, 11, 1)}, 1, 0),
        ({"due_on": date(2026, 9, 14), "carried_out_on": date(2026, 9, 30)}, 0, 0),
        ({"response": None}, 0, 0),
        ({"response": "accept", "due_on": date(2026, 9, 14)}, 0, 0),
        ({"is_dated": False}, 0, 0),
        ({"due_on": NOVEMBER_3}, 0, 0),
    ],
)
def test_which_responses_are_due(values: dict[str, Any], counted: int, met: int) -> None:
    """Without a date a response is due ten working days after the risk was raised."""
    risk = Response(**{"key": "r", "response": "avoid", "raised_on": october(1), "due_on": october(14), **values})

    rate = risk_response_rate([risk], OCTOBER, NOVEMBER_3, add_days).rate

    assert (rate.counted, rate.met) == (counted, met)


@pytest.mark.parametrize(
    ("values", "counted"),
    [
        ({"due_on": date(2026, 9, 14)}, 0),
        ({"due_on": october(5)}, 0),
        ({"due_on": october(5), "carried_out_on": october(12)}, 1),
        ({"due_on": october(5), "carried_out_on": october(20)}, 0),  # planned, not done
        ({"due_on": october(5), "occurred_on": october(12)}, 1),
    ],
)
def test_in_the_running_month_a_response_that_is_open_may_be_carried_out_yet(
    values: dict[str, Any], counted: int
) -> None:
    """On the 14th nobody has missed the month; what occurred before its response has."""
    risk = Response(**{"key": "r", "response": "avoid", "raised_on": date(2026, 9, 1), **values})

    assert risk_response_rate([risk], OCTOBER, october(14), add_days).rate.counted == counted


def test_the_communication_score_is_shown_from_three_raters_on() -> None:
    """5, 4, 4, 3 are 4.0; of two everybody would know whose mark is whose."""
    at = local("2026-10-14 10:00")
    marks = [Mark(f"{n}", at, mark) for n, mark in enumerate((5, 4, 4, 3))]

    assert communication_score([Mark("0", at - timedelta(days=90), 1), *marks]).score == 4.0
    assert communication_score(marks[:2]).score is None
