"""The indicators: a month's figures with what they were made of, the year before, and what was missed or left out."""

from base64 import b64decode
from datetime import date
from re import findall
from typing import Any

import pytest
from sqlalchemy import Engine

from config.language import LANGUAGES
from report.asked import Reader
from report.scope import Scope
from report.speech import TEXTS
from tests.alerts.firm import TUESDAY, hk, put
from tests.report.asking import MARCO, Asking
from tests.report.browser import Seen, rows
from tests.report.firm import milestone
from tests.report.test_charts import texts

PATH = "/indicators"
OCTOBER = date(2026, 10, 31)
MISSED = "delivery/issue/1"
UNDATED = "delivery/issue/2"


def figure(indicator: str, counted: int, value: float | None, **values: Any) -> dict[str, Any]:
    """A row of October, of the whole firm, frozen, unless told."""
    months, last = values.pop("months", 1), values.pop("last_on", OCTOBER)
    client = values.get("client_key")
    return {
        "key": f"{indicator}/{months}/{last:%Y-%m}" + (f"/{client}" if client else ""),
        "indicator": indicator,
        "months": months,
        "first_on": last.replace(day=1),
        "last_on": last,
        "counted": counted,
        "value": value,
        "details": {},
        "left_out": [],
        "computed_at": TUESDAY,
        "frozen_at": hk(5, 0),
        **values,
    }


@pytest.fixture
def asking(engine: Engine) -> Asking:
    """October as in the story: 9 of 12 in three months; 7 of 10 in the month, which would be 8 by now."""
    put(engine, "milestone", milestone(1, name="UAT sign-off"), milestone(2, name="Block C", due_on=None))
    restated = {"counted": 10, "met": 8, "value": 80.0, "details": {}, "left_out": [], "at": TUESDAY.isoformat()}
    left_out = [{"key": UNDATED, "reason": "no date"}]
    bank, kite = {"client_key": "client/bank"}, {"client_key": "client/kite"}
    put(
        engine,
        "indicator_month",
        figure("on_time", 12, 75.0, met=9, months=3),
        figure("on_time", 10, 70.0, met=7, details={"missed": [MISSED]}, left_out=left_out, restated=restated),
        figure("on_time", 8, 90.0, met=7, last_on=date(2026, 8, 31)),
        figure("slip", 10, 1.8, details={"median": 2.0, "worst": 5}, left_out=left_out),
        figure("risk_response", 10, 90.0, met=9, months=3),
        figure("risk_response", 3, 66.7, met=2),
        figure("satisfaction", 9, 81.0, months=12),
        figure("communication", 2, None, months=3),
        figure("first_response", 10, 3.0, details={"or_more": False, "p90": 9.0, "p90_or_more": True, "internal": 0}),
        figure("on_time", 4, 75.0, met=3, details={"missed": [MISSED]}, **bank),
        figure("on_time", 6, 66.7, met=4, details={"missed": ["delivery/issue/77"]}, **kite),
        figure("satisfaction", 2, 85.0, months=12, **bank),
        figure("satisfaction", 7, 70.0, months=12, **kite),
    )
    return Asking(engine)


def headline(page: str, indicator: str) -> str:
    """What a figure of the page says, with its colour before it."""
    found = findall(rf'<a class="(\w*)" href="#(?:{indicator}|not-measured)">(.*?)</a>', page)
    return next(
        f"{tone}: {' '.join(Seen(html).texts)}"
        for tone, html in found
        if TEXTS.say("en", f"indicators.{indicator}") in html
    )


def test_a_rate_stands_with_what_it_was_made_of_its_target_and_its_colour(asking: Asking) -> None:
    """Over three months where that is told: 75 % of 12 says more than 70 % of 10."""
    page = asking.page(PATH)

    assert headline(page, "on_time").startswith(
        "amber: 75.0 % On-time delivery · three months to Oct 2026 · 9 of 12 · target 90 %"
    )
    assert headline(page, "satisfaction").startswith("green: 81.0 Client satisfaction · 9 answers · target 80")
    assert headline(page, "first_response").startswith(
        ": 3 First answer, working hours · 10 received, 9 of 10 within 9 h or more, as some still wait"
    )


def test_fewer_than_five_are_a_fraction_without_a_colour(engine: Engine) -> None:
    """Two of three say nothing yet."""
    put(engine, "indicator_month", figure("risk_response", 3, 66.7, met=2))
    page = Asking(engine).page(PATH)

    assert headline(page, "risk_response").startswith(": 2 of 3 Risk responses carried out")
    assert "66.7" not in "".join(rows(page, "risk_response").values())


def test_a_frozen_month_keeps_its_figure_and_what_it_would_be_now_stands_beside_it(asking: Asking) -> None:
    """A report that was handed in is not rewritten."""
    october = rows(asking.page(PATH), "on_time")["Oct 2026"]

    assert "70.0 % 7 of 10 final since Thu 5 Nov 80.0 % 8 of 10" in october


def test_what_was_missed_or_left_out_is_named_with_the_reason(asking: Asking) -> None:
    """Whoever doubts the figure sees what is behind it; what the slip leaves out as well is said once."""
    said = rows(asking.page(PATH), "named")

    assert "not met On-time delivery Bank of Nine Ferries" in said["UAT sign-off"]
    assert "left out: no date" in said["Block C"]
    assert len(said) == 2


def test_what_was_not_measured_says_what_would_let_it_be(asking: Asking) -> None:
    """Neither 0 nor 100."""
    page = asking.page(PATH)

    assert headline(page, "throughput").startswith(": not measured Work items done")
    assert "Mark work items as done in the tool." in page


def test_two_raters_are_too_few_to_show(asking: Asking) -> None:
    """Each would know the other's mark."""
    assert headline(asking.page(PATH), "communication").startswith(
        ": too few to show Communication score · three months"
    )


def test_a_year_is_drawn_with_gaps_and_said_in_words(asking: Asking) -> None:
    """Two of the twelve months were measured; the target is in the drawing and in the sentence."""
    page = asking.page(PATH)
    said = Seen(page).all("alt")[0]
    drawn = texts(b64decode(findall(r'src="data:image/svg\+xml;base64,([^"]+)"', page)[0]).decode())

    assert "On-time delivery, Nov 2025 to Oct 2026: measured in 2 of 12 months. Between 70.0 % and 90.0 %" in said
    assert "The target is 90 %." in said
    assert {"- - target 90 %", "Oct: 70.0 %", "Nov"} <= set(drawn)


def test_another_month_is_shown_when_it_is_asked_for(asking: Asking) -> None:
    """90.0 passes a target of 90."""
    page = asking.page(PATH, month="2026-08")

    assert headline(page, "on_time").startswith("green: 90.0 % On-time delivery · 7 of 8")


def test_the_running_month_and_a_reconstructed_one_say_what_they_are(engine: Engine) -> None:
    """A figure that may change is not taken for one that may not."""
    put(engine, "indicator_month", figure("on_time", 5, 80.0, met=4, frozen_at=None, reconstructed=True))
    asking = Asking(engine)

    assert "Nov 2026 is not over" in asking.page(PATH, month="2026-11")
    assert "reconstructed from what the tools remember" in asking.page(PATH)


def test_clients_stand_side_by_side_each_leading_to_its_own_figures(asking: Asking) -> None:
    """4 of 6 is a rate, 3 of 4 is not."""
    page = asking.page(PATH)

    assert "3 of 4" in rows(page, "clients")["Bank of Nine Ferries"]
    assert "66.7 % 4 of 6" in rows(page, "clients")["Paper Kite Stores"]
    assert 'href="/indicators?client=bank"' in page


def test_a_bd_manager_sees_own_clients_figures_alone(asking: Asking) -> None:
    """Neither the firm's, nor another's, nor what our people think of each other."""
    for query in ({}, {"client": "kite"}, {"bd": "sandy"}, {"month": "2026-10"}):
        page = asking.as_(MARCO).page(PATH, **query)
        assert "Paper Kite" not in page
        assert "75.0 %" not in page
        assert "Communication" not in page
    mine = asking.as_(MARCO).page(PATH)
    assert headline(mine, "on_time").startswith(": 3 of 4 On-time delivery")
    assert "UAT sign-off" in rows(mine, "named")


def test_several_clients_figures_add_up(asking: Asking) -> None:
    """Rates by what they count, satisfaction by clients, each once; the firm's own figures stay out."""
    both = Reader("sandy", Scope(frozenset({"client/bank", "client/kite"})), sees_people=False)
    page = asking.as_(both).page(PATH)

    assert headline(page, "on_time").startswith("amber: 70.0 % On-time delivery · 7 of 10")
    assert headline(page, "satisfaction").startswith("amber: 77.5 Client satisfaction · 9 answers")


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh-Hant-HK", "按時交付率 · 截至 2026年10月 三個月 · 9／12 · 目標 90%"),
        ("zh-Hans-CN", "按时交付率 · 截至 2026年10月 三个月 · 9/12 · 目标 90%"),
    ],
)
def test_it_speaks_the_readers_language(asking: Asking, lang: str, said: str) -> None:
    """Figures and words alike."""
    assert said in Seen(asking.page(PATH, lang=lang)).text


def test_odd_names_run_nothing_and_what_is_nowhere_named_is_left_away(engine: Engine) -> None:
    """A vendor's title is text; a row that was forgotten has no name to show."""
    put(engine, "milestone", milestone(1, name="<script>alert(1)</script>"))
    put(engine, "indicator_month", figure("on_time", 2, 0.0, met=0, details={"missed": [MISSED, "gone"]}))
    page = Asking(engine).page(PATH)

    assert "<script" not in page
    assert len(rows(page, "named")) == 1


def test_without_any_figure_each_says_so(engine: Engine) -> None:
    """The first minute of a hub, and a month of which nothing is kept."""
    for query in ({}, {"month": "1999-01"}):
        assert Asking(engine).page(PATH, **query).count("not measured") >= 6


def test_every_reason_for_which_something_is_left_out_has_a_text() -> None:
    """A reason without one would be a hole in the page."""
    reasons = {
        *("no date", "no first date", "entered after its date", "status unknown", "done, nobody knows when"),
        *("cancelled before its date", "cancelled", "accepted", "gone before its date", "scale unknown", "no client"),
        *("carried out, nobody knows when", "missed", "late"),
    }

    assert all(TEXTS.say(language, f"indicators.left_out.{reason}") for language in LANGUAGES for reason in reasons)
