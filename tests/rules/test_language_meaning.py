"""What an expression means: the database and a plain evaluation in Python choose the same rows.

Each generated expression is a text and, beside it, a function of a row; neither knows the parser or the compiler.
"""

import operator
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Connection, Date, Float, Integer, MetaData, String, Table, insert, select, true
from sqlmodel.sql.sqltypes import UTCDateTime

from config.settings import CalendarSettings
from rules.language import compile
from rules.language.parse import read_condition
from rules.moment import Moment
from rules.views.base import Age, Row, Stored, View, days_since, working_days_since, working_hours, working_hours_since
from rules.working_time import WorkingTime
from unify.engine import open_engine

ZONE = ZoneInfo("Asia/Hong_Kong")
FIRST, LAST = date(2024, 1, 1), date(2028, 12, 31)
CALENDARS = {
    "default": WorkingTime(CalendarSettings(), ZONE, FIRST, LAST),
    "shenzhen": WorkingTime(CalendarSettings(holidays="CN"), ZONE, FIRST, LAST),
}
INSTANTS = [
    datetime(2026, 11, 24, 1, 0, tzinfo=UTC),  # Tue 09:00, the opening
    datetime(2026, 11, 24, 5, 0, tzinfo=UTC),  # lunch begins
    datetime(2026, 11, 24, 10, 0, tzinfo=UTC),  # closing time
    datetime(2026, 10, 11, 4, 0, tzinfo=UTC),  # a Sunday, after a Saturday that the mainland worked
    datetime(2026, 10, 19, 16, 0, tzinfo=UTC),  # midnight after a Hong Kong holiday
    datetime(2026, 11, 24, 7, 23, 45, 678901, tzinfo=UTC),
]
CATEGORIES = ("todo", "in_progress", "done")
TEXTS = ["", "逾期", "É", "é", "ß", "50%", "a_b", "a\\b", "Abc", "abc", "it's", "todo", "new\nline"]
PARAMS: Mapping[str, bool | float | str] = {"limit": 3, "word": "abc", "on": True}

TABLE = Table(
    "thing",
    MetaData(),
    Column("key", Integer, primary_key=True),
    Column("n", Integer),
    Column("x", Float),
    Column("flag", Boolean),
    Column("other", Boolean),
    Column("text", String),
    Column("category", String),
    Column("day", Date),
    Column("at", UTCDateTime()),
    Column("calendar", String),
)
_c = TABLE.c


def _days(row: Row, moment: Moment) -> float | None:
    return (moment.today - row["day"]).days if row["flag"] and row["day"] else None


def _working_days(row: Row, moment: Moment) -> float | None:
    late = row["flag"] and row["day"]
    return moment.calendar(row["calendar"]).days_between(row["day"], moment.today) if late else None


def _waited(row: Row, moment: Moment) -> float | None:
    return working_hours(moment.calendar(row["calendar"]), row["at"], moment.now) if row["at"] else None


VIEW = View(
    name="thing",
    table=TABLE,
    source=TABLE,
    living=(true(),),
    columns=(
        Stored("key", "number", "", "fixed", _c.key),
        Stored("n", "number", "", "fixed", _c.n),
        Stored("x", "number", "", "fixed", _c.x),
        Stored("flag", "flag", "", "fixed", _c.flag),
        Stored("other", "flag", "", "fixed", _c.other),
        Stored("text", "text", "", "fixed", _c.text),
        Stored("category", "text", "", "fixed", _c.category, CATEGORIES),
        Stored("day", "date", "", "fixed", _c.day),
        Stored("at", "instant", "", "fixed", _c.at),
        Stored("calendar", "text", "", "fixed", _c.calendar),
        Age("days_late", "", days_since("day", "flag"), _days),
        Age("working_days_late", "", working_days_since("day", "flag"), _working_days),
        Age("waited", "", working_hours_since("at"), _waited),
    ),
)


def moment_at(now: datetime) -> Moment:
    return Moment(now, now.astimezone(ZONE).date(), ZONE, CALENDARS, {"warning": 8})


def _rows() -> list[dict[str, Any]]:
    chance = random.Random(5)
    near = [
        now + sign * timedelta(hours=hours, microseconds=micro)
        for now in INSTANTS
        for hours in (0, 1, 3, 8, 14, 24, 72)
        for sign in (-1, 1)
        for micro in (-1, 0, 1)
    ]
    days = [now.astimezone(ZONE).date() + timedelta(days=d) for now in INSTANTS for d in (-9, -4, -3, -2, -1, 0, 1, 3)]
    return [
        {
            "key": key,
            "n": chance.choice([None, -1, 0, 1, 2, 3, 7]),
            "x": chance.choice([None, 0.0, 0.5, -2.5, 3.0]),
            "flag": chance.choice([None, True, True, False]),
            "other": chance.choice([None, True, False]),
            "text": chance.choice([None, *TEXTS]),
            "category": chance.choice([None, *CATEGORIES]),
            "day": chance.choice([None, *days]),
            "at": chance.choice([None, *near]),
            "calendar": chance.choice([None, "default", "shenzhen", "left the config"]),
        }
        for key in range(250)
    ]


ROWS = _rows()


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    """A database with rows of which every fourth value is missing."""
    engine = open_engine("sqlite://")
    with engine.connect() as opened:
        TABLE.create(opened)
        opened.execute(insert(TABLE), ROWS)
        yield opened
    engine.dispose()


def chosen(connection: Connection, text: str, moment: Moment) -> set[int]:
    """The rows that the database finds."""
    condition = compile.condition(read_condition(text, VIEW.terms, PARAMS), VIEW.scope(moment))
    return set(connection.scalars(select(_c.key).where(condition)))


# --- expressions, each a text and a function of (row, moment) -----------------------------------------------------


@dataclass(frozen=True)
class E:
    text: str
    of: Callable[[dict[str, Any], Moment], Any]


COMPARE = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "<>": operator.ne,
    "!=": operator.ne,
}


def compared(left: E, sign: str, right: E) -> E:
    def of(row: dict[str, Any], moment: Moment) -> bool:
        a, b = left.of(row, moment), right.of(row, moment)
        if sign in ("<>", "!="):
            return a is None or b is None or a != b
        return a is not None and b is not None and bool(COMPARE[sign](a, b))

    return E(f"{left.text} {sign} {right.text}", of)


def column(name: str) -> E:
    return E(name, lambda row, moment: row[name])


def quoted(text: str) -> E:
    doubled = text.replace("'", "''")
    return E(f"'{doubled}'", lambda row, moment: text)


def age(name: str) -> E:
    of = {"days_late": _days, "working_days_late": _working_days}.get(name, exact_wait)
    return E(name, of)


def exact_wait(row: dict[str, Any], moment: Moment) -> float | None:
    if row["at"] is None:
        return None
    return moment.calendar(row["calendar"]).between(row["at"], moment.now) / timedelta(hours=1)


def arithmetic(left: E, sign: str, right: E) -> E:
    def of(row: dict[str, Any], moment: Moment) -> float | None:
        a, b = left.of(row, moment), right.of(row, moment)
        if a is None or b is None or (sign == "/" and b == 0):
            return None
        reckon = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[sign]
        return float(reckon(float(a), float(b)))

    return E(f"({left.text} {sign} {right.text})", of)


def conditional(asked: E, then: E, otherwise: E, spelled: str) -> E:
    text = {
        "if": f"if({asked.text}, {then.text}, {otherwise.text})",
        "case": f"case when {asked.text} then {then.text} else {otherwise.text} end",
    }[spelled]
    return E(text, lambda row, m: then.of(row, m) if asked.of(row, m) else otherwise.of(row, m))


def follows(text: E, pattern: str, negated: bool) -> E:
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    regex = "".join(
        ".*" if part == "%" else "." if part == "_" else re.escape(part[-1] if part[0] == "\\" else part)
        for part in parts
    )

    def of(row: dict[str, Any], moment: Moment) -> bool:
        value = text.of(row, moment)
        holds = value is not None and re.fullmatch(ascii_lower(regex), ascii_lower(value), re.DOTALL) is not None
        return holds is not negated

    return E(f"{text.text} {'not ' if negated else ''}like {quoted(pattern).text}", of)


def ascii_lower(text: str) -> str:
    return re.sub("[A-Z]", lambda found: found[0].lower(), text)


def holding(text: E, part: str, function: str) -> E:
    def found(whole: str) -> bool:
        return ascii_lower(part) in whole if function == "contains" else whole.startswith(ascii_lower(part))

    def of(row: dict[str, Any], moment: Moment) -> bool:
        value = text.of(row, moment)
        return value is not None and found(ascii_lower(value))

    return E(f"{function}({text.text}, {quoted(part).text})", of)


numbers: st.SearchStrategy[E] = st.deferred(
    lambda: st.one_of(
        st.sampled_from([column("n"), column("x"), E("params.limit", lambda row, m: 3)]),
        st.sampled_from([0, 1, 3, 0.5, 2.5]).map(lambda n: E(str(n), lambda row, m: n)),
        st.builds(arithmetic, numbers, st.sampled_from("+-*/"), numbers),
        numbers.map(lambda e: E(f"abs({e.text})", lambda r, m: None if e.of(r, m) is None else abs(e.of(r, m)))),
        numbers.map(lambda e: E(f"(-{e.text})", lambda r, m: None if e.of(r, m) is None else 0 - e.of(r, m))),
        texts.map(lambda e: E(f"length({e.text})", lambda r, m: None if e.of(r, m) is None else len(e.of(r, m)))),
        st.builds(
            lambda a, b: E(
                f"coalesce({a.text}, {b.text})", lambda r, m: b.of(r, m) if a.of(r, m) is None else a.of(r, m)
            ),
            numbers,
            numbers,
        ),
        st.builds(conditional, conditions, numbers, numbers, st.sampled_from(["if", "case"])),
    )
)
texts: st.SearchStrategy[E] = st.deferred(
    lambda: st.one_of(
        st.just(column("text")),
        st.sampled_from([quoted("abc"), quoted("it's"), E("params.word", lambda row, m: "abc")]),
        st.builds(conditional, conditions, texts, texts, st.sampled_from(["if", "case"])),
    )
)
SIGNS = st.sampled_from(sorted(COMPARE))
ORDERS = st.sampled_from(["<", "<=", ">", ">="])
days = st.one_of(
    st.just(column("day")),
    st.integers(0, 9).map(lambda n: E(f"today - {n}", lambda row, m: m.today - timedelta(days=n))),
    st.sampled_from([("today", 0), ("yesterday", -1), ("tomorrow", 1)]).map(
        lambda word: E(word[0], lambda row, m: m.today + timedelta(days=word[1]))
    ),
)
spans = st.sampled_from([("30m", 0.5), ("3h", 3), ("14h", 14), ("3d", 72)])
instants = st.one_of(
    st.just(E("now", lambda row, m: m.now)),
    spans.map(lambda span: E(f"ago('{span[0]}')", lambda row, m: m.now - timedelta(hours=span[1]))),
)


def waited(sign: str, hours: float) -> E:
    """`at < working_hours_ago(8)` says "more than 8 working hours", and so on."""
    turned = {"<": operator.gt, "<=": operator.ge, ">": operator.lt, ">=": operator.le}[sign]

    def of(row: dict[str, Any], moment: Moment) -> bool:
        hours_waited = exact_wait(row, moment)
        return hours_waited is not None and bool(turned(hours_waited, hours))

    return E(f"at {sign} working_hours_ago({hours})", of)


def past(sign: str, n: int) -> E:
    turned = {"<": operator.gt, "<=": operator.ge, ">": operator.lt, ">=": operator.le}[sign]

    def of(row: dict[str, Any], moment: Moment) -> bool:
        if row["day"] is None:
            return False
        return bool(turned(moment.calendar(row["calendar"]).days_between(row["day"], moment.today), n))

    return E(f"day {sign} working_days_ago({n})", of)


def between(middle: E, low: E, high: E, negated: bool) -> E:
    def of(row: dict[str, Any], moment: Moment) -> bool:
        a, b, c = (e.of(row, moment) for e in (low, middle, high))
        return (None not in (a, b, c) and a <= b <= c) is not negated

    return E(f"{middle.text} {'not ' if negated else ''}between {low.text} and {high.text}", of)


def listed(name: str, members: list[str], negated: bool) -> E:
    def of(row: dict[str, Any], moment: Moment) -> bool:
        return (row[name] is not None and row[name] in members) is not negated

    return E(f"{name} {'not ' if negated else ''}in ({', '.join(quoted(m).text for m in members)})", of)


def missing(name: str, negated: bool) -> E:
    return E(f"{name} is {'not ' if negated else ''}null", lambda row, m: (row[name] is None) is not negated)


atoms = st.one_of(
    st.sampled_from(
        [column("flag"), column("other"), E("params.on", lambda r, m: True), E("false", lambda r, m: False)]
    ).map(lambda e: E(e.text, lambda row, m: e.of(row, m) is True)),
    st.builds(
        lambda name, value: E(f"{name} is {str(value).lower()}", lambda row, m: row[name] is value),
        st.sampled_from(["flag", "other"]),
        st.booleans(),
    ),
    st.builds(compared, numbers, SIGNS, numbers),
    # Beside a column: a text that cannot equal any of those on the other side is refused, rightly.
    st.builds(compared, st.just(column("text")), st.sampled_from(["=", "<>"]), texts),
    st.builds(
        compared, st.just(column("category")), st.sampled_from(["=", "!="]), st.sampled_from(CATEGORIES).map(quoted)
    ),
    st.builds(listed, st.just("category"), st.lists(st.sampled_from(CATEGORIES), min_size=1), st.booleans()),
    st.builds(listed, st.just("text"), st.lists(st.sampled_from(TEXTS[:-1]), min_size=1, max_size=4), st.booleans()),
    st.builds(compared, st.just(column("day")), SIGNS, days),
    st.builds(compared, st.just(column("at")), ORDERS, instants),
    st.builds(lambda a, s, b: compared(b, s, a), st.just(column("at")), ORDERS, instants),
    st.builds(waited, ORDERS, st.sampled_from([0, 1, 3, 8, 0.5, 16])),
    st.builds(past, ORDERS, st.integers(0, 8)),
    st.builds(
        compared,
        st.sampled_from(["days_late", "working_days_late", "waited"]).map(age),
        SIGNS,
        st.sampled_from([0, 1, 2.5, 3, 8]).map(lambda n: E(str(n), lambda row, m: n)),
    ),
    st.builds(between, numbers, numbers, numbers, st.booleans()),
    st.builds(between, st.just(column("day")), days, days, st.booleans()),
    st.builds(
        follows,
        texts,
        st.sampled_from(["a%", "%b%", "A_c", "%É", "50\\%", "a\\_b", "%\\\\%", "_", "%", "逾_", "%new%"]),
        st.booleans(),
    ),
    st.builds(
        holding,
        texts,
        st.sampled_from(["a", "B", "%", "_", "\\", "期", "it's"]),
        st.sampled_from(["contains", "starts_with"]),
    ),
    st.builds(missing, st.sampled_from(["n", "flag", "text", "category", "day", "at"]), st.booleans()),
)
conditions: st.SearchStrategy[E] = st.deferred(
    lambda: st.one_of(
        atoms,
        atoms,
        st.builds(lambda e: E(f"not ({e.text})", lambda r, m: not e.of(r, m)), conditions),
        st.builds(
            lambda a, b: E(f"({a.text} and {b.text})", lambda r, m: a.of(r, m) and b.of(r, m)), conditions, conditions
        ),
        st.builds(
            lambda a, b: E(f"({a.text} or {b.text})", lambda r, m: a.of(r, m) or b.of(r, m)), conditions, conditions
        ),
        st.builds(conditional, conditions, conditions, conditions, st.sampled_from(["if", "case"])),
    )
)


@hypothesis_settings(max_examples=400)
@given(expression=conditions, now=st.sampled_from(INSTANTS))
def test_the_database_chooses_what_a_plain_evaluation_chooses(
    connection: Connection, expression: E, now: datetime
) -> None:
    """Missing values, negation, nights and holidays, Unicode and patterns mean the same in both."""
    moment = moment_at(now)
    if len(expression.text) > 1500 or expression.text.count("(") > 18:
        return

    expected = {row["key"] for row in ROWS if expression.of(row, moment)}

    assert chosen(connection, expression.text, moment) == expected


@hypothesis_settings(max_examples=150)
@given(expression=conditions, now=st.sampled_from(INSTANTS))
def test_an_expression_and_its_negation_split_all_rows(connection: Connection, expression: E, now: datetime) -> None:
    """Plain SQL loses rows with a missing value from both sides."""
    moment = moment_at(now)
    if len(expression.text) > 1500 or expression.text.count("(") > 17:
        return

    holds, fails = (chosen(connection, text, moment) for text in (expression.text, f"not ({expression.text})"))

    assert holds | fails == {row["key"] for row in ROWS}
    assert not holds & fails


def test_the_instant_itself_is_met(connection: Connection) -> None:
    """An instant that is bound in another form than it is stored misses the equal row, silently."""
    moment = moment_at(INSTANTS[0])
    equal = {row["key"] for row in ROWS if row["at"] == moment.now}

    assert equal
    assert chosen(connection, "at <= now and at >= now", moment) == equal


def test_a_positive_comparison_can_use_an_index() -> None:
    """Wrapping every atom to make it two-valued would scan a million rows for a handful."""
    scope = VIEW.scope(moment_at(INSTANTS[0]))

    sql = str(compile.condition(read_condition("at < now and not flag", VIEW.terms, {}), scope))

    assert sql == "thing.at < :param_1 AND thing.flag IS NOT true"
