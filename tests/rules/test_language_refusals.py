"""What the language refuses, where it points, and what it proposes instead."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.language.nodes import Not, Term
from rules.language.parse import read_condition, read_value, texts_of
from rules.language.text import LanguageError

TERMS = {
    "overdue": Term("flag"),
    "name": Term("text"),
    "status_category": Term("text", ("todo", "done")),
    "moves": Term("number"),
    "due_on": Term("date"),
    "due_at": Term("instant"),
    "days_overdue": Term("number", is_age=True),
}
PARAMS: dict[str, bool | float | str] = {"critical_days": 7}


def refusal(text: str) -> tuple[str, str]:
    """The message, and the words it points at."""
    with pytest.raises(LanguageError) as refused:
        read_condition(text, TERMS, PARAMS)
    return refused.value.message, text[refused.value.start : refused.value.end]


@pytest.mark.parametrize(
    ("text", "message", "marked"),
    [
        # names
        ("overdu", "did you mean 'overdue'?", "overdu"),
        ("逾期 = 1", "cannot stand here", "逾"),
        ("overdue and zzz = 1", "known are: days_overdue, due_at", "zzz"),
        ("milestone.overdue", "names stand alone", "milestone.overdue"),
        ("params.critical = 1", "did you mean 'critical_days'?", "params.critical"),
        ("a.params.critical_days = 1", "this form of Column", "a.params.critical_days"),
        ("status_category = 'doen'", "did you mean 'done'?", "'doen'"),
        ("status_category in ('todo', 'closed')", "'closed' is never its value", "'closed'"),
        # types
        ("due_on < now", "a date goes with today", "now"),
        ("due_at < today", "an instant with now", "today"),
        ("due_on > '2026-01-01'", "days are written today", "'2026-01-01'"),
        ("overdue = 1", "a number, beside a flag", "1"),
        ("moves = 'x'", "a text, beside a number", "'x'"),
        ("name < 'b'", "has no order", "name"),
        ("name + 1 > 2", "where a number is needed", "name"),
        ("due_on - 1 < today", "where a number is needed", "due_on"),
        ("moves like 'a'", "where a text is needed", "moves"),
        ("name", "where a condition is needed", "name"),
        ("if(overdue, 1, 'a') = 1", "a text, beside a number", "'a'"),
        # time
        ("days_overdue", "compare it with one", "days_overdue"),
        ("days_overdue > moves", "only be compared with a number", "moves"),
        ("days_overdue + 1 > 2", "moves with the clock", "days_overdue"),
        ("today < now", "not with another time", "now"),
        ("due_on in (today)", "a list holds numbers or texts", "today"),
        ("due_at = now", "never met exactly", "due_at"),
        ("due_on < today - moves", "a whole number", "moves"),
        ("due_on < today + 9999", "a whole number from 0 to 3650", "9999"),
        ("due_at < ago('soon')", "write a span as", "'soon'"),
        ("due_at < ago('99999d')", "write a span as", "'99999d'"),
        ("due_at < working_hours_ago(10001)", "from 0 to 10000", "10001"),
        ("due_on < working_days_ago(0.5)", "a whole number", "0.5"),
        ("due_at < now - 3", "only today can be moved", "now - 3"),
        # missing values
        ("name = null", "write `is null`", "name"),
        ("moves between 1 and null", "write `is null`", "moves"),
        ("moves in (1, null)", "write `is null`", "moves in (1"),
        ("moves is 3", "comes null, true or false", "3"),
        ("moves is true", "neither true nor false", "moves"),
        # numbers and patterns
        ("moves > 1e3", "as 12 or 0.5", "1e3"),
        ("moves > .5", "as 12 or 0.5", ".5"),
        ("moves > 1000000001", "numbers go to", "1000000001"),
        ("name like 'a\\'", "cannot end in a backslash", "'a\\'"),
        ("name like '%a%b%c%d%'", "at most 4 %", "'%a%b%c%d%'"),
        (f"contains(name, '{'x' * 101}')", "1 to 100 characters", f"'{'x' * 101}'"),
        ("name like name", "a text in quotes", "name"),
        # writing
        ("overdue and “x” = name", "straight single quotes", "“"),
        ('name = "x"', "straight single quotes", '"'),
        ("overdue，name", "write ','", "，"),
        ("overdue\u200b", "U+200B cannot stand here", "\u200b"),
        ("name = 'a\u202eb'", "nobody can see", "a"),
        ("overdue -- why", "comments", "--"),
        ("overdue /* why */", "comments", "/*"),
        ("overdue;", "without a semicolon", ";"),
        ("name = 'x", "quote is not closed", "'"),
        ("(overdue", "a bracket is not closed", "overdue"),
        ("not", "something is missing", "not"),
        ("overdue overdue", "does not belong here", "overdue"),
        ("moves > 3 days", "does not belong here", "days"),
        ("case when overdue then overdue", "needs its end", "overdue"),
        ("if overdue, 1", "write if(", "if"),
        ("if(overdue)", "something is missing", ")"),
        ("", "no expression", ""),
        # what sqlglot would read
        ("len(name) > 2", "did you mean 'length'?", "len"),
        ("ifnull(moves, 1) = 1", "there is no function 'ifnull'", "ifnull"),
        ("contains(name, 'x', 'y')", "this form of Contains", "contains(name, 'x', 'y'"),
        ("moves in moves", "this form of In", "moves in moves"),
        ("case name when 'a' then overdue end", "this form of Case", "name when 'a' then overdue"),
        ("exists(select 1)", "there is no function 'exists'", "exists"),
        ("moves in (select 1)", "cannot be written here", "moves in (select 1"),
        ("count(*) > 1", "there is no function 'count'", "count"),
        ("moves::text = 'a'", "cannot stand here", ":"),
        ("name || 'x' = 'y'", "cannot stand here", "|"),
        ("due_on > date '2026-01-01'", "cannot be written here", "'2026-01-01'"),
        ("N'x' = name", "cannot be written here", "N'x'"),
        ("name similar to 'a'", "cannot be written here", "name similar to 'a'"),
        ("name ilike 'a'", "cannot be written here", "name ilike 'a'"),
        ("name like 'a' escape 'b'", "cannot be written here", "name like 'a' escape 'b'"),
        ("name is distinct from 'a'", "cannot be written here", "name is distinct from 'a'"),
        ("moves = any(moves)", "there is no function 'any'", "any"),
        ("moves between symmetric 3 and 1", "this form of Between", "moves between symmetric 3 and 1"),
        ("$1 = 2", "cannot stand here", "$"),
    ],
)
def test_a_refusal_says_why_and_points_at_the_words(text: str, message: str, marked: str) -> None:
    """A coordinator mends a rule from the message alone."""
    told, pointed_at = refusal(text)

    assert message in told
    assert pointed_at == marked


@pytest.mark.parametrize(
    "text",
    [
        "(" * 30 + "overdue" + ")" * 30,
        "not " * 30 + "overdue",
        "moves = " + "-" * 1 + " - ".join(["1"] * 60),
        "moves = " + "+".join(["moves"] * 100),
        " and ".join(["overdue"] * 300),
        "overdue " + " " * 2001,
    ],
)
def test_what_is_too_long_or_too_deep_is_refused_before_it_costs_anything(text: str) -> None:
    """Brackets and long sums recurse in the parser, in us and in SQLAlchemy."""
    with pytest.raises(LanguageError, match=r"more than|longer than"):
        read_condition(text, TERMS, PARAMS)


def test_a_long_row_of_conditions_is_fine() -> None:
    """`and` and `or` are flat, however many."""
    text = " or ".join(["moves > 1"] * 90)

    read_condition(text, TERMS, PARAMS)


_WORDS = (
    "overdue|name|moves|due_on|due_at|days_overdue|status_category|params.critical_days|now|today|and|or|not|in|is|"
    "between|like|null|true|false|if|case|when|then|else|end|(|)|,|+|-|*|/|=|<>|<|>|'x'|'done'|3|0.5|ago|contains|"
    "length|abs|coalesce|select|from|as|'it''s'|working_hours_ago|.|:"
)
WORDS = st.sampled_from(_WORDS.split("|"))


@given(st.one_of(st.lists(WORDS, max_size=25).map(" ".join), st.text(max_size=60)))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing else: no traceback reaches whoever wrote it."""
    with suppress(LanguageError):
        read_condition(text, TERMS, PARAMS)


def test_not_like_is_the_opposite_of_like() -> None:
    """sqlglot hangs the `not` on the node's arguments, where a check by class alone does not see it."""
    like, unlike = (read_condition(f"name {word} 'a%'", TERMS, PARAMS) for word in ("like", "not like"))

    assert unlike == Not(like)


def test_names_and_words_are_the_same_in_either_case() -> None:
    """As in SQL."""
    assert read_condition("OVERDUE AND Moves > 1", TERMS, PARAMS) == read_condition(
        "overdue and moves > 1", TERMS, PARAMS
    )


def test_every_text_that_a_severity_can_be_is_known() -> None:
    """So a rule cannot give a severity that nobody knows."""
    value = read_value(
        "if(overdue, 'critical', case when moves > 1 then 'high' else status_category end)", TERMS, PARAMS
    )

    assert texts_of(value) == {"critical", "high", "todo", "done"}
    assert texts_of(read_value("name", TERMS, PARAMS)) is None
