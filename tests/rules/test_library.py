"""The rules that are shipped: their examples hold, they speak three languages, they say the demo's words."""

from datetime import date, datetime
from typing import Any

import pytest

from config.language import LANGUAGES
from config.settings import CalendarSettings, Language, Settings
from rules import examples
from rules.load import load_rules
from rules.rule import Example, Given, Place, Repeat, Rule
from rules.titles import Reading
from tests.rules.rows import SETTINGS, STORY, ZONE, local

RULES = {rule.id: rule for rule in load_rules(SETTINGS)}
MOMENTS = {
    "a morning": STORY,
    "opening": local("2026-11-23 09:00"),
    "lunch": local("2026-11-24 13:30"),
    "closing": local("2026-11-24 18:00"),
    "midnight": local("2026-11-24 00:00"),
    "Sunday": local("2026-11-22 15:00"),
    "after a holiday": local("2026-10-20 09:00"),
}


@pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS)
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_examples_of_the_library_hold_at_any_hour(rule: Rule, now: datetime) -> None:
    """They are its tests: run here, and by `milepost rules check`."""
    assert [str(failure) for failure in examples.check(rule, SETTINGS, now)] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_of_the_library_shows_when_it_fires_when_not_and_what_ends_it(rule: Rule) -> None:
    """Examples on one side alone would let a rule pass that always fires; and whoever is told wants to know its end."""
    assert {example.fires for example in rule.examples} == {True, False}
    assert any(example.then is not None for example in rule.examples)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_of_the_library_speaks_three_languages(rule: Rule) -> None:
    """Title and reason alike."""
    assert set(rule.titles) == set(LANGUAGES)
    assert set(rule.why) == set(LANGUAGES)


def test_a_wrong_example_is_told_with_its_place() -> None:
    """`rules check` prints these lines."""
    rule = RULES["milestone-overdue"]
    wrong = Example({"status_category": "done", "due_on": date(2026, 11, 1)}, fires=True, place=Place("own.yaml", 7, 5))

    (failure,) = examples.check(_with(rule, wrong), SETTINGS, STORY)

    assert str(failure).startswith("own.yaml:7:5: the rule stays silent on")


def test_an_end_that_does_not_end_it_is_told() -> None:
    """The row as it became is what the rule still fires on."""
    rule = RULES["milestone-overdue"]
    late: dict[str, Given] = {"status_category": "todo", "due_on": date(2026, 11, 1)}
    wrong = Example(late, fires=True, place=Place("own.yaml", 7, 5), then={"due_on": date(2026, 11, 2)})

    (failure,) = examples.check(_with(rule, wrong), SETTINGS, STORY)

    assert str(failure).startswith("own.yaml:7:5: the rule fires on")
    assert "datetime.date(2026, 11, 2)" in str(failure)


def test_a_firms_own_limits_do_not_make_the_librarys_examples_wrong() -> None:
    """They rest on the defaults; the examples of a firm's own rules rest on its settings."""
    strict = Settings(
        coordinator="kitty",
        feedback_hours={"warning": 1},
        calendar=CalendarSettings(hours=("10:00-12:00",)),
    )
    rule = RULES["feedback-unhandled"]

    assert examples.check(rule, strict, STORY) == []
    assert examples.check(_with(rule, *rule.examples, is_library=False), strict, STORY) != []


def _with(rule: Rule, *given: Example, is_library: bool = True) -> Rule:
    return Rule(**{**vars(rule), "examples": given, "is_library": is_library})


OVERDUE: dict[str, Any] = {
    "name": "UAT sign-off",
    "client_names": {"": "Bank of Nine Ferries", "zh-Hant-HK": "九渡銀行", "zh-Hans-CN": "九渡银行"},
    "days_overdue": 8,
    "deadline_at": "2026-11-16T15:59:59.999999+00:00",
}
THIS_MORNING = OVERDUE | {
    "name": "積分規則上線",
    "client_names": None,
    "days_overdue": 0,
    "deadline_at": "2026-11-24T00:30:00+00:00",
}
WAITING = {
    "subject": "收據列印太慢",
    "author": "潘詠琳",
    "client_names": {"": "紙鳶百貨"},
    "waited_hours": 9.5,
    "limit_hours": 8.0,
}


@pytest.mark.parametrize(
    ("rule", "facts", "language", "title"),
    [
        ("milestone-overdue", OVERDUE, "en", "Bank of Nine Ferries: UAT sign-off is 8 days late"),
        ("milestone-overdue", OVERDUE, "zh-Hant-HK", "九渡銀行：UAT sign-off 逾期 8 日"),
        ("milestone-overdue", OVERDUE, "zh-Hans-CN", "【逾期】九渡银行：UAT sign-off 已 8 天"),
        ("milestone-overdue", OVERDUE | {"days_overdue": 1}, "en", "Bank of Nine Ferries: UAT sign-off is 1 day late"),
        ("milestone-overdue", THIS_MORNING, "en", "積分規則上線 due since 08:30"),
        ("milestone-overdue", THIS_MORNING, "zh-Hant-HK", "積分規則上線 自 08:30 起逾期"),
        ("feedback-unhandled", WAITING, "en", "紙鳶百貨 waits 9.5 working hours"),
        ("feedback-unhandled", WAITING, "zh-Hant-HK", "紙鳶百貨已等候回覆 9.5 工作小時"),
        ("feedback-unhandled", WAITING, "zh-Hans-CN", "【待回复】紙鳶百貨：已等待 9.5 个工作小时，时限 8 小时"),
        ("feedback-unhandled", WAITING | {"client_names": None}, "en", "潘詠琳 waits 9.5 working hours"),
        (
            "feedback-unhandled",
            WAITING | {"client_names": None, "author": None},
            "en",
            "收據列印太慢: waiting 9.5 working hours",
        ),
    ],
)
def test_titles_say_who_what_and_how_late(rule: str, facts: dict[str, Any], language: Language, title: str) -> None:
    """The first line alone must tell it, on a lock screen."""
    assert RULES[rule].title(facts, Reading(language, ZONE, date(2026, 11, 24))) == title


@pytest.mark.parametrize(
    ("rule", "facts", "title"),
    [
        ("credential-expiring", {"expired": False}, "asana: the token ends on Mon 30 Nov"),
        ("credential-expiring", {"expired": True}, "asana: the token ended on Mon 30 Nov"),
        ("deal-at-risk", {"close_passed": False}, "asana closes Mon 30 Nov, 1 promise overdue"),
        ("deal-at-risk", {"close_passed": True}, "asana was to close Mon 30 Nov, 1 promise overdue"),
        ("client-waited-for", {"author": "潘詠琳"}, "We wait for an answer from 潘詠琳: Fonts"),
        ("client-waited-for", {}, "We wait for an answer: Fonts"),
    ],
)
def test_titles_tell_what_is_past_from_what_is_to_come_and_blame_nobody(
    rule: str, facts: dict[str, Any], title: str
) -> None:
    """A date that has passed is not spoken of as one to come."""
    shared = {"name": "asana", "subject": "Fonts", "expires_on": "2026-11-30", "close_on": "2026-11-30", "late": 1}

    assert RULES[rule].title(shared | facts, Reading("en", ZONE, date(2026, 11, 24))) == title


@pytest.mark.parametrize(("answered", "said"), [(True, "was answered, not helped"), (False, "waits for an answer")])
def test_nobody_is_told_of_an_answer_that_nobody_gave(answered: bool, said: str) -> None:
    """A ticket can be open too long without a word of ours."""
    reason = RULES["feedback-open-too-long"].reason({"answered": answered}, Reading("en", ZONE, date(2026, 11, 24)))

    assert said in reason


def test_what_repeats_and_what_config_may_change() -> None:
    """Documented in the rule itself."""
    assert RULES["milestone-overdue"].repeat == Repeat(3, "wd")
    assert RULES["feedback-unhandled"].repeat == Repeat(1, "wd")
    assert list(RULES["milestone-overdue"].params) == ["critical_days"]
    assert list(RULES["feedback-unhandled"].params) == []
