"""The timeline: milestones by client, drawn and as a table, as far as the reader may see them."""

from base64 import b64decode
from datetime import date, timedelta
from re import findall
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.alerts.firm import hk, put
from tests.report.asking import MARCO, Asking
from tests.report.browser import Seen, rows
from tests.report.firm import milestone, project
from tests.report.test_charts import texts

PATH = "/timeline"


@pytest.fixture
def asking(engine: Engine) -> Asking:
    """The bank's sign-off is 6 working days late, its go-live moved by 3 days; Paper Kite has two more."""
    put(engine, "project", project(12, name="POS", client_key="client/kite"))
    kites = {"client_key": "client/kite", "bd_person": "person/sandy", "project_key": "delivery/project/12"}
    put(
        engine,
        "milestone",
        milestone(1, name="UAT sign-off", baseline_on=date(2026, 10, 30), slip_days=17, moves=2),
        milestone(2, name="Go-live", due_on=date(2026, 12, 18), baseline_on=date(2026, 12, 15), slip_days=3, moves=1),
        milestone(3, name="Pilot", due_on=date(2026, 12, 4), **kites),
        milestone(4, name="Kiosk", due_on=date(2026, 10, 9), done_at=hk(2, 15), status_category="done", **kites),
        milestone(5, name="Far away", due_on=date(2027, 5, 3)),
        milestone(6, name="Ours alone", due_on=date(2026, 12, 1), client_facing=False),
        milestone(7, name="Undated", due_on=None),
        milestone(8, name="Called off", due_on=date(2026, 12, 2), status_category="cancelled"),
    )
    return Asking(engine)


def drawings(page: str) -> list[list[str]]:
    """What is written on each drawing of a page, the wide ones."""
    return [texts(b64decode(found).decode()) for found in findall(r'src="data:image/svg\+xml;base64,([^"]+)"', page)]


def test_each_milestone_stands_in_the_table_under_its_client(asking: Asking) -> None:
    """First promised, current, slip: with what was not agreed."""
    said = rows(asking.page(PATH), "milestones")

    assert list(said) == ["Bank of Nine Ferries", "UAT sign-off", "Go-live", "Paper Kite Stores", "Kiosk", "Pilot"]
    assert "Fri 30 Oct" in said["UAT sign-off"]
    assert "Mon 16 Nov 6 working days late" in said["UAT sign-off"]
    assert "17 days moved 2 times not agreed with the client" in said["UAT sign-off"]
    assert "done Mon 2 Nov" in said["Kiosk"]


def test_each_client_has_a_drawing_with_its_milestones_and_today(asking: Asking) -> None:
    """The one with most that is overdue comes first."""
    bank, kite = drawings(asking.page(PATH))

    assert {"UAT sign-off", "16 Nov · 6 working days late", "18 Dec · 3 days later", "today, 24 Nov"} <= set(bank)
    assert {"Oct", "Nov", "Dec", "Jan 2027"} <= set(bank)
    assert {"Pilot", "Kiosk"} <= set(kite)


def test_whoever_does_not_see_the_drawing_hears_what_it_says(asking: Asking) -> None:
    """A sentence with its counts; each date stands in the table."""
    said = Seen(asking.page(PATH)).all("alt")[0]

    assert "Bank of Nine Ferries" in said
    assert "2 milestones; 1 overdue, 2 later than first promised" in said


def test_a_phone_gets_a_drawing_of_its_own(asking: Asking) -> None:
    """The wide one would be too small to read there."""
    page = asking.page(PATH)

    assert page.count('<source media="(max-width: 36rem)"') == 2


def test_quarters_reach_further_than_months(asking: Asking) -> None:
    """May 2027 lies beyond the months that are shown."""
    page = asking.page(PATH, zoom="quarter")

    assert "Far away" in rows(page, "milestones")
    assert {"Q4 2026", "Q1 2027"} <= set(drawings(page)[0])


def test_another_month_shows_what_lies_around_it_and_still_what_is_overdue(asking: Asking) -> None:
    """What is overdue needs somebody whatever the month."""
    said = rows(asking.page(PATH, month="2027-05"), "milestones")

    assert list(said) == ["Bank of Nine Ferries", "UAT sign-off", "Far away"]


def test_a_month_of_another_age_is_refused(asking: Asking) -> None:
    """There is no month before the first, nor one after the last."""
    for month in ("0001-01", "9999-12", "2026-13"):
        assert asking.get(PATH, month=month).status_code == 400


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"client": "kite"}, {"Kiosk", "Pilot"}),
        ({"bd": "marco"}, {"UAT sign-off", "Go-live"}),
        ({"status": "overdue"}, {"UAT sign-off"}),
        ({"status": "moved"}, {"UAT sign-off", "Go-live"}),
        ({"status": "done"}, {"Kiosk"}),
        ({"status": "<script>"}, set()),
    ],
)
def test_a_filter_leaves_what_it_names(asking: Asking, query: dict[str, str], left: set[str]) -> None:
    """Also a status that there is not: none is like that."""
    said = rows(asking.page(PATH, **query), "milestones")

    assert set(said) - {"Bank of Nine Ferries", "Paper Kite Stores"} == left


def test_a_bd_manager_sees_own_clients_milestones_alone(asking: Asking) -> None:
    """In the table and in the drawings, whatever the address asks for."""
    for query in ({}, {"client": "kite"}, {"bd": "sandy"}, {"zoom": "quarter"}):
        page = asking.as_(MARCO).page(PATH, **query)
        assert "Paper Kite" not in page
        assert "Pilot" not in str(drawings(page))
    assert "UAT sign-off" in rows(asking.as_(MARCO).page(PATH), "milestones")


@pytest.mark.parametrize(("lang", "said"), [("zh-Hant-HK", "個逾期里程碑"), ("zh-Hans-CN", "个逾期里程碑")])
def test_it_speaks_the_readers_language(asking: Asking, lang: str, said: str) -> None:
    """The drawing as well; names stay as they are."""
    page = asking.page(PATH, lang=lang)

    assert said in page
    assert {"11月", "UAT sign-off"} <= set(drawings(page)[0])


def test_odd_titles_and_dates_are_shown_and_run_nothing(engine: Engine) -> None:
    """A vendor's text is text; a date of another age is drawn at the edge."""
    odd = '"><script>alert(1)</script>$x_1$\x08'
    far: dict[str, Any] = {"baseline_on": date(1900, 1, 1), "slip_days": 2958462}
    put(engine, "milestone", milestone(1, name=odd), milestone(2, name="Never", due_on=date(9999, 12, 30), **far))
    page = Asking(engine).page(PATH)

    assert "<script" not in page
    assert {'"><script>alert(1)</script>$x_1$\ufffd', "Never"} <= set(drawings(page)[0])


def test_a_long_list_comes_in_pages_and_no_drawing_is_longer_than_a_sheet(engine: Engine) -> None:
    """5,000 bars on one drawing are none; the parts of a client's have names of their own."""
    days = [date(2026, 12, 1) + timedelta(days=n % 28) for n in range(130)]
    put(engine, "milestone", *(milestone(n, name=f"M{n:03}", due_on=day) for n, day in enumerate(days)))
    first, second = (Asking(engine).page(PATH, page=page) for page in ("1", "2"))

    assert len(rows(first, "milestones")) == 100 + 1
    assert len(rows(second, "milestones")) == 30 + 1
    assert not set(rows(first, "milestones")) & set(rows(second, "milestones")) - {"Bank of Nine Ferries"}
    assert (len(drawings(first)), len(drawings(second))) == (3, 1)
    assert 'id="of-bank-3"' in first
    assert 'rel="next"' in first
    assert 'rel="prev"' in second


def test_without_milestones_it_says_so(engine: Engine) -> None:
    """An empty page is no answer."""
    assert "No milestone that was promised to a client" in Asking(engine).page(PATH)


def test_a_stale_source_greys_its_milestones(engine: Engine, asking: Asking) -> None:
    """They may have moved since."""
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE source SET last_ok_at = '2026-11-23 01:00:00' WHERE name = 'delivery'")
    page = asking.page(PATH)

    assert '<tr role="row" class="stale">' in page
    assert '<a class="stale" href="/timeline?status=overdue">' in page
