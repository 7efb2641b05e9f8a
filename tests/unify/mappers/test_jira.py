"""From Jira's records to the unified rows: what each becomes, and that nothing odd ever stops one."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Record, Ref
from connectors.jira_fields import FIELDS
from sandbox.jira_state import document
from sandbox.plan import ItemPlan
from tests.connectors.jira_firm import connected, context, firm, hours_ago, map_all, sandbox, signed_off
from unify.mappers import MAPPERS, jira
from unify.mappers.jira_text import read_document
from unify.mapping import Row
from unify.tables import Account, Change, Comment, Feedback, Milestone, Project, WorkItem

MEI = {
    "accountId": "712020:aa11",
    "accountType": "atlassian",
    "displayName": "Mei Chan",
    "emailAddress": "Mei@Firm.example",
    "active": True,
}
SAM = {"accountId": "qm:77", "accountType": "customer", "displayName": "Sam Lee", "active": True}

TYPES = {
    "10000": {"id": "10000", "name": "史诗", "untranslatedName": "Epic"},
    "10010": {"id": "10010", "name": "里程碑"},
}


def issue(**fields: Any) -> dict[str, Any]:
    """An ordinary issue, with some fields otherwise."""
    ordinary: dict[str, Any] = {
        "summary": "UAT sign-off",
        "description": None,
        "status": status("indeterminate", "In Progress"),
        "issuetype": {"id": "10002", "name": "Task"},
        "project": {"id": "10010", "key": "APP", "projectTypeKey": "software"},
        "created": "2026-09-01T09:12:03.120+0800",
        "updated": "2026-11-02T18:40:00.015+0800",
        "labels": [],
    }
    return {"id": "20417", "key": "APP-88", "fields": ordinary | fields}


def status(category: str, name: str = "Somewhere") -> dict[str, Any]:
    """A status as an issue shows it."""
    return {"id": "3", "name": name, "statusCategory": {"key": category, "name": "翻譯"}}


def rows(
    payload: Any, stream: str = "issues", *, vocabulary: Any = None, parent: Ref | None = None, **more: Any
) -> dict[str, list[Row]]:
    """What becomes of one record; nothing may be unreadable."""
    mapped = jira.map_record(Record(stream, "20417", None, payload, parent), context(vocabulary, **more))
    assert mapped.problems == []
    return mapped.rows


def item(**fields: Any) -> Row:
    """The work item of an issue."""
    (row,) = rows(issue(**fields))["work_item"]
    return row


# --- status


@pytest.mark.parametrize(
    ("category", "resolution", "expected"),
    [
        ("new", None, "todo"),
        ("indeterminate", None, "in_progress"),
        ("done", None, "done"),
        ("done", "Done", "done"),
        ("done", "Won't Do", "cancelled"),
        ("done", " won't do ", "cancelled"),
        ("done", "Duplicate", "cancelled"),
        ("done", "無法重現", "cancelled"),
        ("new", "Won't Do", "todo"),
        ("undefined", None, "unknown"),
        ("somethingNew", None, "unknown"),
    ],
)
def test_the_category_goes_by_its_key_and_the_resolution(category: str, resolution: str | None, expected: str) -> None:
    """Names are translated to the account's language, and there is no category for what was given up."""
    given_resolution = {"id": "1", "name": resolution} if resolution else None

    assert item(status=status(category), resolution=given_resolution)["status_category"] == expected


def test_the_config_overrules_a_status_by_either_of_its_names() -> None:
    """A firm's "Waiting" may count as it likes, in the language of the account or as it was made."""
    vocabulary = {"statuses": {"3": {"id": "3", "name": "等待客戶", "untranslatedName": "Waiting for client"}}}
    payload = issue(status=status("indeterminate", "等待客戶"))

    for word in ("等待客戶", "WAITING FOR CLIENT "):
        (row,) = rows(payload, vocabulary=vocabulary, status={word: "done"})["work_item"]
        assert row["status_category"] == "done"


def test_the_config_may_call_a_resolution_cancelled_or_done() -> None:
    """The list of resolutions that we ship cannot know every site's own."""
    payload = issue(status=status("done"), resolution={"name": "Handed over"})
    (row,) = rows(payload, status={"Handed over": "cancelled"})["work_item"]

    assert row["status_category"] == "cancelled"


def test_done_at_is_the_resolutions_and_else_the_categorys() -> None:
    """A workflow that sets no resolution leaves no date of it."""
    moved = "2026-10-02T10:00:00.000+0800"
    resolved = "2026-10-05T10:00:00.000+0800"
    both = item(status=status("done"), resolutiondate=resolved, statuscategorychangedate=moved)
    moved_only = item(status=status("done"), resolutiondate=None, statuscategorychangedate=moved)
    open_again = item(status=status("new"), resolutiondate=resolved, statuscategorychangedate=moved)

    assert (both["done_at"], both["done_basis"]) == (datetime(2026, 10, 5, 2, tzinfo=UTC), "native")
    assert (moved_only["done_at"], moved_only["done_basis"]) == (datetime(2026, 10, 2, 2, tzinfo=UTC), "status_change")
    assert open_again["done_at"] is None


# --- milestones


def test_a_type_is_known_by_its_id_under_all_its_names() -> None:
    """An issue shows the translated name only; the config says "Epic"."""
    epic = issue(issuetype={"id": "10000", "name": "史诗"}, duedate="2026-11-16")
    (row,) = rows(epic, vocabulary={"issuetypes": TYPES})["milestone"]

    assert row["key"] == "delivery/issues/20417"
    assert (row["kind"], row["due_on"]) == ("item", date(2026, 11, 16))
    assert row["client_facing"] is False


@pytest.mark.parametrize(
    ("type_", "client_facing_types", "facing"),
    [("Epic", (), False), ("Epic", ("epic",), True), ("Milestone", (), True), ("里程碑", (), True)],
)
def test_clients_are_told_of_every_milestone_but_epics(
    type_: str, client_facing_types: tuple[str, ...], facing: bool
) -> None:
    """Epics are the team's own; a config may add them."""
    payload = issue(issuetype={"id": "77", "name": type_})
    (row,) = rows(payload, client_facing_types=client_facing_types)["milestone"]

    assert row["client_facing"] is facing


def test_an_ordinary_issue_is_no_milestone() -> None:
    """Even with a due date."""
    assert "milestone" not in rows(issue(duedate="2026-11-16"))


@pytest.mark.parametrize(
    ("released", "archived", "expected"),
    [(False, False, "todo"), (True, False, "done"), (True, True, "done"), (False, True, "cancelled")],
)
def test_a_version_is_a_milestone(released: bool, archived: bool, expected: str) -> None:
    """Released is done, archived or not; archived without release is given up."""
    version = {
        "id": "20417",
        "name": "2.1",
        "released": released,
        "archived": archived,
        "releaseDate": "2026-11-13",
        "projectId": 10010,
    }
    (row,) = rows(version, "versions")["milestone"]

    assert row["status_category"] == expected
    assert (row["due_on"], row["project_key"]) == (date(2026, 11, 13), "delivery/projects/10010")
    assert row["client_facing"] is True


def test_an_item_belongs_to_its_versions_and_to_a_parent_that_is_a_milestone() -> None:
    """Elsewhere none are claimed: a sub-task's parent is no milestone."""
    versions = [{"id": "10300", "name": "2.1"}, {"id": "10301", "name": "2.2"}]
    epic = {"id": "20400", "key": "APP-80", "fields": {"issuetype": {"id": "10000", "name": "Epic"}}}
    story = {"id": "20401", "key": "APP-81", "fields": {"issuetype": {"id": "10001", "name": "Story"}}}

    assert item(fixVersions=versions, parent=epic)["milestone_keys"] == [
        "delivery/versions/10300",
        "delivery/versions/10301",
        "delivery/issues/20400",
    ]
    assert item(parent=story)["milestone_keys"] == []
    assert item(parent=story)["parent_key"] == "delivery/issues/20401"


def test_data_center_names_an_items_epic_by_its_key() -> None:
    """Its Epic Link is a custom field, found by its schema; where there is a parent, that says it."""
    link = {
        "id": "customfield_10008",
        "name": "史诗链接",
        "schema": {"custom": "com.pyxis.greenhopper.jira:gh-epic-link"},
    }
    fields: dict[str, Any] = {"customfield_10008": "APP-12"}

    def keys(**more: Any) -> list[str]:
        (row,) = rows(issue(**fields, **more), vocabulary={"fields": {"customfield_10008": link}})["work_item"]
        return list(row["milestone_keys"])

    assert keys() == ["delivery/short/APP-12"]
    assert keys(parent={"id": "20401", "fields": {"issuetype": {"id": "10002", "name": "Story"}}}) == []


# --- people


def test_people_are_collected_from_wherever_they_appear() -> None:
    """User-search calls share one allowance of the tenant; the records name everybody who matters."""
    found = rows(issue(assignee=MEI, reporter=SAM, creator=MEI))

    accounts = {row["vendor_id"]: row for row in found["account"]}
    assert set(accounts) == {"712020:aa11", "qm:77"}
    assert accounts["712020:aa11"]["email"] == "mei@firm.example"
    assert (accounts["712020:aa11"]["kind"], accounts["712020:aa11"]["member"]) == ("human", True)
    assert (accounts["qm:77"]["kind"], accounts["qm:77"]["member"]) == ("customer", False)
    (row,) = found["work_item"]
    assert row["assignee_accounts"] == ["delivery/users/712020:aa11"]
    assert row["reporter_account"] == "delivery/users/qm:77"


def test_an_address_that_an_answer_leaves_out_is_not_forgotten() -> None:
    """A hidden address is absent, and some answers leave out what others give: such a row does not name it."""
    (row,) = rows(issue(assignee=SAM))["account"]

    assert "email" not in row


def test_a_user_of_whom_only_the_name_is_said_gives_no_account() -> None:
    """It would overwrite a customer by a human."""
    found = rows(issue(reporter={"accountId": "qm:77", "displayName": "Sam Lee"}))

    assert "account" not in found
    assert found["work_item"][0]["reporter_account"] == "delivery/users/qm:77"


def test_a_user_of_data_center_has_a_key_and_a_name() -> None:
    """There is no accountId there."""
    user = {"key": "JIRAUSER10100", "name": "mei", "displayName": "Mei Chan", "emailAddress": "mei@firm.example"}
    (row,) = rows(issue(assignee=user))["account"]

    assert (row["vendor_id"], row["handle"], row["active"]) == ("JIRAUSER10100", "mei", True)


def test_a_bot_is_a_bot() -> None:
    """Its comments neither start nor stop a clock."""
    (row,) = rows(issue(creator={**MEI, "accountType": "app"}))["account"]

    assert row["kind"] == "bot"


@pytest.mark.parametrize("nobody", [None, {}, {"accountId": ""}])
def test_nobody_is_nobody(nobody: object) -> None:
    """Unassigned, anonymous, or a placeholder without an id."""
    found = rows(issue(assignee=nobody, reporter=nobody))

    assert "account" not in found
    assert found["work_item"][0]["assignee_accounts"] == []


# --- feedback


@pytest.mark.parametrize(
    "fields",
    [
        {"labels": ["Client Feedback"]},
        {"labels": ["x", "客戶反饋"]},
        {"issuetype": {"id": "9", "name": "client feedback"}},
    ],
)
def test_an_item_marked_as_feedback_is_both(fields: dict[str, Any]) -> None:
    """Somebody works on it, and a client waits for it."""
    found = rows(issue(reporter=SAM, priority={"name": "Highest"}, **fields))

    (feedback,) = found["feedback"]
    assert found["work_item"]
    assert (feedback["origin"], feedback["item_key"]) == ("item", "delivery/issues/20417")
    assert feedback["author_account"] == "delivery/users/qm:77"
    assert feedback["severity"] == "critical"
    assert feedback["received_at"] == datetime(2026, 9, 1, 1, 12, 3, 120000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "urgent"),
    [
        ({"labels": ["客戶反饋", "production-down"]}, True),
        ({"labels": ["客戶反饋"], "priority": {"name": "Blocker"}}, True),
        ({"labels": ["客戶反饋"], "priority": {"name": "Highest"}}, False),
    ],
)
def test_feedback_is_urgent_by_a_label_or_priority_that_the_config_names(fields: dict[str, Any], urgent: bool) -> None:
    """It may wake somebody: only the firm itself can say what is worth that."""
    (feedback,) = rows(issue(**fields), urgent_labels=["production-down", "blocker"])["feedback"]

    assert feedback["urgent"] is urgent


def test_a_request_of_a_service_project_is_feedback() -> None:
    """Where the site tells, an issue without a request type is the team's own."""
    desk = {"id": "1", "key": "HELP", "projectTypeKey": "service_desk"}
    field = {"id": "customfield_10010", "name": "Request", "schema": {"custom": "com.atlassian.servicedesk:vp-origin"}}
    known = {"fields": {"customfield_10010": field}}

    assert rows(issue(project=desk))["feedback"][0]["origin"] == "request"
    assert "feedback" not in rows(issue(project=desk), vocabulary=known)
    assert "feedback" in rows(issue(project=desk, customfield_10010={"requestType": {}}), vocabulary=known)


# --- what hangs on issues


def comment(**more: Any) -> dict[str, Any]:
    """A comment."""
    made = {"id": "31002", "author": SAM, "body": document("When?"), "created": "2026-11-02T09:00:00.000+0800"}
    return made | {"updated": "2026-11-02T09:00:00.000+0800", "jsdPublic": True} | more


ON = Ref("issues", "20417")


def test_whether_a_client_reads_a_comment_shows_in_service_projects_only() -> None:
    """Elsewhere `jsdPublic` is true by default and means nothing."""
    (ordinary,) = rows(comment(), "comments", parent=ON)["comment"]
    (public,) = rows(comment(), "request_comments", parent=ON)["comment"]
    (internal,) = rows(comment(jsdPublic=False), "request_comments", parent=ON)["comment"]

    assert [row["visible"] for row in (ordinary, public, internal)] == [None, True, False]
    assert ordinary["on_keys"] == ["delivery/issues/20417"]
    assert ordinary["text"] == "When?"


HUB = {"accountId": "712020:hub", "accountType": "atlassian"}
MARKED = "The date has passed.\n(milepost:65437c0dd632)"


@pytest.mark.parametrize(
    ("author", "body", "ours"),
    [
        pytest.param(HUB, document(MARKED), True, id="we wrote and marked it"),
        pytest.param(HUB, MARKED, True, id="so on Data Center"),
        pytest.param(
            HUB, document("Written by hand with the same account."), False, id="a colleague whose token it is"
        ),
        pytest.param(HUB, document(f"{MARKED}\nDone."), False, id="the colleague answers below a quotation"),
        pytest.param(SAM, document(MARKED), False, id="a client who copies us"),
    ],
)
def test_ours_is_what_we_wrote_and_marked(author: dict[str, Any], body: object, ours: bool) -> None:
    """With a personal token the account is a person, and what that person answers must count as an answer."""
    (row,) = rows(comment(author=author, body=body), "comments", parent=ON)["comment"]

    assert row["ours"] is ours


def test_a_comment_without_an_author_is_kept() -> None:
    """Mail handlers leave them."""
    written = comment()
    del written["author"]

    assert rows(written, "comments", parent=ON)["comment"][0]["author_account"] is None


def history(created: object, *items: dict[str, Any]) -> dict[str, Any]:
    """The history of an issue, of one entry."""
    return {"histories": [{"id": "20417", "created": created, "author": MEI, "items": list(items)}]}


MOVED = {"field": "duedate", "fieldId": "duedate", "from": "2026-10-16", "to": "2026-10-30"}


@pytest.mark.parametrize("created", ["2025-10-31T09:43:20.000+0800", 1761875000, 1761875000000])
def test_a_change_is_dated_by_text_seconds_or_milliseconds(created: object) -> None:
    """The bulk answer's example shows a number, and does not say of what."""
    (row,) = rows(history(created, MOVED), "histories", parent=ON)["change"]

    assert row["changed_at"] == datetime(2025, 10, 31, 1, 43, 20, tzinfo=UTC)
    assert (row["field"], row["old"], row["new"]) == ("due", "2026-10-16", "2026-10-30")
    assert row["entity_key"] == "delivery/issues/20417"


def test_each_of_our_fields_in_an_entry_is_a_change_of_its_own() -> None:
    """Data Center names fields by their English names, some without an id."""
    items = (
        {"field": "status", "fieldId": "status", "from": "1", "fromString": "To Do", "to": "3", "toString": "Doing"},
        {"field": "Fix Version", "from": None, "fromString": None, "to": "10300", "toString": "2.1"},
        {"field": "Sprint", "fieldId": "customfield_10020", "from": "", "to": "34", "toString": "EE Sprint 24"},
        {"field": "duedate", "from": "2026-10-16", "fromString": "2026-10-16 00:00:00.0", "to": None, "toString": None},
    )
    found = rows(history("2026-10-31T09:43:20.000+0800", *items), "histories", parent=ON)["change"]

    assert [(row["field"], row["old"], row["new"]) for row in found] == [
        ("status", "To Do", "Doing"),
        ("milestone", None, "2.1"),
        ("due", "2026-10-16", None),
    ]
    assert len({row["key"] for row in found}) == 3


# --- whose it is


def test_a_client_is_named_by_a_field_or_by_a_label() -> None:
    """A field by its name where the site has one; else what follows the prefix in a label."""
    known = {"fields": {"customfield_7": {"id": "customfield_7", "name": "Client"}}}
    option, several = {"id": "1", "value": "Harbour"}, [{"id": "1", "name": "Harbour Ltd"}, {"name": "Kite"}]

    def hints(vocabulary: Any, client_field: str, **fields: Any) -> object:
        return rows(issue(**fields), vocabulary=vocabulary, client_field=client_field)["work_item"][0]["client_hints"]

    assert hints(known, "client", customfield_7=option) == ["Harbour"]
    assert hints(known, "client", customfield_7=several) == ["Harbour Ltd", "Kite"]
    assert hints(None, "client:", labels=["Client:harbour", "other"]) == ["harbour"]
    assert hints(None, "", labels=["client:harbour"]) == []


def test_a_link_leads_people_to_the_page_and_not_to_the_api() -> None:
    """`self` is an address of the API; under api.atlassian.com the site's own is not known."""
    (scoped,) = rows(issue(), url="https://api.atlassian.com/ex/jira/1-2-3")["work_item"]

    assert item()["url"] == "https://firm.atlassian.net/browse/APP-88"
    assert scoped["url"] is None


def test_the_start_date_is_a_field_found_by_its_untranslated_name() -> None:
    """Its id differs from site to site, its name from language to language."""
    field = {"id": "customfield_10015", "name": "开始日期", "untranslatedName": "Start date"}
    found = rows(issue(customfield_10015="2026-10-01"), vocabulary={"fields": {"customfield_10015": field}})

    assert found["work_item"][0]["start_on"] == date(2026, 10, 1)


# --- text


def test_a_document_becomes_lines_of_text() -> None:
    """Paragraphs, lists, breaks, mentions: what a person reads."""
    body = {
        "type": "doc",
        "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "Dear "}, mention("@Sam")]},
            {"type": "bulletList", "content": [bullet("one"), bullet("two")]},
            {"type": "paragraph", "content": [text("a"), {"type": "hardBreak"}, text("b")]},
        ],
    }

    assert read_document(body) == ("Dear @Sam\none\ntwo\na\nb", True)
    assert read_document("wiki *text*") == ("wiki *text*", True)


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def mention(said: str) -> dict[str, Any]:
    return {"type": "mention", "attrs": {"id": "1", "text": said}}


def bullet(said: str) -> dict[str, Any]:
    return {"type": "listItem", "content": [{"type": "paragraph", "content": [text(said)]}]}


# --- what cannot be read


@pytest.mark.parametrize(
    ("field", "odd", "said"),
    [
        ("duedate", "51502-01-01", "fields.duedate"),
        ("duedate", "soon", "fields.duedate"),
        ("duedate", ["2026-01-01"], "fields.duedate"),
        ("summary", "a\0b", "fields.summary"),
        ("summary", "broken \ud83d", "fields.summary"),
        ("summary", {"a": 1}, "fields.summary"),
        ("assignee", ["x"], "fields.assignee"),
        ("labels", "urgent", "fields.labels"),
        ("created", 10**30, "fields.created"),
        ("status", "Done", "fields.status"),
    ],
)
def test_what_cannot_be_read_stays_empty_and_is_named(field: str, odd: object, said: str) -> None:
    """One odd value costs that field alone, and a person can find it."""
    mapped = jira.map_record(Record("issues", "20417", None, issue(**{field: odd})), context())

    assert [problem.field for problem in mapped.problems] == [said]
    (row,) = mapped.rows["work_item"]
    assert row["key"] == "delivery/issues/20417"
    assert row["short"] == "APP-88"


INSIDE = ("id", "key", "name", "fields", "content", "type", "text", "attrs", "accountId", "accountType", "items")
TOP = ("fields", "key", "author", "body", "items", "created", "lead", "name", "releaseDate")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("2026-11-02")
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INSIDE), inner, max_size=5),
    max_leaves=12,
)
PAYLOADS = st.dictionaries(st.sampled_from(TOP), ANYTHING)
STREAMS = ("projects", "versions", "issues", "comments", "request_comments", "histories", "fields", "unheard of")


@given(stream=st.sampled_from(STREAMS), payload=PAYLOADS, fields=st.dictionaries(st.sampled_from(FIELDS), ANYTHING))
def test_no_payload_makes_the_mapper_raise(stream: str, payload: dict[str, Any], fields: dict[str, Any]) -> None:
    """Vendors send what they like; everything else of the page is to arrive."""
    whole = {**payload, "fields": fields} if stream == "issues" else payload
    mapped = jira.map_record(Record(stream, "1", None, whole, ON), context({"issuetypes": TYPES}))

    for table, made in mapped.rows.items():
        assert all(row["key"].startswith("delivery/") for row in made), table


# --- the whole


TABLES: dict[str, Any] = {
    "project": Project,
    "work_item": WorkItem,
    "milestone": Milestone,
    "feedback": Feedback,
    "comment": Comment,
    "change": Change,
    "account": Account,
}
FILLED_BY_THE_STORE = {"source", "changed_here_at", "deleted_at", "delete_reason"}
DERIVED = {
    "project": {"client_key", "client_basis"},
    "work_item": {"client_key"},
    "comment": {"side"},
    "account": {"person_key", "side", "client_key"},
}
TOLD_BY_OTHERS = {"work_item": {"follower_accounts"}}  # an issue counts its watchers and names none


def test_a_row_names_every_mapped_column() -> None:
    """A column that is not named keeps what is stored: it would never be emptied again."""
    with connected(sandbox(service=("APP",))) as site:
        found = map_all(site).rows

    assert set(found) == set(TABLES)
    for table in ("project", "work_item", "comment", "change", "account"):
        elsewhere = FILLED_BY_THE_STORE | DERIVED.get(table, set()) | TOLD_BY_OTHERS.get(table, set())
        expected = set(TABLES[table].model_fields) - elsewhere
        fullest = max(found[table], key=len)
        assert set(fullest) == expected, table


def test_cloud_and_data_center_give_the_same_rows() -> None:
    """Names, times and texts agree whatever the dialect; only people are called otherwise."""
    with connected() as cloud, connected(sandbox(deployment="Server")) as server:
        ours, theirs = map_all(cloud).rows, map_all(server, email="").rows

    for table in ("work_item", "milestone", "comment", "change"):
        apart = {name for name in ours[table][0] if "account" in name} | {"url", "done_at", "done_basis"}
        same = [name for name in ours[table][0] if name not in apart]
        assert [[row[name] for name in same] for row in ours[table]] == [
            [row[name] for name in same] for row in theirs[table]
        ], table


def test_a_plan_arrives_as_it_was_made() -> None:
    """What the sandbox serves of an item is what the mapper makes of it."""
    done = ItemPlan(60, "Kick-off", "done", hours_ago(900), done_at=hours_ago(800), of=50, feedback=True)
    with connected(sandbox(firm([signed_off(), done]))) as site:
        found = map_all(site)

    assert found.problems == []
    by_name = {row["name"]: row for row in found.rows["work_item"]}
    assert by_name["Kick-off"]["status_category"] == "done"
    assert by_name["Kick-off"]["milestone_keys"] == ["delivery/issues/10050"]
    assert by_name["UAT sign-off"]["due_on"] == date(2026, 11, 16)
    assert {row["name"] for row in found.rows["milestone"]} == {"UAT sign-off", "Release 2.1"}
    assert [row["subject"] for row in found.rows["feedback"]] == ["Kick-off"]


def test_the_mapper_is_listed() -> None:
    """Nothing is found by scanning folders."""
    assert MAPPERS["jira"] is jira
