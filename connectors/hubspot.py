"""HubSpot's CRM (dated paths, 2026-09), over `httpx`.

- API: https://developers.hubspot.com/docs/api-reference/, checked November 2026. One host for every region.
- Sign-in: a service key or a private app's token (Bearer); to us they look alike.
- Limits: 100 requests in 10 s and app, a daily pool that all apps of the account share, and 5 searches a second.
- Paging: searches by the instant of the last change, restarted from the last one seen, `after` inside one instant only;
  lists by `after` until there is none.
- Associations come in answers of their own, for 1000 records a request, and move nobody's watermark: what has any is
  read whole once a day.
- The history of properties too, for 50 records a request: asked for deals and tickets that changed.
- Calls, meetings, e-mails, communications (WhatsApp, SMS …) and surveys (`feedback_submissions`; they need Service Hub)
  are optional: each that the token was not granted is left out, and said so; what was read of it before is kept.
- Not read: tasks, line items, custom objects, attachments, webhooks.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from config.settings import SourceSettings
from connectors import hubspot_payload as payloads
from connectors.answers import id_of
from connectors.base import Account, Cursor, NotCommentable, Page, Problem, Record, Ref, Stream
from connectors.governor import Governor
from connectors.hubspot_api import VERSION, HubspotApi, MissingScope
from connectors.hubspot_history import STREAMS as HISTORIES
from connectors.hubspot_notes import HubspotNotes
from connectors.hubspot_objects import ENGAGEMENTS, HubspotObjects
from connectors.hubspot_position import Position
from connectors.scope import count

LIMITS = ("9/1 second",)
"""Below 100 in 10 s; a search takes two turns, and so stays below 5 a second."""

COMMENTED = "tickets"
"""The stream whose records take comments."""

OWNERS_PAGE = "100"
NEEDED = ("companies", "contacts", "deals", "tickets")
OPTIONAL = ("calls", "meetings", "emails", "communications", "feedback_submissions")
PIPELINES = {"deal_pipelines": "deals", "ticket_pipelines": "tickets"}


class HubspotSettings(SourceSettings):
    """A portal. `project_property` is the deals' property that holds a project's key; "" for none."""

    kind: Literal["hubspot"] = "hubspot"
    project_property: str = ""


class Hubspot:
    """Owners and pipelines, companies, contacts, deals, tickets, what was said about them, and surveys."""

    def __init__(self, settings: HubspotSettings, governor: Governor) -> None:
        self.settings = settings
        self._api = HubspotApi(settings.name, settings.url, settings.token, governor)
        self._objects = HubspotObjects(self._api, settings.since, settings.project_property)
        self._notes = HubspotNotes(self._api, self._objects)
        # As last asked: a run begins with `check`.
        self._portal: dict[str, str] | None = None
        self._counts: dict[str, int] = {}
        self._refusals: dict[str, str] = {}
        """Optional type -> why it cannot be read; nothing where it can."""

    def check(self) -> Account:
        """Address, credential and scopes, in that order; all scopes that are missing are named together."""
        self._portal = self._api.portal()
        portal = self._portal["portalId"]
        counts = self._counts = self._count()
        self._refusals = {kind: why for kind in OPTIONAL if (why := self._refusal(kind))}
        return Account(
            id=f"portal-{portal}",
            name=f"HubSpot {portal}",
            tenants={portal: portal},
            sees=", ".join(count(number, _one(kind), kind) for kind, number in counts.items()),
            notes=[f"{_spoken(kind)} are not read: {why}" for kind, why in self._refusals.items()],
        )

    def streams(self) -> Sequence[Stream]:
        """What is talked about before what was said. The portal is a word too: it says where the records' pages are.

        What the token was not granted when last checked is none of them.
        """
        kinds = (*NEEDED, *ENGAGEMENTS, "feedback_submissions")
        return (
            Stream("portal", vocabulary=True),
            Stream("owners", vocabulary=True),
            *(Stream(name, vocabulary=True) for name in PIPELINES),
            *(
                Stream(name, children=_children(name), heeds_since=name == "tickets")
                for name in kinds
                if name not in self._refusals
            ),
        )

    def parts(self, stream: str) -> Sequence[str]:
        """A portal has no parts."""
        return ("",)

    def read(self, stream: str, part: str, cursor: Cursor | None) -> Iterator[Page]:
        """Objects oldest change first from `cursor` on; the portal, owners and pipelines whole, each time."""
        if stream == "portal":
            portal = self._portal or self._api.portal()
            yield Page([Record("portal", portal["portalId"], None, portal)], None, [("portal", None)])
        elif stream == "owners":
            yield self._owners()
        elif stream in PIPELINES:
            answer = payloads.page(self._api.get(f"/crm/pipelines/{VERSION}/{PIPELINES[stream]}"))
            yield _whole_page(stream, answer.elements)
        else:
            yield from self._objects.read(stream, Position.load(cursor))

    def living_ids(self, stream: str, part: str) -> Iterator[Sequence[str]]:
        """Ids of what is neither archived nor erased nor merged into another."""
        if stream in ("portal", "owners", *PIPELINES):
            for page in self.read(stream, part, None):
                yield [record.id for record in page.records]
        else:
            yield from self._objects.ids(stream)

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Of the types that `check` counts; the search that counts tickets knows nothing of `since`."""
        kinds = (kind for kind in self._counts if kind != "tickets" or self.settings.since is None)
        return {(kind, ""): self._counts[kind] for kind in kinds}

    def comment(self, on: Ref, text: str | None, key: str, known: str | None) -> str | None:
        """Our one note for `key` on a ticket, its contact and its company; no client can read it.

        Raises NotCommentable on what is no ticket, NotFound for a ticket that is gone, AccessDenied.
        """
        if on.stream != COMMENTED:
            raise NotCommentable(f"{self._api.name}: notes are written on tickets, not on {on.stream}")
        if text is None:
            self._notes.take_back(on.id, key, known)
            return None
        return self._notes.put(on.id, text, key, known)

    def _count(self) -> dict[str, int]:
        """How many of each type there are. Raises MissingScope, with the words of all refusals."""
        counts: dict[str, int] = {}
        refusals: list[MissingScope] = []
        for kind in NEEDED:
            try:
                counts[kind] = self._objects.count(kind)
            except MissingScope as refusal:
                refusals.append(refusal)
        try:
            self._api.get(f"/crm/owners/{VERSION}", limit="1")
        except MissingScope as refusal:
            refusals.append(refusal)
        if refusals:
            scopes = tuple(dict.fromkeys(scope for refusal in refusals for scope in refusal.scopes))
            words = (
                f"{self._api.name}: the token lacks {', '.join(scopes)}: grant it to {self.settings.token.reference}"
            )
            raise MissingScope(words if scopes else str(refusals[0]), scopes)
        return counts

    def _refusal(self, kind: str) -> str:
        """Why objects of that type cannot be read; "" where they can."""
        try:
            self._objects.count(kind)
        except MissingScope as refusal:
            return str(refusal)
        return ""

    def _owners(self) -> Page:
        """Deactivated ones too, which are listed apart: records still name them."""
        found: list[payloads.Sliced] = []
        for archived in ("false", "true"):
            asked = {"limit": OWNERS_PAGE, "archived": archived}
            while True:
                answer = payloads.page(self._api.get(f"/crm/owners/{VERSION}", **asked))
                found += answer.elements
                if not answer.after:
                    break
                asked["after"] = answer.after
        return _whole_page("owners", found)


def _one(kind: str) -> str:
    """What people call a single object of a needed type."""
    return "company" if kind == "companies" else kind.removesuffix("s")


def _spoken(kind: str) -> str:
    """What people call the objects of a type."""
    return {"emails": "e-mails", "feedback_submissions": "surveys"}.get(kind, kind)


def _children(stream: str) -> tuple[str, ...]:
    return (HISTORIES[stream],) if stream in HISTORIES else ()


def _whole_page(stream: str, listed: Sequence[payloads.Sliced]) -> Page:
    """All of a stream, without a cursor."""
    ids = [id_of(one.payload) for one in listed]
    records = [Record(stream, id, None, one.payload, body=one.body) for id, one in zip(ids, listed, strict=True) if id]
    odd = [Problem(stream, "", "", "is not an object with an id") for id in ids if not id]
    return Page(records, None, [(stream, None)], odd)
