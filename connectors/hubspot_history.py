"""What HubSpot remembers of a property's earlier values, asked for in batches.

https://developers.hubspot.com/docs/api-reference/latest/crm/objects, checked November 2026: a batch read takes
`propertiesWithHistory`, and then at most 50 ids; each value comes with its time and with whom it is from, newest first.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from connectors import hubspot_payload as payloads
from connectors.answers import id_of
from connectors.base import Record, Ref
from connectors.hubspot_api import VERSION, HubspotApi

BATCH = 50

STREAMS: Mapping[str, str] = {"deals": "deal_history", "tickets": "ticket_history"}
"""Type -> the child stream of its history."""

_ASKED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "deals": ("pipeline", ("dealstage", "closedate", "hubspot_owner_id")),
    "tickets": ("hs_pipeline", ("hs_pipeline_stage", "hubspot_owner_id")),
}
"""Type -> the pipeline, in which alone a stage has its name; and the properties whose history is read."""


def histories(api: HubspotApi, kind: str, changed: Sequence[tuple[str, datetime | None]]) -> Iterator[Record]:
    """The history of each of these objects (id, when it last changed); one that is gone meanwhile has none.

    Nothing is asked for a type that has no stream here. Raises VendorUnavailable where HubSpot answers in part only.
    """
    if kind not in STREAMS:
        return
    pipeline, properties = _ASKED[kind]
    path = f"/crm/objects/{VERSION}/{kind}/batch/read"
    for start in range(0, len(changed), BATCH):
        some = dict(changed[start : start + BATCH])
        asked = {
            "inputs": [{"id": id} for id in some],
            "properties": [pipeline],
            "propertiesWithHistory": list(properties),
        }
        answer = payloads.page(api.ask(path, asked))
        api.must_be_whole(answer, path, "OBJECT_NOT_FOUND")
        for told in answer.elements:
            # Whoever asks for a record that was merged into another is given that one, under its own id.
            if (id := id_of(told.payload)) in some:
                yield Record(STREAMS[kind], id, some[id], told.payload, Ref(kind, id), told.body)
