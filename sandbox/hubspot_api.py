"""HubSpot's HTTP API over a state: dated paths, scopes, pages, batches, search, associations and notes.

Honest where a client could go wrong: only the properties that were asked for are shown, 207 where a batch failed in
part, `toObjectId` a number, archived records listed apart, search behind by `lag`.
"""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.http import answer, bearer
from sandbox.hubspot_answers import Refused, batch_of, limit_of, link_of, no_association, page_of
from sandbox.hubspot_plan import pipelines
from sandbox.hubspot_search import PAGE, BadSearch, search
from sandbox.hubspot_state import (
    ASSOCIATION_TYPES,
    PORTAL,
    TYPES,
    HubspotState,
    Json,
    modified_property,
    stamp,
)

VERSION = "2026-09"
UI_DOMAIN = "app-ap1.hubspot.com"
TOKEN = "pat-ap1-5d0c7e1a-93b2-4f6e-8a41-c27d90be6f13"

BATCH, HISTORIES, ASSOCIATIONS, BODY, LINKS = 100, 50, 1000, 3000, 500

SCOPES = {
    "companies": "crm.objects.companies.read",
    "deals": "crm.objects.deals.read",
    "tickets": "tickets",
    "feedback_submissions": "crm.objects.feedback_submissions.read",
    "owners": "crm.objects.owners.read",
}
"""What reading a type needs; engagements ride on contacts."""

CONTACTS_SCOPE = "crm.objects.contacts.read"


class HubspotApi:
    """The routes. `state` is what they answer from."""

    def __init__(self, state: HubspotState, clock: Callable[[], datetime], missing_scopes: Collection[str]) -> None:
        self.state = state
        self.missing_scopes = set(missing_scopes)
        self.tokens = {TOKEN}
        self.page_cap = PAGE
        """The most that a page of a search or a list holds, whatever is asked for."""
        self.lag = timedelta(0)
        """How far search is behind what is written."""
        self.hub_notes: set[str] = set()
        """Ids of the notes that were written through the API."""
        self.clock = clock
        self._correlation = count(1)

    def routes(self) -> list[Route]:
        """Every path, below the vendor's host."""
        objects = f"/crm/objects/{VERSION}/{{kind}}"
        return [
            self._route("GET", f"/account-info/{VERSION}/details", self._details),
            self._route("GET", f"/crm/owners/{VERSION}", self._owners),
            self._route("GET", f"/crm/pipelines/{VERSION}/{{kind}}", self._pipelines),
            self._route("GET", f"/crm/properties/{VERSION}/{{kind}}", self._properties),
            self._route("POST", f"/crm/associations/{VERSION}/{{kind}}/{{other}}/batch/read", self._associations),
            self._route("POST", f"{objects}/batch/read", self._batch_read),
            self._route("POST", f"{objects}/search", self._search),
            self._route("GET", objects, self._list),
            self._route("POST", objects, self._create),
            self._route("GET", f"{objects}/{{id}}", self._get),
            self._route("PATCH", f"{objects}/{{id}}", self._patch),
            self._route("DELETE", f"{objects}/{{id}}", self._delete),
        ]

    def refuse(self, request: Request) -> Response | None:
        """Any token goes into the Authorization header."""
        if bearer(request) in self.tokens:
            return None
        return self._error(Refused(401, "INVALID_AUTHENTICATION", "Authentication credentials not found"))

    # --- plumbing

    def _route(self, method: str, path: str, serve: Callable[..., Response]) -> Route:
        async def serving(request: Request) -> Response:
            body = await request.body()
            try:
                sent = json.loads(body) if body else {}
                response = serve(dict(request.query_params), sent, len(body), **request.path_params)
            except Refused as refusal:
                response = self._error(refusal)
            response.headers["Date"] = format_datetime(self.clock().astimezone(UTC), usegmt=True)
            return response

        return Route(path, serving, methods=[method])

    def _error(self, refusal: Refused) -> Response:
        return answer(
            refusal.body | {"correlationId": f"00000000-0000-4000-8000-{next(self._correlation):012d}"}, refusal.status
        )

    def _allow(self, kind: str, *, known: Collection[str] = TYPES) -> None:
        if kind not in known:
            raise Refused(404, "OBJECT_NOT_FOUND", f"Unable to infer object type from: {kind}")
        scope = SCOPES.get(kind, CONTACTS_SCOPE)
        if scope in self.missing_scopes:
            needed = {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredScopes": [scope]},
            }
            message = "This app hasn't been granted all required scopes to make this call."
            raise Refused(403, "MISSING_SCOPES", message, errors=[needed])

    def _show(self, kind: str, thing: Json, properties: Collection[str]) -> Json:
        own = thing["properties"]
        always = ("hs_object_id", modified_property(kind), "createdate" if "createdate" in own else "hs_createdate")
        return thing | {"properties": {name: own.get(name) for name in dict.fromkeys((*always, *properties))}}

    # --- the account and its words

    def _details(self, query: Mapping[str, str], sent: Json, size: int) -> Response:
        return answer(
            {
                "portalId": PORTAL,
                "accountType": "STANDARD",
                "timeZone": "Asia/Hong_Kong",
                "companyCurrency": "HKD",
                "utcOffset": "+08:00",
                "uiDomain": UI_DOMAIN,
                "dataHostingLocation": "ap1",
            }
        )

    def _owners(self, query: Mapping[str, str], sent: Json, size: int) -> Response:
        self._allow("owners", known=("owners",))
        archived = query.get("archived") == "true"
        listed = [one for one in self.state.owners if one["archived"] == archived]
        limit, start = limit_of(query), int(query.get("after", 0))
        return answer(
            page_of(listed[start : start + limit], str(start + limit) if len(listed) > start + limit else None)
        )

    def _pipelines(self, query: Mapping[str, str], sent: Json, size: int, kind: str) -> Response:
        self._allow(kind, known=("deals", "tickets"))
        return answer({"results": pipelines(kind)})

    def _properties(self, query: Mapping[str, str], sent: Json, size: int, kind: str) -> Response:
        self._allow(kind)
        names = {name for one in self.state.objects[kind].values() for name in one["properties"]}
        return answer({"results": [{"name": name, "label": name, "type": "string"} for name in sorted(names)]})

    # --- objects

    def _list(self, query: Mapping[str, str], sent: Json, size: int, kind: str) -> Response:
        self._allow(kind)
        archived = query.get("archived") == "true"
        start = int(query.get("after", 0))
        listed = [one for one in self.state.by_id(kind) if one["archived"] == archived and int(one["id"]) >= start]
        limit = min(limit_of(query), self.page_cap)
        following = listed[limit]["id"] if len(listed) > limit else None
        names = [name for name in query.get("properties", "").split(",") if name]
        return answer(page_of([self._show(kind, one, names) for one in listed[:limit]], following))

    def _get(self, query: Mapping[str, str], sent: Json, size: int, kind: str, id: str) -> Response:
        self._allow(kind)
        names = [name for name in query.get("properties", "").split(",") if name]
        return answer(self._show(kind, self._found(kind, id), names))

    def _batch_read(self, query: Mapping[str, str], sent: Json, size: int, kind: str) -> Response:
        self._allow(kind)
        inputs, historic = sent.get("inputs", []), sent.get("propertiesWithHistory", [])
        most = HISTORIES if historic else BATCH
        if len(inputs) > most:
            raise Refused(400, "VALIDATION_ERROR", f"at most {most} inputs")
        found = {one["id"]: self.state.find(kind, one["id"]) for one in inputs}
        shown = [
            self._show(kind, one, sent.get("properties", [])) | self._history(kind, one, historic)
            for one in found.values()
            if one
        ]
        missing = [id for id, one in found.items() if one is None]
        errors = [{"status": "error", "category": "OBJECT_NOT_FOUND", "context": {"ids": missing}}] if missing else []
        return batch_of(shown, errors)

    def _history(self, kind: str, thing: Json, properties: Collection[str]) -> Json:
        """The values that these properties had; nothing where none was asked for."""
        known = self.state.history
        told = {name: known.get((kind, thing["id"], name), []) for name in properties}
        return {"propertiesWithHistory": told} if properties else {}

    def _search(self, query: Mapping[str, str], sent: Json, size: int, kind: str) -> Response:
        self._allow(kind)
        if size > BODY:
            raise Refused(400, "VALIDATION_ERROR", f"the body has more than {BODY} characters")
        indexed = stamp(self.clock() - self.lag) or ""
        things = [one for one in self.state.living(kind) if not self.lag or one["updatedAt"] <= indexed]
        if self.page_cap < PAGE:
            sent = sent | {"limit": min(int(sent.get("limit", 10)), self.page_cap)}
        try:
            page, total, following = search(things, sent)
        except BadSearch as mistake:
            raise Refused(400, "VALIDATION_ERROR", str(mistake)) from None
        shown = [self._show(kind, one, sent.get("properties", [])) for one in page]
        return answer({"total": total, **page_of(shown, following)})

    def _associations(self, query: Mapping[str, str], sent: Json, size: int, kind: str, other: str) -> Response:
        self._allow(kind)
        self._allow(other)
        inputs = sent.get("inputs", [])
        if len(inputs) > ASSOCIATIONS:
            raise Refused(400, "VALIDATION_ERROR", f"at most {ASSOCIATIONS} inputs")
        results, errors = [], []
        for one in inputs:
            linked = self.state.associated(kind, one["id"], other)
            start = int(one.get("after") or 0)
            if not linked:
                errors.append(no_association(kind, other, one["id"]))
                continue
            to = [link_of(kind, other, id) for id in linked[start : start + LINKS]]
            result: Json = {"from": {"id": one["id"]}, "to": to}
            if len(linked) > start + LINKS:
                result["paging"] = {"next": {"after": str(start + LINKS)}}
            results.append(result)
        return batch_of(results, errors)

    # --- writing

    def _create(self, query: Mapping[str, str], sent: Json, size: int, kind: str) -> Response:
        self._allow(kind)
        if kind != "notes":
            raise Refused(405, "VALIDATION_ERROR", "the sandbox makes notes only")
        properties = sent.get("properties", {})
        if not properties.get("hs_timestamp"):
            raise Refused(400, "VALIDATION_ERROR", "Property hs_timestamp is required")
        if len(properties.get("hs_note_body", "")) > 65_536:
            raise Refused(400, "VALIDATION_ERROR", "hs_note_body is too long")
        links = [
            (self._linked(one["types"][0]["associationTypeId"]), str(one["to"]["id"])) for one in sent["associations"]
        ]
        for other, id in links:
            self._found(other, id)
        made = self.state.add_new(kind, self.clock(), properties)
        for other, id in links:
            self.state.associate(kind, made["id"], other, id)
        self.hub_notes.add(made["id"])
        return answer(self._show(kind, made, properties), 201)

    def _linked(self, type_id: int) -> str:
        for (one, other), known in ASSOCIATION_TYPES.items():
            if one == "notes" and known == type_id:
                return other
        raise Refused(400, "VALIDATION_ERROR", f"{type_id} is no association type of notes")

    def _patch(self, query: Mapping[str, str], sent: Json, size: int, kind: str, id: str) -> Response:
        self._allow(kind)
        thing = self._found(kind, id)
        self.state.update(kind, thing, self.clock(), sent.get("properties", {}))
        return answer(self._show(kind, thing, sent.get("properties", {})))

    def _delete(self, query: Mapping[str, str], sent: Json, size: int, kind: str, id: str) -> Response:
        """204 whether or not it was there."""
        self._allow(kind)
        if self.state.find(kind, id):
            self.state.archive(kind, id, self.clock())
        return Response(status_code=204)

    def _found(self, kind: str, id: str) -> Json:
        thing = self.state.find(kind, id)
        if thing is None:
            raise Refused(404, "OBJECT_NOT_FOUND", "resource not found")
        return thing
