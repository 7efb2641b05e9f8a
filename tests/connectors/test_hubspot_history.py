"""What HubSpot remembers of deals and tickets: how it is asked for, and of whom."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from connectors.base import Cursor, Record, Ref, VendorUnavailable
from connectors.governor import Governor
from connectors.hubspot import Hubspot
from connectors.hubspot_payload import Sliced
from connectors.hubspot_position import MOST_SEEN, Found, reached
from sandbox.http import Fault
from sandbox.hubspot import HubspotSandbox
from tests.connectors.contract import read_all, records
from tests.connectors.hubspot_firm import sandbox, settings, ticket
from tests.connectors.serving import serving
from tests.factories import STORY_NOW, at

DEAL = "40120"


@contextmanager
def connected(box: HubspotSandbox) -> Iterator[Hubspot]:
    with serving(box.app) as url:
        governor = Governor("crm", limits=["100000/second"], stop=threading.Event(), redact=str, wait=lambda s: False)
        hubspot = Hubspot(settings(url=url), governor)
        try:
            hubspot.check()  # tells HubSpot's time, as at the beginning of every run
            yield hubspot
        finally:
            governor.close()


def read(hubspot: Hubspot, stream: str, cursor: Cursor | None = None) -> tuple[dict[str, Record], Cursor | None]:
    """The histories that one read of a stream brings, by the id of the object; and the cursor to go on from."""
    pages = list(hubspot.read(stream, "", cursor))
    found = records(pages).items()
    last = next((page.cursor for page in reversed(pages) if page.cursor), cursor)
    return {id: record for (kind, id), record in found if kind.endswith("_history")}, last


def batches(box: HubspotSandbox, kind: str) -> int:
    return sum(seen.path.endswith(f"/{kind}/batch/read") and "associations" not in seen.path for seen in box.app.log)


def test_the_history_of_a_deal_comes_with_the_deal() -> None:
    """Of its stage, its closing date and its owner, also for the time before we came; it hangs on the deal."""
    box = sandbox()
    deal = box.state.objects["deals"][DEAL]
    box.state.update("deals", deal, at("2026-11-02 10:00"), {"closedate": "2027-01-29T10:00:00.000Z"}, "7002")
    with connected(box) as hubspot:
        histories, _ = read(hubspot, "deals")

    record = histories[DEAL]
    assert (record.stream, record.parent) == ("deal_history", Ref("deals", DEAL))
    told = record.payload["propertiesWithHistory"]
    assert set(told) == {"dealstage", "closedate", "hubspot_owner_id"}
    assert [one["value"][:10] for one in told["closedate"]] == ["2027-01-29", "2026-12-31"]
    assert record.body.startswith(b'{"id":')


def test_histories_are_asked_for_fifty_at_a_time() -> None:
    """With more ids HubSpot refuses the request; with fewer we would ask more often than it allows."""
    box = sandbox(*(ticket(f"T{n}", "2026-11-20 16:30") for n in range(120)))
    with connected(box) as hubspot:
        histories, _ = read(hubspot, "tickets")

    assert len(histories) == 120
    assert batches(box, "tickets") == 3


def test_only_what_changed_is_asked_for_its_history() -> None:
    """Neither a look back nor the daily reading of all associations asks once more what is known."""
    tickets = [ticket(f"T{n}", "2026-11-20 16:30") for n in range(60)]
    box = sandbox(*tickets)
    with connected(box) as hubspot:
        _, cursor = read(hubspot, "tickets")
        asked = len(box.app.log)
        assert read(hubspot, "tickets", cursor) == ({}, cursor)
        assert [seen.path.rpartition("/")[2] for seen in box.app.log[asked:]] == ["search"]

        id = box.ticket_id(tickets[7].number)
        box.state.update("tickets", box.state.objects["tickets"][id], STORY_NOW, {"hs_pipeline_stage": "2"}, "7002")
        box.clock = lambda: STORY_NOW + timedelta(days=1, hours=1)
        hubspot.check()
        daily, cursor = read(hubspot, "tickets", cursor)
        again, _ = read(hubspot, "tickets", cursor)

    assert list(daily) == [id]
    assert again == {}


def test_a_nothing_changed_reading_asks_each_type_once(sandbox_of_many: HubspotSandbox) -> None:
    """A look back finds what was read already, and asks nothing of it: no association, no history."""
    cursors: dict[tuple[str, str], Cursor] = {}
    with connected(sandbox_of_many) as hubspot:
        read_all(hubspot, cursors)
        asked = len(sandbox_of_many.app.log)
        again = records(read_all(hubspot, cursors))

    paths = [seen.path for seen in sandbox_of_many.app.log[asked:]]
    assert not [path for path in paths if "batch" in path]
    assert not [
        stream for stream, _ in again if stream not in ("portal", "owners", "deal_pipelines", "ticket_pipelines")
    ]


@pytest.fixture
def sandbox_of_many() -> HubspotSandbox:
    return sandbox(*(ticket(f"T{n}", "2026-11-20 16:30") for n in range(3)))


def test_what_was_deleted_or_merged_meanwhile_costs_no_other_its_history() -> None:
    """Between the search and the batch; of a merged one the survivor comes, whose history it is not."""
    tickets = [ticket(f"T{n}", "2026-11-20 16:30") for n in range(4)]
    box = sandbox(*tickets)
    ids = [box.ticket_id(one.number) for one in tickets]
    find = box.state.find
    with connected(box) as hubspot:
        gone = {ids[0]: None, ids[1]: box.state.objects["tickets"][ids[2]]}
        box.state.find = lambda kind, id: gone[id] if id in gone else find(kind, id)  # type: ignore[method-assign]
        histories, _ = read(hubspot, "tickets")

    assert set(histories) == set(ids[2:])


def test_a_batch_of_histories_that_failed_in_part_is_no_answer() -> None:
    """Nothing is taken for a record without a past."""
    box = sandbox(ticket("T", "2026-11-20 16:30"))
    body = '{"results":[],"numErrors":1,"errors":[{"category":"INTERNAL_ERROR","message":"try later"}]}'
    box.faults.append(Fault("/tickets/batch/read", 207, {"Content-Type": "application/json"}, body))
    with connected(box) as hubspot, pytest.raises(VendorUnavailable, match="only in part"):
        read(hubspot, "tickets")


def test_a_cursor_remembers_no_more_than_it_must() -> None:
    """What a look back finds again, and of a bulk import only the last thousand."""
    none = Sliced({}, b"")
    early = Found(none, "1", at("2026-11-20 10:00"))
    last = reached(None, [early, *(Found(none, str(n), at("2026-11-20 16:30")) for n in range(2, 3000))], None)

    assert last is not None
    assert len(last.seen) == MOST_SEEN
    assert not last.is_news(early)
    assert [last.is_news(Found(none, "2999", at(when))) for when in ("2026-11-20 16:30", "2026-11-20 16:31")] == [
        False,
        True,
    ]
    assert last.is_news(Found(none, "", None))
