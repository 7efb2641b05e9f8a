"""Who answers for somebody who is away."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cover import back_on, is_away, stand_in
from config.settings import PersonSettings
from config.values import DateRange


def person(cover: str = "", *away: tuple[int, int]) -> PersonSettings:
    """Somebody who is away on those days of December, the first and the last of each spell."""
    spells = tuple(DateRange(date(2026, 12, first), date(2026, 12, last)) for first, last in away)
    return PersonSettings(name="N", email="n@acme.example", away=spells, cover=cover)


@pytest.mark.parametrize(
    ("day", "answers"),
    [
        pytest.param(23, "marco", id="the day before"),
        pytest.param(24, "sandy", id="the first day away"),
        pytest.param(26, "kevin", id="the cover is away too"),
        pytest.param(28, None, id="nobody in the row is there"),
        pytest.param(29, "sandy", id="the last day away"),
        pytest.param(30, "marco", id="back"),
    ],
)
def test_the_cover_answers_while_somebody_is_away_and_the_covers_cover_after_them(
    day: int, answers: str | None
) -> None:
    """Who is asked on a beach answers on Monday, or never."""
    people = {
        "marco": person("sandy", (24, 29)),
        "sandy": person("kevin", (26, 28)),
        "kevin": person("", (28, 28)),
    }

    assert stand_in(people, "marco", date(2026, 12, day)) == answers


def test_a_row_of_covers_that_closes_ends_there() -> None:
    """The config is refused for it; a round that runs on an older one must not hang."""
    people = {"marco": person("sandy", (1, 31)), "sandy": person("marco", (1, 31))}

    assert stand_in(people, "marco", date(2026, 12, 5)) is None


def test_the_last_day_away_is_told_over_spells_that_touch() -> None:
    """Two weeks that were entered one by one are one absence."""
    assert back_on(person("", (7, 11), (11, 18), (24, 24)), date(2026, 12, 8)) == date(2026, 12, 18)


_SPELLS = st.lists(st.tuples(st.integers(1, 31), st.integers(1, 31)).map(lambda two: (min(two), max(two))), max_size=3)


@given(
    st.dictionaries(st.sampled_from("abcde"), st.tuples(st.sampled_from(["", *"abcde"]), _SPELLS)),
    st.sampled_from("abcde"),
    st.integers(1, 31),
)
def test_nobody_who_is_away_ever_answers(
    given_people: dict[str, tuple[str, list[tuple[int, int]]]], name: str, day: int
) -> None:
    """Whatever people are entered, with whatever covers."""
    people = {key: person(cover, *spells) for key, (cover, spells) in given_people.items()}
    on = date(2026, 12, day)

    found = stand_in(people, name, on)

    assert found is None or not is_away(people[found], on)
