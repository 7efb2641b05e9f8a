"""Titles: what may be written in one, and that no vendor's text can do harm in it."""

from datetime import UTC, date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.titles import MAX_TITLE, Reading, TitleError, check
from rules.views import MILESTONE
from tests.rules.language_rows import VIEW as THINGS
from tests.rules.rows import ZONE

READING = Reading("en", ZONE, date(2026, 11, 24))


def rendered(template: str, **facts: Any) -> str:
    return check(template, MILESTONE).render(facts, READING)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ nme }}", "did you mean 'name'?"),
        ("{{ client_names }}", "there is no 'client_names'"),
        ("{{ name.upper() }}", "Call cannot be written"),
        ("{{ name.__class__ }}", "Getattr cannot be written"),
        ("{{ name[0] }}", "Getitem cannot be written"),
        ("{{ moves + 1 }}", "Add cannot be written"),
        ("{{ 'x' * 999999 }}", "Mul cannot be written"),
        ("{% for x in name %}{{ x }}{% endfor %}", "For cannot be written"),
        ("{% set x = 1 %}", "Assign cannot be written"),
        ("{% include 'x' %}", "Include cannot be written"),
        ("{% macro m() %}{% endmacro %}", "Macro cannot be written"),
        ("{{ name | upper }}", "there is no filter 'upper'"),
        ("{{ due_on | locl }}", "did you mean 'local'?"),
        ("{{ name | day }}", "day is for date and instant columns"),
        ("{{ due_on | local }}", "local is for instant columns"),
        ("{{ due_on | day(1) }}", "without anything in brackets"),
        ("{% if moves > 1 %}x{% endif %}", "== and != only"),
        ("{% if name is defined %}x{% endif %}", "Test cannot be written"),
        ("{{ self }}", "there is no 'self'"),
        ("{{ range }}", "there is no 'range'"),
        ("{{ name", "unexpected end"),
        ("x" * 1001, "longer than 1000"),
        ("{{ " + "(" * 480 + "name" + ")" * 480 + " }}", "nested too deep"),
        ("{{ " + "not " * 240 + "name }}", "nested too deep"),
    ],
)
def test_what_a_title_cannot_hold_is_refused(template: str, message: str) -> None:
    """Names, the listed filters and `if`: nothing that calls, loops, reaches into a value or costs."""
    with pytest.raises(TitleError) as refused:
        check(template, MILESTONE)

    assert message in refused.value.message


def test_a_vendors_text_is_never_a_template() -> None:
    """What stands in a name is shown, not run."""
    assert rendered("{{ name }}", name="{{ 7 * 7 }}{% for %}") == "{{ 7 * 7 }}{% for %}"


def test_a_title_is_one_line_without_hidden_characters() -> None:
    """Line breaks make headers in mails; a turned direction of writing hides what is said."""
    assert rendered("{{ name }}", name="a\r\nBcc: b\u202e\u200bc\x00\td") == "a Bcc: bc d"


def test_a_long_title_is_cut() -> None:
    """Somebody pastes a page into a card's name."""
    title = rendered("{{ name }}!", name="慢" * 1000)

    assert len(title) == MAX_TITLE
    assert title.endswith("慢…")


def test_dates_are_said_in_the_readers_language_and_the_organisations_zone() -> None:
    """The facts are JSON; the title types them again."""
    template = (
        "{{ due_on | day }}, {{ due_at | local }}, {{ due_at | clock }}, {{ due_at | day }}, {{ moves | number }}"
    )

    said = rendered(template, due_on="2026-11-16", due_at="2026-11-16T23:30:00+00:00", moves=2)

    assert said == "Mon 16 Nov, Tue 17 Nov 07:30, 07:30, Tue 17 Nov, 2"


def test_a_client_is_named_in_the_readers_language_else_by_the_name_for_all() -> None:
    """Names are never translated, but a client may have one for each language."""
    title = check("{{ client }}", MILESTONE)
    names = {"client_names": {"": "Harbour Ltd", "zh-Hant-HK": "海港"}}

    assert title.render(names, READING) == "Harbour Ltd"
    assert title.render(names, Reading("zh-Hant-HK", ZONE, date(2026, 11, 24))) == "海港"


def test_labels_are_told_in_a_row() -> None:
    """Not as Python spells a list."""
    assert check("{{ labels }}", THINGS).render({"labels": ["client", "逾期"]}, READING) == "client, 逾期"
    assert check("{% if labels %}x{% endif %}", THINGS).render({"labels": []}, READING) == ""


COLUMNS = [column for column in MILESTONE.columns if column.kind != "names"]
PIECES = st.sampled_from(
    [
        "{{ name }}",
        "{{ client or owner }}",
        "{{ due_on | day }}",
        "{{ due_at | local }}",
        "{{ days_overdue | days }}",
        "{{ slip_days | number }}",
        "{% if overdue and not agreed_on %}late{% else %}well{% endif %}",
        "{% if status_category == 'done' %}{{ done_at | clock }}{% endif %}",
        "{% if moves != 1 %}{{ moves }}{% endif %}",
    ]
)
VALUES = {
    "text": st.text(max_size=20),
    "flag": st.booleans(),
    "number": st.integers(-5, 5),
    "date": st.dates().map(str),
    "instant": st.datetimes(timezones=st.just(UTC)).map(str),
}


@given(
    template=st.lists(PIECES, max_size=5).map(" ".join),
    facts=st.fixed_dictionaries({}, optional={c.name: st.one_of(st.none(), VALUES[c.kind]) for c in COLUMNS}),
)
def test_a_title_that_was_accepted_renders_for_any_row(template: str, facts: dict[str, Any]) -> None:
    """Whatever is missing: an alert must not be lost over its title."""
    title = check(template, MILESTONE).render(facts, READING)

    assert len(title) <= MAX_TITLE
    assert title == " ".join(title.split())
