"""From HubSpot's records to the unified rows: what each becomes, and that nothing odd ever stops one."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Record, Ref
from sandbox.hubspot_plan import pipelines
from tests.connectors.hubspot_firm import settings
from tests.factories import at
from unify.mappers import MAPPERS, hubspot
from unify.mapping import Mapped, MappingContext, Row
from unify.tables import Account, Comment, Company, Contact, Deal, Feedback

PORTAL = {"portalId": "246", "uiDomain": "app-ap1.hubspot.com"}
VOCABULARY: dict[str, Any] = {
    "portal": {"246": PORTAL},
    "owners": {},
    "deal_pipelines": {"default": pipelines("deals")[0]},
    "ticket_pipelines": {"0": pipelines("tickets")[0]},
}
STREAMS = (
    *("owners", "companies", "contacts", "deals", "tickets"),
    *("notes", "calls", "meetings", "emails", "communications", "feedback_submissions"),
    *("deal_history", "ticket_history"),
)
LINKS = {"tickets": ["9"], "contacts": ["51"], "companies": ["101"]}


def mapped(payload: Any, stream: str, vocabulary: Any = None, **config: Any) -> Mapped:
    words = VOCABULARY if vocabulary is None else vocabulary
    context = MappingContext("crm", ZoneInfo("Asia/Hong_Kong"), settings(**config), words, frozenset({"portal-1"}))
    return hubspot.map_record(Record(stream, "7", None, payload), context)


def thing(associations: dict[str, list[str]] | None = None, **properties: Any) -> dict[str, Any]:
    """An object as the connector hands it over."""
    return {
        "id": "7",
        "properties": {"hs_object_id": "7", "createdate": "2026-11-20T08:30:00.000Z", **properties},
        "createdAt": "2026-11-20T08:30:00.000Z",
        "updatedAt": "2026-11-20T09:00:00.000Z",
        "archived": False,
        "associations": associations or {},
    }


def row(payload: Any, stream: str, table: str, **config: Any) -> Row:
    made = mapped(payload, stream, **config)
    assert made.problems == []
    (only,) = made.rows[table]
    return only


# --- history


def value(text: str, timestamp: Any, user: int | None = None) -> dict[str, Any]:
    """One of a property's values."""
    return {"value": text, "timestamp": timestamp, "sourceType": "CRM_UI", "updatedByUserId": user}


def changes(stream: str, **history: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """(field, old, new, when, by whom) of each change that a history tells; newest values stand first in it."""
    payload = {
        "id": "7",
        "properties": {"pipeline": "default", "hs_pipeline": "0"},
        "createdAt": "2026-09-01T02:00:00Z",
    }
    owners = {"70": {"id": "70", "userId": 61, "firstName": "May", "lastName": "Chan"}}
    entity = Ref(f"{stream}s", "7")
    context = MappingContext(
        "crm", ZoneInfo("Asia/Hong_Kong"), settings(), VOCABULARY | {"owners": owners}, frozenset({"portal-1"})
    )
    record = Record(f"{stream}_history", "7", None, payload | {"propertiesWithHistory": history}, entity)
    made = hubspot.map_record(record, context)
    assert made.problems == []
    rows = made.rows.get("change", [])
    assert {row["entity_key"] for row in rows} <= {f"crm/{stream}s/7"}
    assert {row["origin"] for row in rows} <= {"native"}
    return [(row["field"], row["old"], row["new"], row["changed_at"], row["author_account"]) for row in rows]


def test_a_deal_tells_when_its_closing_date_moved() -> None:
    """With days as the organisation counts them; the date that it was made with changed nothing."""
    told = [
        value("2026-12-30T16:30:00Z", "2026-11-02T02:00:00Z", 61),
        value("2026-11-30T10:00:00Z", "2026-09-01T02:00:01Z"),
    ]

    assert changes("deal", closedate=told) == [
        ("due", "2026-11-30", "2026-12-31", at("2026-11-02 10:00"), "crm/owners/70")
    ]


def test_stages_and_owners_are_told_by_their_names() -> None:
    """What cannot be named any more keeps its id; a value that was taken away is none."""
    stages = [
        value("gone", "2026-11-03T02:00:00Z"),
        value("4", "2026-11-02T02:00:00Z"),
        value("1", "2026-09-01T02:00:00Z"),
    ]
    owners = [
        value("", "2026-11-05T02:00:00Z"),
        value("99", "2026-11-04T02:00:00Z"),
        value("70", "2026-11-01T02:00:00Z"),
    ]

    assert [row[:3] for row in changes("ticket", hs_pipeline_stage=stages, hubspot_owner_id=owners)] == [
        ("status", "New", "Closed"),
        ("status", "Closed", "gone"),
        ("assignee", None, "May Chan"),
        ("assignee", "May Chan", "99"),
        ("assignee", "99", None),
    ]


def test_what_became_the_same_is_no_change() -> None:
    """Another hour of the same day; and of two values at one instant the first listed is the later."""
    hours = [
        value("2026-11-30T11:00:00Z", "2026-11-02T02:00:00Z"),
        value("2026-11-30T10:00:00Z", "2026-09-01T02:00:00Z"),
    ]
    twice = [value("closedwon", 1793584800000), value("closedlost", "1793584800000")]

    assert changes("deal", closedate=hours) == []
    assert [row[1:3] for row in changes("deal", dealstage=twice)] == [(None, "Closed Won")]


def test_an_odd_value_of_a_history_is_named_and_hides_no_other() -> None:
    """It stands where it stands in the answer."""
    told = [value("soon", "2026-11-03T02:00:00Z"), value("2026-11-30T10:00:00Z", "yesterday")]
    payload = {"id": "7", "propertiesWithHistory": {"closedate": told, "dealstage": "odd"}}
    made = mapped_history(payload)

    assert [problem.field for problem in made.problems] == [
        "propertiesWithHistory.closedate.1.timestamp",
        "propertiesWithHistory.closedate.0.value",
        "propertiesWithHistory.dealstage",
    ]


def mapped_history(payload: Any) -> Mapped:
    words = MappingContext("crm", ZoneInfo("Asia/Hong_Kong"), settings(), VOCABULARY, frozenset({"portal-1"}))
    return hubspot.map_record(Record("deal_history", "7", None, payload, Ref("deals", "7")), words)


# --- pages for people


@pytest.mark.parametrize(
    ("stream", "table", "associations", "place"),
    [
        ("contacts", "contact", {}, "0-1/7"),
        ("companies", "company", {}, "0-2/7"),
        ("deals", "deal", {}, "0-3/7"),
        ("tickets", "feedback", LINKS, "0-5/7"),
        pytest.param("notes", "comment", LINKS, "0-5/9", id="what was said is read on its ticket"),
        pytest.param("emails", "comment", {"contacts": ["51"]}, "0-1/51", id="else on whom it was said to"),
        pytest.param("feedback_submissions", "feedback", {"contacts": ["51"]}, "0-1/51", id="a survey's answer too"),
    ],
)
def test_a_row_links_to_the_page_where_people_read_it(
    stream: str, table: str, associations: dict[str, list[str]], place: str
) -> None:
    """Whoever reads of feedback on a phone answers it there."""
    (made,) = mapped(thing(associations), stream).rows[table]

    assert made["url"] == f"https://app-ap1.hubspot.com/contacts/246/record/{place}"


@pytest.mark.parametrize(
    ("portal", "id"),
    [
        pytest.param({}, "7", id="the portal was not read"),
        pytest.param({"246": PORTAL | {"uiDomain": ""}}, "7", id="it does not say where its pages are"),
        pytest.param({"246": PORTAL | {"uiDomain": "evil.example/?"}}, "7", id="that is no host"),
        pytest.param({"246": PORTAL | {"portalId": None}}, "7", id="it has no number"),
        pytest.param({"246": PORTAL}, "7/../8", id="the record's id is none"),
    ],
)
def test_without_a_page_there_is_no_link(portal: dict[str, Any], id: str) -> None:
    """A wrong link is worse than none."""
    context = MappingContext(
        "crm", ZoneInfo("Asia/Hong_Kong"), settings(), VOCABULARY | {"portal": portal}, frozenset({"portal-1"})
    )

    (made,) = hubspot.map_record(Record("contacts", id, None, thing()), context).rows["contact"]

    assert made["url"] is None


def test_who_works_in_the_crm_has_no_page() -> None:
    """Owners are users of HubSpot, not records in it."""
    assert row({"id": "1", "email": "mei@firm.example"}, "owners", "account")["url"] is None


# --- people and firms


@pytest.mark.parametrize(("kind", "expected"), [("PERSON", "human"), ("QUEUE", "queue")])
def test_owners_are_accounts_of_ours(kind: str, expected: str) -> None:
    """What a record's owner holds is the owner's id, not the user's."""
    payload = {"id": "7", "userId": 99, "email": "May@ACME.example", "firstName": "May", "lastName": "Chan"}

    made = row(payload | {"type": kind, "archived": True}, "owners", "account")

    assert made["key"] == "crm/owners/7"
    assert [made[name] for name in ("name", "email", "kind", "member", "active")] == [
        *("May Chan", "may@acme.example", expected, True, False)
    ]


def test_a_company_has_all_its_domains() -> None:
    """A client with two offices writes from two."""
    made = row(thing(domain="A.example", hs_additional_domains="b.example;a.example"), "companies", "company")

    assert made["domains"] == ["a.example", "b.example"]


def test_a_contact_without_a_name_goes_by_the_address() -> None:
    """Messages must call them something."""
    payload = thing(
        {"companies": ["101", "102"]}, email="sam@a.example", hs_additional_emails="s@a.example; x@a.example"
    )

    made = row(payload, "contacts", "contact")

    assert made["name"] == "sam@a.example"
    assert made["emails"] == ["sam@a.example", "s@a.example", "x@a.example"]
    assert made["company_keys"] == ["crm/companies/101", "crm/companies/102"]


@pytest.mark.parametrize(
    ("stage", "category", "label"),
    [
        ("contractsent", "open", "Contract Sent"),
        ("closedwon", "won", "Closed Won"),
        ("closedlost", "lost", "Closed Lost"),
    ],
)
def test_a_deals_stage_means_what_its_pipeline_says(stage: str, category: str, label: str) -> None:
    """Closed and certain is won; closed and hopeless is lost."""
    payload = thing(pipeline="default", dealstage=stage, closedate="2026-11-30T18:00:00.000Z", project="APP")

    made = row(payload, "deals", "deal", project_property="project")

    assert (made["stage_category"], made["stage_native"]) == (category, label)
    assert made["close_on"] == date(2026, 12, 1)
    assert (made["closed_at"] is None) == (category == "open")
    assert made["project_hint"] == "APP"


def test_a_deal_names_no_project_unless_the_config_says_where() -> None:
    """No property is guessed."""
    assert (
        row(thing(pipeline="default", dealstage="contractsent", project="APP"), "deals", "deal")["project_hint"] is None
    )


# --- tickets


@pytest.mark.parametrize(
    ("priority", "severity"),
    [
        ("LOW", "info"),
        ("MEDIUM", "warning"),
        ("HIGH", "high"),
        ("URGENT", "critical"),
        (None, "warning"),
        ("", "warning"),
    ],
)
def test_a_priority_is_a_severity(priority: str | None, severity: str) -> None:
    """None said: warning. Severity is not urgency."""
    made = row(thing(hs_ticket_priority=priority), "tickets", "feedback")

    assert (made["severity"], made["urgent"]) == (severity, False)


def test_a_ticket_is_urgent_where_the_config_names_its_priority() -> None:
    """It may wake somebody: only the firm itself can say what is worth that."""
    urgent = [
        row(thing(hs_ticket_priority=priority), "tickets", "feedback", urgent_labels=["Urgent"])["urgent"]
        for priority in ("URGENT", "HIGH", None)
    ]

    assert urgent == [True, False, False]


@pytest.mark.parametrize(
    ("stage", "category", "native"),
    [("1", "todo", "New"), ("2", "in_progress", "Waiting on contact"), ("4", "done", "Closed")],
)
def test_a_tickets_stage_means_what_its_pipeline_says(stage: str, category: str, native: str) -> None:
    """Its label is the word; its state says whether it is over."""
    made = row(
        thing(hs_pipeline="0", hs_pipeline_stage=stage, closed_date="2026-11-21T08:00:00Z"), "tickets", "feedback"
    )

    assert (made["status_category"], made["status_native"]) == (category, native)
    assert (made["closed_at"] is not None) == (category == "done")


def test_the_config_may_say_what_a_stage_means() -> None:
    """A firm's own words come first."""
    payload = thing(hs_pipeline="0", hs_pipeline_stage="2")

    assert row(payload, "tickets", "feedback", status={"waiting on contact": "done"})["status_category"] == "done"


def test_a_stage_that_its_pipeline_does_not_show_is_unknown_and_named() -> None:
    """Never guessed as done, unless the ticket itself says that it is closed."""
    made = mapped(thing(hs_pipeline="0", hs_pipeline_stage="77"), "tickets")

    assert made.rows["feedback"][0]["status_category"] == "unknown"
    assert [problem.field for problem in made.problems] == ["properties.hs_pipeline_stage"]


def test_a_ticket_brings_the_crms_own_stamps() -> None:
    """They count where nobody's messages can be read."""
    made = row(
        thing(
            {"contacts": ["51"], "companies": ["101"]},
            subject="Slow",
            content="Slow printing",
            hubspot_owner_id="3",
            first_agent_reply_date="2026-11-20T09:00:00Z",
            hs_last_message_received_at="1763629200000",
            hs_last_message_sent_at="2026-11-20T09:30:00.000Z",
        ),
        "tickets",
        "feedback",
    )

    assert made["native_first_response_at"] == at("2026-11-20 17:00")
    assert made["last_received_at"] == at("2025-11-20 17:00")
    assert made["last_sent_at"] == at("2026-11-20 17:30")
    assert made["received_at"] == at("2026-11-20 16:30")
    assert (made["origin"], made["owner_account"]) == ("ticket", "crm/owners/3")
    assert (made["contact_keys"], made["company_keys"]) == (["crm/contacts/51"], ["crm/companies/101"])


# --- surveys


@pytest.mark.parametrize(
    ("kind", "value", "score"),
    [("NPS", "6", 60.0), ("NPS", "0", 0.0), ("CSAT", "4", 80.0), ("CSAT", "1", 20.0), ("CES", "7", 100.0)],
)
def test_a_score_becomes_0_to_100_as_people_convert_it_by_hand(kind: str, value: str, score: float) -> None:
    """0..10 times ten; stars and 1..n as a share of n."""
    made = row(thing({"contacts": ["51"]}, hs_survey_type=kind, hs_value=value), "feedback_submissions", "feedback")

    assert (made["score"], made["origin"], made["contact_keys"]) == (score, "survey", ["crm/contacts/51"])


@pytest.mark.parametrize(("kind", "value"), [("NPS", "11"), ("CSAT", "0"), ("CUSTOM", "3"), ("", "3")])
def test_a_score_on_no_known_scale_is_left_out_and_named(kind: str, value: str) -> None:
    """A guess would move a client's satisfaction."""
    made = mapped(thing(hs_survey_type=kind, hs_value=value), "feedback_submissions")

    assert made.rows["feedback"][0]["score"] is None
    assert [problem.field for problem in made.problems] == ["properties.hs_value"]


# --- what was said


@pytest.mark.parametrize(
    ("stream", "properties", "direction", "visible", "author"),
    [
        ("emails", {"hs_email_direction": "INCOMING_EMAIL"}, "inbound", True, None),
        ("emails", {"hs_email_direction": "EMAIL", "hs_email_status": "SENT"}, "outbound", True, "crm/owners/3"),
        ("emails", {"hs_email_direction": "EMAIL", "hs_email_status": "BOUNCED"}, "none", False, None),
        ("emails", {"hs_email_direction": "FORWARDED_EMAIL"}, "none", False, None),
        ("calls", {"hs_call_direction": "INBOUND"}, "inbound", True, "crm/owners/3"),
        ("meetings", {"hs_meeting_outcome": "COMPLETED"}, "none", True, "crm/owners/3"),
        ("communications", {}, "none", True, "crm/owners/3"),
        ("notes", {}, "none", False, "crm/owners/3"),
    ],
)
def test_who_said_it_and_whether_the_client_saw_it(
    stream: str, properties: dict[str, str], direction: str, visible: bool, author: str | None
) -> None:
    """A note is for ourselves; a mail that bounced reached nobody, and of a forwarded one nobody knows the author."""
    made = row(thing(LINKS, hubspot_owner_id="3", **properties), stream, "comment")

    assert (made["direction"], made["visible"], made["author_account"]) == (direction, visible, author)
    assert made["author_contact"] == ("crm/contacts/51" if direction == "inbound" and stream == "emails" else None)
    assert made["on_keys"] == ["crm/tickets/9"]


def test_what_belongs_to_no_ticket_is_on_whom_it_concerns() -> None:
    """An answer to a survey hangs on the contact alone."""
    made = row(thing(LINKS | {"tickets": [], "deals": ["120"]}), "notes", "comment")

    assert made["on_keys"] == ["crm/contacts/51", "crm/deals/120", "crm/companies/101"]


def test_a_clients_mail_is_feedback_where_no_ticket_holds_it() -> None:
    """With one it is a message of that ticket, and no second row."""
    mail = {
        "hs_email_direction": "INCOMING_EMAIL",
        "hs_email_subject": "Late?",
        "hs_email_html": "<p>When?<br>Now?</p>",
    }
    loose = thing(LINKS | {"tickets": []}, hs_timestamp="2026-11-20T01:00:00Z", **mail)

    made = row(loose, "emails", "feedback")

    assert (made["origin"], made["subject"], made["text"]) == ("email", "Late?", "When?\nNow?")
    assert made["received_at"] == at("2026-11-20 09:00")
    assert made["key"] == row(loose, "emails", "comment")["key"]
    assert "feedback" not in mapped(thing(LINKS, **mail), "emails").rows


@pytest.mark.parametrize(
    ("stream", "properties"),
    [("meetings", {"hs_meeting_outcome": "NO_SHOW"}), ("calls", {"hs_call_status": "NO_ANSWER"})],
)
def test_what_never_happened_answers_nobody(stream: str, properties: dict[str, str]) -> None:
    """A call that was not taken told the client nothing."""
    assert mapped(thing(LINKS, **properties), stream).rows == {}


def test_a_meeting_to_come_is_told_of_when_it_is_made() -> None:
    """Its date lies ahead, and must not answer what the client writes until then."""
    ahead = {"hs_createdate": "2026-11-20T08:30:00Z", "hs_meeting_start_time": "2026-12-09T02:00:00Z"}

    assert row(thing(LINKS, **ahead), "meetings", "comment")["created_at"] == at("2026-11-20 16:30")
    held = row(thing(LINKS, hs_meeting_outcome="COMPLETED", **ahead), "meetings", "comment")
    assert held["created_at"] == at("2026-12-09 10:00")


@pytest.mark.parametrize("outcome", ["", "SCHEDULED"])
def test_a_meeting_that_was_written_on_after_it_began_was_held(outcome: str) -> None:
    """Few set the outcome; notes that are written into it afterwards show that it took place."""
    booked = {"createdate": "2026-11-02T08:30:00Z", "hs_meeting_start_time": "2026-11-20T02:00:00Z"}
    payload = thing(LINKS, hs_meeting_outcome=outcome, **booked)

    assert row(payload, "meetings", "comment")["created_at"] == at("2026-11-20 10:00")
    assert row(payload | {"updatedAt": "2026-11-20T01:59:00Z"}, "meetings", "comment")["created_at"] == at(
        "2026-11-02 16:30"
    )


@pytest.mark.parametrize(("stream", "ours"), [("notes", True), ("emails", False)])
def test_our_marker_makes_a_note_ours(stream: str, ours: bool) -> None:
    """We write notes only: a mail that quotes one is somebody's."""
    body = "<p>Waiting.</p><p>(milepost:65437c0dd632)</p>"

    made = row(thing(LINKS, hs_note_body=body, hs_email_html=body), stream, "comment")

    assert made["ours"] is ours


# --- whatever comes

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = sorted(
    {
        *("email", "domain", "hs_pipeline", "hs_pipeline_stage", "dealstage", "pipeline", "closedate", "closed_date"),
        *("hs_value", "hs_survey_type", "hs_timestamp", "hs_email_direction", "hs_email_html", "hs_note_body"),
        *("hubspot_owner_id", "createdate", "hs_ticket_priority", "hs_meeting_start_time", "hs_is_closed"),
    }
)


@given(
    stream=st.sampled_from(STREAMS),
    properties=st.dictionaries(st.sampled_from(NAMES), anything, max_size=6),
    associations=anything | st.dictionaries(st.sampled_from(["tickets", "contacts"]), anything),
    words=anything,
)
def test_nothing_odd_makes_it_raise(stream: str, properties: Any, associations: Any, words: Any) -> None:
    """Whatever HubSpot sends, and whatever its pipelines hold, each row can be stored and each problem named."""
    vocabulary = {"ticket_pipelines": {"0": words}, "deal_pipelines": {"default": {"stages": words}}}
    payload = {"id": "7", "properties": properties, "associations": associations, "createdAt": words}

    made = mapped(payload, stream, vocabulary)

    assert len({problem.field for problem in made.problems}) == len(made.problems)
    for value in (value for table in made.rows.values() for one in table for value in one.values()):
        if isinstance(value, str):
            assert "\0" not in value
            value.encode()


@given(payload=anything, stream=st.sampled_from(STREAMS))
def test_no_payload_of_another_shape_makes_it_raise(payload: Any, stream: str) -> None:
    """Not even one that is no object; what is odd about it is told of the record itself."""
    assert {problem.stream for problem in mapped(payload, stream).problems} <= {stream}


def test_rows_of_a_table_all_have_the_same_columns() -> None:
    """A row that left one out would leave an old value standing; one that the table lacks could not be stored."""
    models: dict[str, Any] = {
        "account": Account,
        "company": Company,
        "contact": Contact,
        "deal": Deal,
        "feedback": Feedback,
        "comment": Comment,
    }
    columns: dict[str, set[frozenset[str]]] = {}
    for stream in STREAMS:
        for payload in (thing(LINKS), thing(hs_email_direction="INCOMING_EMAIL"), {}):
            for table, made in mapped(payload, stream).rows.items():
                assert table in hubspot.tables(stream)
                columns.setdefault(table, set()).update(frozenset(one) for one in made)

    assert set(columns) == set(models)
    for table, kinds in columns.items():
        (kind,) = kinds
        assert kind < set(models[table].model_fields)


def test_it_stands_in_the_list_of_mappers() -> None:
    """Nothing is found by scanning folders."""
    assert MAPPERS["hubspot"] is hubspot
