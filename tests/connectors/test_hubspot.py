"""HubSpot: the contract, and the traps of its API."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from connectors.base import (
    AccessDenied,
    Cursor,
    NotCommentable,
    NotFound,
    RateLimited,
    Record,
    Ref,
    VendorUnavailable,
)
from connectors.governor import Governor
from connectors.hubspot import Hubspot
from connectors.hubspot_notes import LONGEST, note_body
from sandbox.http import Fault
from sandbox.hubspot import PORTAL, PROJECT_PROPERTY, TOKEN, HubspotSandbox
from tests.connectors.contract import Case, ConnectorContract, read_all, records
from tests.connectors.hubspot_firm import said, settings, ticket
from tests.connectors.hubspot_firm import sandbox as a_sandbox
from tests.connectors.serving import serving
from tests.factories import STORY_NOW, at

Connect = Callable[..., Hubspot]

SLOW = ticket(
    "Slow printing", "2026-11-20 16:30", said("may", "2026-11-20 17:00", "We look."), priority="HIGH", owner="may"
)
OLD = ticket("Old", "2026-10-05 10:00", said("lee", "2026-10-05 11:00", "Solved."), status="closed",
             closed_at=at("2026-10-06 16:00"), owner="lee")  # fmt: skip
WRONG = ticket("Wrong month", "2026-11-02 09:00", said("lee", "2026-11-02 10:00", "Called.", "call"))


@pytest.fixture
def sandbox() -> HubspotSandbox:
    return a_sandbox(SLOW, OLD, WRONG)


@pytest.fixture
def connect(sandbox: HubspotSandbox) -> Iterator[Connect]:
    """Builds connectors to the sandbox; waits cost no time."""
    governors: list[Governor] = []
    with serving(sandbox.app) as url:

        def make(**replaced: Any) -> Hubspot:
            governor = Governor(
                "crm",
                limits=["100000/second"],
                stop=threading.Event(),
                redact=lambda text: text.replace(TOKEN, "***"),
                wait=lambda seconds: False,
            )
            governors.append(governor)
            return Hubspot(settings(**({"url": url} | replaced)), governor)

        yield make
        for governor in governors:
            governor.close()


class TestContract(ConnectorContract):
    """HubSpot keeps the contract of every connector."""

    @pytest.fixture
    def case(self, sandbox: HubspotSandbox, connect: Connect) -> Case:
        def touch() -> str:
            sandbox.add_message(SLOW.number, said("sam", "2026-11-24 09:30", "Any news?"))
            return sandbox.ticket_id(SLOW.number)

        def remove() -> str:
            gone = sandbox.ticket_id(OLD.number)
            sandbox.state.archive("tickets", gone, STORY_NOW)
            return gone

        return Case(
            connect=connect,
            secrets=(TOKEN,),
            token_reference="env:HUBSPOT_TOKEN",
            items="tickets",
            children=frozenset(),
            touch=touch,
            remove=remove,
            revoke=sandbox.revoke,
            comments=lambda: [note["text"] for note in sandbox.comments_posted],
            faults=sandbox.faults,
            log=sandbox.app.log,
            comment_call=r"POST /crm/objects/[\d-]+/notes$",
            item_call=r"POST /crm/objects/[\d-]+/tickets/search",
            not_commentable=Ref("deals", "40120"),
        )


def found_in(connector: Hubspot, stream: str, cursor: Cursor | None = None) -> dict[str, Record]:
    """What one read of a stream brings, by id."""
    pages = list(connector.read(stream, "", cursor))
    return {id: record for (found, id), record in records(pages).items() if found == stream}


def searches(sandbox: HubspotSandbox, kind: str) -> int:
    return sum(seen.path.endswith(f"/{kind}/search") for seen in sandbox.app.log)


def many_contacts(sandbox: HubspotSandbox, number: int, changed: Callable[[int], datetime]) -> None:
    """Contacts beside Sam, changed when `changed` says."""
    for one in range(number):
        made = sandbox.state.add("contacts", str(900_000 + one), changed(one), {"email": f"c{one}@harbour.example"})
        sandbox.state.associate("contacts", made["id"], "companies", "40101")


# --- what comes


def test_a_record_keeps_its_own_bytes_and_what_it_is_associated_with(connect: Connect) -> None:
    """A remap reads the bytes alone: the association must stand in them too."""
    slow = next(one for one in found_in(connect(), "tickets").values() if "Slow" in str(one.payload))

    assert json.loads(slow.body) == slow.payload
    assert slow.payload["associations"] == {"companies": ["40101"], "contacts": ["40051"]}
    assert slow.body.startswith(b'{"id":"')


def test_an_engagement_is_asked_for_deals_only_where_it_has_no_ticket(
    sandbox: HubspotSandbox, connect: Connect
) -> None:
    """Two requests a thousand mails, not four."""
    sandbox.log_mail("sam", at("2026-11-23 10:00"), "Hello", incoming=True)

    loose = [one.payload["associations"] for one in found_in(connect(), "emails").values()]

    assert sum("deals" in one and one["deals"] == [] and one["contacts"] == ["40051"] for one in loose) == 1
    asked = [seen.path for seen in sandbox.app.log if "/emails/deals/" in seen.path]
    assert len(asked) == 1
    assert sum("deals" in one for one in loose) == 1


def test_an_association_behind_a_page_of_them_comes_too(sandbox: HubspotSandbox, connect: Connect) -> None:
    """500 a page; the rest hides behind `after`."""
    id = sandbox.ticket_id(SLOW.number)
    many_contacts(sandbox, 700, lambda _: at("2026-11-01 10:00"))
    for one in range(700):
        sandbox.state.associate("tickets", id, "contacts", str(900_000 + one))

    assert len(found_in(connect(), "tickets")[id].payload["associations"]["contacts"]) == 701


def test_a_batch_that_failed_in_part_is_no_answer(sandbox: HubspotSandbox, connect: Connect) -> None:
    """207 is a success to whoever looks at the status alone: the missing half would pass for "none"."""
    body = '{"results":[],"numErrors":1,"errors":[{"category":"INTERNAL_ERROR","message":"try later"}]}'
    sandbox.faults.append(Fault("/tickets/companies/batch/read", 207, {"Content-Type": "application/json"}, body))

    with pytest.raises(VendorUnavailable, match="only in part"):
        found_in(connect(), "tickets")


def test_a_deal_brings_the_property_that_names_its_project(sandbox: HubspotSandbox, connect: Connect) -> None:
    """HubSpot shows only what is asked for by name."""
    sandbox.state.objects["deals"]["40120"]["properties"][PROJECT_PROPERTY] = "APP"

    (deal,) = found_in(connect(project_property=PROJECT_PROPERTY), "deals").values()
    (without,) = found_in(connect(), "deals").values()

    assert deal.payload["properties"][PROJECT_PROPERTY] == "APP"
    assert PROJECT_PROPERTY not in without.payload["properties"]


def test_where_the_records_pages_are_costs_no_further_request(sandbox: HubspotSandbox, connect: Connect) -> None:
    """`check` has just asked who answers; addresses differ by the region that hosts the portal."""
    connector = connect()
    connector.check()
    asked = len(sandbox.app.log)

    (record,) = found_in(connector, "portal").values()

    assert record.payload == {"portalId": str(PORTAL), "uiDomain": "app-ap1.hubspot.com"}
    assert len(sandbox.app.log) == asked


def test_owners_that_left_come_too(sandbox: HubspotSandbox, connect: Connect) -> None:
    """Their old tickets still name them."""
    sandbox.state.owners[0]["archived"] = True

    assert len(found_in(connect(), "owners")) == 2


def test_tickets_closed_before_since_are_left_out(connect: Connect) -> None:
    """What is still open comes whatever its age."""
    subjects = {
        one.payload["properties"]["subject"] for one in found_in(connect(since="2026-11-01"), "tickets").values()
    }

    assert subjects == {"Slow printing", "Wrong month"}


def test_half_an_emoji_costs_no_page(sandbox: HubspotSandbox, connect: Connect) -> None:
    """The fast decoder refuses the page; the slow one reads it."""
    id = sandbox.ticket_id(SLOW.number)
    sandbox.state.objects["tickets"][id]["properties"]["subject"] = "half \ud83d"

    assert found_in(connect(), "tickets")[id].payload["properties"]["subject"] == "half \ud83d"


def test_an_element_that_is_no_object_costs_nothing_else(sandbox: HubspotSandbox, connect: Connect) -> None:
    """It is named, and every other record of the page comes."""
    body = '{"total":2,"results":[7,{"id":"5","properties":{}}]}'
    sandbox.faults.append(Fault("/notes/search", 200, {"Content-Type": "application/json"}, body))

    (page,) = connect().read("notes", "", None)

    assert [record.id for record in page.records] == ["5"]
    assert [problem.stream for problem in page.problems] == ["notes"]


# --- paging


def test_a_record_edited_while_we_page_is_not_the_cause_of_a_gap(sandbox: HubspotSandbox, connect: Connect) -> None:
    """It jumps to the end, all others move up, and an offset would skip the one at the border."""
    many_contacts(sandbox, 450, lambda one: at("2026-11-02 10:00") + timedelta(seconds=one))
    edited = False
    connector = connect()
    search = sandbox.state.living

    def living(kind: str) -> list[dict[str, Any]]:
        nonlocal edited
        shown = search(kind)
        if kind == "contacts" and not edited and searches(sandbox, "contacts") == 2:
            edited = True
            sandbox.state.stir("contacts", sandbox.state.objects["contacts"]["900003"], STORY_NOW)
        return shown

    sandbox.state.living = living  # type: ignore[method-assign]  # somebody works while we read

    assert set(found_in(connector, "contacts")) == {one["id"] for one in search("contacts")}
    assert edited


def test_pages_that_share_one_instant_are_read_by_offset(sandbox: HubspotSandbox, connect: Connect) -> None:
    """An import writes hundreds of records in the same millisecond."""
    many_contacts(sandbox, 650, lambda _: at("2026-11-02 10:00"))

    assert len(found_in(connect(), "contacts")) == 651


def test_an_import_larger_than_a_search_can_page_is_read_by_id(sandbox: HubspotSandbox, connect: Connect) -> None:
    """Behind 10,000 results a search answers 400; what changed after the import must come as well."""
    many_contacts(sandbox, 10_150, lambda one: at("2026-11-02 10:00") if one < 10_100 else at("2026-11-03 10:00"))

    assert len(found_in(connect(), "contacts")) == 10_151
    assert [one for one in sandbox.app.log if one.path.endswith("/objects/2026-09/contacts")] == [], (
        "a list of them all"
    )


def test_the_last_quarter_of_an_hour_is_read_again(sandbox: HubspotSandbox, connect: Connect) -> None:
    """The search is behind what is written: a change may show up after later ones."""
    cursor = [page.cursor for page in connect().read("tickets", "", None)][-1]
    late = sandbox.state.objects["tickets"][sandbox.ticket_id(WRONG.number)]
    late["properties"]["hs_lastmodifieddate"] = "2026-11-20T08:50:00.000Z"  # ten minutes before the last one seen

    assert sandbox.ticket_id(WRONG.number) in found_in(connect(), "tickets", cursor)


def test_a_new_association_is_seen_within_a_day(connect: Connect, sandbox: HubspotSandbox) -> None:
    """It makes a ticket another client's, and moves nobody's watermark."""
    old, cursors = sandbox.ticket_id(OLD.number), dict[tuple[str, str], Cursor]()
    read_all(connect(), cursors)
    sandbox.state.add("companies", "40999", STORY_NOW, {"name": "Other Ltd"})
    sandbox.state.associate("tickets", old, "companies", "40999")

    assert ("tickets", old) not in records(read_all(connect(), cursors))
    sandbox.clock = lambda: STORY_NOW + timedelta(days=1, hours=1)
    again = records(read_all(connect(), cursors))
    later = records(read_all(connect(), cursors))

    assert "40999" in again["tickets", old].payload["associations"]["companies"]
    assert ("tickets", old) not in later


def test_a_change_in_a_year_that_cannot_be_hides_no_later_one(sandbox: HubspotSandbox, connect: Connect) -> None:
    """A cursor at the year 9999 would be the last one."""
    odd = sandbox.state.objects["tickets"][sandbox.ticket_id(WRONG.number)]
    odd["properties"]["hs_lastmodifieddate"] = "9999-12-31T00:00:00.000Z"

    cursor = [page.cursor for page in connect().read("tickets", "", None)][-1]

    assert cursor is not None
    assert "9999" not in cursor


def test_archived_erased_and_merged_records_are_not_among_the_living(sandbox: HubspotSandbox, connect: Connect) -> None:
    """Whatever the reason, the sweep buries them; an erased contact leaves no other trace."""
    many_contacts(sandbox, 3, lambda _: at("2026-11-02 10:00"))
    sandbox.state.archive("contacts", "900000", STORY_NOW)
    sandbox.state.erase("contacts", "900001")
    sandbox.state.merge("contacts", "40051", "900002", STORY_NOW)

    assert [id for ids in connect().living_ids("contacts", "") for id in ids] == ["40051"]


# --- refusals


def test_all_missing_scopes_are_named_at_once(sandbox: HubspotSandbox, connect: Connect) -> None:
    """Whoever grants them does it in one visit."""
    sandbox.missing_scopes = {"tickets", "crm.objects.owners.read"}

    with pytest.raises(AccessDenied, match=r"lacks tickets, crm\.objects\.owners\.read: grant it to env:HUBSPOT_TOKEN"):
        connect().check()


@pytest.mark.parametrize("kind", ["calls", "meetings", "emails", "communications", "feedback_submissions"])
def test_what_is_optional_is_left_out_without_its_scope_and_the_rest_is_read(
    sandbox: HubspotSandbox, connect: Connect, kind: str
) -> None:
    """A note, no error: most accounts have no surveys, and many give a token no mails."""
    sandbox.faults.append(not_granted(kind))
    connector = connect()
    every = [stream.name for stream in connector.streams()]

    account = connector.check()

    assert list(account.tenants) == [str(PORTAL)]
    assert [f"lacks the scope the-{kind}" in note for note in account.notes] == [True]
    assert set(every) - {stream.name for stream in connector.streams()} == {kind}
    assert any(stream == "tickets" for stream, _ in records(read_all(connector)))


def test_what_is_granted_at_last_is_read(sandbox: HubspotSandbox, connect: Connect) -> None:
    """By the next run, which checks first."""
    sandbox.faults.append(not_granted("calls"))
    connector = connect()
    connector.check()
    sandbox.faults.clear()

    assert connector.check().notes == []
    assert "calls" in [stream.name for stream in connector.streams()]


def not_granted(kind: str) -> Fault:
    """HubSpot's refusal of a type, as long as it is asked for."""
    told = {"status": "error", "errors": [{"context": {"requiredScopes": [f"the-{kind}"]}}]}
    return Fault(
        rf"/crm/objects/[^/]+/{kind}(/|$)", 403, {"Content-Type": "application/json"}, json.dumps(told), times=99
    )


def test_the_days_quota_is_not_waited_for(sandbox: HubspotSandbox, connect: Connect) -> None:
    """It is refilled at midnight: asking again would only count against us."""
    body = '{"status":"error","errorType":"RATE_LIMIT","policyName":"DAILY"}'
    sandbox.faults.append(Fault("GET /account-info", 429, {"Content-Type": "application/json"}, body, times=9))

    with pytest.raises(RateLimited, match="from midnight"):
        connect().check()
    assert len(sandbox.app.log) == 1


@pytest.mark.parametrize("policy", ["SECONDLY", "TEN_SECONDLY_ROLLING"])
def test_a_limit_of_seconds_is_waited_for(sandbox: HubspotSandbox, connect: Connect, policy: str) -> None:
    """A search is a POST, and may be repeated all the same."""
    body = f'{{"errorType":"RATE_LIMIT","policyName":"{policy}"}}'
    sandbox.faults.append(Fault("/tickets/search", 429, {"Content-Type": "application/json"}, body, times=2))

    assert len(found_in(connect(), "tickets")) == 3


def test_a_locked_record_is_asked_for_again(sandbox: HubspotSandbox, connect: Connect) -> None:
    """423 passes within seconds."""
    sandbox.faults.append(Fault("/tickets/search", 423))

    assert len(found_in(connect(), "tickets")) == 3


def test_an_account_that_is_being_moved_says_for_how_long(sandbox: HubspotSandbox, connect: Connect) -> None:
    """477 may last a day; nobody can do anything."""
    sandbox.faults.append(Fault("GET /account-info", 477, {"Retry-After": "86400"}))

    with pytest.raises(VendorUnavailable, match="wait for 24 h"):
        connect().check()


@pytest.mark.parametrize("body", ["<html>", "[]", "{}"])
def test_a_page_of_something_else_is_a_wrong_address(sandbox: HubspotSandbox, connect: Connect, body: str) -> None:
    """A proxy's log-in page is HTML with a friendly 200."""
    sandbox.faults.append(Fault("GET /account-info", 200, body=body))

    with pytest.raises(NotFound, match=r"check sources\.crm\.url"):
        connect().check()


# --- notes


def test_a_note_hangs_on_the_ticket_its_contact_and_its_company(sandbox: HubspotSandbox, connect: Connect) -> None:
    """The account's manager looks at the company, not at the ticket; and it says when it was written."""
    id = sandbox.ticket_id(SLOW.number)

    posted = connect().comment(Ref("tickets", id), "Waiting.", "k", None)

    assert posted
    assert [sandbox.state.associated("notes", posted, kind) for kind in ("tickets", "contacts", "companies")] == [
        [id],
        ["40051"],
        ["40101"],
    ]
    written = sandbox.state.objects["notes"][posted]["properties"]["hs_timestamp"]
    assert abs(datetime.fromisoformat(written) - STORY_NOW.astimezone(UTC)) < timedelta(minutes=1)


def test_nothing_in_a_note_is_markup(sandbox: HubspotSandbox, connect: Connect) -> None:
    """A client's words may come back in it."""
    text = 'Say <script>alert("x")</script> & go'
    posted = connect().comment(Ref("tickets", sandbox.ticket_id(SLOW.number)), text, "k", None)

    assert posted
    body = sandbox.state.objects["notes"][posted]["properties"]["hs_note_body"]
    assert "<script" not in body
    assert text in unescape(body)


def test_a_note_that_is_too_long_loses_lines_but_not_its_marker() -> None:
    """HubSpot would refuse it, and without the marker it would never be found again."""
    body = note_body("\n".join(["A line that says something."] * 5000), "k")

    assert len(body) <= LONGEST
    assert body.endswith("<p>(milepost:k)</p>")


def test_a_note_on_a_merged_ticket_goes_to_the_survivor(sandbox: HubspotSandbox, connect: Connect) -> None:
    """Whoever asks for the old id is answered with the other one."""
    old, survivor = sandbox.ticket_id(WRONG.number), sandbox.ticket_id(SLOW.number)
    sandbox.state.merge("tickets", survivor, old, STORY_NOW)

    posted = connect().comment(Ref("tickets", old), "Waiting.", "k", None)

    assert [(note["id"], note["tickets"]) for note in sandbox.comments_posted] == [(posted, [survivor])]


def test_a_note_on_a_ticket_that_is_gone_says_so(sandbox: HubspotSandbox, connect: Connect) -> None:
    """Deleted between the alarm and its delivery."""
    sandbox.state.archive("tickets", sandbox.ticket_id(SLOW.number), STORY_NOW)

    with pytest.raises(NotFound):
        connect().comment(Ref("tickets", sandbox.ticket_id(SLOW.number)), "Waiting.", "k", None)


@pytest.mark.parametrize("stream", ["companies", "contacts", "emails", "feedback_submissions"])
def test_only_tickets_carry_a_note_of_ours(connect: Connect, stream: str) -> None:
    """Elsewhere nobody would know what it is about."""
    with pytest.raises(NotCommentable, match=stream):
        connect().comment(Ref(stream, "1"), "Waiting.", "k", None)
