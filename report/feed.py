"""The calendar that Outlook and Google subscribe to: a person's promised days, at an address that is signed for them.

Whoever knows the address reads it, so what it says is little: no contact, no figure, a confidential client by its code
alone. It goes through other firms' machines.

RFC 5545 and 7986. What calendars do with it (November 2026): Google reads a subscription once or twice a day whatever
it is told, and takes a change only where SEQUENCE has grown; Outlook wants METHOD, an end that is the day after, and to
be told that such a day is free; what is no longer in it disappears from both.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event
from itsdangerous import BadData, URLSafeSerializer
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from config.settings import Settings
from report.access.accounts import sessions_since
from report.access.readers import reader_named
from report.asked import Asked, Reader
from report.reading.feed import PromisedDay, read_feed
from report.site import Site

PATH = "/feed/"
"""Where feeds are: their addresses prove themselves, and nobody signs in for them."""
_EVERY = timedelta(hours=6)
_BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_STATUS: Mapping[str, str] = {"cancelled": "CANCELLED"}


class FeedAddresses:
    """Makes the addresses of feeds, and reads them. One is good until its reader is signed out everywhere, gets another
    password or another role (an old address must not come to tell more); all of them until there is another key."""

    def __init__(self, key: str, public_url: str) -> None:
        self._signed = URLSafeSerializer(key, salt="milepost.feed", signer_kwargs={"digest_method": hashlib.sha256})
        self._base = public_url.rstrip("/") + PATH

    def address(self, person: str, role: str | None, now: datetime) -> str:
        """That of the feed of `person`, a name under [people], as long as they have that role."""
        return f"{self._base}{self._signed.dumps([person, role, int(now.timestamp() * 1e6)])!s}.ics"

    def read(self, token: str) -> tuple[str, str, datetime] | None:
        """Whose address it is, in which role and since when; None for none of ours."""
        try:
            told = self._signed.loads(token)
        except BadData:
            return None
        match told:
            case [str(person), str(role), int(made_at)]:
                return person, role, datetime.fromtimestamp(0, UTC) + timedelta(microseconds=made_at)
        return None


@dataclass(frozen=True, slots=True)
class Feed:
    """The feeds of a hub, over HTTP."""

    site: Site
    addresses: FeedAddresses

    def routes(self) -> list[Route]:
        """All feeds have one."""
        return [Route(f"{PATH}{{token}}.ics", self._answer)]

    def _answer(self, request: Request) -> Response:
        """404 for what is no address of ours any more, whatever the reason."""
        reader = self._reader(request.path_params["token"])
        if reader is None:
            raise HTTPException(404, "This calendar is not there, or its address was taken back.")
        with replace(self.site, reader_of=lambda _: reader).asked(request) as asked:
            return Response(as_calendar(read_feed(asked), asked), media_type="text/calendar; charset=utf-8")

    def _reader(self, token: str) -> Reader | None:
        told = self.addresses.read(token)
        if told is None:
            return None
        person, role, made_at = told
        with self.site.engine.connect() as connection:
            since = sessions_since(connection, person)
            if since is not None and made_at < since:
                return None
            reader = reader_named(self.site.settings, connection, person, self.site.moment().today)
            return reader if reader is not None and reader.role == role else None


def as_calendar(days: Iterable[PromisedDay], asked: Asked) -> bytes:
    """The days as iCalendar; the same days are the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Milepost//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    title = asked.t("feed.title")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, title)
    calendar.add("refresh-interval", _EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for day in days:
        calendar.add_component(_event(day, asked))
    return bytes(calendar.to_ical())


def _event(day: PromisedDay, asked: Asked) -> Event:
    event = Event()
    event.add("uid", f"{day.key}@milepost")
    event.add("dtstamp", day.changed_at)
    event.add("last-modified", day.changed_at)
    event.add("sequence", int((day.changed_at - _BEGAN).total_seconds()))
    event.add("dtstart", day.on)
    event.add("dtend", day.on + timedelta(days=1))
    event.add("summary", _summary(day, asked))
    if said := _description(day, asked):
        event.add("description", said)
    if asked.settings.public_url and (page := asked.project_page(day.project)):
        event.add("url", asked.settings.public_url.rstrip("/") + page)
    event.add("status", _STATUS.get(day.status_category, "CONFIRMED"))
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-alldayevent", "TRUE")
    event.add("x-microsoft-cdo-busystatus", "FREE")
    return event


def _summary(day: PromisedDay, asked: Asked) -> str:
    """Whose it is, what, and that it is done."""
    hidden = _hidden(day.client, asked.settings)
    name, client = _CONTROL.sub(" ", day.name), asked.client_name(day.client)
    if hidden is not None:
        code, names = hidden
        client = code
        for known in names:
            name = re.sub(re.escape(known), code, name, flags=re.IGNORECASE)
    said = f"{client}{asked.t('colon')}{name}"
    return asked.t("feed.done", name=said) if day.status_category == "done" else said


def _description(day: PromisedDay, asked: Asked) -> str:
    """The project, and the promise where the tool says another day."""
    project = "" if _hidden(day.client, asked.settings) else _CONTROL.sub(" ", day.project_name or "")
    promise = ""
    if day.committed_on and day.committed_on != day.on:  # not in words that say less, or more, in another year
        promise = asked.t("feed.promised", day=day.committed_on.isoformat())
    return "\n".join(line for line in (project, promise) if line)


def _hidden(client: str | None, settings: Settings) -> tuple[str, list[str]] | None:
    """Of a confidential client, its code, and the names that must not be read; None of all others."""
    name = (client or "").removeprefix("client/")
    known = settings.clients.get(name)
    if known is None or not known.confidential:
        return None
    names = [known.name] if isinstance(known.name, str) else list(known.name.values())
    return known.code or name.upper(), sorted(filter(None, names), key=len, reverse=True)
