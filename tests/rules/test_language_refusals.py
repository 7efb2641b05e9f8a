"""What the language refuses, where it points, and what it proposes instead."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rules.fields import type_of
from rules.language.nodes import Either, Not, Term
from rules.language.parse import read_condition, read_value, texts_of
from rules.language.text import LanguageError

TERMS = {
    "overdue": Term("flag"),
    "name": Term("text"),
    "status_category": Term("text", ("todo", "done")),
    "moves": Term("number"),
    "due_on": Term("date"),
    "due_at": Term("instant"),
    "baseline_on": Term("date"),
    "labels": Term("labels"),
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
        ("overdue and zzz = 1", "known are: baseline_on, days_overdue", "zzz"),
        ("milestone.overdue", "names stand alone", "milestone"),
        ("params.critical = 1", "did you mean 'critical_days'?", "params.critical"),
        ("a.params.critical_days = 1", "names stand alone", "a"),
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
        ("due_on - 1 < today", "compare it, as in due_on < today - 3", "due_on"),
        ("due_on - baseline_on > 3", "days_between(date, date)", "due_on"),
        ("due_at - due_at > 3", "hours_between(instant, instant)", "due_at"),
        ("today - due_on > 3", "as in due_on < today - 3", "due_on"),
        ("days_between(due_on, today) > 3", "takes two columns", "today"),
        ("days_between(due_on, due_at) > 3", "an instant, where a date is needed", "due_at"),
        ("days_between(due_on) > 3", "write days_between(date, date)", "days_between(due_on"),
        ("has_label(name, 'x')", "known are: labels", "name"),
        ("has_label(labels, name)", "a text in quotes", "name"),
        ("has_label(labels)", "write has_label(labels, 'label')", "has_label(labels"),
        ("labels = 'x'", "write has_label(labels, 'label')", "labels"),
        ("has_label(labels, 'x') = true", "is a condition", "has_label(labels, 'x'"),
        ("lower(moves) = 'a'", "where a text is needed", "moves"),
        ("coalesce(moves) > 1", "write coalesce(value, value)", "coalesce(moves"),
        ("overdue is not 1", "comes null, true or false", "1"),
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
        ("due_on < today + 3650 + 1", "by 3650 days at most", "1"),
        ("now() > due_at", "write now, without brackets", "now"),
        ("due_at < ago('soon')", "write a span as", "'soon'"),
        ("due_at < ago('99999d')", "at most '3650d'", "'99999d'"),
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
        ("moves > " + "9" * 400, "numbers go to", "9" * 400),
        ("moves . 0.0 > 1", "as 12 or 0.5", ". 0.0"),
        ("moves > 0.0000000001", "nine decimals", "0.0000000001"),
        (" * ".join(["moves"] * 12) + " > 1", "more than 10 times", "*"),
        ("name like 'a\\'", "cannot end in a backslash", "'a\\'"),
        ("name like '%a%b%c%d%'", "at most 4 %", "'%a%b%c%d%'"),
        (f"contains(name, '{'x' * 101}')", "1 to 100 characters", f"'{'x' * 101}'"),
        ("name like name", "a text in quotes", "name"),
        # writing
        ("overdue and “x” = name", "straight single quotes", "“"),
        ('name = "x"', "straight single quotes", '"'),
        ("overdue，name", "write ','", "，"),
        ("overdue\u200b", "U+200B cannot stand here", "\u200b"),
        ("name = 'a\u202eb'", "nobody can see stands here: U+202E", "\u202e"),
        ("overdue -- why", "comments", "--"),
        ("overdue /* why */", "comments", "/*"),
        ("overdue;", "without a semicolon", ";"),
        ("name = 'x", "quote is not closed", "'"),
        ("(overdue", "this bracket is not closed", "("),
        ("overdue)", "never opened", ")"),
        ("overdue and", "something is missing", "and"),
        ("moves >", "something is missing", ">"),
        ("not", "something is missing", "not"),
        ("overdue overdue", "does not belong here", "overdue"),
        ("moves > 3 days", "a span is written", "days"),
        ("overdue adn moves > 3", "did you mean 'and'?", "adn"),
        ("case when overdue then overdue", "needs its end", "overdue"),
        ("if overdue, 1", "write if(", "if"),
        ("if(overdue)", "write if(condition, value, value)", ")"),
        ("contains(name)", "write contains(text, 'part')", ")"),
        ("abs(moves, 2) > 1", "write abs(number)", ")"),
        ("contains > 1", "write contains(text, 'part')", "contains"),
        ("", "no expression", ""),
        # what SQL has besides
        ("moves in (select 1)", "no sub-queries", "select"),
        ("exists(select 1)", "no sub-queries", "exists"),
        ("moves > (select max(moves) from x)", "no sub-queries", "select"),
        ("with recursive x as (select 1) select 1", "no sub-queries", "with"),
        ("count(*) > 1", "one row at a time", "count"),
        ("sum(moves) over (partition by name) > 1", "one row at a time", "sum"),
        ("overdue; drop table milestone", "without a semicolon", ";"),
        ("drop table milestone", "a rule only reads", "drop"),
        ("pragma query_only", "a rule only reads", "pragma"),
        ("cast(moves as text) = 'a'", "compared as they are", "cast"),
        ("moves::text = 'a'", "types are not changed", ":"),
        ("due_on > date '2026-01-01'", "dates with today", "date"),
        ("due_at < now - interval '3' day", "ago('3h')", "interval"),
        ("current_date > due_on", "write today", "current_date"),
        ("name || 'x' = 'y'", "texts are not joined", "|"),
        ("name = 'a' 'b'", "two texts in a row", "'b'"),
        ("name -> 'a' = 'b'", "nothing is taken out of a value", "->"),
        ("moves = :p", "written params.name", ":"),
        ("moves = ?", "written params.name", "?"),
        ("moves = @p", "written params.name", "@"),
        ("moves = $1", "written params.name", "$"),
        ("params = 1", "write params.name", "params"),
        ("params.a.b = 1", "names stand alone", "params.a.b"),
        ("params.critical_days['y'] = 1", "a list stands in round brackets", "["),
        ("moves = {{x}}", "without braces", "{"),
        ("name in ['a']", "a list stands in round brackets", "["),
        ("moves in moves", "after in comes a list", "moves in moves"),
        ("(moves, name) = 1", "brackets hold one value", "moves, name"),
        ("ago(x => 1) < due_at", "cannot stand here", "=>"),
        ("moves == 3", "write =", "=="),
        ("!overdue", "write not", "!"),
        ("* = 1", "between two numbers", "*"),
        ("params.* = 1", "between two numbers", "*"),
        ("name.upper() = 'A'", "names stand alone", "name"),
        ("N'x' = name", "a text begins with its quote", "N'x'"),
        ("x'41' = name", "a text begins with its quote", "x"),
        ("name ilike 'a'", "in either case already", "ilike"),
        ("name glob 'a'", "write like 'a%'", "glob"),
        ("name regexp 'a'", "write like 'a%'", "regexp"),
        ("name similar to 'a'", "write like 'a%'", "similar to"),
        ("name like 'a' escape 'b'", "a backslash before %", "escape"),
        ("name collate nocase = 'a'", "no order to choose", "collate"),
        ("name is distinct from 'a'", "write = or <>", "distinct"),
        ("moves = any(moves)", "write in ('a', 'b')", "any"),
        ("moves between symmetric 3 and 1", "the smaller value first", "symmetric"),
        ("case name when 'a' then overdue end", "case when condition then", "name when 'a' then overdue"),
        ("contains(name, 'x', 'y')", "write contains(text, 'part')", "contains(name, 'x', 'y'"),
        ("len(name) > 2", "write length(text)", "len"),
        ("ifnull(moves, 1) = 1", "write coalesce", "ifnull"),
        ("lenght(name) = 1", "did you mean 'length'?", "lenght"),
        ("round(moves) = 1", "numbers have +", "round"),
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

    read = read_condition(text, TERMS, PARAMS)

    assert isinstance(read, Either)
    assert len(read.parts) == 90


_WORDS = (
    "overdue|name|moves|due_on|due_at|days_overdue|status_category|params.critical_days|now|today|and|or|not|in|is|"
    "between|like|null|true|false|if|case|when|then|else|end|(|)|,|+|-|*|/|=|<>|<|>|'x'|'done'|3|0.5|ago|contains|"
    "length|lower|abs|coalesce|days_between|hours_between|has_label|labels|select|from|as|'it''s'|working_hours_ago|.|:"
)
WORDS = st.sampled_from(_WORDS.split("|"))


@hypothesis_settings(max_examples=300, derandomize=True)
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


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (10**400, "too large"),
        (float("nan"), "too large"),
        ("a\x00b", "U+0000"),
        ("x" * 2001, "longer than 2000"),
    ],
)
def test_a_param_keeps_to_the_limits_of_what_stands_in_a_rule(value: float | str, message: str) -> None:
    """The config may override it with anything that TOML can hold."""
    with pytest.raises(LanguageError, match=r"params\.limit") as refused:
        read_condition("overdue and name = params.limit", TERMS, {"limit": value})

    assert message in refused.value.message
    assert refused.value.start == len("overdue and name = ")


def test_a_number_beyond_the_limit_is_no_param() -> None:
    """YAML holds whole numbers of any length, which no float does."""
    assert type_of(10**400) == type_of(float("inf")) == "something else"
    assert type_of(10**9) == "a number"


def test_a_place_is_where_the_word_begins_whatever_stands_before_it() -> None:
    """sqlglot's column is that of a word's end; editors count characters, not bytes."""
    text = "name = '逾期 😀' and\n  overdu"
    with pytest.raises(LanguageError) as refused:
        read_condition(text, TERMS, PARAMS)

    assert (refused.value.start, refused.value.end) == (text.index("overdu"), len(text))


def test_twenty_thousand_conditions_are_refused_at_once() -> None:
    """The parser would take its time over them."""
    with pytest.raises(LanguageError, match="longer than 2000"):
        read_condition(" and ".join(["overdue"] * 20_000), TERMS, PARAMS)


def test_nothing_is_logged_while_a_rule_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    """sqlglot warns of what it takes for a command; the refusal says it better."""
    for text in ("if overdue, 1", "if . name", "pragma x", "overdue, 1"):
        refusal(text)

    assert not caplog.records
