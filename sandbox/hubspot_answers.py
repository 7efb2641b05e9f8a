"""How HubSpot words its answers: refusals, pages, batches that failed in part, associations."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from sandbox.http import answer
from sandbox.hubspot_state import ASSOCIATION_TYPES, Json, stamp

LIST_PAGE = 100


class Refused(Exception):
    """An answer of 400 and above."""

    def __init__(self, status: int, category: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"status": "error", "message": message, "category": category, **more}


def limit_of(query: Mapping[str, str]) -> int:
    """How many records a list was asked for. Raises Refused."""
    limit = int(query.get("limit", "10"))
    if not 0 < limit <= LIST_PAGE:
        raise Refused(400, "VALIDATION_ERROR", f"limit must be between 1 and {LIST_PAGE}")
    return limit


def page_of(results: list[Json], after: str | None) -> Json:
    """A page; `after` leads to the next one, None where there is none."""
    return {"results": results, **({"paging": {"next": {"after": after}}} if after else {})}


def batch_of(results: list[Json], errors: list[Json]) -> Response:
    """The answer to a batch: 207 where a part of it failed."""
    now = stamp(datetime.fromtimestamp(0, UTC))
    told: Json = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if errors:
        told |= {"numErrors": len(errors), "errors": errors}
    return answer(told, 207 if errors else 200)


def no_association(kind: str, other: str, id: str) -> Json:
    """What HubSpot calls an error, though nothing failed."""
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {other} is associated with {kind} {id}.",
        "context": {"fromObjectId": [id]},
    }


def link_of(kind: str, other: str, id: str) -> Json:
    """An association with the object `id`: a number here, where ids are texts elsewhere."""
    known = ASSOCIATION_TYPES.get((kind, other)) or ASSOCIATION_TYPES[(other, kind)] - 1
    return {
        "toObjectId": int(id),
        "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": known, "label": None}],
    }
