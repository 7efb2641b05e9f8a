"""How often each reader would have been told, had a rule been on: by routes, calendars and repeats."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from pydantic import SecretStr

from alerts.backtest import Heard, heard
from alerts.channels.slack import SlackSettings
from alerts.decide import Holding, Hours, Policy, Told, decide, is_repeat_due, line_came
from alerts.routing import People
from config.settings import SEVERITIES, PersonSettings, Route, RouteMatch, Secret, Settings
from rules.backtest import Backtest, Budget, Raised, Stage
from rules.fence import TooSlow
from rules.moment import Moment
from rules.rule import Repeat, Rule
from rules.views import FEEDBACK, MILESTONE, View
from tests.rules.past_rows import BUDGET
from tests.rules.rows import CALENDARS, local
from tests.rules.test_evaluate import rule

SINCE = local("2026-10-01 00:00")
FACTS: Mapping[str, Any] = {"source": "delivery", "client": "client/harbour", "bd": "person/lee", "name": "UAT"}


def firm(calendar: str = "default", *, to: Sequence[str] = ("email:bd",)) -> Settings:
    people = {
        "may": PersonSettings(name="May", email="may@acme.example"),
        "lee": PersonSettings(name="Lee", email="lee@acme.example", calendar=calendar),
    }
    return Settings(coordinator="may", people=people, routes=(Route(to=tuple(to)),))


HOURS = [SINCE + timedelta(hours=n) for n in range(24 * 31)]
TICKS = [Moment.of(firm(), CALENDARS, at) for at in HOURS]
"""October 2026: 1 and 19 October are Hong Kong holidays, 1 to 7 mainland ones; Sat 10 is worked on the mainland."""


def tick(text: str) -> int:
    return HOURS.index(local(f"2026-10-{text}"))


def raised(begins: str, ends: str = "", *, subject: str = "1", severity: str = "warning", **facts: Any) -> Raised:
    """An alert between two times of October."""
    stage = Stage(tick(begins), severity, {**FACTS, **facts})
    return Raised(subject, (stage,), tick(ends) if ends else None)


def tried(*alerts: Raised, view: View = MILESTONE, repeat: Repeat | None = None) -> Backtest:
    return Backtest(replace(rule("overdue", MILESTONE), view=view, repeat=repeat), TICKS, alerts, ())


def counted(of: Backtest, settings: Settings | None = None) -> dict[str, tuple[int, int, int]]:
    """By name: messages, those that something is over, those on days off."""
    own = settings or firm()
    return {one.name: (one.messages, one.ends, one.on_days_off) for one in heard(of, own, People(own, {}), BUDGET)}


def test_two_alerts_of_a_night_are_one_message_in_the_morning() -> None:
    """One message for each reader and round, not one for each alert."""
    of = tried(raised("06 00:00"), raised("06 03:00", subject="2"))

    assert counted(of) == {"Lee": (1, 0, 0)}


def test_alerts_of_two_days_are_two_messages() -> None:
    of = tried(raised("06 00:00"), raised("07 00:00", subject="2"))

    assert counted(of) == {"Lee": (2, 0, 0)}


def test_what_is_over_by_the_morning_is_not_told() -> None:
    """Nothing is told because of what held at night."""
    assert counted(tried(raised("06 00:00", "06 08:00"))) == {}


def test_an_end_is_told_to_those_who_were_told() -> None:
    """But for what was only to be known."""
    assert counted(tried(raised("06 00:00", "07 20:00"))) == {"Lee": (1, 1, 0)}
    assert counted(tried(raised("06 00:00", "07 20:00", severity="info"))) == {"May": (1, 0, 0)}


def test_an_end_that_only_changes_a_message_is_none() -> None:
    """Slack with a token: what was written is struck through where it stands."""
    token = Secret(reference="env:TOKEN", value=SecretStr("t"))
    own = firm(to=("chat:bd",)).model_copy(
        update={"channels": {"chat": SlackSettings(name="chat", token=token, channel="C1")}}
    )

    assert counted(tried(raised("06 00:00", "07 20:00")), own) == {"Lee": (1, 0, 0)}


def test_a_rule_repeats_itself_on_the_readers_working_days() -> None:
    """Told on Tue 6 Oct; three working days later is Fri 9, Wed 14, Mon 19 is a holiday: so Tue 20, Fri 23, Wed 28."""
    assert counted(tried(raised("06 00:00"), repeat=Repeat(3, "wd"))) == {"Lee": (6, 0, 0)}


def test_what_becomes_worse_is_told_again() -> None:
    """At once, in working hours; better is no news."""
    stages = (Stage(tick("06 00:00"), "warning", FACTS), Stage(tick("08 00:00"), "critical", FACTS))
    better = (*stages, Stage(tick("09 00:00"), "high", FACTS))

    assert counted(tried(Raised("1", stages, None))) == {"Lee": (2, 0, 0)}
    assert counted(tried(Raised("1", better, None))) == {"Lee": (2, 0, 0)}


def test_what_is_urgent_goes_out_on_a_day_off_and_is_counted_so() -> None:
    """Saturday 3 October, 22:00; all else waits for Monday."""
    urgent = raised("03 22:00", severity="critical", urgent=True)
    usual = raised("03 22:00", severity="critical")

    assert counted(tried(urgent, view=FEEDBACK)) == {"Lee": (1, 0, 1)}
    assert counted(tried(usual, view=FEEDBACK)) == {"Lee": (1, 0, 0)}


def test_a_make_up_day_is_a_working_day_of_the_mainland_reader_alone() -> None:
    """Sat 10 Oct is 調休: urgent feedback then disturbs a day off in Hong Kong, and none in Shenzhen."""
    urgent = tried(raised("10 11:00", severity="critical", urgent=True), view=FEEDBACK)

    assert counted(urgent, firm("shenzhen")) == {"Lee": (1, 0, 0)}
    assert counted(urgent, firm("default")) == {"Lee": (1, 0, 1)}


def test_what_fired_before_the_first_look_was_told_before() -> None:
    """Else the first morning of every back-test would bring all that is old; repeats are counted."""
    assert counted(tried(raised("01 00:00"))) == {}
    assert counted(tried(raised("01 00:00"), repeat=Repeat(10, "wd"))) == {"Lee": (2, 0, 0)}


def test_before_the_first_look_only_those_were_told_who_are_told_of_what_it_was_then() -> None:
    """What grew critical in October is news to whoever hears of nothing less."""
    stages = (Stage(0, "warning", FACTS), Stage(tick("08 00:00"), "critical", FACTS))
    to_all = Route(match=RouteMatch(severity="critical"), to=("email:bd", "email:may"))
    own = firm().model_copy(update={"routes": (to_all, Route(to=("email:bd",)))})

    assert counted(tried(Raised("1", stages, tick("08 05:00"))), own) == {"Lee": (0, 1, 0)}
    assert counted(tried(Raised("1", stages, None)), own) == {"Lee": (1, 0, 0), "May": (1, 0, 0)}


def test_whoever_has_it_from_then_on_is_told_from_then_on() -> None:
    """Handed from Lee to May on Monday 12 October: four working mornings are Lee's, the rest of the fortnight May's."""
    stages = (
        Stage(tick("06 00:00"), "warning", FACTS),
        Stage(tick("12 00:00"), "warning", {**FACTS, "bd": "person/may"}),
    )
    handed = tried(Raised("1", stages, tick("19 00:00")), repeat=Repeat(1, "wd"))

    assert counted(handed) == {"Lee": (4, 1, 0), "May": (5, 1, 0)}


def test_nobody_is_told_of_an_end_that_is_none_by_the_morning() -> None:
    """Over at 20:00 and back at 22:00: the round at nine finds it firing."""
    of = tried(raised("06 00:00", "07 20:00"), raised("07 22:00"))

    assert counted(of) == {"Lee": (2, 0, 0)}


def test_whom_nobody_may_write_to_would_not_have_been_told() -> None:
    """The coordinator is, in their place."""
    own = firm()
    people = People(own, {"person/poon": ("Poon", "poon@harbour.example")})
    found = heard(tried(raised("06 00:00", bd="person/poon")), own, people, BUDGET)

    assert [(one.name, one.messages) for one in found] == [("May", 1)]


# --- the same, hour by hour ---------------------------------------------------------------------------------------

severities = st.sampled_from(SEVERITIES)


@st.composite
def alerts(draw: st.DrawFn) -> Raised:
    times = sorted(draw(st.sets(st.integers(1, len(TICKS) - 1), min_size=1, max_size=4)))
    ends = times.pop() if len(times) > 1 and draw(st.booleans()) else None
    words: list[str] = []
    for _ in times:
        words.append(draw(severities.filter(lambda word: not words or word != words[-1])))
    facts = {**FACTS, "urgent": draw(st.booleans())}
    return Raised("1", tuple(Stage(at, word, facts) for at, word in zip(times, words, strict=True)), ends)


@tries(max_examples=40, deadline=None)
@given(
    one=alerts(),
    view=st.sampled_from([MILESTONE, FEEDBACK]),
    repeat=st.sampled_from([None, Repeat(1, "wd"), Repeat(3, "wd"), Repeat(5, "h")]),
    calendar=st.sampled_from(["default", "shenzhen"]),
)
def test_asking_where_the_decision_can_change_is_asking_every_hour(
    one: Raised, view: View, repeat: Repeat | None, calendar: str
) -> None:
    """The very function that rounds decide by, asked at every tick, counts the same."""
    of = tried(one, view=view, repeat=repeat)
    own = firm(calendar, to=("email:lee",))
    found = heard(of, own, People(own, {}), BUDGET)

    assert sum(reader.messages for reader in found) == hour_by_hour(of.rule, one, calendar)


def hour_by_hour(of: Rule, one: Raised, calendar: str) -> int:
    known = CALENDARS[calendar]
    told: datetime | None = None
    worse_at: datetime | None = None
    messages = 0
    for number in range(one.begins, len(TICKS) if one.ends is None else one.ends):
        now = HOURS[number]
        stages = [stage for stage in one.stages if stage.tick <= number]
        if len(stages) > 1 and stages[-1].tick == number:
            was, came = (SEVERITIES.index(stage.severity) for stage in stages[-2:])
            worse_at = now if came > was else worse_at
        past = Told(told, repeat_due=is_repeat_due(of.repeat, told, now, known)) if told else None
        owed_from = HOURS[number - 1 if number == one.begins else one.begins]
        hours = Hours(known.is_working(now), line_came(known, owed_from, now))
        policy = Policy.of(of.view.name, stages[-1].severity, urgent=one.facts["urgent"])
        if decide(Holding("firing", worse_at=worse_at), past, policy, hours).tells:
            messages, told = messages + 1, now
    return messages


def test_nobody_is_named_who_heard_nothing() -> None:
    people = People(firm(), {})

    assert heard(tried(), firm(), people, BUDGET) == []
    assert heard(tried(raised("06 00:00")), firm(), people, BUDGET) == [Heard("person/lee", "Lee", 1, 0, 0)]


def test_counting_messages_is_stopped_with_the_back_test() -> None:
    """It is part of it: of a rule that fires for every row it takes longer than the rest."""
    seconds = iter([0.0, 11.0])
    spent = Budget(10.0, lambda: next(seconds))

    with pytest.raises(TooSlow, match="took longer than 10 s"):
        heard(tried(raised("06 00:00")), firm(), People(firm(), {}), spent)
