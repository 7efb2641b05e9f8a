"""What a milestone's history says: tables of cases for the pure functions, and the same through the database."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlmodel import SQLModel

from tests.unify.factories import (
    HONG_KONG,
    add,
    at,
    database,
    feedback,
    item,
    milestone,
    rewrite,
    row,
    settings,
    settled,
    weekdays,
)
from unify.decisions import Refused, agree, answered
from unify.derive_milestones import Days, derive_milestone
from unify.tables import Change, Milestone, WorkItem

KEY = "delivery/issues/10088"
DAYS = Days(HONG_KONG, weekdays)


def due(old: str | None, new: str | None, changed: str, **fields: Any) -> Change:
    """A change of the due date."""
    return change("due", old, new, changed, **fields)


def change(field: str, old: str | None, new: str | None, changed: str, **fields: Any) -> Change:
    """A native change of the milestone, unless told."""
    defaults = {"source": "delivery", "vendor_id": changed, "entity_key": KEY, "changed_at": at(changed)}
    return Change(key=f"delivery/history/{field}-{changed}", field=field, old=old, new=new, **{**defaults, **fields})


def derived(
    changes: Sequence[Change] = (),
    agreements: Sequence[dict[str, Any]] = (),
    items: tuple[int, int] = (0, 0),
    **fields: Any,
) -> dict[str, Any]:
    """The derived columns of a milestone with those fields and that history."""
    stored = milestone(KEY, **fields).model_dump()
    return dict(derive_milestone(stored, [one.model_dump() for one in changes], agreements, items, DAYS))


def agreement(on: str, recorded: str, number: int = 1) -> dict[str, Any]:
    """A row of `agreement`."""
    return {"id": number, "agreed_on": date.fromisoformat(on), "recorded_at": at(recorded)}


UAT = [
    due("2026-10-30", "2026-11-06", "2026-10-29 18:00", author_account="delivery/users/raymond"),
    due("2026-11-06", "2026-11-16", "2026-11-05 10:00", author_account="delivery/users/raymond"),
]
"""UAT sign-off of the bank's app: first promised 30 Oct, moved twice."""


def test_a_milestone_that_moved_twice_keeps_its_first_promise() -> None:
    """The figures of the demo's first alert: 30 Oct, 17 days of slip, moved twice, last by Raymond on 5 Nov."""
    found = derived(UAT, created_at=at("2026-08-03 10:00"), due_on=date(2026, 11, 16))

    assert found["baseline_on"] == date(2026, 10, 30)
    assert found["slip_days"] == 17
    assert (found["moves"], found["moved_at"]) == (2, at("2026-11-05 10:00"))
    assert found["moved_by_account"] == "delivery/users/raymond"
    assert found["deadline_on"] == date(2026, 11, 16)


@pytest.mark.parametrize(
    ("why", "created", "changes", "due_on", "baseline", "moves"),
    [
        ("no history: the present date", "2026-08-03 10:00", [], "2026-11-16", "2026-11-16", 0),
        ("undated", "2026-08-03 10:00", [], None, None, 0),
        (
            "set later: the first date set",
            "2026-08-03 10:00",
            [due(None, "2026-10-30", "2026-09-01 10:00"), due("2026-10-30", "2026-11-06", "2026-10-20 10:00")],
            "2026-11-06",
            "2026-10-30",
            1,
        ),
        (
            "corrected on the second working day after: typing",
            "2026-08-07 10:00",  # a Friday
            [due("2026-10-03", "2026-10-30", "2026-08-11 18:00")],
            "2026-10-30",
            "2026-10-30",
            0,
        ),
        (
            "changed on the third: a move",
            "2026-08-07 10:00",
            [due("2026-10-03", "2026-10-30", "2026-08-12 09:00")],
            "2026-10-30",
            "2026-10-03",
            1,
        ),
        (
            "corrected twice in time: the last correction",
            "2026-08-03 10:00",
            [due("2026-10-03", "2026-10-30", "2026-08-03 11:00"), due("2026-10-30", "2026-10-31", "2026-08-04 11:00")],
            "2026-10-31",
            "2026-10-31",
            0,
        ),
        (
            "taken back in time, set weeks later: that is the first promise",
            "2026-08-03 10:00",
            [due("2026-10-03", None, "2026-08-03 11:00"), due(None, "2026-10-30", "2026-09-10 11:00")],
            "2026-10-30",
            "2026-10-30",
            0,
        ),
        (
            "taken away and put back: no move",
            "2026-08-03 10:00",
            [due("2026-10-30", None, "2026-09-01 11:00"), due(None, "2026-10-30", "2026-09-10 11:00")],
            "2026-10-30",
            "2026-10-30",
            0,
        ),
        (
            "unknown when it was first set: nothing is taken for a correction",
            None,
            [due("2026-10-03", "2026-10-30", "2026-08-03 11:00", origin="compared")],
            "2026-10-30",
            "2026-10-03",
            1,
        ),
        (
            "the hour changed, not the day",
            "2026-08-03 10:00",
            [due("2026-10-30T01:00:00+00:00", "2026-10-30T09:00:00+00:00", "2026-09-03 11:00")],
            "2026-10-30",
            "2026-10-30",
            0,
        ),
        (
            "an instant counts as the day it falls on here",
            "2026-08-03 10:00",
            [due("2026-10-29T17:00:00+00:00", "2026-11-06", "2026-09-03 11:00")],
            "2026-11-06",
            "2026-10-30",
            1,
        ),
        (
            "the vendor's history and our comparing saw one move",
            "2026-08-03 10:00",
            [
                due("2026-10-30", "2026-11-06", "2026-09-03 11:00"),
                due("2026-10-30", "2026-11-06", "2026-09-03 11:07", origin="compared"),
            ],
            "2026-11-06",
            "2026-10-30",
            1,
        ),
        (
            "a date that cannot be read is none",
            "2026-08-03 10:00",
            [due("30/10/2026", "2026-11-06", "2026-09-03 11:00")],
            "2026-11-06",
            "2026-11-06",
            0,
        ),
    ],
)
def test_the_baseline_is_the_date_first_promised(
    why: str, created: str | None, changes: list[Change], due_on: str | None, baseline: str | None, moves: int
) -> None:
    """Slip is measured from here; a date typed wrong was never promised."""
    found = derived(
        changes,
        created_at=at(created) if created else None,
        due_on=date.fromisoformat(due_on) if due_on else None,
    )

    assert found["baseline_on"] == (date.fromisoformat(baseline) if baseline else None), why
    assert found["moves"] == moves, why


def test_a_date_beyond_the_calendar_is_a_move_not_an_error() -> None:
    """A history may be older than the calendar that was made."""

    def outside(calendar: str, start: date, end: date) -> int:
        raise ValueError(start)

    changes = [due("1999-10-03", "1999-10-30", "1999-08-04 11:00").model_dump()]
    stored = milestone(KEY, created_at=at("1999-08-03 10:00"), due_on=date(1999, 10, 30)).model_dump()

    found = derive_milestone(stored, changes, (), (0, 0), Days(HONG_KONG, outside))

    assert found["baseline_on"] == date(1999, 10, 3)


def test_the_date_of_a_release_is_no_new_plan() -> None:
    """Jira lets whoever releases a version set the day it happened."""
    changes = [
        due("2026-11-13", "2026-11-20", "2026-11-20 17:00", origin="compared"),
        change("status", "unreleased", "released", "2026-11-20 17:00", origin="compared"),
    ]

    found = derived(
        changes, kind="version", status_category="done", status_native="released", due_on=date(2026, 11, 20)
    )

    assert (found["baseline_on"], found["moves"], found["slip_days"]) == (date(2026, 11, 13), 0, 7)


RELEASED = change("status", "unreleased", "released", "2026-11-20 17:00", origin="compared")


def released(*changes: Change, due_on: str = "2026-11-20") -> tuple[Any, ...]:
    """(baseline, moves, slip) of a version that was released on 20 November."""
    went_out: dict[str, Any] = {"kind": "version", "status_category": "done", "status_native": "released"}
    found = derived([*changes, RELEASED], due_on=date.fromisoformat(due_on), **went_out)
    return found["baseline_on"], found["moves"], found["slip_days"]


def test_a_version_that_moved_and_then_went_out_keeps_its_plan_and_its_move() -> None:
    """The plan before the release is 13 November; that it was 6 November first is the baseline."""
    moved = due("2026-11-06", "2026-11-13", "2026-10-30 17:00", origin="compared")
    actual = due("2026-11-13", "2026-11-20", "2026-11-20 17:00", origin="compared")

    assert released(moved, actual) == (date(2026, 11, 6), 1, 14)


def test_a_version_that_only_got_its_date_as_it_went_out_promised_nothing() -> None:
    """No plan, no slip: it was neither late nor in time."""
    assert released(due(None, "2026-11-20", "2026-11-20 17:00", origin="compared")) == (None, 0, None)


def test_a_date_that_changes_in_another_look_than_the_release_is_a_plan() -> None:
    """It was moved the day before, or mended the day after: only what changes together is the day it went out."""
    before = due("2026-11-13", "2026-11-20", "2026-11-19 17:00", origin="compared")
    after = due("2026-11-13", "2026-11-20", "2026-11-21 09:00", origin="compared")

    assert released(before) == released(after) == (date(2026, 11, 13), 1, 7)


def test_what_was_released_by_mistake_has_its_date_as_a_plan_again() -> None:
    """Whoever takes a release back and leaves the date promises it."""
    actual = due("2026-11-13", "2026-11-20", "2026-11-20 17:00", origin="compared")
    back = change("status", "released", "unreleased", "2026-11-20 18:00", origin="compared")
    open_again: dict[str, Any] = {"kind": "version", "status_category": "todo", "status_native": "unreleased"}

    found = derived([actual, RELEASED, back], due_on=date(2026, 11, 20), **open_again)

    assert (found["baseline_on"], found["moves"], found["slip_days"]) == (date(2026, 11, 13), 1, 7)


AGREED_ON_30 = [agreement("2026-11-30", "2026-11-23 17:00")]


@pytest.mark.parametrize(
    ("why", "changes", "agreements", "fields", "deadline"),
    [
        ("nothing agreed: the tool's date", UAT, [], {"due_on": date(2026, 11, 16)}, "2026-11-16"),
        ("agreed since: the agreed one", UAT, AGREED_ON_30, {"due_on": date(2026, 11, 16)}, "2026-11-30"),
        (
            "the tool's date moved after: the tool's",
            [*UAT, due("2026-11-16", "2026-12-18", "2026-11-24 09:40")],
            AGREED_ON_30,
            {"due_on": date(2026, 12, 18)},
            "2026-12-18",
        ),
        (
            "agreed while we were not looking: the agreed one",
            [due("2026-11-16", "2026-12-18", "2026-11-23 17:05", origin="compared", not_before=at("2026-11-23 16:50"))],
            AGREED_ON_30,
            {"due_on": date(2026, 12, 18)},
            "2026-11-30",
        ),
        (
            "moved at the very instant of agreeing: the agreed one",
            [*UAT, due("2026-11-16", "2026-12-18", "2026-11-23 17:00")],
            AGREED_ON_30,
            {"due_on": date(2026, 12, 18)},
            "2026-11-30",
        ),
        (
            "moved away and back after: the tool's, for somebody planned anew",
            [
                *UAT,
                due("2026-11-16", "2026-12-18", "2026-11-24 09:40"),
                due("2026-12-18", "2026-11-16", "2026-11-24 09:50"),
            ],
            AGREED_ON_30,
            {"due_on": date(2026, 11, 16)},
            "2026-11-16",
        ),
        (
            "only the hour moved after: the agreed one",
            [due("2026-11-16T01:00:00+00:00", "2026-11-16T02:00:00+00:00", "2026-11-24 09:40")],
            AGREED_ON_30,
            {"due_on": date(2026, 11, 16)},
            "2026-11-30",
        ),
        (
            "the tool's date taken away: the promise stays",
            [*UAT, due("2026-11-16", None, "2026-11-24 09:40")],
            AGREED_ON_30,
            {},
            "2026-11-30",
        ),
        (
            "agreed twice: what was recorded last",
            UAT,
            [agreement("2026-12-18", "2026-11-22 09:00", 2), *AGREED_ON_30],
            {"due_on": date(2026, 11, 16)},
            "2026-11-30",
        ),
        (
            "agreed in a field of the tool",
            UAT,
            [],
            {"due_on": date(2026, 11, 16), "agreed_native_on": date(2026, 11, 25)},
            "2026-11-25",
        ),
        ("undated", [], [], {}, None),
    ],
)
def test_overdue_asks_the_agreed_date_until_the_tools_moves_again(
    why: str, changes: list[Change], agreements: list[dict[str, Any]], fields: dict[str, Any], deadline: str | None
) -> None:
    """Scenarios 3 and 4: an agreement moves the promise; a moved date alone is no agreement."""
    found = derived(changes, agreements, created_at=at("2026-08-03 10:00"), **fields)

    assert found["deadline_on"] == (date.fromisoformat(deadline) if deadline else None), why


def test_an_agreed_date_slips_by_what_the_client_gave_away() -> None:
    """Scenario 3: 30 Nov was agreed while the tool still says 16 Nov; that is 31 days after the first promise."""
    found = derived(UAT, AGREED_ON_30, due_on=date(2026, 11, 16), created_at=at("2026-08-03 10:00"))

    assert (found["baseline_on"], found["deadline_on"]) == (date(2026, 10, 30), date(2026, 11, 30))
    assert found["slip_days"] == 31


@pytest.mark.parametrize(
    ("fields", "agreements", "deadline"),
    [
        ({"due_on": date(2026, 11, 16)}, [], "2026-11-16 23:59:59.999999"),
        ({"due_on": date(2026, 11, 24), "due_at": at("2026-11-24 08:30")}, [], "2026-11-24 08:30"),
        ({"due_on": date(2026, 11, 24), "due_at": at("2026-11-24 08:30")}, AGREED_ON_30, "2026-11-30 23:59:59.999999"),
    ],
)
def test_a_day_ends_at_our_midnight_and_an_instant_where_it_stands(
    fields: dict[str, Any], agreements: list[dict[str, Any]], deadline: str
) -> None:
    """Due 16 Nov is overdue from 17 Nov 00:00 in Hong Kong, eight hours before it is in London."""
    assert derived((), agreements, **fields)["deadline_at"] == at(deadline)


def test_who_set_it_done_is_read_from_its_history() -> None:
    """The resolved notice names whoever ticked it; who re-opened it in between does not count."""
    changes = [
        change("status", "In Progress", "Done", "2026-11-20 10:00", author_account="delivery/users/1"),
        change("status", "Done", "In Progress", "2026-11-21 10:00", author_account="delivery/users/2"),
        change("status", "In Progress", "Done", "2026-11-24 10:12", author_account="delivery/users/3"),
    ]

    done = derived(changes, status_native="Done", status_category="done", done_at=at("2026-11-24 10:12"))

    assert done["done_by_account"] == "delivery/users/3"
    assert derived(changes, status_native="In Progress", status_category="in_progress")["done_by_account"] is None


def test_a_ticked_card_names_who_ticked_it_though_its_list_stays() -> None:
    """Trello's tick changes no list: the instant tells which change it was."""
    ticked = change("status", "dueComplete false", "dueComplete true", "2026-11-24 10:12", author_account="b/members/1")

    found = derived([ticked], status_native="Doing", status_category="done", done_at=at("2026-11-24 10:12"))

    assert found["done_by_account"] == "b/members/1"


def test_items_are_counted_without_the_cancelled_and_the_deleted() -> None:
    """ "4 of 31 open": what was dropped is neither open nor part of the whole."""
    living: list[tuple[str, datetime | None]] = [
        (category, None) for category in ("todo", "in_progress", "unknown", "done", "cancelled")
    ]
    states = [*living, ("todo", at("2026-11-01 09:00"))]
    with database() as connection:
        add(connection, milestone("delivery/versions/1", kind="version"))
        for number, (category, deleted_at) in enumerate(states):
            fields: dict[str, Any] = {"status_category": category, "deleted_at": deleted_at}
            add(connection, item(f"delivery/issues/{number}", milestone_keys=["delivery/versions/1"], **fields))

        settled(connection, settings())

        found = row(connection, Milestone, "delivery/versions/1")
        assert (found["open_items"], found["total_items"]) == (3, 4)


def test_an_item_that_is_feedback_too_counts_for_its_milestone() -> None:
    """Both rows have one key: what the item refers to is not for the feedback to take away."""
    with database() as connection:
        add(connection, milestone("delivery/versions/1", kind="version"))
        add(connection, item("delivery/issues/1", milestone_keys=["delivery/versions/1"]))
        add(connection, feedback("delivery/issues/1", item_key="delivery/issues/1"))

        for touched in (None, {"work_item": ["delivery/issues/1"]}, {"feedback": ["delivery/issues/1"]}):
            settled(connection, settings(), touched)

            assert row(connection, Milestone, "delivery/versions/1")["total_items"] == 1


def test_an_item_that_changes_version_leaves_the_old_ones_count() -> None:
    """The item alone was touched, and no longer says where it was."""
    with database() as connection:
        add(connection, milestone("delivery/versions/1", kind="version"))
        add(connection, milestone("delivery/versions/2", kind="version"))
        add(connection, item("delivery/issues/1", milestone_keys=["delivery/versions/1"]))
        settled(connection, settings())
        rewrite(connection, WorkItem, "delivery/issues/1", milestone_keys=["delivery/versions/2"])

        settled(connection, settings(), {"work_item": ["delivery/issues/1"]})

        counts = [row(connection, Milestone, f"delivery/versions/{n}")["total_items"] for n in (1, 2)]
        assert counts == [0, 1]


@pytest.mark.parametrize(
    ("other", "counted"),
    [
        ({"due_on": date(2026, 11, 27)}, False),
        ({"due_on": date(2026, 11, 26)}, True),
        ({"due_on": date(2026, 11, 27), "status_category": "cancelled"}, True),
        ({"due_on": date(2026, 11, 27), "project_key": "tasks/projects/2"}, True),
    ],
)
def test_a_projects_date_counts_where_no_milestone_of_it_holds_that_day(other: dict[str, Any], counted: bool) -> None:
    """Asana's project date and its last milestone are one promise, not two."""
    in_project = {"project_key": "tasks/projects/1"}
    with database() as connection:
        add(connection, milestone("tasks/projects/1", kind="project", due_on=date(2026, 11, 27), **in_project))
        add(connection, milestone("tasks/tasks/1", **{**in_project, **other}))

        settled(connection, settings())

        assert row(connection, Milestone, "tasks/projects/1")["counted"] is counted


def test_a_milestone_in_two_projects_stands_for_both_their_dates() -> None:
    """An Asana task may live in several projects; the first is no more its own than the others."""
    with database() as connection:
        for number in (1, 2):
            key = f"tasks/projects/{number}"
            add(connection, milestone(key, kind="project", due_on=date(2026, 11, 27), project_key=key))
        both = ["tasks/projects/1", "tasks/projects/2"]
        add(connection, item("tasks/tasks/1", "tasks/projects/1", project_keys=both))
        add(connection, milestone("tasks/tasks/1", due_on=date(2026, 11, 27), project_key="tasks/projects/1"))

        settled(connection, settings())

        assert not row(connection, Milestone, "tasks/projects/2")["counted"]


def test_a_recorded_agreement_is_derived_at_the_next_settling() -> None:
    """`milepost agree` touches the milestone; nothing in the tool had to change."""
    with database() as connection:
        add(connection, milestone(KEY, due_on=date(2026, 11, 16)))
        settled(connection, settings())
        now = at("2026-11-23 17:00")

        agree(connection, KEY, date(2026, 11, 30), "CR-019", "person/marco", now)
        agree(connection, KEY, date(2026, 12, 1), "CR-020", "person/marco", now)
        settled(connection, settings(), {"milestone": [KEY]})

        found = row(connection, Milestone, KEY)
        assert (found["agreed_on"], found["agreed_recorded_at"]) == (date(2026, 12, 1), now)
        assert found["deadline_on"] == date(2026, 12, 1)


def test_a_decision_that_makes_no_sense_is_refused() -> None:
    """No reference, no milestone, no such year, no answer from the future."""
    now = at("2026-11-23 17:00")
    with database() as connection:
        add(connection, milestone(KEY))

        for key, on, reference in (
            (KEY, date(2026, 11, 30), "  "),
            ("delivery/issues/0", date(2026, 11, 30), "CR-019"),
            (KEY, date(202, 11, 30), "CR-019"),
        ):
            with pytest.raises(Refused):
                agree(connection, key, on, reference, "person/marco", now)
        with pytest.raises(Refused, match="yet to be given"):
            answered(connection, KEY, datetime.max.replace(tzinfo=now.tzinfo), "WhatsApp", "person/marco", now)
        assert row(connection, Milestone, KEY)["agreed_on"] is None


EPIC, STORY = "delivery/issues/12", "delivery/issues/13"


@pytest.mark.parametrize("first", ["epic", "story"])
def test_an_epic_counts_the_items_that_name_it_by_its_key(first: str) -> None:
    """Data Center tells no id of it; the epic may come before them or after."""
    pages: dict[str, list[SQLModel]] = {
        "epic": [item(EPIC, short="APP-12"), milestone(EPIC)],
        "story": [
            item(STORY, milestone_keys=["delivery/short/APP-12"]),
            item("other/issues/13", milestone_keys=["other/short/APP-12"]),
        ],
    }
    with database() as connection:
        for name in sorted(pages, key=lambda name: name != first):
            add(connection, *pages[name])
            settled(connection, settings(), {"work_item": [row.model_dump()["key"] for row in pages[name]]})
        assert counts(connection) == (1, 1)

        rewrite(connection, WorkItem, STORY, status_category="done")
        settled(connection, settings(), {"work_item": [STORY]})
        assert counts(connection) == (0, 1)

        rewrite(connection, WorkItem, STORY, milestone_keys=[])
        settled(connection, settings(), {"work_item": [STORY]})
        assert counts(connection) == (0, 0)


def counts(connection: Connection) -> tuple[int, int]:
    found = row(connection, Milestone, EPIC)
    return found["open_items"], found["total_items"]
