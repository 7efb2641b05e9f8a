"""Comment back: whether a comment may be written where the work lives, and what the outbox shall do about it.

Off until the source's `comment_back` says otherwise, and even then never where a client could read it: a comment that
one wrong reader sees costs more than a hundred that were not written.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.engine import RowMapping

from alerts.attempt import is_untried
from alerts.claims import COMMENT_LANE, is_in_flight
from alerts.life import OPEN
from alerts.outbox import DELIVERY
from alerts.planning import Planner
from alerts.store import Stored
from config.settings import SourceSettings
from unify.derived import ACCOUNT, FEEDBACK, MILESTONE, PROJECT, WORK_ITEM, slices

COMMENTED = frozenset({"milestone-overdue", "feedback-unhandled"})
"""The rules that have a text of ours for the tools."""

_OURS = ACCOUNT.c.side.in_(("hub", "bot", "team"))


@dataclass(frozen=True, slots=True)
class Place:
    """A project where a comment would stand. `names` are all that config may use for it."""

    names: frozenset[str]
    service_desk: bool
    readers: int
    """Accounts that may read there; 0 where nobody can tell."""
    strangers: int
    """Those among them that cannot be shown to be ours."""


def refusal(source: SourceSettings, places: Sequence[Place]) -> str:
    """Why no comment is written on what stands in all of `places`; "" if one may be.

    A project that config names is its own decision. In a service desk the connector writes internal comments only.
    Elsewhere everybody who might read must be known to be ours.
    """
    named = source.comment_back
    if named is False or named == ():
        return "comment_back is off"
    if isinstance(named, tuple):
        unnamed = [place for place in places if not place.names & set(named)]
        if len(unnamed) == len(places):
            return "comment_back does not name its project"
        places = unnamed
    return next((why for place in places if (why := _risk(place))), "")


def _risk(place: Place) -> str:
    if place.service_desk:
        return ""
    if not place.readers:
        return "nobody knows who can read it: name the project in comment_back"
    if place.strangers:
        return f"{place.strangers} of its possible readers are not known to be ours: name the project in comment_back"
    return ""


class Places:
    """Reads, once a round, who may read what is written where."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._projects: dict[tuple[str, str], tuple[Place, tuple[str, ...]]] = {}
        self._sources: dict[str, tuple[int, int]] = {}

    def of(self, on: str, subject: str, source: str) -> list[Place]:
        """Where a comment on `subject`, a row of the view `on`, would stand: an item may be in several projects.

        Whoever follows the item reads it as those do who were let into its projects.
        """
        table = FEEDBACK if on == "feedback" else MILESTONE
        item = FEEDBACK.c.item_key if on == "feedback" else MILESTONE.c.key
        columns = (table.c.project_key, WORK_ITEM.c.project_keys, WORK_ITEM.c.follower_accounts)
        chosen = select(*columns).where(table.c.key == subject)
        row = self._connection.execute(chosen.outerjoin_from(table, WORK_ITEM, WORK_ITEM.c.key == item)).first()
        home, homes, followers = row if row else (None, None, None)
        return [self._with(followers or [], *self._project(key, source)) for key in homes or [home or ""]]

    def _with(self, followers: Sequence[str], place: Place, listed: Sequence[str]) -> Place:
        """`place` for an item with these followers; `listed` were let in. Where nobody can tell who reads, they do not
        make it known."""
        more = sorted(set(followers) - set(listed))
        if not more or not place.readers:
            return place
        return replace(place, readers=place.readers + len(more), strangers=place.strangers + self._strangers(more))

    def _project(self, key: str, source: str) -> tuple[Place, Sequence[str]]:
        """The project, and the accounts that were let into it, as far as the tool tells."""
        if (source, key) not in self._projects:
            columns = ("short", "vendor_id", "name", "service_desk", "reader_accounts")
            chosen = select(*(PROJECT.c[name] for name in columns)).where(PROJECT.c.key == key)
            row = self._connection.execute(chosen).first()
            *names, service_desk, listed = row or (False, None)
            counts = self._of_source(source) if listed is None else (len(listed), self._strangers(listed))
            place = Place(frozenset(name for name in names if name), service_desk, *counts)
            self._projects[source, key] = place, tuple(listed or ())
        return self._projects[source, key]

    def _strangers(self, accounts: Sequence[str]) -> int:
        """How many of those accounts are not known to be ours; of one without a row nothing is known."""
        known = select(func.count()).where(_OURS, ACCOUNT.c.deleted_at.is_(None))
        some = slices(self._connection, ACCOUNT, accounts)
        return len(accounts) - sum(self._connection.scalar(known.where(ACCOUNT.c.key.in_(keys))) or 0 for keys in some)

    def _of_source(self, source: str) -> tuple[int, int]:
        """Accounts of a source whose projects do not tell their readers, and those of them not known to be ours.

        The portal's customers see their own requests alone.
        """
        if source not in self._sources:
            living = (ACCOUNT.c.source == source) & ACCOUNT.c.deleted_at.is_(None) & ACCOUNT.c.active
            counted = select(func.count(), func.count().filter(~_OURS)).where(living, ACCOUNT.c.kind != "customer")
            readers, strangers = self._connection.execute(counted).one()
            self._sources[source] = (readers, strangers)
        return self._sources[source]


def comment_key(about: str, number: object) -> str:
    """The key of our one comment: made of what it is about and which it is, telling neither to whoever reads it."""
    return hashlib.sha256(f"{about}#{number}".encode()).hexdigest()[:20]


def queue_comment(connection: Connection, key: str, subject: str, text: str, now: datetime) -> None:
    """Put a new comment on the row `subject` into the outbox."""
    source, stream, vendor_id = subject.split("/", 2)
    row = {
        "key": key,
        "channel": f"{COMMENT_LANE}{source}",
        "recipient": subject,
        "kind": "comment",
        "payload": {"on": [stream, vendor_id], "text": text},
        "state": "waiting",
        "created_at": now,
        "not_before": now,
        "attempts": 0,
        "last_error": "",
        "receipt": {},
    }
    connection.execute(insert(DELIVERY).values(**row))


def queued(connection: Connection, key: str) -> RowMapping | None:
    """The comment with that key, whatever became of it."""
    return connection.execute(select(DELIVERY).where(DELIVERY.c.key == key)).mappings().first()


@dataclass(frozen=True, slots=True)
class Written:
    """A comment for the outbox; `text` None: taken back."""

    source: str
    on: str
    """The key of the row it is written on."""
    text: str | None


def write_comments(connection: Connection, planner: Planner) -> tuple[list[Written], dict[str, str]]:
    """Put comments on what is open into the outbox, change those whose text changed, take back those that are over.

    Returns them, and by alert why none is written though config would have some. A new one waits for the working time
    of those who must act: the tool tells its watchers of it.
    """
    written: list[Written] = []
    refusals: dict[str, str] = {}
    places, kept = Places(connection), _kept(connection, planner)
    for key, alert in planner.alerts.items():
        source = planner.settings.sources.get(alert.known.source)
        if source is None or alert.known.rule not in COMMENTED or alert.known.rule not in planner.rules:
            continue
        row = kept.get(comment_key(key, alert.known.life.episode))
        if row is not None and is_in_flight(row):
            continue  # the next round sees what came of it
        if alert.known.life.state == "resolved":
            written += _take_back(connection, source, alert, row)
        elif alert.known.life.state in OPEN and alert.known.life.adopted and not planner.is_stale(alert):
            item = planner.item(alert)
            where = places.of(item.on, alert.subject, alert.known.source) if source.comment_back else ()
            why = refusal(source, where)
            if row is None and planner.in_storm(alert):
                refusals |= {key: "very many came at once: it waits for a working day"} if source.comment_back else {}
            elif why:
                refusals |= {key: why} if source.comment_back else {}
                written += _take_back(connection, source, alert, row)
            elif row is not None or planner.is_working_time(item.facts.text("calendar")):
                written += _post(connection, alert, row, planner.writer.comment(item), planner.writer.now)
    return written, refusals


def _kept(connection: Connection, planner: Planner) -> dict[str, RowMapping]:
    """The comments on all that is open or ended lately, by their keys: asked for at once, not one by one."""
    about = ((key, alert) for key, alert in planner.alerts.items() if alert.known.rule in COMMENTED)
    keys = {comment_key(key, alert.known.life.episode) for key, alert in about}
    found: dict[str, RowMapping] = {}
    for some in slices(connection, DELIVERY, keys):
        rows = connection.execute(select(DELIVERY).where(DELIVERY.c.key.in_(some))).mappings()
        found |= {row["key"]: row for row in rows}
    return found


def _post(connection: Connection, alert: Stored, row: RowMapping | None, text: str, now: datetime) -> list[Written]:
    """A new comment, or another text for the one there is; nothing where it was refused before."""
    if row is None:
        key = comment_key(alert.known.fingerprint, alert.known.life.episode)
        queue_comment(connection, key, alert.subject, text, now)
    elif row["state"] in ("sent", "waiting") and row["payload"]["text"] != text:
        again = {"payload": {**row["payload"], "text": text}, "state": "waiting", "attempts": 0}
        connection.execute(update(DELIVERY).where(DELIVERY.c.id == row["id"]).values(again))
    else:
        return []
    return [Written(alert.known.source, alert.subject, text)]


def _take_back(connection: Connection, source: SourceSettings, alert: Stored, row: RowMapping | None) -> list[Written]:
    """Remove a comment whose episode is over, or which a client might read by now.

    Where `comment_back` is off nothing is written, not even that: what waits is dropped, what stands is left.
    """
    if row is None or row["state"] not in ("sent", "waiting"):
        return []
    if source.comment_back and row["kind"] != "comment":
        return []  # on its way already
    this = update(DELIVERY).where(DELIVERY.c.id == row["id"])
    if row["state"] == "waiting" and (not source.comment_back or (is_untried(row) and not row["receipt"])):
        connection.execute(this.values(state="dropped", last_error="taken back before it was written"))
        return []
    if not source.comment_back:
        return []
    connection.execute(this.values(kind="comment_removed", state="waiting", attempts=0))
    return [Written(alert.known.source, alert.subject, None)]
