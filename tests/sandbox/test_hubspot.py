"""The stand-in for HubSpot refuses what HubSpot refuses, and hides what HubSpot hides."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.hubspot import TOKEN, VERSION, HubspotSandbox
from tests.connectors.hubspot_firm import firm, said, ticket
from tests.connectors.serving import serving
from tests.factories import STORY_NOW

SLOW = ticket("Slow printing", "2026-11-20 16:30", owner="may")
OBJECTS = f"/crm/objects/{VERSION}"


@pytest.fixture
def sandbox() -> HubspotSandbox:
    return HubspotSandbox.from_plan(firm(SLOW), lambda: STORY_NOW)


@pytest.fixture
def client(sandbox: HubspotSandbox) -> Iterator[httpx.Client]:
    with (
        serving(sandbox.app) as url,
        httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}) as made,
    ):
        yield made


def search(client: httpx.Client, kind: str, **asked: Any) -> httpx.Response:
    return client.post(f"{OBJECTS}/{kind}/search", json=asked)


def test_only_what_is_asked_for_by_name_is_shown(client: httpx.Client) -> None:
    """And an unset property that was asked for is null; all values are texts."""
    (shown,) = client.get(f"{OBJECTS}/tickets", params={"properties": "subject,closed_date"}).json()["results"]

    assert set(shown["properties"]) == {"hs_object_id", "hs_lastmodifieddate", "createdate", "subject", "closed_date"}
    assert shown["properties"]["closed_date"] is None
    assert shown["properties"]["hs_object_id"] == shown["id"]


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 201},
        {"limit": 200, "after": "9900"},
        {"sorts": [{"propertyName": "a"}, {"propertyName": "b"}]},
        {"filterGroups": [{"filters": []}] * 6},
        {"filterGroups": [{"filters": [{"propertyName": "subject", "operator": "LIKE", "value": "x"}]}]},
        {"query": "x" * 3000},
    ],
)
def test_a_search_beyond_its_limits_is_refused(client: httpx.Client, asked: dict[str, Any]) -> None:
    """Page size, ceiling, sorts, groups, operators and length."""
    assert search(client, "tickets", **asked).status_code == 400


@pytest.mark.parametrize(
    ("operator", "more", "found"),
    [
        ("GTE", {"value": "1795163400000"}, 1),
        ("BETWEEN", {"value": "1795163399999", "highValue": "1795163400000"}, 1),
        ("HAS_PROPERTY", {}, 1),
        ("NOT_HAS_PROPERTY", {}, 0),
        ("LT", {"value": "1795163400000"}, 0),
        ("GT", {"value": "1795163399999"}, 1),
    ],
)
def test_instants_are_compared_in_milliseconds(
    client: httpx.Client, operator: str, more: dict[str, str], found: int
) -> None:
    """The answer spells them otherwise than the question."""
    filters = [{"propertyName": "hs_lastmodifieddate", "operator": operator, **more}]

    assert search(client, "tickets", filterGroups=[{"filters": filters}]).json()["total"] == found


def test_a_history_holds_every_value_and_fifty_records_a_request(client: httpx.Client, sandbox: HubspotSandbox) -> None:
    """The newest first; whoever asks for more is refused, though a hundred may be read without."""
    id = sandbox.ticket_id(SLOW.number)
    sandbox.state.update("tickets", sandbox.state.objects["tickets"][id], STORY_NOW, {"hs_pipeline_stage": "2"}, "7001")

    def ask(count: int) -> httpx.Response:
        inputs = [{"id": id}, *({"id": str(n)} for n in range(1, count))]
        asked = {"inputs": inputs, "properties": ["subject"], "propertiesWithHistory": ["hs_pipeline_stage"]}
        return client.post(f"{OBJECTS}/tickets/batch/read", json=asked)

    (shown,) = ask(1).json()["results"]
    assert [one["value"] for one in shown["propertiesWithHistory"]["hs_pipeline_stage"]] == ["2", "1"]
    assert shown["propertiesWithHistory"]["hs_pipeline_stage"][0]["updatedByUserId"] == 61001
    assert [ask(count).status_code for count in (50, 51)] == [207, 400]


def test_what_has_no_association_makes_a_207(client: httpx.Client, sandbox: HubspotSandbox) -> None:
    """And ids of what is associated are numbers, though they are texts everywhere else."""
    id = sandbox.ticket_id(SLOW.number)
    answer = client.post(
        f"/crm/associations/{VERSION}/tickets/companies/batch/read", json={"inputs": [{"id": id}, {"id": "1"}]}
    )

    assert answer.status_code == 207
    (result,) = answer.json()["results"]
    assert (result["from"]["id"], result["to"][0]["toObjectId"]) == (id, int(sandbox.company_ref("harbour")))
    assert answer.json()["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"


def test_a_note_needs_its_time(client: httpx.Client) -> None:
    """The one property without which HubSpot takes no engagement."""
    sent = {"properties": {"hs_note_body": "x"}, "associations": []}

    assert client.post(f"{OBJECTS}/notes", json=sent).status_code == 400


def test_a_scope_that_is_missing_is_named(client: httpx.Client, sandbox: HubspotSandbox) -> None:
    """403, with what to grant."""
    sandbox.missing_scopes = {"tickets"}

    refusal = client.get(f"{OBJECTS}/tickets")

    assert refusal.status_code == 403
    assert refusal.json()["errors"][0]["context"]["requiredScopes"] == ["tickets"]


def test_archived_records_are_listed_apart(client: httpx.Client, sandbox: HubspotSandbox) -> None:
    """Never mixed with the living ones."""
    sandbox.state.archive("tickets", sandbox.ticket_id(SLOW.number), STORY_NOW)

    shown = [client.get(f"{OBJECTS}/tickets", params={"archived": flag}).json() for flag in ("false", "true")]

    assert [len(page["results"]) for page in shown] == [0, 1]


@pytest.mark.parametrize(
    ("by", "kind", "stamps"),
    [
        ("sam", "email", {"hs_last_message_received_at": "2026-11-23T02:00:00.000Z"}),
        ("may", "email", {"hs_last_message_sent_at": "2026-11-23T02:00:00.000Z"}),
        ("may", "call", {"hs_last_message_sent_at": None}),
        ("may", "note", {"hs_last_message_sent_at": None}),
    ],
)
def test_what_is_said_on_a_ticket_moves_its_stamps(
    sandbox: HubspotSandbox, by: str, kind: str, stamps: dict[str, str | None]
) -> None:
    """Mails move HubSpot's own; whatever it is, the ticket was changed."""
    sandbox.add_message(SLOW.number, said(by, "2026-11-23 10:00", "Hello", kind))

    told = sandbox.state.objects["tickets"][sandbox.ticket_id(SLOW.number)]["properties"]
    assert {name: told.get(name) for name in stamps} == stamps
    assert told["hs_lastmodifieddate"] == "2026-11-23T02:00:00.000Z"
