"""The indicators of each month, from the unified rows: the worked examples, when a month freezes, what is restated."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, update
from sqlmodel import SQLModel

from rules.indicators.closing import read_closing
from rules.indicators.months import keep_indicators
from rules.moment import Moment
from rules.views.base import table
from rules.working_time import WorkingTime
from tests.rules.rows import CALENDARS, SETTINGS, ZONE, feedback, fill, local, milestone, source
from unify import tables
from unify.closures import Closed
from unify.engine import open_engine
from unify.hub_state import SETTLED_TIMES, remember

STORY = "2026-11-24 09:00"
KITE = "client/kite"


class Firm:
    """A database, and what the hub does with it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._settled = 0

    def has(self, *rows: SQLModel) -> None:
        """More rows, settled."""
        with self.engine.begin() as connection:
            for row in rows:
                connection.execute(insert(table(type(row))), row.model_dump())
        self.settled()

    def changes(self, row: SQLModel, **values: Any) -> None:
        """A row is read anew, and settled."""
        known = table(type(row))
        with self.engine.begin() as connection:
            connection.execute(update(known).where(known.c.key == row.model_dump()["key"]).values(**values))
        self.settled()

    def settled(self) -> None:
        """Link and derive went over something."""
        self._settled += 1
        with self.engine.begin() as connection:
            remember(connection, SETTLED_TIMES, str(self._settled))

    def read_at(self, text: str, name: str = "delivery") -> None:
        """A source was read whole."""
        sources = table(tables.Source)
        with self.engine.begin() as connection:
            connection.execute(update(sources).where(sources.c.name == name).values(last_ok_at=local(text)))

    def keeps(self, at: str = STORY, closures: tuple[Closed, ...] = ()) -> bool:
        """The indicators are kept at that time."""
        calendars = dict(CALENDARS)
        if closures:
            hong_kong = CALENDARS["default"]
            calendars["default"] = WorkingTime(SETTINGS.calendar, ZONE, hong_kong.first, hong_kong.last, closures)
        return keep_indicators(self.engine, self.engine, Moment.of(SETTINGS, calendars, local(at)))

    def rows(self) -> dict[str, dict[str, Any]]:
        """All that are stored, by their keys."""
        with self.engine.connect() as connection:
            found = connection.execute(select(table(tables.IndicatorMonth))).mappings()
            return {row["key"]: dict(row) for row in found}

    def waits_for(self, at: str) -> dict[date, tuple[str, ...]]:
        """The sources for which a month is not closed at that time."""
        with self.engine.connect() as connection:
            return dict(read_closing(connection, Moment.of(SETTINGS, CALENDARS, local(at))).waiting)

    def is_there_since(self, at: str) -> None:
        """The first round of a hub was then."""
        self.keeps(at)

    def figure(self, key: str, at: str = STORY) -> dict[str, Any]:
        """One figure, kept at that time."""
        self.keeps(at)
        return self.rows()[key]


BEGINNING = (source(last_ok_at=local("2026-11-24 08:50")), tables.Client(key=KITE))
"""One client, and one source that has just been read."""


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """A firm without any work."""
    engine = open_engine(f"sqlite:///{tmp_path / 'milepost.db'}")
    fill(engine, *BEGINNING)
    yield Firm(engine)
    engine.dispose()


def noon(day: str | date) -> datetime:
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(day, time(12), ZONE).astimezone(UTC)


def october(day: int) -> date:
    return date(2026, 10, day)


def promised(number: int, on: date, done: date | None = None, **values: Any) -> tables.Milestone:
    """A milestone promised for that day, as derive leaves it."""
    done_at = noon(done) if done else None
    status = "done" if done else "in_progress"
    row = {"kind": "item", "baseline_on": on, "due_on": on, "done_at": done_at, "status_category": status} | values
    return milestone(number, **row)


def status_change(row: SQLModel, at: str, **values: Any) -> tables.Change:
    key = row.model_dump()["key"]
    told = {"field": "status", "changed_at": noon(at), **values}
    return tables.Change(key=f"{key}/change/1", source="delivery", vendor_id="1", entity_key=key, **told)


def agreement(row: SQLModel, on: date, recorded: str) -> tables.Agreement:
    told: dict[str, Any] = {"reference": "CR-012", "recorded_at": noon(recorded), "recorded_by": "kitty"}
    return tables.Agreement(milestone_key=row.model_dump()["key"], agreed_on=on, **told)


def asked(number: int, hours: float | None) -> tables.Feedback:
    """Received on Monday 5 October, 09:00, and answered after so many working hours; None: not at all."""
    received = local("2026-10-05 09:00")
    answered = CALENDARS["default"].after(hours, received) if hours else None
    basis = "visible" if answered else None
    values = {"received_at": received, "first_response_at": answered, "response_basis": basis, "calendar": "default"}
    return feedback(number, **values, waiting_since=None if answered else received)


def mark(number: int, client: str | None, contact: str, score: float | None, on: str = "2026-10-14") -> tables.Feedback:
    values = {"client_key": client, "contact_keys": [contact], "score": score}
    return feedback(number, origin="survey", received_at=noon(on), **values)


def item(number: int, **values: Any) -> tables.WorkItem:
    key = f"delivery/issues/{700 + number}"
    return tables.WorkItem(key=key, source="delivery", vendor_id=str(700 + number), **values)


def risk(number: int, due: date | None, done: date | None = None, **values: Any) -> tables.Risk:
    row: dict[str, Any] = {
        "response": "mitigate",
        "due_on": due,
        "created_at": noon("2026-09-01"),
        "status_category": "todo",
    }
    if done:
        row |= {"implemented": True, "implemented_on": done, "status_category": "done"}
    key = f"delivery/issues/r{number}"
    return tables.Risk(key=key, source="delivery", vendor_id=f"r{number}", **(row | values))


# --- the worked examples


def test_on_time_in_october_is_seven_of_ten(firm: Firm) -> None:
    """12 promised: one moved by CR-012, one cancelled before its date; one late, one open, one pushed by the lead."""
    moved, cancelled = promised(11, october(22)), promised(12, october(28), status_category="cancelled")
    firm.has(
        *(promised(n, october(n), october(n)) for n in range(1, 8)),
        promised(8, october(14), october(16)),
        promised(9, october(20)),
        promised(10, october(20), date(2026, 11, 3), due_on=date(2026, 11, 5)),
        moved,
        agreement(moved, date(2026, 11, 12), "2026-10-15"),
        cancelled,
        status_change(cancelled, "2026-10-20"),
    )

    row = firm.figure("on_time/1/2026-10")

    assert (row["value"], row["met"], row["counted"]) == (70.0, 7, 10)
    assert row["details"]["missed"] == [f"delivery/versions/{n}" for n in (10, 8, 9)]
    assert row["left_out"] == [{"key": "delivery/versions/12", "reason": "cancelled before its date"}]
    assert firm.rows()["on_time/1/2026-11"]["details"]["missed"] == ["delivery/versions/11"]


def test_the_average_slip_of_october_is_1_8_working_days(firm: Firm) -> None:
    """Early counts as nothing in the mean; what is open slips to its date; 19 October is a holiday."""
    firm.has(
        promised(1, october(5), october(5)),
        promised(2, october(9), october(8)),
        promised(3, october(12), october(14)),
        promised(4, october(16), october(21)),
        promised(5, october(23), due_on=october(30)),
    )

    row = firm.figure("slip/1/2026-10")

    assert (row["value"], row["counted"], row["met"]) == (1.8, 5, None)
    assert row["details"] == {"median": 2.0, "worst": 5}


def test_the_first_response_of_october(firm: Firm) -> None:
    """Median 3.0, P90 9.0 working hours; the tenth still waits, for more than 20."""
    waits = (0.5, 1, 1, 2, 3, 4, 5, 6, 9, None)
    firm.has(*(asked(n, hours) for n, hours in enumerate(waits)))

    row = firm.figure("first_response/1/2026-10")

    assert (row["value"], row["counted"]) == (3.0, 10)
    assert row["details"] == {"or_more": False, "p90": 9.0, "p90_or_more": False, "internal": 0}


def said(on: tables.Feedback, hours: float, *, visible: bool | None) -> tables.Comment:
    """A comment of ours, so many working hours after it came in."""
    assert on.received_at is not None
    at = CALENDARS["default"].after(hours, on.received_at)
    row: dict[str, Any] = {"vendor_id": f"{at:%d%H%M}", "on_key": on.key, "side": "team", "visible": visible}
    return tables.Comment(key=f"{on.key}/{at:%d%H%M}", source=on.source, created_at=at, **row)


def test_only_what_the_client_could_see_is_a_first_response(firm: Firm) -> None:
    """ "We talked about it" among us answers nobody; where the tool cannot say who reads it, that is told beside it."""
    of = [feedback(n, received_at=local("2026-10-05 09:00"), calendar="default") for n in range(3)]
    comments = [
        *(said(of[0], 1, visible=False), said(of[0], 3, visible=True)),
        *(said(of[1], 2, visible=None), said(of[1], 4, visible=True)),
        said(of[2], 1, visible=False),
    ]
    for one in of:
        one.response_basis = "internal"
        one.first_response_at = min(at for of_it in comments if of_it.on_key == one.key and (at := of_it.created_at))
    firm.has(*of, *comments)

    row = firm.figure("first_response/1/2026-10", "2026-10-05 17:00")

    assert (row["counted"], row["value"]) == (3, 3.0)
    assert row["details"] == {"or_more": False, "p90": 7.0, "p90_or_more": True, "internal": 1}


def test_satisfaction_counts_each_client_once(firm: Firm) -> None:
    """A 90, B 60, C none: 75.0 from 2 of 3 clients, 3 answers; a plain mean of the answers would say 80."""
    firm.has(
        tables.Client(key="client/b"),
        tables.Client(key="client/c"),
        mark(1, KITE, "crm/contacts/ann", 100),
        mark(2, KITE, "crm/contacts/ben", 80),
        mark(3, KITE, "crm/contacts/ben", 20, on="2026-10-13"),
        mark(4, "client/b", "crm/contacts/cho", 60),
        mark(5, "client/c", "crm/contacts/dan", 20, on="2025-10-14"),
        mark(6, "client/c", "crm/contacts/dan", None),
    )

    row = firm.figure("satisfaction/12/2026-10")

    assert (row["value"], row["counted"]) == (75.0, 3)
    assert row["details"] == {"by_client": {KITE: 90.0, "client/b": 60.0}, "clients": 3}
    assert row["left_out"] == [{"key": "delivery/tickets/6", "reason": "scale unknown"}]
    assert firm.rows()[f"satisfaction/12/2026-10/{KITE}"]["value"] == 90.0


def staff_mark(number: int, rater: int, stars: float, on: str) -> tables.Feedback:
    return mark(number, None, f"crm/contacts/{rater}", stars * 20, on)


def test_the_communication_score_is_the_mean_of_each_raters_latest_mark(firm: Firm) -> None:
    """5, 4, 4 and 3 are 4.0, whatever the first said before; and our own people are no clients without a name."""
    people = [tables.Person(key=f"person/{n}", side="team", email=f"p{n}@acme.example") for n in range(4)]
    contacts = [
        tables.Contact(key=f"crm/contacts/{n}", source="crm", vendor_id=str(n), emails=[f"P{n}@acme.example"])
        for n in range(4)
    ]
    marks = [staff_mark(n, n, stars, "2026-10-14") for n, stars in enumerate((5, 4, 4, 3))]
    firm.has(*people, *contacts, staff_mark(9, 0, 1, "2026-08-03"), *marks)

    row = firm.figure("communication/3/2026-10")

    assert (row["value"], row["counted"], row["client_key"]) == (4.0, 4, None)
    assert firm.rows()["satisfaction/12/2026-10"]["left_out"] == []
    assert firm.rows()["communication/3/2026-09"]["value"] is None, "of one rater everybody knows the mark"


def test_nine_of_ten_responses_to_risks_were_carried_out(firm: Firm) -> None:
    """8 due and 2 carried over: 8 on time, 1 late, 1 not; one is accepted and left out."""
    firm.has(
        *(risk(n, october(14), october(12)) for n in range(1, 8)),
        risk(8, october(14), october(20)),
        risk(9, date(2026, 9, 20), october(2)),
        risk(10, date(2026, 9, 20)),
        risk(11, october(14), response="accept"),
        risk(12, None, created_at=noon("2026-10-25")),  # due ten working days after that
        risk(13, october(14), october(12), response=None),
    )

    row = firm.figure("risk_response/1/2026-10")

    assert (row["value"], row["met"], row["counted"]) == (90.0, 9, 10)
    assert row["details"] == {"missed": ["delivery/issues/r10"], "late": ["delivery/issues/r8", "delivery/issues/r9"]}
    assert row["left_out"] == [{"key": "delivery/issues/r11", "reason": "accepted"}]


def test_throughput_counts_what_was_done_in_the_month(firm: Firm) -> None:
    """Of the firm and of each client; also what was tidied away since, and neither open items nor an older month's."""
    firm.has(
        item(1, status_category="done", done_at=noon("2026-10-01"), client_key=KITE),
        item(2, status_category="done", done_at=noon("2026-10-31"), deleted_at=noon("2026-11-02")),
        item(3, status_category="done", done_at=noon("2026-09-30"), client_key=KITE),
        item(4, status_category="todo", done_at=noon("2026-10-05"), client_key=KITE),
    )
    row = firm.figure("throughput/1/2026-10")

    assert (row["counted"], row["value"]) == (2, 2.0)
    assert firm.rows()[f"throughput/1/2026-10/{KITE}"]["value"] == 1.0
    assert firm.rows()["throughput/1/2026-08"]["value"] is None, "nothing was counted"


def test_over_three_months_each_promise_counts_once(firm: Firm) -> None:
    """What the rules look at: the three months to the last one that ended, for the firm as a whole."""
    firm.has(*(promised(n, date(2026, 7 + n, 3), date(2026, 7 + n, 3), client_key=KITE) for n in range(1, 4)))

    rows = firm.figure("on_time/3/2026-10"), firm.rows()["on_time/1/2026-10"]

    assert [(row["first_on"], row["last_on"], row["counted"]) for row in rows] == [
        (date(2026, 8, 1), october(31), 3),
        (october(1), october(31), 1),
    ]
    assert f"on_time/1/2026-10/{KITE}" in firm.rows()
    assert f"on_time/3/2026-10/{KITE}" not in firm.rows()


# --- what the rows tell


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ({"done_at": noon("2026-10-14")}, "met"),
        ({"done_at": noon("2026-10-15")}, "missed"),
        ({"done_at": None}, "done, nobody knows when"),
        ({"done_at": None, "kind": "version"}, "met"),  # its release date is when it went out
        ({"done_at": noon("2026-10-14"), "deleted_at": noon("2026-10-20")}, "met"),
        ({"status_category": "todo", "deleted_at": noon("2026-10-20"), "delete_reason": "deleted"}, "missed"),
        (
            {"status_category": "todo", "deleted_at": noon("2026-10-13"), "delete_reason": "archived"},
            "cancelled before its date",
        ),
        (
            {"status_category": "todo", "deleted_at": noon("2026-10-13"), "delete_reason": "lost_access"},
            "status unknown",
        ),
        ({"status_category": "unknown"}, "status unknown"),
        ({"baseline_on": None}, "no date"),
        ({"done_at": noon("2026-10-14"), "created_at": noon("2026-10-15")}, "entered after its date"),
        ({"counted": False}, "nothing"),
        ({"client_facing": False}, "nothing"),
        ({"source": "gone"}, "nothing"),
    ],
)
def test_what_a_row_says_of_its_promise(firm: Firm, values: dict[str, Any], counts: str) -> None:
    """One other is kept, so that there is a figure in which to look."""
    told = {"status_category": "done", **values}
    firm.has(source("gone", active=False), promised(1, october(14), **told), promised(2, october(9), october(9)))

    row = firm.figure("on_time/1/2026-10")

    left_out = row["left_out"][0]["reason"] if row["left_out"] else "nothing"
    assert {(2, 2): "met", (1, 2): "missed", (1, 1): left_out}[row["met"], row["counted"]] == counts


def test_promises_without_a_date_are_counted_and_the_first_of_them_named(firm: Firm) -> None:
    """A tool may hold thousands: not each of them in each figure of each month."""
    firm.has(*(promised(n, october(1), baseline_on=None, client_key=KITE) for n in range(10, 18)))

    for key in ("on_time/1/2026-10", f"slip/1/2026-10/{KITE}", "on_time/3/2026-10"):
        row = firm.figure(key)
        assert row["details"]["undated"] == 8
        assert [one["key"] for one in row["left_out"]] == [f"delivery/versions/{n}" for n in range(10, 15)]


def test_a_version_that_was_seen_unreleased_after_its_day_is_late(firm: Firm) -> None:
    """Whoever releases it late may leave its date as it was planned."""
    late = promised(1, october(14), kind="version", status_category="done")
    firm.has(late, status_change(late, "2026-10-20", origin="compared", not_before=noon("2026-10-19")))

    assert firm.figure("on_time/1/2026-10")["met"] == 0


def test_a_promise_for_a_day_on_which_the_office_was_closed_is_measured_by_the_next(firm: Firm) -> None:
    """Typhoon 8 from the morning on: nobody could have delivered."""
    firm.has(promised(1, october(14), october(15)))

    firm.keeps(closures=(Closed("HK", local("2026-10-14 09:00"), local("2026-10-14 18:00"), "typhoon 8"),))

    assert firm.rows()["on_time/1/2026-10"]["met"] == 1


def test_where_nothing_was_counted_there_is_no_figure(firm: Firm) -> None:
    """Neither 0 nor 100 %: not measured. Why is told even so; of a client of whom nothing is known there is no row."""
    firm.has(promised(1, october(14), status_category="unknown"), feedback(1), risk(1, None, response=None))

    row = firm.figure("on_time/1/2026-10")

    assert (row["value"], row["counted"]) == (None, 0)
    assert row["left_out"] == [{"key": "delivery/versions/1", "reason": "status unknown"}]
    assert {(one["value"], one["client_key"]) for one in firm.rows().values()} == {(None, None)}


# --- months


def test_the_month_turns_at_midnight_of_the_firm(firm: Firm) -> None:
    """In Hong Kong November begins while it is 31 October in London."""
    firm.has(promised(1, october(31)))

    firm.keeps("2026-10-31 23:59")
    assert firm.rows()["on_time/1/2026-10"]["counted"] == 0  # its day has not ended

    firm.keeps("2026-11-01 00:00")
    assert firm.rows()["on_time/1/2026-10"]["counted"] == 1


@pytest.mark.parametrize(("at", "frozen"), [("2026-11-04 23:59", False), ("2026-11-05 00:00", True)])
def test_a_month_freezes_at_the_end_of_its_third_working_day(firm: Firm, at: str, frozen: bool) -> None:
    """Wednesday 4 November; October's and those before it, not the running month."""
    firm.has(promised(1, october(14), october(14)), promised(2, date(2026, 11, 3), date(2026, 11, 3)))
    firm.is_there_since("2026-11-02 09:00")
    firm.read_at("2026-11-05 00:00")

    firm.keeps(at)

    rows = firm.rows()
    assert (rows["on_time/1/2026-10"]["frozen_at"] is not None) is frozen
    assert rows["on_time/1/2026-11"]["frozen_at"] is None


def test_no_month_freezes_before_every_source_was_read_since_it_closed(firm: Firm) -> None:
    """A figure of which a part is missing would stand for good."""
    firm.has(promised(1, october(14), october(14)), source("crm"))
    firm.is_there_since("2026-11-02 09:00")

    firm.keeps("2026-11-09 09:00")
    assert firm.rows()["on_time/1/2026-10"]["frozen_at"] is None

    firm.read_at("2026-11-09 09:05", "crm")
    assert firm.keeps("2026-11-09 09:06")
    row = firm.rows()["on_time/1/2026-10"]
    assert (row["frozen_at"], "unread" in row["details"]) == (local("2026-11-09 09:06"), False)


@pytest.mark.parametrize(("at", "frozen"), [("2026-11-11 23:59", False), ("2026-11-12 00:00", True)])
def test_a_source_that_cannot_be_read_holds_a_month_up_for_five_working_days(firm: Firm, at: str, frozen: bool) -> None:
    """One tool whose credential ended must not keep all the others' months open; what is missing is said."""
    firm.has(promised(1, october(14), october(14)), source("crm"))
    firm.is_there_since("2026-11-02 09:00")

    row = firm.figure("on_time/1/2026-10", at)

    assert firm.waits_for(at) == ({} if frozen else {october(31): ("crm",)})
    assert (row["frozen_at"] is not None) is frozen
    assert row["details"].get("unread") == (["crm"] if frozen else None)


def test_months_that_closed_before_the_hub_was_there_are_reconstructed(firm: Firm) -> None:
    """At the first look the config is not right yet: they follow it; the next month that closes freezes."""
    row = promised(1, october(14), october(15))
    firm.has(row)
    first = firm.figure("on_time/1/2026-10")

    firm.changes(row, done_at=noon("2026-10-14"))
    second = firm.figure("on_time/1/2026-10")
    firm.read_at("2026-12-04 08:00")
    firm.keeps("2026-12-04 09:00")

    assert [(one["reconstructed"], one["frozen_at"], one["value"]) for one in (first, second)] == [
        (True, None, 0.0),
        (True, None, 100.0),
    ]
    rows = firm.rows()
    assert rows["on_time/1/2026-10"]["frozen_at"] is None
    assert rows["on_time/1/2026-11"]["frozen_at"] == local("2026-12-04 09:00")
    assert (rows["on_time/3/2026-10"]["reconstructed"], rows["on_time/3/2026-11"]["reconstructed"]) == (True, False)


def test_a_month_that_froze_without_data_does_not_turn_into_a_figure(firm: Firm) -> None:
    """Nobody was told of 100 % in October: a milestone that comes to light later stands beside the empty month."""
    firm.is_there_since("2026-11-02 09:00")
    firm.keeps()

    firm.has(promised(1, october(14), october(14), client_key=KITE))
    firm.keeps("2026-11-24 18:00")

    for key in ("on_time/1/2026-10", f"on_time/1/2026-10/{KITE}", "on_time/3/2026-10"):
        row = firm.rows()[key]
        assert (row["value"], row["counted"], row["frozen_at"]) == (None, 0, local(STORY))
        assert (row["restated"]["value"], row["restated"]["counted"]) == (100.0, 1)


def test_what_nobody_answered_restates_no_month_by_waiting_on(firm: Firm) -> None:
    """It had waited so long when the month was closed, or more; only an answer is news."""
    waits = asked(1, None)
    firm.has(waits)
    firm.is_there_since("2026-11-02 09:00")
    frozen = firm.figure("first_response/1/2026-10")

    later = firm.figure("first_response/1/2026-10", "2026-11-30 09:00")
    firm.changes(waits, first_response_at=noon("2026-11-27"), response_basis="visible", waiting_since=None)
    answered = firm.figure("first_response/1/2026-10", "2026-11-30 18:00")

    assert (frozen["details"]["or_more"], later) == (True, frozen)
    assert (answered["value"], answered["restated"]["details"]["or_more"]) == (frozen["value"], False)


@pytest.mark.parametrize(
    ("values", "worst", "left_out"),
    [
        ({"done_at": noon("2026-10-30")}, 11, []),  # late as before, but by more
        ({"status_category": "unknown"}, 2, [{"key": "delivery/versions/1", "reason": "status unknown"}]),
    ],
)
def test_what_stands_beside_a_frozen_figure_restates_it_too(
    firm: Firm, values: dict[str, Any], worst: int, left_out: list[dict[str, str]]
) -> None:
    """The worst slip, and what was left out, are as much of the report as the mean."""
    row = promised(1, october(14), october(16))
    firm.has(row, *(promised(n, october(14), october(16)) for n in range(2, 201)))
    firm.is_there_since("2026-11-02 09:00")
    firm.keeps()

    firm.changes(row, **values)
    restated = firm.figure("slip/1/2026-10")["restated"]

    assert (restated["value"], restated["details"]["worst"], restated["left_out"]) == (2.0, worst, left_out)


def test_a_new_milestone_without_a_date_restates_no_month(firm: Firm) -> None:
    """It belongs to none; neither does a new client."""
    firm.has(promised(1, october(14), october(14)), mark(1, KITE, "c", 80))
    firm.is_there_since("2026-11-02 09:00")
    firm.keeps()
    before = firm.rows()

    firm.has(promised(2, october(14), baseline_on=None, client_key=KITE), tables.Client(key="client/new"))
    firm.keeps()

    october_now = {key: row for key, row in firm.rows().items() if row["last_on"] == october(31)}
    assert october_now == {key: row for key, row in before.items() if row["last_on"] == october(31)}


def test_three_months_say_what_their_frozen_months_say(firm: Firm) -> None:
    """September changes after it was frozen: whoever adds up the three reported months gets the reported sum."""
    row = promised(1, date(2026, 9, 14), date(2026, 9, 14))
    firm.has(row, promised(2, october(14), october(14)))
    firm.is_there_since("2026-10-02 09:00")
    firm.keeps("2026-10-12 09:00")

    firm.changes(row, done_at=noon("2026-10-20"))
    firm.keeps()

    rows = firm.rows()
    months = [rows[f"on_time/1/2026-{month:02}"] for month in (8, 9, 10)]
    three = rows["on_time/3/2026-10"]
    assert (three["met"], three["counted"]) == (
        sum(one["met"] for one in months),
        sum(one["counted"] for one in months),
    )
    assert (three["value"], three["restated"]["value"]) == (100.0, 50.0)


def test_a_frozen_figure_stays_and_what_would_change_it_stands_beside_it(firm: Firm) -> None:
    """The October that somebody reported stays; that it was otherwise is said beside it, not put in its place."""
    row = promised(1, october(14), october(14))
    firm.has(row, promised(2, october(15), october(15)))
    firm.is_there_since("2026-11-02 09:00")
    frozen = firm.figure("on_time/1/2026-10", "2026-11-24 09:00")

    firm.changes(row, done_at=noon("2026-11-24"))  # re-opened, and done again
    restated = firm.figure("on_time/1/2026-10", "2026-11-24 18:00")

    assert (restated["value"], restated["met"]) == (100.0, 2)
    assert restated["restated"] == {
        "counted": 2,
        "met": 1,
        "value": 50.0,
        "details": {"missed": ["delivery/versions/1"]},
        "left_out": [],
        "at": local("2026-11-24 18:00").isoformat(),
    }
    assert {**restated, "restated": None} == frozen

    firm.changes(row, done_at=noon("2026-10-14"))  # that was a slip of the finger
    assert firm.figure("on_time/1/2026-10", "2026-11-25 09:00") == frozen


def test_a_frozen_figure_of_which_nothing_is_left_stays_too(firm: Firm) -> None:
    """Its source left the config."""
    firm.has(promised(1, october(14), october(14)))
    firm.is_there_since("2026-11-02 09:00")
    firm.keeps()

    sources = table(tables.Source)
    with firm.engine.begin() as connection:
        connection.execute(update(sources).values(active=False))
    firm.settled()
    row = firm.figure("on_time/1/2026-10")

    assert (row["value"], row["restated"]["counted"], row["restated"]["value"]) == (100.0, 0, None)


def test_the_running_month_follows_its_rows(firm: Firm) -> None:
    """It is as good as today's data, and where nothing is left of it, there is no figure."""
    row = promised(1, date(2026, 11, 3))
    firm.has(row)
    assert firm.figure("on_time/1/2026-11")["met"] == 0

    firm.changes(row, done_at=noon("2026-11-03"), status_category="done")
    assert firm.figure("on_time/1/2026-11")["met"] == 1

    firm.changes(row, client_facing=False)
    assert firm.figure("on_time/1/2026-11")["value"] is None


def test_nothing_is_reckoned_where_nothing_has_changed(firm: Firm) -> None:
    """A round every minute asks one row of the database; the next day, or a new row, makes it reckon again."""
    firm.has(promised(1, october(14), october(14)))

    assert [firm.keeps(at) for at in ("2026-11-24 09:00", "2026-11-24 09:01", "2026-11-25 00:00")] == [
        True,
        False,
        True,
    ]
    firm.settled()
    assert firm.keeps("2026-11-25 00:01")


def test_reckoning_again_changes_nothing(firm: Firm) -> None:
    """Whoever was killed on the way does it once more, and doubles nothing."""
    firm.has(promised(1, october(14), october(14)), asked(1, 2), risk(1, october(14)), mark(2, KITE, "c", 80))
    firm.keeps()
    before = firm.rows()

    state = table(tables.HubState)
    with firm.engine.begin() as connection:
        connection.execute(delete(state).where(state.c.name == "indicators_of"))

    assert firm.keeps("2026-11-24 09:05")
    assert firm.rows() == before
    assert len(before) > 4


def test_postgres_keeps_the_same_figures(firm: Firm, postgres: Engine) -> None:
    """Rows, dates and what is restated alike."""
    fill(postgres, *BEGINNING)
    both, row = (firm, Firm(postgres)), promised(1, october(14), october(14))
    try:
        for one in both:
            one.has(row, promised(2, october(15)), asked(1, 2), risk(1, october(14)), mark(2, KITE, "c", 80))
            one.is_there_since("2026-11-02 09:00")
            one.keeps()
            one.changes(row, done_at=noon("2026-11-24"))
            one.keeps("2026-11-24 18:00")

        sqlite, other = (one.rows() for one in both)
    finally:
        SQLModel.metadata.drop_all(postgres)

    assert other == sqlite
    assert sqlite["on_time/1/2026-10"]["restated"] is not None
