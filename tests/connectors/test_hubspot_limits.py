"""HubSpot's limits, pages and refusals, as they fall on each kind of request."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from connectors.base import AccessDenied, Cursor, VendorChanged
from connectors.governor import Governor
from connectors.hubspot import Hubspot
from connectors.hubspot_api import MissingScope
from sandbox.http import Fault
from sandbox.hubspot import HubspotSandbox
from tests.connectors.hubspot_firm import said, sandbox, settings, ticket
from tests.connectors.serving import serving
from tests.factories import STORY_NOW

SLOW = ticket("Slow printing", "2026-11-20 16:30", said("may", "2026-11-20 17:00", "We look."), owner="may")


@contextmanager
def connected(box: HubspotSandbox, limit: str = "100000/second") -> Iterator[tuple[Hubspot, list[float]]]:
    """A connector to a portal, and the waits that its limit costs."""
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return False

    with serving(box.app) as url:
        governor = Governor("crm", limits=[limit], stop=threading.Event(), redact=str, wait=wait)
        yield Hubspot(settings(url=url), governor), waits
        governor.close()


def test_a_search_takes_two_turns() -> None:
    """All apps of an account share five searches a second, half of what one app may ask in all."""
    with connected(sandbox(SLOW), "3/minute") as (hubspot, waits):
        next(iter(hubspot.read("owners", "", None)))  # a list of the living and one of those that left: two turns
        assert waits == []
        next(iter(hubspot.read("communications", "", None)), None)
        assert waits != []


@pytest.mark.parametrize("kind", ["companies", "contacts", "deals", "tickets", "notes"])
def test_a_change_is_found_by_the_property_that_tells_of_it(kind: str) -> None:
    """Contacts name the time of their last change otherwise than all other types."""
    box = sandbox(SLOW, ticket("Old", "2026-10-05 10:00"))
    if kind == "notes":
        box.add_message(SLOW.number, said("may", "2026-11-20 17:30", "Ask the vendor.", "note"))
    with connected(box) as (hubspot, _):
        cursors: list[Cursor | None] = [page.cursor for page in hubspot.read(kind, "", None)]
        changed = next(iter(box.state.living(kind)))
        box.state.stir(kind, changed, STORY_NOW)

        found = [record for page in hubspot.read(kind, "", cursors[-1]) for record in page.records]

    assert changed["id"] in {record.id for record in found}
    assert {record.updated_at for record in found if record.id == changed["id"]} == {STORY_NOW}


def test_owners_beyond_the_first_page_are_read_too() -> None:
    """HubSpot lists 100 at a time."""
    box = sandbox(SLOW)
    first = box.state.owners[0]
    box.state.owners += [first | {"id": str(90_000 + number)} for number in range(130)]
    with connected(box) as (hubspot, _):
        (page,) = hubspot.read("owners", "", None)

    assert len(page.records) == len(box.state.owners)


def test_an_owner_is_known_by_the_id_that_records_name() -> None:
    """Each also has the id of a user, which no record holds."""
    with connected(sandbox(SLOW)) as (hubspot, _):
        (page,) = hubspot.read("owners", "", None)

    assert all(str(record.payload["userId"]) != record.id for record in page.records)
    assert {record.id for record in page.records} == {record.payload["id"] for record in page.records}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"errors": [{"context": {"requiredScopes": ["tickets"]}}]}, "lacks the scope tickets: grant it"),
        ({"errors": [{"context": {"requiredGranularScopes": ["tickets"]}}]}, "lacks the scope tickets: grant it"),
        ({"message": "No."}, r"lacks a scope for GET /crm/owners/[\d-]+ \(No\.\): grant it"),
        ({"errors": "odd"}, r"lacks a scope for GET /crm/owners/[\d-]+: grant it"),
    ],
)
def test_a_missing_scope_is_named_however_hubspot_says_it(told: object, words: str) -> None:
    """It has said so under two names; where it names none, what was asked for tells."""
    box = sandbox(SLOW)
    box.faults.append(Fault("GET /crm/owners", 403, {"Content-Type": "application/json"}, json.dumps(told)))
    with connected(box) as (hubspot, _), pytest.raises(MissingScope, match=words) as refusal:
        list(hubspot.read("owners", "", None))

    assert isinstance(refusal.value, AccessDenied)
    assert "env:HUBSPOT_TOKEN" in str(refusal.value)


def test_a_refusal_carries_what_hubspots_support_asks_for() -> None:
    """They find a request by its correlationId, and by nothing else."""
    box = sandbox(SLOW)
    box.faults.append(Fault("GET /crm/owners", 400, {}, '{"message": "Odd.", "correlationId": "4711-aa"}'))
    with connected(box) as (hubspot, _), pytest.raises(VendorChanged, match=r"\(Odd\., correlationId 4711-aa\)"):
        list(hubspot.read("owners", "", None))
