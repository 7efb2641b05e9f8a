"""From Asana's records to the unified rows: what each becomes, and that nothing odd ever stops one."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from config.settings import Secret
from connectors.asana import AsanaSettings
from connectors.base import Record, Ref
from unify.derived import table_of
from unify.mappers import MAPPERS, asana
from unify.mapping import Mapped, MappingContext, Row
from unify.tables import Account, Change, Comment, Feedback, Milestone, Project, WorkItem

APP, WEB, TASK = "1208000000000001", "1208000000000002", "1209000000000101"
DOING, ACCEPTANCE = "1208000000000021", "1208000000000022"
PRIORITY, HIGH = "1206000000000041", "1206000000000042"
MEI, SAM, HUB = "1201000000000007", "1201000000000009", "1201000000000001"


def membership(gid: str, name: str, *, guest: bool = False) -> dict[str, Any]:
    email = f"{name.lower()}@{'client' if guest else 'acme'}.example"
    user = {"gid": gid, "name": name, "email": email}
    return {"gid": f"12{gid[4:]}", "user": user, "is_guest": guest, "is_active": True}


def of_field(gid: str, name: str, *options: str) -> dict[str, Any]:
    chosen = [{"gid": f"{gid}{number}", "name": option} for number, option in enumerate(options)]
    return {"custom_field": {"gid": gid, "name": name, "resource_subtype": "enum", "enum_options": chosen}}


VOCABULARY: dict[str, Any] = {
    "users": {MEI: membership(MEI, "Mei"), SAM: membership(SAM, "Sam", guest=True), HUB: membership(HUB, "Milepost")},
    "settings": {
        APP: {
            "gid": APP,
            "name": "Client A",
            "members": [{"gid": MEI}, {"gid": SAM}],
            "custom_field_settings": [of_field(PRIORITY, "Priority", "High")],
        },
        WEB: {"gid": WEB, "name": "Web", "members": [{"gid": MEI}], "custom_field_settings": []},
    },
    "sections": {
        DOING: {"gid": DOING, "name": "進行中"},
        ACCEPTANCE: {"gid": ACCEPTANCE, "name": "Acceptance"},
    },
}


def context(vocabulary: Any = None, **settings: Any) -> MappingContext:
    """Hong Kong, the default words, and the two projects above."""
    secret = Secret(reference="env:X", value=SecretStr("x"))
    made = AsanaSettings(name="work", token=secret, **settings)
    return MappingContext("work", ZoneInfo("Asia/Hong_Kong"), made, vocabulary or VOCABULARY, frozenset({HUB}))


def within(section: str, project: str = APP) -> dict[str, Any]:
    """That a task lies in a section of a project."""
    return {"project": {"gid": project, "name": "P"}, "section": {"gid": section, "name": "as it was called then"}}


def field(name: str, value: str, gid: str = "1") -> dict[str, Any]:
    """A custom field with one choice."""
    choice = {"gid": "", "name": value}
    return {"gid": gid, "name": name, "resource_subtype": "enum", "display_value": value, "enum_value": choice}


def task(**fields: Any) -> dict[str, Any]:
    """An ordinary task, with some fields otherwise."""
    ordinary = {
        "gid": TASK,
        "name": "UAT sign-off",
        "notes": "Needs client approval",
        "resource_subtype": "default_task",
        "completed": False,
        "completed_at": None,
        "approval_status": None,
        "assignee": {"gid": MEI, "name": "Mei"},
        "created_by": {"gid": SAM, "name": "Sam"},
        "created_at": "2026-09-01T01:12:03.120Z",
        "modified_at": "2026-11-02T03:15:22.101Z",
        "due_on": "2026-10-30",
        "due_at": None,
        "start_on": None,
        "memberships": [within(ACCEPTANCE)],
        "tags": [],
        "parent": None,
        "num_subtasks": 0,
        "custom_fields": [],
        "permalink_url": f"https://app.asana.com/1/12/project/{APP}/task/{TASK}",
    }
    return ordinary | fields


def project(**fields: Any) -> dict[str, Any]:
    """An ordinary project, with some fields otherwise."""
    ordinary = {
        "gid": APP,
        "name": "Client A",
        "notes": "All of it",
        "archived": False,
        "completed": False,
        "completed_at": None,
        "created_at": "2026-01-05T02:00:00.000Z",
        "modified_at": "2026-11-02T02:00:00.000Z",
        "start_on": "2026-01-06",
        "due_on": "2026-12-18",
        "owner": {"gid": MEI, "name": "Mei"},
        "current_status_update": {"gid": "7", "status_type": "at_risk", "title": "Late"},
        "custom_fields": [],
        "permalink_url": f"https://app.asana.com/1/12/project/{APP}",
    }
    return ordinary | fields


def story(subtype: str, **fields: Any) -> dict[str, Any]:
    """A story of that task, by Mei on 2 November."""
    ordinary = {"gid": "1213000000000001", "resource_subtype": subtype, "type": "system", "text": ""}
    author = {"gid": MEI, "name": "Mei"}
    return ordinary | {"created_at": "2026-11-02T03:10:00.000Z", "created_by": author} | fields


def mapped(payload: Any, stream: str = "tasks", vocabulary: Any = None, **settings: Any) -> Mapped:
    id_ = payload.get("gid", TASK) if isinstance(payload, dict) else TASK
    parent = Ref("tasks", TASK) if stream == "stories" else None
    return asana.map_record(Record(stream, str(id_), None, payload, parent), context(vocabulary, **settings))


def rows(payload: Any, stream: str = "tasks", **more: Any) -> dict[str, list[Row]]:
    """What becomes of one record; nothing may be unreadable."""
    made = mapped(payload, stream, **more)
    assert made.problems == []
    return made.rows


def only(payload: Any, table: str, stream: str = "tasks", **more: Any) -> Row:
    """The one row of a table that a record gives."""
    (row,) = rows(payload, stream, **more)[table]
    return row


# --- people


def test_a_guest_is_told_from_a_member() -> None:
    """Asana says it: somebody whose address belongs to another organisation."""
    mei, sam = (only(VOCABULARY["users"][id], "account", "users") for id in (MEI, SAM))

    assert (mei["kind"], mei["member"], mei["email"]) == ("human", True, "mei@acme.example")
    assert (sam["kind"], sam["member"], sam["email"]) == ("guest", False, "sam@client.example")


def test_an_address_that_is_not_shown_is_none() -> None:
    """Accounts without one never link to each other."""
    assert only({"user": {"name": "Mei"}, "is_guest": False}, "account", "users")["email"] is None


def test_somebody_who_left_keeps_a_name() -> None:
    """What they wrote and moved stays theirs, and they are nobody's member."""
    left = {"gid": "1201000000000099", "name": "Gone"}
    made = rows(task(created_by=left))

    assert made["work_item"][0]["reporter_account"] == "work/users/1201000000000099"
    assert [(row["name"], row["member"], row["active"]) for row in made["account"]] == [("Gone", False, False)]


# --- projects


def test_a_project_with_a_due_date_is_a_milestone_too() -> None:
    """The delivery date, under the project's own key, which the client is told of."""
    made = rows(project(), "projects")
    (row,), (milestone,) = made["project"], made["milestone"]

    assert (row["short"], row["owner_account"], row["due_on"]) == (APP, f"work/users/{MEI}", date(2026, 12, 18))
    assert (row["health_native"], row["status_category"]) == ("at_risk", "unknown")
    assert milestone["key"] == row["key"] == milestone["project_key"] == f"work/projects/{APP}"
    assert (milestone["kind"], milestone["status_category"], milestone["client_facing"]) == ("project", "todo", True)


@pytest.mark.parametrize(
    ("fields", "native", "category", "done_at"),
    [
        (
            {"completed": True, "completed_at": "2026-08-28T10:00:00Z"},
            "completed",
            "done",
            datetime(2026, 8, 28, 10, tzinfo=UTC),
        ),
        ({"completed": True, "archived": True}, "completed", "done", None),
        ({"archived": True}, "archived", "cancelled", None),
    ],
)
def test_a_projects_end(fields: dict[str, Any], native: str, category: str, done_at: datetime | None) -> None:
    """What was done and put away is done; what was put away undone is given up."""
    row = only(project(**fields), "milestone", "projects")

    assert (row["status_native"], row["status_category"]) == (native, category)
    assert row["done_at"] == done_at


def test_a_project_without_a_date_promises_nothing() -> None:
    """It would be a milestone without a date on every page."""
    assert "milestone" not in rows(project(due_on=None), "projects")


def test_a_projects_dates_are_compared() -> None:
    """Asana tells no history of them."""
    assert MAPPERS["asana"].COMPARED == {"projects": ("due", "status")}


@pytest.mark.parametrize(
    ("settings", "readers"),
    [
        pytest.param({"privacy_setting": "private"}, [MEI, SAM], id="private: its members"),
        pytest.param({"privacy_setting": "private", "team": {"gid": "9"}}, [MEI, SAM], id="private, in a team"),
        pytest.param({"team": {"gid": "8"}}, [HUB, MEI, SAM], id="its team's members too"),
        pytest.param({"team": {"gid": "9"}}, [], id="a team that we do not see"),
        pytest.param({"team": None}, [MEI, SAM], id="a workspace without teams"),
        pytest.param({"members": []}, [], id="no members told"),
    ],
)
def test_a_project_says_who_was_let_in_where_that_is_known(settings: dict[str, Any], readers: list[str]) -> None:
    """Guests read the projects of which they, or their team, are members."""
    known = {**VOCABULARY, "teams": {"8": {"gid": "8", "members": [{"gid": HUB}]}}}
    known["settings"] = {APP: VOCABULARY["settings"][APP] | settings}

    row = only(project(gid=APP), "project", "projects", vocabulary=known)

    assert row["reader_accounts"] == [f"work/users/{gid}" for gid in readers]


# --- tasks


def test_a_task_is_a_work_item() -> None:
    """With the section's present name as its word."""
    made = rows(task())
    (row,) = made["work_item"]

    assert set(made) == {"work_item"}
    assert (row["key"], row["project_key"]) == (f"work/tasks/{TASK}", f"work/projects/{APP}")
    assert (row["status_native"], row["status_category"]) == ("Acceptance", "todo")
    assert (row["due_on"], row["due_at"]) == (date(2026, 10, 30), None)
    assert (row["assignee_accounts"], row["reporter_account"]) == ([f"work/users/{MEI}"], f"work/users/{SAM}")


def test_who_follows_a_task_can_read_it() -> None:
    """And is told of each comment, member of the project or not."""
    row = only(task(followers=[{"gid": MEI}, {"gid": None}, {"gid": SAM}]), "work_item")

    assert row["follower_accounts"] == [f"work/users/{MEI}", f"work/users/{SAM}"]


def test_a_task_in_two_projects_is_one_row_that_names_both() -> None:
    """The section that means something decides."""
    row = only(task(memberships=[within(ACCEPTANCE, WEB), within(DOING)]), "work_item")

    assert row["project_keys"] == [f"work/projects/{WEB}", f"work/projects/{APP}"]
    assert (row["status_native"], row["status_category"]) == ("進行中", "in_progress")


def test_a_subtask_is_in_its_parents_project() -> None:
    """It has none of its own."""
    parent = {"gid": "1209000000000100", "memberships": [{"project": {"gid": APP}}]}
    row = only(task(memberships=[], parent=parent), "work_item")

    assert (row["parent_key"], row["project_key"]) == ("work/tasks/1209000000000100", f"work/projects/{APP}")


def test_a_section_header_is_no_work() -> None:
    """Old projects keep them as tasks."""
    assert rows(task(is_rendered_as_separator=True)) == {}


def test_a_milestone_is_a_task_of_that_subtype() -> None:
    """Asana has them itself."""
    row = only(task(resource_subtype="milestone"), "milestone")

    assert (row["kind"], row["client_facing"], row["owner_account"]) == ("item", True, f"work/users/{MEI}")


def test_an_instant_decides_and_its_day_is_ours() -> None:
    """The author may have been in another zone when they chose the day."""
    row = only(task(due_on="2026-11-23", due_at="2026-11-24T00:30:00.000Z"), "work_item")

    assert (row["due_on"], row["due_at"]) == (date(2026, 11, 24), datetime(2026, 11, 24, 0, 30, tzinfo=UTC))


DONE = {"completed": True, "completed_at": "2026-11-20T09:00:00.000Z"}


@pytest.mark.parametrize(
    ("fields", "status", "native", "category"),
    [
        ({}, {}, "Acceptance", "todo"),
        ({"memberships": [within(DOING)]}, {}, "進行中", "in_progress"),
        ({"memberships": [within(DOING)], **DONE}, {}, "completed", "done"),
        ({}, {"acceptance": "in_progress"}, "Acceptance", "in_progress"),
        ({}, {"Acceptance": "done"}, "Acceptance", "done"),
        ({"custom_fields": [field("Status", "In progress")]}, {}, "In progress", "in_progress"),
        ({"custom_fields": [field("Mood", "In progress")]}, {}, "Acceptance", "todo"),
        ({"custom_type_status_option": {"name": "Doing"}}, {}, "Doing", "in_progress"),
        ({"approval_status": "rejected", **DONE}, {}, "completed", "cancelled"),
        ({"approval_status": "approved", **DONE}, {}, "completed", "done"),
        (DONE, {"Acceptance": "cancelled"}, "Acceptance", "cancelled"),
        ({"memberships": []}, {}, "", "todo"),
    ],
)
def test_what_a_tasks_state_means(fields: Any, status: Any, native: str, category: str) -> None:
    """The tick first, then words, and a section that says nothing is still to do."""
    row = only(task(**fields), "work_item", status=status)

    assert (row["status_native"], row["status_category"]) == (native, category)
    assert (row["done_at"] is not None) == (category == "done" and bool(fields.get("completed")))


@pytest.mark.parametrize(
    "fields",
    [
        {"tags": [{"gid": "1", "name": "客戶反饋"}]},
        {"memberships": [{"project": {"gid": APP}, "section": {"gid": "9", "name": "Client Feedback"}}]},
        {"custom_fields": [field("Type", "客戶意見")]},
    ],
)
def test_feedback_is_marked_by_tag_section_or_field(fields: dict[str, Any]) -> None:
    """It is work and feedback both."""
    made = rows(task(**fields))
    (row,) = made["feedback"]

    assert made["work_item"]
    assert (row["origin"], row["author_account"], row["severity"]) == ("item", f"work/users/{SAM}", "warning")


def test_the_priority_field_says_how_severe_feedback_is() -> None:
    """By the names that its choices have now."""
    priority = {"gid": PRIORITY, "name": "P", "enum_value": {"gid": f"{PRIORITY}0", "name": "old name"}}
    made = rows(task(tags=[{"name": "客戶反饋"}], custom_fields=[priority]))

    assert made["work_item"][0]["priority_native"] == "High"
    assert (made["feedback"][0]["severity"], made["feedback"][0]["urgent"]) == ("high", False)


@pytest.mark.parametrize(
    "fields",
    [
        {"tags": [{"name": "客戶反饋"}, {"name": "Production down"}]},
        {"tags": [{"name": "客戶反饋"}], "custom_fields": [field("Priority", "production down")]},
    ],
)
def test_feedback_is_urgent_by_a_tag_or_choice_that_the_config_names(fields: dict[str, Any]) -> None:
    """It may wake somebody: only the firm itself can say what is worth that."""
    assert only(task(**fields), "feedback", urgent_labels=["production down"])["urgent"] is True


def test_a_field_or_a_tag_names_the_client() -> None:
    """As the config calls it."""
    fields = [field("Client", "Harbour Ltd")]
    row = only(
        task(custom_fields=fields, tags=[{"name": "client: Mei's"}, {"name": "x"}]), "work_item", client_field="client"
    )

    assert row["client_hints"] == ["Harbour Ltd", "Mei's"]
    assert only(project(custom_fields=fields), "project", "projects", client_field="Client")["client_hints"] == [
        "Harbour Ltd"
    ]


# --- stories


def test_a_comment_is_visible_where_a_guest_is_a_member() -> None:
    """Asana has no private ones."""
    told = {"type": "comment", "text": "Can we have this\u00a0this week?", "created_by": {"gid": SAM, "name": "Sam"}}

    for project_gid, visible in ((APP, True), (WEB, False), ("unknown", None)):
        target = {"gid": TASK, "projects": [{"gid": project_gid}]}
        row = only(story("comment_added", **told, target=target), "comment", "stories")
        assert (row["on_key"], row["visible"]) == (f"work/tasks/{TASK}", visible)
        assert row["text"] == "Can we have this\u00a0this week?"


@pytest.mark.parametrize(
    ("author", "text", "ours"),
    [(HUB, "Please update. (milepost:ab-1)", True), (HUB, "by hand", False), (MEI, "(milepost:ab-1)", False)],
)
def test_our_own_comment_has_our_author_and_our_mark(author: str, text: str, ours: bool) -> None:
    """The token may be that of a colleague who also writes, and anybody may copy the mark."""
    row = only(story("comment_added", text=text, created_by={"gid": author}), "comment", "stories")

    assert row["ours"] is ours


@pytest.mark.parametrize(
    ("told", "change"),
    [
        (
            story("due_date_changed", old_dates={"due_on": "2026-10-16"}, new_dates={"due_on": "2026-10-30"}),
            ("due", "2026-10-16", "2026-10-30"),
        ),
        (
            story(
                "due_date_changed",
                old_dates={"due_on": None, "due_at": None},
                new_dates={"due_on": "2026-11-24", "due_at": "2026-11-24T00:30:00.000Z"},
            ),
            ("due", None, "2026-11-24T00:30:00+00:00"),
        ),
        (
            story("section_changed", old_section={"name": "待辦"}, new_section={"name": "進行中"}),
            ("status", "待辦", "進行中"),
        ),
        (story("marked_complete"), ("status", "incomplete", "completed")),
        (story("marked_incomplete"), ("status", "completed", "incomplete")),
        (
            story(
                "enum_custom_field_changed",
                custom_field={"gid": "1", "name": "Status"},
                old_enum_value=None,
                new_enum_value={"name": "Doing"},
            ),
            ("status", None, "Doing"),
        ),
        (story("assigned", assignee={"gid": SAM, "name": "Sam"}), ("assignee", None, "Sam")),
        (story("unassigned", assignee={"gid": SAM, "name": "Sam"}), ("assignee", "Sam", None)),
        (story("name_changed", old_name="UAT", new_name="UAT sign-off"), ("name", "UAT", "UAT sign-off")),
    ],
)
def test_a_system_story_is_a_change(told: dict[str, Any], change: tuple[str, str | None, str | None]) -> None:
    """The vendor's own history: from it baseline and slip are made."""
    row = only(told, "change", "stories")

    assert (row["field"], row["old"], row["new"]) == change
    assert (row["entity_key"], row["author_account"]) == (f"work/tasks/{TASK}", f"work/users/{MEI}")
    assert row["changed_at"] == datetime(2026, 11, 2, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "told",
    [
        story("due_today"),
        story("a_kind_of_next_year"),
        story("due_date_changed", old_dates={"due_on": "2026-10-30"}, new_dates={"due_on": "2026-10-30"}),
        story("enum_custom_field_changed", custom_field={"name": "Mood"}, new_enum_value={"name": "Done"}),
    ],
)
def test_other_stories_give_nothing(told: dict[str, Any]) -> None:
    """A start that moved, a reminder, a field of no meaning to us."""
    assert rows(told, "stories") == {}


def test_a_story_of_nobody_is_read() -> None:
    """Rules, forms and people who left have no author."""
    assert only(story("marked_complete", created_by=None), "change", "stories")["author_account"] is None


# --- odd payloads


@pytest.mark.parametrize(
    ("name", "value", "column", "empty"),
    [
        ("due_on", "2026-13-40", "due_on", None),
        ("due_at", "51502-01-01T00:00:00Z", "due_at", None),
        ("notes", 7, "description", ""),
        ("memberships", "none", "project_keys", []),
        ("assignee", "Mei", "assignee_accounts", []),
        ("permalink_url", "javascript:alert(1)", "url", None),
        ("tags", {}, "labels", []),
    ],
)
def test_an_odd_value_empties_its_field_and_is_named(name: str, value: object, column: str, empty: object) -> None:
    """All other fields of the task stand."""
    made = mapped(task(**{name: value}))

    (row,) = made.rows["work_item"]
    assert row[column] == empty
    assert [problem.field.split(".")[0] for problem in made.problems] == [name]
    assert row["name"] == "UAT sign-off"


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([APP, TASK, MEI, "\ud800", "a\0", 10**30, "2026-10-30", "2026-10-30T09:00:00Z", "milestone"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["gid", "name", "user", "project", "section", "due_on", "members", "enum_value"]), inner
        )
    ),
    max_leaves=10,
)
names = sorted({*task(), *project(), *story(""), *VOCABULARY["settings"][APP], "user", "old_dates", "new_dates"})
odd_fields = st.dictionaries(st.sampled_from(names), anything, max_size=5)


@given(stream=st.sampled_from(["users", "projects", "tasks", "stories", "x"]), odd=odd_fields, words=odd_fields)
def test_no_payload_makes_it_raise(stream: str, odd: dict[str, Any], words: dict[str, Any]) -> None:
    """Whatever Asana sends, and whatever its vocabulary holds, each row can be stored and each problem named."""
    ordinary = {
        "users": VOCABULARY["users"][MEI],
        "projects": project(),
        "stories": story("due_date_changed", old_dates={"due_on": "2026-10-30"}),
    }
    vocabulary = {
        "users": {MEI: words, "1": {"user": words}},
        "settings": {APP: VOCABULARY["settings"][APP] | words},
        "teams": {"1": words},
        "sections": {DOING: words},
    }

    made = mapped({**ordinary.get(stream, task()), **odd, "gid": TASK}, stream, vocabulary, client_field="Client")

    assert len({problem.field for problem in made.problems}) == len(made.problems)
    for row in (row for table in made.rows.values() for row in table):
        for value in row.values():
            if isinstance(value, str):
                assert "\0" not in value
                value.encode()


@given(payload=anything)
def test_no_payload_of_another_shape_makes_it_raise(payload: Any) -> None:
    """Not even one that is no object; what is odd about it is told of the record itself."""
    for stream in ("users", "projects", "tasks", "stories"):
        assert {problem.stream for problem in mapped(payload, stream).problems} <= {stream}


# --- the rows are those of the tables


def test_rows_of_a_table_all_have_the_same_columns() -> None:
    """A row that left one out would leave an old value standing; one that the table lacks could not be stored."""
    models: dict[str, Any] = {
        "project": Project,
        "account": Account,
        "work_item": WorkItem,
        "milestone": Milestone,
        "feedback": Feedback,
        "comment": Comment,
        "change": Change,
    }
    columns: dict[str, set[frozenset[str]]] = {}
    for payload, stream in [
        (VOCABULARY["users"][MEI], "users"),
        ({}, "users"),
        (project(), "projects"),
        ({"due_on": "2026-01-01"}, "projects"),
        (
            task(resource_subtype="milestone", tags=[{"name": "客戶反饋"}], created_by={"gid": "9", "name": "x"}),
            "tasks",
        ),
        ({"resource_subtype": "milestone"}, "tasks"),
        (story("comment_added"), "stories"),
        ({"resource_subtype": "comment_added"}, "stories"),
        (story("marked_complete"), "stories"),
        ({"resource_subtype": "assigned"}, "stories"),
    ]:
        for table, made in mapped(payload, stream).rows.items():
            columns.setdefault(table, set()).update(frozenset(row) for row in made)

    assert set(columns) == set(models)
    for table, found in columns.items():
        assert len(found) == 1, table
        assert next(iter(found)) <= set(table_of(models[table]).columns.keys())
