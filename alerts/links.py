"""Links in a mail by which its reader decides something, without signing in: signed, for one reader and episode, once.

What is signed stands in the address: what to do about which alert in which episode, who, since when and until when.
Without its key (`unify.keys`), or with another one, links of old are no longer taken. That a link was used is told by
what it did, so there is nothing to keep.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import ColumnElement, Connection, select

from alerts.acts import VERBS, Verb, label, verbs
from alerts.channels.base import Outgoing
from alerts.messages import Entry
from alerts.plain_text import cut, one_line
from alerts.store import ALERT_EVENT
from unify.derived import AGREEMENT, ANSWER

GOOD_FOR = timedelta(days=7)
"""A week: whoever comes back later reads a newer message first."""
PATH = "/a/"
_WHAT_CHARS = 60
_STATES: dict[Verb, str] = {"take": "acknowledged", "snooze": "snoozed"}


@dataclass(frozen=True, slots=True)
class Link:
    """What one link stands for. `reader` is a key under [people]."""

    verb: Verb
    fingerprint: str
    episode: int
    reader: str
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """A link as a message shows it. `what`: the matter, where the message is about several."""

    fingerprint: str
    label: str
    what: str
    url: str


class Unreadable(Exception):
    """No link of ours: cut in two by a mail program, changed, or signed with another key."""


class Links:
    """Makes links, and reads them."""

    def __init__(self, key: str, public_url: str, people: Collection[str]) -> None:
        """`people`: the keys under [people]; nobody else gets any."""
        self._signed = URLSafeSerializer(
            key, salt="milepost.alerts.links", signer_kwargs={"digest_method": hashlib.sha256}
        )
        self._base = public_url.rstrip("/") + PATH
        self._people = people

    def offers(self, outgoing: Outgoing, now: datetime) -> list[Offer]:
        """The links for a message to one reader: all that can be done about an alert; of several, all but to snooze it.

        None where several read it: nobody could say who it was.
        """
        message, name = outgoing.message, outgoing.reader.key.removeprefix("person/")
        if not outgoing.reader.key or name not in self._people:
            return []
        alone = len(message.entries) == 1
        found = []
        for entry in (one for one in message.entries if one.lines or one.whole):
            offered = verbs(entry)
            for verb in offered if alone else (verb for verb in offered if verb != "snooze"):
                link = Link(verb, entry.fingerprint, entry.episode, name, now, now + GOOD_FOR)
                what = "" if alone else _what(entry)
                found.append(Offer(entry.fingerprint, label(verb, message.language), what, self.address(link)))
        return found

    def address(self, link: Link) -> str:
        """Where `link` leads."""
        issued, expires = int(link.issued_at.timestamp()), int(link.expires_at.timestamp())
        told = [link.verb, link.fingerprint, link.episode, link.reader, issued, expires]
        return self._base + str(self._signed.dumps(told))

    def read(self, token: str) -> Link:
        """The link whose address ends in `token`, expired or not. Raises Unreadable."""
        try:
            told = self._signed.loads(token)
        except BadData:
            raise Unreadable from None
        match told:
            case [str(verb), str(fingerprint), int(episode), str(reader), int(issued), int(expires)] if verb in VERBS:
                begins, ends = (datetime.fromtimestamp(seconds, UTC) for seconds in (issued, expires))
                return Link(verb, fingerprint, episode, reader, begins, ends)
        raise Unreadable


def is_used(connection: Connection, link: Link, subject: str) -> bool:
    """Whether its reader has done what it stands for since it was made, by this link or in another way."""
    match link.verb:
        case "agreed":
            done: list[ColumnElement[Any]] = [
                AGREEMENT.c.milestone_key == subject,
                AGREEMENT.c.recorded_by == link.reader,
                AGREEMENT.c.recorded_at >= link.issued_at,
            ]
            query = select(AGREEMENT.c.id)
        case "answered":
            done = [
                ANSWER.c.feedback_key == subject,
                ANSWER.c.recorded_by == link.reader,
                ANSWER.c.recorded_at >= link.issued_at,
            ]
            query = select(ANSWER.c.id)
        case "take" | "snooze":
            done = [
                ALERT_EVENT.c.fingerprint == link.fingerprint,
                ALERT_EVENT.c.episode == link.episode,
                ALERT_EVENT.c.actor == link.reader,
                ALERT_EVENT.c.to_state == _STATES[link.verb],
                ALERT_EVENT.c.at >= link.issued_at,
            ]
            query = select(ALERT_EVENT.c.id)
    return connection.execute(query.where(*done).limit(1)).first() is not None


def _what(entry: Entry) -> str:
    """Which of several it is about."""
    matter = (entry.lines or entry.whole)[0].text
    said = ": ".join(text for text in (entry.client, matter) if text)
    return cut(one_line(said), _WHAT_CHARS)
