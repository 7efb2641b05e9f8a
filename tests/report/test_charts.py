"""The drawings: the same values give the same bytes, texts arrive as they were written, shape tells what matters."""

import sys
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest

from report.charts.draw import draw, warm
from report.charts.values import (
    Bar,
    Count,
    Distribution,
    Drawing,
    Gantt,
    Legend,
    Matrix,
    Months,
    Point,
    Tick,
    shortened,
)

_SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '$x_1$ <script>alert(1)</script> & "家長通" ]]> \x00\x1b'
GANTT = Gantt(
    date(2026, 10, 1),
    date(2027, 1, 31),
    date(2026, 11, 24),
    "今日",
    (Tick(date(2026, 11, 1), "11月"),),
    (Bar("UAT sign-off", date(2026, 10, 30), date(2026, 11, 16), "late", "6 wd"),),
    Legend("first promised", "now", "done", "slip", "overdue"),
)
MONTHS = Months((Point("Sep", 100.0), Point("Oct", None), Point("Nov", 70.0)), 90, "target 90 %", 100, "70.0 %")
COLUMNS = Distribution((Count("< 4", 3), Count("> 4", 1, is_over=True)), "working hours")
NO_RISKS = ((0,) * 5,) * 5
MATRIX = Matrix((*NO_RISKS[:2], (0, 0, 0, 1, 0), (0, 0, 0, 0, 1), NO_RISKS[4]), "probability", "impact")


def texts(svg: str) -> list[str]:
    """What is written on a drawing; fails where it is no XML."""
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{_SVG}text")]


def marks(svg: str) -> int:
    """How many marks stand on it."""
    return svg.count("<use ")


def hollow(drawing: Drawing) -> int:
    """How many of them are."""
    return draw(drawing).count('style="fill: #ffffff; stroke: #0b5563')


@pytest.mark.parametrize("drawing", [GANTT, replace(GANTT, is_narrow=True), MONTHS, COLUMNS, MATRIX])
def test_the_same_values_give_the_same_bytes(drawing: Drawing) -> None:
    """A page that did not change does not change; no date, no number of chance."""
    first = draw(drawing)
    draw.cache_clear()

    assert draw(drawing) == first


@pytest.mark.parametrize(
    "drawing",
    [
        replace(GANTT, bars=(replace(GANTT.bars[0], name=HOSTILE),)),
        replace(MONTHS, last_label=HOSTILE),
        replace(COLUMNS, label=HOSTILE),
        replace(MATRIX, impact=HOSTILE),
    ],
)
def test_a_text_arrives_as_it_was_written(drawing: Drawing) -> None:
    """No formula, no element, no mark of ours is made of it; what XML cannot hold is shown as missing."""
    said = [text for text in texts(draw(drawing)) if text.startswith("$x_1$")]

    assert said in (
        [HOSTILE.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")],
        [shortened(HOSTILE.replace("\x00", "\ufffd").replace("\x1b", "\ufffd"), 40)],
    )


def test_a_text_is_a_text_for_the_readers_own_fonts() -> None:
    """matplotlib has no Chinese sign, and would leave boxes."""
    assert "今日" in texts(draw(GANTT))


def test_a_month_without_a_value_breaks_the_line() -> None:
    """A gap is neither 0 nor what lies between its neighbours."""
    full = replace(MONTHS, points=(Point("Sep", 100.0), Point("Oct", 80.0), Point("Nov", 70.0)))

    assert marks(draw(MONTHS)) == 2
    assert marks(draw(full)) == 3


def test_a_point_of_which_too_few_were_counted_is_hollow() -> None:
    """It says nothing yet, also in black and white."""
    unsure = replace(MONTHS, points=(*MONTHS.points[:2], Point("Nov", 70.0, is_sure=False)))

    assert (
        draw(unsure).count("fill: #ffffff; stroke: #0b5563") == draw(MONTHS).count("fill: #ffffff; stroke: #0b5563") + 1
    )


def test_what_lies_outside_the_days_shown_is_drawn_at_their_edge() -> None:
    """An overdue milestone of last year is the last that may be missing."""
    ancient = replace(GANTT, bars=(Bar("Old", date(2020, 1, 1), date(2020, 2, 1), "late", "years"),))
    far = replace(GANTT, bars=(Bar("Far", date(2026, 12, 1), date(9999, 12, 31), "open"),))

    for chart in (ancient, far):
        assert chart.bars[0].name in texts(draw(chart))


def test_nothing_to_draw_is_an_empty_drawing() -> None:
    """Not an error."""
    for chart in (replace(GANTT, bars=()), Months(()), Distribution((), ""), Matrix(NO_RISKS, "", "")):
        assert ElementTree.fromstring(draw(chart)).tag == f"{_SVG}svg"


def test_what_draws_can_be_made_ready_beforehand() -> None:
    """So that no reader waits for the import."""
    warm()

    assert "matplotlib.figure" in sys.modules


def test_a_long_name_is_cut_by_its_width() -> None:
    """A Chinese sign is as wide as two letters."""
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"
    assert shortened("家長通試用", 6) == "家長…"
