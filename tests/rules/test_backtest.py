"""The back-test: what a rule would have raised, by examples that can be reckoned by hand."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from config.settings import Settings
from rules.backtest import CannotReplay, backtest, hourly
from rules.evaluate import find
from rules.load import load_rules
from rules.views import FEEDBACK, ITEM
from tests.rules.past_rows import BUDGET, change, hours, message, told, tried
from tests.rules.rows import CALENDARS, SETTINGS, STORY, database, due, feedback, local, milestone, moment, source
from tests.rules.test_evaluate import rule
from unify import tables

NOVEMBER = local("2026-11-01 00:00")
OVERDUE = rule("overdue", severity="if(days_overdue > 7, 'critical', 'warning')")
UNHANDLED = rule("unhandled", FEEDBACK, "severity")


def uat(day: int = 20, **values: Any) -> tables.Milestone:
    """A milestone of November that has been there since September."""
    values = {"created_at": local("2026-09-01 10:00"), "status_native": "Doing"} | values
    return milestone(1, **due(date(2026, 11, day), **values))


def item(number: int = 1, **values: Any) -> tables.WorkItem:
    row = {"source": "delivery", "kind": "Task", "status_category": "in_progress", "status_native": "Doing"} | values
    key = f"{row['source']}/issues/{number}"
    return tables.WorkItem(key=key, vendor_id=str(number), created_at=local("2026-09-01 10:00"), **row)


# --- milestones ---------------------------------------------------------------------------------------------------


def test_a_date_that_was_moved_was_late_before_it_was_moved(tmp_path: Path) -> None:
    """What stands now would say that it became late on the 20th, once."""
    moved = change(uat(), "due", "2026-11-10", "2026-11-20", local("2026-11-12 15:30"))

    found = tried(tmp_path, OVERDUE, NOVEMBER, source(), uat(), moved)

    assert told(found) == [
        ("1", "11 Nov 00:00", ["warning"], "12 Nov 16:00"),
        ("1", "21 Nov 00:00", ["warning"], ""),
    ]


def test_an_alert_that_became_worse_is_one_alert(tmp_path: Path) -> None:
    """Eight days late at midnight of the 19th: another severity, the same fingerprint."""
    found = tried(tmp_path, OVERDUE, NOVEMBER, source(), uat(11))

    assert told(found) == [("1", "12 Nov 00:00", ["warning", "critical"], "")]
    assert found.ticks[found.raised[0].stages[1].tick].now == local("2026-11-19 00:00")


def test_what_is_done_now_was_open_until_it_was_done(tmp_path: Path) -> None:
    """By its history, in the words of the tool."""
    done = uat(10, status_category="done", status_native="Done", done_at=local("2026-11-13 11:20"))
    history = change(done, "status", "Doing", "Done", local("2026-11-13 11:20"))
    other = milestone(2, status_native="Doing")

    assert told(tried(tmp_path, OVERDUE, NOVEMBER, source(), done, other, history)) == [
        ("1", "11 Nov 00:00", ["warning"], "13 Nov 12:00")
    ]


def test_what_was_closed_without_a_history_was_open_until_then(tmp_path: Path) -> None:
    """When it was done is on the row; what it was before is not, but for that it was not done."""
    done = uat(10, status_category="done", status_native="released", done_at=local("2026-11-13 11:20"))

    assert told(tried(tmp_path, OVERDUE, NOVEMBER, source(), done)) == [
        ("1", "11 Nov 00:00", ["warning"], "13 Nov 12:00")
    ]


def test_a_date_agreed_counts_from_when_it_was_recorded(tmp_path: Path) -> None:
    """Before, the hub did not know of it, and told."""
    agreed = tables.Agreement(
        milestone_key=uat().key,
        agreed_on=date(2026, 11, 30),
        reference="CR-012",
        recorded_at=local("2026-11-18 09:30"),
        recorded_by="may",
    )
    row = uat(16, agreed_on=date(2026, 11, 30), agreed_recorded_at=agreed.recorded_at)
    row.deadline_on, row.deadline_at = date(2026, 11, 30), local("2026-11-30 23:59:59.999999")

    assert told(tried(tmp_path, OVERDUE, NOVEMBER, source(), row, agreed)) == [
        ("1", "17 Nov 00:00", ["warning"], "18 Nov 10:00")
    ]


def test_moves_are_counted_as_they_came(tmp_path: Path) -> None:
    """Also those since the promise, for which the rows of the history are asked."""
    row = uat(30, moves=2, baseline_on=date(2026, 11, 10), slip_days=20)
    history = (
        change(row, "due", "2026-11-10", "2026-11-20", local("2026-11-09 10:00")),
        change(row, "due", "2026-11-20", "2026-11-30", local("2026-11-19 10:00")),
    )
    counted = rule("moves_since_promise >= 1", severity="if(moves_since_promise > 1, 'high', 'warning')")

    found = tried(tmp_path, counted, NOVEMBER, source(), row, *history)

    assert told(found) == [("1", "09 Nov 10:00", ["warning", "high"], "")]
    assert found.raised[0].stages[1].tick - found.raised[0].begins == 240


def test_who_had_it_is_told_by_names_that_one_account_bears(tmp_path: Path) -> None:
    """Of somebody who left the tool only the name is known: nobody had it then is what must not come out."""
    lee = tables.Account(
        key="delivery/users/1", source="delivery", vendor_id="1", name="Lee Ho", person_key="person/lee"
    )
    row = uat(30, owner_account=None)
    history = (
        change(row, "assignee", None, "Gone Away", local("2026-11-03 10:00")),
        change(row, "assignee", "Gone Away", "Lee Ho", local("2026-11-05 10:00")),
        change(row, "assignee", "Lee Ho", None, local("2026-11-07 10:00")),
    )
    rows = (source(), tables.Person(key="person/lee", name="Lee"), lee, row, *history)

    for when, expected in {
        "not has_owner": [("1", "01 Nov 00:00", "03 Nov 10:00"), ("1", "07 Nov 10:00", "")],
        "owner = 'person/lee'": [("1", "05 Nov 10:00", "07 Nov 10:00")],
        "owner_name = 'Gone Away'": [("1", "03 Nov 10:00", "05 Nov 10:00")],
    }.items():
        folder = tmp_path / str(len(when))
        folder.mkdir()
        found = told(tried(folder, rule(when), NOVEMBER, *rows))
        assert [(key, begins, ends) for key, begins, _, ends in found] == expected


def test_an_alert_that_changed_hands_says_whose_it_was_when(tmp_path: Path) -> None:
    """It goes on, as severe as it was; but others are told of it."""
    people = [tables.Person(key=f"person/{name}", name=name) for name in ("lee", "may")]
    accounts = [
        tables.Account(key=f"delivery/users/{one.name}", source="delivery", vendor_id=one.name, name=one.name)
        for one in people
    ]
    for account, person in zip(accounts, people, strict=True):
        account.person_key = person.key
    row = uat(10, owner_account="delivery/users/may", owner_person="person/may")
    handed = change(row, "assignee", "lee", "may", local("2026-11-12 10:00"))

    (found,) = tried(tmp_path, OVERDUE, NOVEMBER, source(), *people, *accounts, row, handed).raised

    assert [stage.facts["owner"] for stage in found.stages] == ["person/lee", "person/may", "person/may"]
    assert [stage.severity for stage in found.severities] == ["warning", "critical"]


def test_a_day_off_ahead_is_looked_for_from_each_day(tmp_path: Path) -> None:
    """Moved on Thursday from a Friday to a Sunday; once it is past, it lies ahead no more."""
    moved = change(uat(), "due", "2026-11-13", "2026-11-15", local("2026-11-05 10:00"))
    row = uat(15)

    found = tried(tmp_path, rule("on_day_off"), NOVEMBER, source(), row, moved)

    assert told(found) == [("1", "05 Nov 10:00", ["warning"], "16 Nov 00:00")]
    assert found.unchanged == ["calendar"]


# --- coming and going ---------------------------------------------------------------------------------------------


def test_a_row_is_there_from_its_making_to_its_end(tmp_path: Path) -> None:
    """Neither before it was entered nor after it was deleted could anybody have been told."""
    row = uat(5, created_at=local("2026-11-08 10:15"), deleted_at=local("2026-11-20 09:45"), delete_reason="deleted")

    found = tried(tmp_path, rule("overdue"), NOVEMBER, source(), row)

    assert told(found) == [("1", "08 Nov 11:00", ["warning"], "20 Nov 10:00")]


def test_what_was_deleted_before_is_not_there(tmp_path: Path) -> None:
    row = uat(5, deleted_at=local("2026-10-20 09:45"), delete_reason="deleted")

    assert told(tried(tmp_path, rule("overdue"), NOVEMBER, source(), row)) == []


# --- feedback -----------------------------------------------------------------------------------------------------


def test_feedback_waits_until_it_was_answered_and_again_when_the_client_writes(tmp_path: Path) -> None:
    """Received Tue 10:00, 8 working hours later is Wed 10:00; the clock of the second message runs over a weekend."""
    ticket = feedback(1, created_at=local("2026-11-10 10:00"), received_at=local("2026-11-10 10:00"))
    ticket.waiting_since = local("2026-11-20 16:30")
    said = (message(ticket, "team", local("2026-11-11 14:10")), message(ticket, "client", local("2026-11-20 16:30")))

    found = tried(tmp_path, UNHANDLED, NOVEMBER, source(), ticket, *said)

    assert told(found) == [
        ("1", "11 Nov 11:00", ["warning"], "11 Nov 15:00"),
        ("1", "23 Nov 17:00", ["warning"], ""),
    ]
    assert found.unchanged == ["calendar", "severity", "urgent"]


def test_a_make_up_day_is_worked_in_the_past_too(tmp_path: Path) -> None:
    """Sat 10 Oct 2026 is 調休: received Fri 16:30, the 4 hours of "high" end on Saturday 11:30, not on Monday."""
    received = local("2026-10-09 16:30")
    ticket = feedback(1, created_at=received, received_at=received, severity="high", calendar="shenzhen")
    ticket.answered = ticket.handled = True
    said = message(ticket, "team", local("2026-10-12 12:00"))

    found = tried(tmp_path, UNHANDLED, local("2026-10-08 00:00"), source(), ticket, said)

    assert told(found) == [("1", "10 Oct 12:00", ["high"], "12 Oct 12:00")]


def test_an_answer_given_elsewhere_counts_from_when_it_was_recorded(tmp_path: Path) -> None:
    """Until then nobody here knew of it, whenever it was given."""
    received = local("2026-11-10 10:00")
    ticket = feedback(1, created_at=received, received_at=received, answered=True, handled=True)
    answer = tables.Answer(
        feedback_key=ticket.key,
        answered_at=local("2026-11-10 11:00"),
        how="phone",
        recorded_at=local("2026-11-12 09:20"),
        recorded_by="may",
    )

    assert told(tried(tmp_path, UNHANDLED, NOVEMBER, source(), ticket, answer)) == [
        ("1", "11 Nov 11:00", ["warning"], "12 Nov 10:00")
    ]


# --- work ---------------------------------------------------------------------------------------------------------


def test_an_item_stood_in_its_status_since_it_came_there_then(tmp_path: Path) -> None:
    """Not since it came to where it is now."""
    row = item(status_native="Doing")
    history = (
        change(row, "status", "Doing", "Blocked", local("2026-11-02 10:00")),
        change(row, "status", "Blocked", "Doing", local("2026-11-16 10:00")),
    )
    stuck = rule("status = 'Blocked' and status_since < ago('5d')", ITEM)

    found = tried(tmp_path, stuck, NOVEMBER, source(), row, *history)

    assert told(found) == [("1", "07 Nov 11:00", ["warning"], "16 Nov 10:00")]
    assert found.unheard == ["Blocked"]  # no row has that word now


def test_an_item_that_is_a_milestone_is_taken_to_have_been_one(tmp_path: Path) -> None:
    """Which is said, for its label may be of yesterday."""
    row = item(due_on=date(2026, 11, 10))
    twin = tables.Milestone(key=row.key, source="delivery", vendor_id="1", kind="item")
    unassigned = rule("due_on < today and is_milestone", ITEM)

    found = tried(tmp_path, unassigned, NOVEMBER, source(), row, twin)

    assert told(found) == [("1", "11 Nov 00:00", ["warning"], "")]
    assert found.unchanged == ["is_milestone"]


# --- ticks --------------------------------------------------------------------------------------------------------


def test_a_rule_is_asked_at_every_full_hour_and_now() -> None:
    """So that what fires at the end is what fires now."""
    asked = hourly(SETTINGS, CALENDARS, local("2026-11-23 21:10"), local("2026-11-24 00:30"))

    assert [tick.now for tick in asked] == [
        *(local(f"2026-11-23 {hour}:00") for hour in (22, 23)),
        local("2026-11-24 00:00"),
        local("2026-11-24 00:30"),
    ]
    assert [tick.today.day for tick in asked] == [23, 23, 24, 24]


def test_what_a_vendors_clock_dates_ahead_holds_now(tmp_path: Path) -> None:
    """Five minutes ahead: `find` goes by what stands there, and so does the last tick."""
    moved = change(uat(10), "due", "2026-12-01", "2026-11-10", STORY + timedelta(minutes=5))
    new = milestone(2, **due(date(2026, 11, 12), created_at=STORY + timedelta(minutes=5)))

    found = tried(tmp_path, rule("overdue"), NOVEMBER, source(), uat(10), moved, new)

    assert told(found) == [("1", "24 Nov 09:00", ["warning"], ""), ("2", "24 Nov 09:00", ["warning"], "")]


def test_changes_of_one_instant_are_walked_from_old_to_new(tmp_path: Path) -> None:
    """A form that is saved twice in a second; the keys, told as text, would have it the other way round."""
    at = local("2026-11-12 15:30")
    first = change(uat(), "due", "2026-11-10", "2026-11-25", at, key="delivery/history/9")
    second = change(uat(), "due", "2026-11-25", "2026-11-14", at, key="delivery/history/10")
    last = change(uat(), "due", "2026-11-14", "2026-11-20", local("2026-11-16 10:00"))

    found = tried(tmp_path, rule("overdue"), NOVEMBER, source(), uat(), first, second, last)

    assert told(found)[:2] == [
        ("1", "11 Nov 00:00", ["warning"], "12 Nov 16:00"),
        ("1", "15 Nov 00:00", ["warning"], "16 Nov 10:00"),
    ]


def test_the_last_answers_are_those_of_the_present(tmp_path: Path) -> None:
    """Whatever the history says, it ends in what is stored."""
    rows = (
        source(),
        uat(16),
        milestone(2, **due(date(2026, 11, 24))),
        change(uat(), "due", "2026-12-01", "2026-11-18", local("2026-11-12 15:30")),  # not what stands now
        feedback(1, waiting_since=local("2026-11-20 16:30"), received_at=local("2026-11-20 16:30")),
    )
    settings = Settings(coordinator="kitty")
    with database(tmp_path, *rows) as engine, engine.connect() as connection:
        for known in load_rules(settings):
            try:
                replayed = backtest(connection, known, settings, hours(NOVEMBER), BUDGET)
            except CannotReplay:
                continue
            firing = {one.subject: one.stages[-1].severity for one in replayed.raised if one.ends is None}
            present = find(connection, known, moment(STORY))
            assert firing == {finding.subject: finding.severity for finding in present}
