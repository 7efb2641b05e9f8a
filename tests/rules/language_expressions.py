"""Expressions as a person might write them, of every form and mixed, each with its meaning (`language_meanings`)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from tests.rules.language_meanings import (
    COMPARE,
    E,
    age,
    arithmetic,
    ascii_lower,
    between,
    column,
    compared,
    conditional,
    first_that_holds,
    first_there,
    follows,
    function,
    holding,
    hours_between,
    labelled,
    listed,
    missing,
    past,
    quoted,
    stated,
    waited,
)
from tests.rules.language_rows import CATEGORIES, LABELS, TEXTS


def mostly(leaf: st.SearchStrategy[E], *grown: st.SearchStrategy[E]) -> st.SearchStrategy[E]:
    """A leaf two times of three, so that expressions stay as short as a person's."""
    further = st.one_of(*grown)
    return st.integers(0, 2).flatmap(lambda thrown: further if thrown == 2 else leaf)


SPELLINGS = st.sampled_from(["if", "case"])
LIMIT = E("params.limit", lambda row, m: 3)
number_leaves = st.one_of(
    st.sampled_from([column("n"), column("x"), LIMIT]),
    st.sampled_from([0, 1, 3, 0.5, 2.5]).map(lambda n: E(str(n), lambda row, m: n)),
)
numbers: st.SearchStrategy[E] = st.deferred(
    lambda: mostly(
        number_leaves,
        st.builds(arithmetic, numbers, st.sampled_from("+-*/"), numbers),
        numbers.map(lambda e: function("abs", abs, e)),
        numbers.map(lambda e: E(f"(-{e.text})", lambda r, m: None if e.of(r, m) is None else 0 - e.of(r, m))),
        texts.map(lambda e: function("length", len, e)),
        st.builds(lambda a, b: function("days_between", lambda x, y: (y - x).days, a, b), dates, dates),
        st.builds(lambda a, b: function("hours_between", hours_between, a, b), times, times),
        st.builds(first_there, numbers, numbers),
        st.builds(conditional, conditions, numbers, numbers, SPELLINGS),
        st.lists(st.tuples(conditions, numbers), min_size=1, max_size=3).map(first_that_holds),
    )
)
texts: st.SearchStrategy[E] = st.deferred(
    lambda: mostly(
        st.sampled_from([column("text"), quoted("abc"), quoted("it's"), E("params.word", lambda row, m: "abc")]),
        texts.map(lambda e: function("lower", ascii_lower, e)),
        st.builds(first_there, texts, texts),
        st.builds(conditional, conditions, texts, texts, SPELLINGS),
    )
)
flags: st.SearchStrategy[E] = st.deferred(
    lambda: mostly(
        st.sampled_from([column("flag"), column("other")]),
        st.builds(first_there, flags, st.just(E("false", lambda row, m: False))),
        st.builds(first_there, flags, flags, flags),
    )
)
dates: st.SearchStrategy[E] = st.deferred(
    lambda: mostly(
        st.sampled_from([column("day"), column("until")]),
        st.builds(first_there, dates, dates),
        st.builds(conditional, conditions, dates, dates, SPELLINGS),
    )
)
times: st.SearchStrategy[E] = st.deferred(
    lambda: mostly(
        st.sampled_from([column("at"), column("ended")]),
        st.builds(first_there, times, times),
        st.builds(conditional, conditions, times, times, SPELLINGS),
    )
)
SIGNS = st.sampled_from(sorted(COMPARE))
ORDERS = st.sampled_from(["<", "<=", ">", ">="])
folded_days = st.one_of(
    st.integers(0, 9).map(lambda n: E(f"today + {n}", lambda row, m: m.today + timedelta(days=n))),
    st.integers(0, 9).map(lambda n: E(f"today - {n}", lambda row, m: m.today - timedelta(days=n))),
    st.sampled_from([("today", 0), ("yesterday", -1), ("tomorrow", 1)]).map(
        lambda word: E(word[0], lambda row, m: m.today + timedelta(days=word[1]))
    ),
)
spans = st.sampled_from([("30m", 0.5), ("3h", 3), ("14h", 14), ("3d", 72)])
folded_instants = st.one_of(
    st.just(E("now", lambda row, m: m.now)),
    spans.map(lambda span: E(f"ago('{span[0]}')", lambda row, m: m.now - timedelta(hours=span[1]))),
)


def literals(values: Sequence[Any]) -> st.SearchStrategy[list[E]]:
    """Lists of constants, as they stand after `in`."""

    def constant(value: Any) -> E:
        return quoted(value) if isinstance(value, str) else E(str(value), lambda row, m: value)

    return st.lists(st.sampled_from(values).map(constant), min_size=1, max_size=4)


PATTERNS = ["a%", "%b%", "A_c", "%É", "50\\%", "a\\_b", "%\\\\%", "_", "%", "逾_", "%new%", "a\\b", "%%", "é"]
PARTS = ["a", "B", "%", "_", "\\", "期", "it's", "É", "\u0301", "/"]
atoms = st.one_of(
    st.one_of(flags, st.sampled_from([E("params.on", lambda r, m: True), E("false", lambda r, m: False)])).map(
        lambda e: E(e.text, lambda row, m: e.of(row, m) is True)
    ),
    st.builds(stated, flags, st.booleans(), st.booleans()),
    st.builds(compared, flags, st.sampled_from(["=", "<>"]), flags),
    st.builds(compared, numbers, SIGNS, numbers),
    # Beside a column: a text that cannot equal any of those on the other side is refused, rightly.
    st.builds(compared, st.just(column("text")), st.sampled_from(["=", "<>"]), texts),
    st.builds(
        compared,
        st.sampled_from([column("category"), column("state")]),
        st.sampled_from(["=", "!="]),
        st.sampled_from(CATEGORIES).map(quoted),
    ),
    st.builds(listed, st.sampled_from([column("category"), column("state")]), literals(CATEGORIES), st.booleans()),
    st.builds(listed, st.just(column("text")), literals(TEXTS[:-1]), st.booleans()),
    st.builds(listed, numbers, literals([0, 1, 2.5, 3]), st.booleans()),
    st.builds(compared, dates, SIGNS, st.one_of(dates, folded_days)),
    st.builds(compared, times, SIGNS, times),
    st.builds(compared, times, ORDERS, folded_instants),
    st.builds(compared, folded_instants, ORDERS, times),
    st.builds(waited, ORDERS, st.sampled_from([0, 1, 3, 8, 0.5, 16])),
    st.builds(past, ORDERS, st.integers(0, 8)),
    st.builds(
        compared,
        st.sampled_from(["days_late", "working_days_late", "waited"]).map(age),
        SIGNS,
        st.sampled_from([0, 1, 2.5, 3, 8]).map(lambda n: E(str(n), lambda row, m: n)),
    ),
    st.builds(between, numbers, numbers, numbers, st.booleans()),
    st.builds(between, dates, st.one_of(dates, folded_days), st.one_of(dates, folded_days), st.booleans()),
    st.builds(between, times, times, folded_instants, st.booleans()),
    st.builds(follows, texts, st.sampled_from(PATTERNS), st.booleans()),
    st.builds(holding, texts, st.sampled_from(PARTS), st.sampled_from(["contains", "starts_with"])),
    st.sampled_from([*LABELS, "CLIENT", "client fee", "é"]).map(labelled),
    st.builds(missing, st.one_of(numbers, flags, texts, dates, times, st.just(column("category"))), st.booleans()),
)
conditions: st.SearchStrategy[E] = st.deferred(
    lambda: mostly(
        atoms,
        st.builds(lambda e: E(f"not ({e.text})", lambda r, m: not e.of(r, m)), conditions),
        st.builds(
            lambda a, b: E(f"({a.text} and {b.text})", lambda r, m: a.of(r, m) and b.of(r, m)), conditions, conditions
        ),
        st.builds(
            lambda a, b: E(f"({a.text} or {b.text})", lambda r, m: a.of(r, m) or b.of(r, m)), conditions, conditions
        ),
        st.builds(conditional, conditions, conditions, conditions, SPELLINGS),
        st.lists(st.tuples(conditions, conditions), min_size=1, max_size=3).map(
            lambda branches: E(first_that_holds(branches).text, lambda r, m: bool(first_that_holds(branches).of(r, m)))
        ),
    )
)
