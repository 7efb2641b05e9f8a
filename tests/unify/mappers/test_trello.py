"""From Trello's records to the unified rows: what each becomes, and that nothing odd ever stops one."""

import threading
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from config.settings import Secret
from connectors.base import Record, Ref
from connectors.governor import Governor
from connectors.trello import Trello, TrelloSettings
from sandbox.plan import Move
from sandbox.trello import KEY, TOKEN, TrelloSandbox
from tests.connectors.contract import read_all, records
from tests.connectors.serving import serving
from tests.factories import STORY_NOW, at, item, message, plan, project
from unify.mappers import MAPPERS, trello
from unify.mapping import Mapped, MappingContext, Row
from unify.tables import Account, Change, Comment, Feedback, Milestone, Project, WorkItem

BOARD, WORKSPACE, CARD = "60aa00000000000000000001", "60aa000000000000000000f0", "68b5a1c0f2d3e4a5b6c7d8e9"
DOING, DONE = "60aa00000000000000000011", "60aa00000000000000000012"
TO_DO, ATTIC = "60aa00000000000000000013", "60aa00000000000000000014"
MEI, SAM, HUB = "60aa000000000000000000a1", "60aa000000000000000000b7", "60aa000000000000000000ee"
MILESTONE = {"id": "60aa0000000000000000001f", "idBoard": BOARD, "name": "里程碑", "color": "purple"}

VOCABULARY: dict[str, Any] = {
    "workspaces": {WORKSPACE: {"id": WORKSPACE, "memberships": [{"idMember": MEI}, {"idMember": HUB}]}},
    "boards": {
        BOARD: {
            "id": BOARD,
            "name": "Client A",
            "url": "https://trello.com/b/Bo4rdAAA",
            "closed": False,
            "idOrganization": WORKSPACE,
            "prefs": {"permissionLevel": "private"},
            "lists": [
                {"id": DOING, "name": "Doing", "closed": False},
                {"id": DONE, "name": "已完成", "closed": False},
                {"id": TO_DO, "name": "待客戶回覆", "closed": False},
                {"id": ATTIC, "name": "Old ideas", "closed": True},
            ],
            "customFields": [
                {
                    "id": "60aa00000000000000000c02",
                    "name": "Client",
                    "type": "list",
                    "options": [{"id": "60aa00000000000000000d01", "value": {"text": "Harbour Ltd"}}],
                },
            ],
            "members": [
                {"id": MEI, "username": "meichan", "fullName": "Mei Chan", "memberType": "normal"},
                {"id": SAM, "username": "sam_lee9", "fullName": "Sam Lee", "memberType": "ghost"},
            ],
            "memberships": [{"idMember": MEI}, {"idMember": SAM}],
        }
    },
}


def context(vocabulary: Any = None, **settings: Any) -> MappingContext:
    """Hong Kong, the default words, and the board above."""
    secret = Secret(reference="env:X", value=SecretStr("x"))
    made = TrelloSettings(name="boards", key=secret, token=secret, **settings)
    return MappingContext("boards", ZoneInfo("Asia/Hong_Kong"), made, vocabulary or VOCABULARY, frozenset({HUB}))


def card(**fields: Any) -> dict[str, Any]:
    """An ordinary card, with some fields otherwise."""
    ordinary = {
        "id": CARD,
        "idShort": 42,
        "shortLink": "Xy12AbCd",
        "name": "UAT sign-off",
        "desc": "Needs **client** approval",
        "due": "2026-10-30T17:00:00.000Z",
        "start": "2026-10-01T01:00:00.000Z",
        "dueComplete": False,
        "closed": False,
        "isTemplate": False,
        "cardRole": None,
        "dateLastActivity": "2026-11-02T03:15:22.101Z",
        "idBoard": BOARD,
        "idList": DOING,
        "idMembers": [MEI],
        "labels": [],
        "url": "https://trello.com/c/Xy12AbCd/42-uat",
        "shortUrl": "https://trello.com/c/Xy12AbCd",
        "actions": [],
    }
    return ordinary | fields


def action(kind: str, data: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An action on that card, by Mei on 2 November."""
    about = {"card": {"id": CARD, "name": "UAT sign-off", "shortLink": "Xy12AbCd"}, "board": {"id": BOARD}}
    ordinary = {"id": "69070f1a0000000000000002", "type": kind, "date": "2026-11-02T03:15:22.096Z"}
    card = about["card"] | data.pop("card", {})
    return ordinary | {"idMemberCreator": MEI, "data": about | data | {"card": card}} | fields


def mapped(payload: Any, stream: str = "cards", vocabulary: Any = None, **settings: Any) -> Mapped:
    id_ = payload.get("id", CARD) if isinstance(payload, dict) else CARD
    parent = Ref("cards", CARD) if stream == "actions" else None
    return trello.map_record(Record(stream, str(id_), None, payload, parent), context(vocabulary, **settings))


def rows(payload: Any, stream: str = "cards", **more: Any) -> dict[str, list[Row]]:
    """What becomes of one record; nothing may be unreadable."""
    made = mapped(payload, stream, **more)
    assert made.problems == []
    return made.rows


def only(payload: Any, table: str, stream: str = "cards", **more: Any) -> Row:
    """The one row of a table that a record gives."""
    (row,) = rows(payload, stream, **more)[table]
    return row


# --- boards and people


def test_a_board_is_a_project() -> None:
    """Config names it by its id."""
    row = only(VOCABULARY["boards"][BOARD], "project", "boards")

    assert (row["key"], row["name"], row["short"]) == (f"boards/boards/{BOARD}", "Client A", BOARD)
    assert row["archived"] is False


def test_who_is_on_a_board_and_not_of_its_workspace_is_a_guest() -> None:
    """Trello has no mark for clients and hides their address: this is all it tells."""
    people = {row["vendor_id"]: row for row in rows(VOCABULARY["boards"][BOARD], "boards")["account"]}

    assert (people[MEI]["kind"], people[MEI]["member"]) == ("human", True)
    assert (people[SAM]["kind"], people[SAM]["member"]) == ("guest", False)
    assert people[SAM]["active"] is False


def test_nobody_is_a_guest_where_the_workspace_is_unknown() -> None:
    """A guess would take our own people for clients."""
    unknown = {**VOCABULARY, "workspaces": {}}

    people = rows(VOCABULARY["boards"][BOARD], "boards", vocabulary=unknown)["account"]

    assert [(row["kind"], row["member"]) for row in people] == [("human", False)] * 2


@pytest.mark.parametrize(
    ("board", "workspaces", "readers"),
    [
        pytest.param({}, True, [MEI, SAM], id="private: its members"),
        pytest.param({}, False, [MEI, SAM], id="private, of a workspace that we do not see"),
        pytest.param({"prefs": {"permissionLevel": "org"}}, True, [MEI, SAM], id="and its workspace, which is ours"),
        pytest.param({"prefs": {"permissionLevel": "org"}}, False, [], id="a workspace that we do not see"),
        pytest.param({"prefs": {"permissionLevel": "public"}}, True, [], id="whoever has the link"),
        pytest.param({"prefs": {"permissionLevel": "enterprise"}}, True, [], id="a whole enterprise"),
        pytest.param({"prefs": {}}, True, [], id="not told"),
        pytest.param({"memberships": []}, True, [], id="no members told"),
    ],
)
def test_a_board_says_who_was_let_in_where_nobody_else_can_read_it(
    board: dict[str, Any], workspaces: bool, readers: list[str]
) -> None:
    """A comment that one wrong reader sees costs more than a hundred that were not written."""
    told = VOCABULARY["boards"][BOARD] | board
    known = {"boards": {BOARD: told}, "workspaces": VOCABULARY["workspaces"] if workspaces else {}}

    row = only(told, "project", "boards", vocabulary=known)

    assert row["reader_accounts"] == [f"boards/members/{id}" for id in readers]


# --- cards


def test_a_card_is_a_work_item() -> None:
    """Its instants become days where the organisation is: 17:00 in Greenwich is tomorrow in Hong Kong."""
    row = only(card(), "work_item")

    assert row["key"] == f"boards/cards/{CARD}"
    assert row["project_key"] == f"boards/boards/{BOARD}"
    assert (row["short"], row["kind"], row["url"]) == ("#42", "card", "https://trello.com/c/Xy12AbCd")
    assert row["due_at"] == datetime(2026, 10, 30, 17, tzinfo=UTC)
    assert row["due_on"] == date(2026, 10, 31)
    assert row["assignee_accounts"] == [f"boards/members/{MEI}"]
    assert row["created_at"] == datetime(2025, 9, 1, 13, 38, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "settings", "category"),
    [
        ({"idList": DOING}, {}, "in_progress"),
        ({"idList": DONE}, {}, "done"),
        ({"idList": TO_DO}, {}, "todo"),
        ({"idList": TO_DO}, {"status": {"待客戶回覆": "in_progress"}}, "in_progress"),
        ({"idList": DOING, "dueComplete": True}, {}, "done"),
        ({"idList": DONE, "dueComplete": False}, {}, "done"),
        ({"idList": DOING, "closed": True}, {}, "cancelled"),
        ({"idList": DONE, "closed": True}, {}, "done"),
        ({"idList": DOING, "closed": True, "dueComplete": True}, {}, "done"),
        ({"idList": ATTIC}, {}, "cancelled"),
    ],
)
def test_list_tick_and_archive_make_the_status(fields: dict[str, Any], settings: dict[str, Any], category: str) -> None:
    """The tick says done whatever the list; no tick says nothing; archived is given up unless it was done."""
    assert only(card(**fields), "work_item", **settings)["status_category"] == category


def test_the_lists_own_word_is_kept() -> None:
    """People look for the word they know."""
    assert only(card(idList=TO_DO), "work_item")["status_native"] == "待客戶回覆"


TICK = action("updateCard", {"old": {"dueComplete": False}}, id="b" * 24, date="2026-11-01T01:00:00.000Z")
MOVE = action("updateCard", {"old": {"idList": DOING}}, id="c" * 24, date="2026-11-02T01:00:00.000Z")
MADE = action("createCard", {}, id="d" * 24, date="2026-09-01T01:00:00.000Z", idMemberCreator=SAM)


@pytest.mark.parametrize(
    ("fields", "done_at", "basis"),
    [
        ({"dueComplete": True}, datetime(2026, 11, 1, 1, tzinfo=UTC), "native"),
        ({"idList": DONE}, datetime(2026, 11, 2, 1, tzinfo=UTC), "status_change"),
        ({"idList": DOING}, None, None),
    ],
)
def test_when_it_was_done_comes_from_its_history(
    fields: dict[str, Any], done_at: datetime | None, basis: str | None
) -> None:
    """The tick where there is one, else the move into the done list."""
    row = only(card(actions=[TICK, MOVE, MADE], **fields), "work_item")

    assert (row["done_at"], row["done_basis"]) == (done_at, basis)


def test_who_made_a_card_is_told_by_its_history_only() -> None:
    """The card itself does not say."""
    assert only(card(actions=[MADE]), "work_item")["reporter_account"] == f"boards/members/{SAM}"
    assert only(card(), "work_item")["reporter_account"] is None


@pytest.mark.parametrize("fields", [{"isTemplate": True}, {"cardRole": "mirror"}, {"cardRole": "separator"}])
def test_templates_mirrors_and_separators_are_no_work(fields: dict[str, Any]) -> None:
    """A mirror repeats another card; a template's date would be overdue for ever."""
    assert rows(card(**fields)) == {}


@pytest.mark.parametrize(
    ("fields", "settings"),
    [
        ({"labels": [MILESTONE]}, {}),
        ({"labels": [{**MILESTONE, "name": " MILESTONE "}]}, {}),
        ({"idList": TO_DO}, {"milestone_labels": ("待客戶回覆",)}),
    ],
)
def test_a_label_or_list_makes_a_milestone(fields: dict[str, Any], settings: dict[str, Any]) -> None:
    """Trello has none of its own; clients are told of these."""
    row = only(card(**fields), "milestone", **settings)

    assert (row["kind"], row["client_facing"], row["due_on"]) == ("item", True, date(2026, 10, 31))
    assert row["owner_account"] == f"boards/members/{MEI}"


def test_a_milestone_without_a_date_is_undated() -> None:
    """Never overdue, counted apart."""
    row = only(card(labels=[MILESTONE], due=None), "milestone")

    assert (row["due_on"], row["due_at"]) == (None, None)


def test_a_feedback_label_makes_feedback_of_the_card() -> None:
    """It is work and feedback at once; whoever made the card said it."""
    row = only(card(labels=[{"id": "1", "name": "客戶反饋"}], actions=[MADE]), "feedback")

    assert (row["origin"], row["subject"], row["author_account"]) == ("item", "UAT sign-off", f"boards/members/{SAM}")
    assert row["received_at"] == datetime(2025, 9, 1, 13, 38, 8, tzinfo=UTC)


def test_feedback_is_urgent_by_a_label_or_list_that_the_config_names() -> None:
    """It may wake somebody: only the firm itself can say what is worth that."""
    marks = [{"id": "1", "name": "客戶反饋"}, {"id": "2", "name": "Production Down"}]
    urgent = [
        only(card(labels=labels), "feedback", urgent_labels=["production down"])["urgent"]
        for labels in (marks, marks[:1])
    ]

    assert urgent == [True, False]


def test_a_label_without_a_name_goes_by_its_colour() -> None:
    """Many boards name no label; the colour is then all that people know it by."""
    assert only(card(labels=[{"id": "1", "name": "", "color": "green"}]), "work_item")["labels"] == ["green"]


CHOICE = {"idCustomField": "60aa00000000000000000c02", "value": None, "idValue": "60aa00000000000000000d01"}


@pytest.mark.parametrize(
    "fields",
    [
        {"customFieldItems": [CHOICE]},
        {"customFieldItems": [{**CHOICE, "idValue": None, "value": {"text": "Harbour Ltd"}}]},
        {"labels": [{"id": "1", "name": "client: Harbour Ltd"}]},
    ],
)
def test_a_field_or_label_names_the_client(fields: dict[str, Any]) -> None:
    """By the word that the config gives; a choice finds its text in the definition."""
    assert only(card(**fields), "work_item", client_field="Client")["client_hints"] == ["Harbour Ltd"]


def test_a_value_whose_field_was_deleted_is_passed_over() -> None:
    """Trello keeps the value and drops the definition: an SDK stumbles over that."""
    lost = {"customFieldItems": [{**CHOICE, "idCustomField": "0" * 24}]}

    assert only(card(**lost), "work_item", client_field="Client")["client_hints"] == []


# --- actions


def test_a_moved_due_date_is_a_change() -> None:
    """The old value stands in `old`, the new one in the card."""
    row = only(
        action("updateCard", {"old": {"due": "2026-10-16T09:00:00.000Z"}, "card": {"due": None}}), "change", "actions"
    )

    assert (row["field"], row["old"], row["new"]) == ("due", "2026-10-16T09:00:00+00:00", None)
    assert row["entity_key"] == f"boards/cards/{CARD}"
    assert row["author_account"] == f"boards/members/{MEI}"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {"old": {"idList": TO_DO}, "listBefore": {"name": "To do"}, "listAfter": {"name": "Doing"}},
            ("status", "To do", "Doing"),
        ),
        ({"old": {"dueComplete": False}}, ("status", "incomplete", "complete")),
        ({"old": {"dueComplete": True}}, ("status", "complete", "incomplete")),
        ({"old": {"closed": False}}, ("status", None, "archived")),
        ({"old": {"closed": True}}, ("status", "archived", None)),
        ({"old": {"name": "UAT"}}, ("name", "UAT", "UAT sign-off")),
    ],
)
def test_what_an_update_changed_is_read_from_old(data: dict[str, Any], expected: tuple[str, ...]) -> None:
    """One type of action tells every kind of change."""
    row = only(action("updateCard", deepcopy(data)), "change", "actions")

    assert (row["field"], row["old"], row["new"]) == expected


def test_an_update_of_two_fields_gives_two_changes() -> None:
    """As a rule it is one; what is not read here is lost."""
    both = action("updateCard", {"old": {"due": None, "name": "UAT"}, "card": {"due": "2026-10-16T09:00:00.000Z"}})

    changes = rows(both, "actions")["change"]

    assert [change["field"] for change in changes] == ["due", "name"]
    assert len({change["key"] for change in changes}) == 2


def test_assigning_is_a_change() -> None:
    """By name, as Trello writes it."""
    row = only(action("addMemberToCard", {"member": {"id": SAM, "name": "Sam Lee"}}), "change", "actions")

    assert (row["field"], row["old"], row["new"]) == ("assignee", None, "Sam Lee")


def test_a_comment_says_who_can_read_it() -> None:
    """There is no private comment: with a guest on the board the client sees it."""
    row = only(action("commentCard", {"text": "Two are left."}), "comment", "actions")

    assert (row["text"], row["visible"], row["ours"]) == ("Two are left.", True, False)
    assert row["on_keys"] == [f"boards/cards/{CARD}"]
    assert row["created_at"] == datetime(2026, 11, 2, 3, 15, 22, 96000, tzinfo=UTC)


def test_among_ourselves_no_client_reads_along() -> None:
    """An answer there is no visible one."""
    private = deepcopy(VOCABULARY)
    private["boards"][BOARD]["memberships"] = [{"idMember": MEI}]

    assert only(action("commentCard", {"text": "?"}), "comment", "actions", vocabulary=private)["visible"] is False


@pytest.mark.parametrize(
    ("author", "text", "ours"),
    [
        (HUB, "The date has passed.\n\n(milepost:k-1)", True),
        (HUB, "Written by hand with the same account.", False),
        (SAM, "What is (milepost:k-1)?", False),
    ],
)
def test_ours_is_what_we_wrote_and_marked(author: str, text: str, ours: bool) -> None:
    """A client who quotes the marker is still a client who waits."""
    said = action("commentCard", {"text": text}, idMemberCreator=author)

    assert only(said, "comment", "actions")["ours"] is ours


def test_a_copied_comment_is_none() -> None:
    """Its author and time are those of the copying: it would pass for an answer that nobody gave."""
    assert rows(action("copyCommentCard", {"text": "Old words"}), "actions") == {}


def test_the_author_who_left_the_board_still_has_a_name() -> None:
    """Members who are gone stand in no board's list any more."""
    gone = "60aa000000000000000000c9"
    said = action(
        "commentCard",
        {"text": "Bye."},
        idMemberCreator=gone,
        memberCreator={"id": gone, "username": "kitty", "fullName": "Kitty Fung"},
    )

    row = only(said, "account", "actions")

    assert (row["key"], row["name"], row["member"]) == (f"boards/members/{gone}", "Kitty Fung", False)


# --- what is odd


@pytest.mark.parametrize(
    ("field", "value", "column", "empty"),
    [
        ("due", "+051502-03-14T04:00:00.000Z", "due_at", None),
        ("due", 5, "due_on", None),
        ("name", "a\0b", "name", ""),
        ("name", "half \ud83d", "name", ""),
        ("desc", ["x"], "description", ""),
        ("idMembers", {"id": MEI}, "assignee_accounts", []),
        ("labels", "里程碑", "labels", []),
        ("labels", [7], "labels", []),
        ("idShort", 10**30, "short", ""),
        ("shortUrl", "javascript:alert(1)", "url", "https://trello.com/c/Xy12AbCd/42-uat"),
        ("dateLastActivity", "yesterday", "updated_at", None),
        ("dueComplete", "yes", "done_at", None),
        ("idList", "0" * 24, "status_native", ""),
        ("actions", {"a": 1}, "reporter_account", None),
    ],
)
def test_an_odd_value_empties_its_field_and_is_named(field: str, value: object, column: str, empty: object) -> None:
    """All other fields of the card stand."""
    made = mapped(card(**{field: value}))

    (row,) = made.rows["work_item"]
    assert row[column] == empty
    assert [problem.field.split(".")[0] for problem in made.problems] == [field]
    assert row["kind"] == "card"


def test_an_unknown_list_leaves_the_status_unknown() -> None:
    """Unknown is never guessed as done, nor as to do."""
    assert mapped(card(idList="0" * 24)).rows["work_item"][0]["status_category"] == "unknown"
    assert mapped(card(idList=None)).rows["work_item"][0]["status_category"] == "unknown"


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([BOARD, CARD, DOING, MEI, "\ud800", "a\0", 10**30, "2026-10-30T09:00:00.000Z", "commentCard"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "data", "old", "due", "card", "text", "name", "type", "lists", "members"]), inner
        )
    ),
    max_leaves=10,
)
names = sorted({*card(), *action("updateCard", {}), *VOCABULARY["boards"][BOARD], "memberCreator", "customFieldItems"})
odd_fields = st.dictionaries(st.sampled_from(names), anything, max_size=5)


@given(stream=st.sampled_from(["boards", "cards", "actions", "unheard of"]), odd=odd_fields, words=odd_fields)
def test_no_payload_makes_it_raise(stream: str, odd: dict[str, Any], words: dict[str, Any]) -> None:
    """Whatever Trello sends, and whatever its boards hold, each row can be stored and each problem named."""
    ordinary = {"boards": VOCABULARY["boards"][BOARD], "actions": action("updateCard", {"old": {"due": None}})}
    vocabulary = {
        "workspaces": {WORKSPACE: words, "x": {"memberships": words}},
        "boards": {BOARD: VOCABULARY["boards"][BOARD] | words},
    }

    made = mapped({**ordinary.get(stream, card()), **odd, "id": CARD}, stream, vocabulary, client_field="Client")

    assert len({problem.field for problem in made.problems}) == len(made.problems)
    for row in (row for table in made.rows.values() for row in table):
        for value in row.values():
            if isinstance(value, str):
                assert "\0" not in value
                value.encode()


@given(payload=anything)
def test_no_payload_of_another_shape_makes_it_raise(payload: Any) -> None:
    """Not even one that is no object; what is odd about it is told of the record itself."""
    for stream in ("boards", "cards", "actions"):
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
    labels = [MILESTONE, {"id": "1", "name": "客戶反饋"}]
    columns: dict[str, set[frozenset[str]]] = {}
    for payload, stream in [
        (VOCABULARY["boards"][BOARD], "boards"),
        ({}, "boards"),
        (card(labels=labels, actions=[TICK, MOVE, MADE]), "cards"),
        ({"labels": labels}, "cards"),
        (action("commentCard", {"text": "?"}), "actions"),
        ({"type": "commentCard"}, "actions"),
        (action("updateCard", {"old": {"due": None}}), "actions"),
        (action("addMemberToCard", {}), "actions"),
    ]:
        for table, made in mapped(payload, stream).rows.items():
            columns.setdefault(table, set()).update(frozenset(row) for row in made)

    assert set(columns) == set(models)
    for table, kinds in columns.items():
        (kind,) = kinds
        assert kind < set(models[table].model_fields)


def test_it_stands_in_the_list_of_mappers() -> None:
    """Nothing is found by scanning folders."""
    assert MAPPERS["trello"] is trello


# --- through the sandbox


def map_board(sandbox: TrelloSandbox) -> Iterator[Mapped]:
    """Everything that a first run reads, mapped."""
    with serving(sandbox.app) as url:
        key = Secret(reference="env:K", value=SecretStr(KEY))
        token = Secret(reference="env:T", value=SecretStr(TOKEN))
        settings = TrelloSettings(name="boards", url=url, key=key, token=token)
        governor = Governor("boards", limits=["1000/second"], stop=threading.Event(), redact=str)
        connector = Trello(settings, governor)
        own = connector.check().id
        found = records(read_all(connector))
        governor.close()
    vocabulary: dict[str, dict[str, Any]] = {"workspaces": {}, "boards": {}}
    for (stream, id_), record in found.items():
        if stream in vocabulary:
            vocabulary[stream][id_] = record.payload
    whole = MappingContext("boards", ZoneInfo("Asia/Hong_Kong"), settings, vocabulary, frozenset({own}))
    yield from (trello.map_record(record, whole) for record in found.values())


def test_a_planned_board_comes_out_as_it_was_planned() -> None:
    """From the plan over HTTP to rows: names, dates, fates and history."""
    uat = item(
        "UAT",
        "doing",
        milestone=True,
        assignee="lee",
        due=at("2026-11-20 18:00"),
        moves=(Move(at("2026-11-10 11:00"), "may", at("2026-11-13 18:00"), at("2026-11-20 18:00")),),
        messages=(message("sam", "2026-11-12 15:00", "When?"),),
    )
    kick_off = item("Kick-off", "done", done_at=at("2026-11-03 17:00"), due=at("2026-11-03 18:00"))
    firm = plan(project("trello", [uat, kick_off, item("Idea", "cancelled")], members=("may", "lee")))
    sandbox = TrelloSandbox.from_plan(firm, lambda: STORY_NOW)

    made: dict[str, list[Row]] = {}
    for each in map_board(sandbox):
        assert each.problems == []
        for table, some in each.rows.items():
            made.setdefault(table, []).extend(some)

    items = {row["name"]: row for row in made["work_item"]}
    assert {name: row["status_category"] for name, row in items.items()} == {
        "UAT": "in_progress",
        "Kick-off": "done",
        "Idea": "cancelled",
    }
    assert items["Kick-off"]["done_at"] == at("2026-11-03 17:00")
    assert [(row["name"], row["due_on"]) for row in made["milestone"]] == [("UAT", date(2026, 11, 20))]
    due = [row for row in made["change"] if row["field"] == "due"]
    assert [row["old"] for row in due] == ["2026-11-13T10:00:00+00:00"]
    assert [(row["text"], row["visible"]) for row in made["comment"]] == [("When?", True)]
    kinds = {row["name"]: row["kind"] for row in made["account"]}
    assert kinds == {"Milepost": "human", "May": "human", "Lee": "human", "Sam": "guest"}
