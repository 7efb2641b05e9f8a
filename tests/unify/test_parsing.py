"""The reader that mappers stand on: odd values become empty and are named, ordinary absence says nothing."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Problem, Record
from unify.parsing import Reader, day_in

ACCESSORS = ("text", "id", "link", "instant", "instant_ms", "day", "number", "flag", "texts", "values", "objects", "at")

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800") | st.just(10**30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3),
    max_leaves=8,
)


def read(payload: Any) -> Reader:
    return Reader(Record("cards", "1", None, payload), [])


def fields(reader: Reader) -> list[str]:
    return [problem.field for problem in reader.problems]


@pytest.mark.parametrize("accessor", ACCESSORS)
@pytest.mark.parametrize("payload", [{}, {"a": None}, {"a": {}}, {"a": {"b": None}}])
def test_absence_and_null_say_nothing(accessor: str, payload: dict[str, Any]) -> None:
    """Vendors leave out what is not set: reporting that would bury what matters."""
    reader = read(payload)

    getattr(reader, accessor)("a", "b")

    assert reader.problems == []


@pytest.mark.parametrize(
    ("accessor", "value", "expected"),
    [
        ("text", "UAT 簽收", "UAT 簽收"),
        ("id", 143, "143"),
        ("id", "143", "143"),
        ("link", "https://trello.com/c/Xy12AbCd", "https://trello.com/c/Xy12AbCd"),
        ("instant", "2026-10-30T09:00:00.000Z", datetime(2026, 10, 30, 9, tzinfo=UTC)),
        ("instant", "2026-10-30T17:00:00.000+0800", datetime(2026, 10, 30, 9, tzinfo=UTC)),
        ("instant_ms", "1793350800000", datetime(2026, 10, 30, 9, tzinfo=UTC)),
        ("instant_ms", 1793350800000, datetime(2026, 10, 30, 9, tzinfo=UTC)),
        ("day", "2026-10-30", date(2026, 10, 30)),
        ("number", "12.5", 12.5),
        ("number", 3, 3.0),
        ("flag", True, True),
        ("texts", ["a", "", "b"], ["a", "b"]),
    ],
)
def test_what_vendors_send_is_read(accessor: str, value: object, expected: object) -> None:
    """One spelling of each kind, whatever the vendor's."""
    reader = read({"x": value})

    assert getattr(reader, accessor)("x") == expected
    assert reader.problems == []


@pytest.mark.parametrize(
    ("accessor", "value", "empty"),
    [
        ("text", 5, ""),
        ("text", "a\0b", ""),
        ("text", "half an emoji \ud83d", ""),
        ("id", True, ""),
        ("id", 10**30, ""),
        ("link", "javascript:alert(1)", None),
        ("instant", "soon", None),
        ("instant", "2026-10-30T09:00:00", None),
        ("instant", "51502-01-01T00:00:00Z", None),
        ("instant", "9999-12-31T23:59:59-12:00", None),
        ("instant", 5, None),
        ("instant_ms", 1563000000000000, None),
        ("instant_ms", 10**15, None),
        ("day", "2026-02-30", None),
        ("day", "0001-01-01", None),
        ("day", ["2026-02-03"], None),
        ("number", "twelve", None),
        ("number", 10**30, None),
        ("number", float("nan"), None),
        ("number", True, None),
        ("flag", "true", False),
        ("values", {"a": 1}, []),
    ],
)
def test_what_cannot_be_read_is_empty_and_named(accessor: str, value: object, empty: object) -> None:
    """Guessing would be worse than a gap that somebody can see."""
    reader = read({"outer": {"x": value}})

    assert getattr(reader, accessor)("outer", "x") == empty
    assert fields(reader) == ["outer.x"]


def test_a_problem_names_the_place_where_the_shape_went_wrong() -> None:
    """A list where an object belongs is one problem, at the list, however many fields were asked of it."""
    reader = read({"data": [1, 2]})

    reader.text("data", "card", "name")
    reader.instant("data", "card", "due")

    assert reader.problems == [Problem("cards", "1", "data", "is not an object", "[1, 2]")]


def test_inner_readers_report_with_the_whole_path() -> None:
    """Whoever reads the report looks the field up in the vendor's own payload."""
    reader = read({"items": [{"due": "x"}, 7], "list": {"name": 1}})

    for item in reader.objects("items"):
        item.instant("due")
    reader.at("list").text("name")

    assert fields(reader) == ["items.1", "items.0.due", "list.name"]


def test_an_instant_becomes_a_day_where_the_organisation_is() -> None:
    """17:00 UTC is tomorrow in Hong Kong: eight hours decide what is overdue."""
    instant = datetime(2026, 10, 30, 17, tzinfo=UTC)

    assert day_in(ZoneInfo("Asia/Hong_Kong"), instant) == date(2026, 10, 31)
    assert day_in(ZoneInfo("Asia/Hong_Kong"), None) is None


@given(payload=anything, path=st.lists(st.sampled_from(["a", "b", 0, 1]), max_size=3))
def test_no_payload_makes_it_raise(payload: Any, path: list[str | int]) -> None:
    """One odd record must never cost the page."""
    reader = read(payload)

    for accessor in ACCESSORS:
        getattr(reader, accessor)(*path)

    assert len(set(fields(reader))) == len(reader.problems)
    assert all(len(problem.value) <= 80 and problem.value.isprintable() for problem in reader.problems)
