"""Comment back: whether a comment may be written where the work lives, and what the outbox shall do about it.

Off until the source's `comment_back` says otherwise, and even then never where a client could read it: a comment that
one wrong reader sees costs more than a hundred that were not written.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.engine import RowMapping

from alerts.outbox import COMMENT_LANE, DELIVERY, is_in_flight, is_untried
from alerts.planning import Planner
from alerts.store import Stored
from config.settings import SourceSettings
from unify.derived import ACCOUNT, FEEDBACK, MILESTONE, PROJECT

COMMENTED = frozenset({"milestone-overdue", "feedback-unhandled"})
"""The rules that have a text of ours for the tools."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a comment would stand. `project` holds every name that config may use for it."""

    project: frozenset[str]
    service_desk: bool
    readers: int
    """Accounts that may read there."""
    strangers: int
    """Those among them that cannot be shown to be ours."""


def refusal(source: SourceSettings, place: Place) -> str:
    """Why no comment is written there; "" if one may be.

    A project that config names is its own decision. In a service desk the connector writes internal comments only.
    Elsewhere everybody who might read must be known to be ours.
    """
    named = source.comment_back
    if named is False or named == ():
        return "comment_back is off"
    if isinstance(named, tuple):
        return "" if place.project & set(named) else "comment_back does not name its project"
    if place.service_desk:
        return ""
    if not place.readers:
        return "nobody knows who can read it: name the project in comment_back"
    if place.strangers:
        return f"{place.strangers} of its possible readers are not known to be ours: name the project in comment_back"
    return ""


class Places:
    """Reads, once a round and source, who may read what is written there."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._readers: dict[str, tuple[int, int]] = {}

    def of(self, on: str, subject: str, source: str) -> Place:
        """Where a comment on `subject`, a row of the view `on`, would stand."""
        table = FEEDBACK if on == "feedback" else MILESTONE
        joined = table.join(PROJECT, PROJECT.c.key == table.c.project_key)
        columns = (PROJECT.c.short, PROJECT.c.vendor_id, PROJECT.c.name, PROJECT.c.service_desk)
        row = self._connection.execute(select(*columns).select_from(joined).where(table.c.key == subject)).first()
        if source not in self._readers:
            self._readers[source] = self._count(source)
        names = frozenset(name for name in row[:3] if name) if row else frozenset()
        return Place(names, bool(row and row[3]), *self._readers[source])

    def _count(self, source: str) -> tuple[int, int]:
        """Accounts of the source that may read its projects, and those of them that are not known to be ours.

        The portal's customers see their own requests alone.
        """
        ours = ACCOUNT.c.side.in_(("hub", "bot", "team"))
        living = (ACCOUNT.c.source == source) & ACCOUNT.c.deleted_at.is_(None) & ACCOUNT.c.active
        counted = select(func.count(), func.count().filter(~ours)).where(living, ACCOUNT.c.kind != "customer")
        readers, strangers = self._connection.execute(counted).one()
        return readers, strangers


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
    places = Places(connection)
    for key, alert in planner.alerts.items():
        source = planner.settings.sources.get(alert.known.source)
        if source is None or alert.known.rule not in COMMENTED or alert.known.rule not in planner.rules:
            continue
        row = queued(connection, comment_key(key, alert.known.life.episode))
        if row is not None and is_in_flight(row):
            continue  # the next round sees what came of it
        if alert.known.life.state == "resolved":
            written += _take_back(connection, source, alert, row)
        elif alert.known.life.adopted and not planner.is_stale(alert):
            item = planner.item(alert)
            why = refusal(source, places.of(item.on, alert.subject, alert.known.source))
            if why:
                refusals |= {key: why} if source.comment_back else {}
                written += _take_back(connection, source, alert, row)
            elif row is not None or planner.is_working_time(item.facts.text("calendar")):
                written += _post(connection, alert, row, planner.writer.comment(item), planner.writer.now)
    return written, refusals


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
