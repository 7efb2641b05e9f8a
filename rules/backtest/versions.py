"""The versions of rows: what they were from one change to the next, as far as a tick falls in between."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import Connection, func, or_, select

from config.settings import Settings
from rules.backtest.beginnings import read_beginnings
from rules.backtest.doubts import Doubt, doubts_of
from rules.backtest.past import Accounts, Columns, Known, Record, Told, feedback_at, item_at, milestone_at
from rules.backtest.statuses import Change, Words
from rules.moment import Moment
from rules.views import FEEDBACK, ITEM, MILESTONE, View
from unify import derived
from unify.derive import messages_on
from unify.derive_feedback import Policy
from unify.derived import ACCOUNT, AGREEMENT, ANSWER, CHANGE, SOURCE, fetch

At = Callable[[Record, Told, datetime, Known], Columns]

REPLAYED: Mapping[str, At] = {MILESTONE.name: milestone_at, ITEM.name: item_at, FEEDBACK.name: feedback_at}
"""The views whose rows can be walked back, and by what."""

_OF_CHANGES = (
    *("key", "source", "vendor_id", "entity_key", "field", "old", "new"),
    *("changed_at", "not_before", "author_account", "origin"),
)
"""Without the instants that say nothing here: making them of text is most of what reading a change costs."""


@dataclass(frozen=True, slots=True)
class Version:
    """A row as it was from tick number `first` to tick number `last`; `changes` are those that were made by then."""

    subject: str
    first: int
    last: int
    row: Columns
    changes: Sequence[Change] = ()
    is_past: bool = True

    @property
    def is_unheard(self) -> bool:
        """Nobody can tell the meaning that its status had."""
        return self.is_past and self.row["status_category"] == "unknown" and bool(self.row["status_native"])


def versions(record: Record, at: At, known: Known, ticks: Sequence[datetime]) -> Iterator[Version]:
    """The versions of one row that a tick falls into, oldest first. Its last one is the row itself."""
    row = record.row
    # A vendor's clock may be ahead of ours: what is stored holds now, whatever its time.
    begins = min(record.begins or ticks[0], ticks[-1])
    ends = row["deleted_at"]
    cuts = sorted({min(cut, ticks[-1]) for cut in record.cuts if cut > begins and (ends is None or cut < ends)})
    told: Told | None = None
    bounds: list[datetime | None] = [begins, *cuts, ends]
    for begin, end in pairwise(bounds):
        assert begin is not None, "only the end may be open"
        first = bisect_left(ticks, begin)
        last = (len(ticks) if end is None else bisect_left(ticks, end)) - 1
        if first > last:
            continue
        is_past = begin != bounds[-2]
        if is_past:
            told = told or Told(record, known)
        columns = at(record, told, begin, known) if told and is_past else {**row, "deleted_at": None}
        by_then = [change for change in record.changes if not is_past or change["changed_at"] <= begin]
        yield Version(row["key"], first, last, columns, by_then, is_past)


class Archive:
    """What is stored of a view's rows, read slice by slice: for rows by the thousand."""

    def __init__(self, connection: Connection, view: View, settings: Settings, moment: Moment) -> None:
        """`moment` is the present; its calendars count working days."""
        self._connection, self._view = connection, view
        self._at = REPLAYED[view.name]
        self.doubts = Counter[Doubt]()
        """What is doubtful about the slices that were read."""
        self.rows = 0
        """How many rows were read."""
        self.streams: set[tuple[str, str]] = set()
        """The kinds of sources, and their streams, that these rows are of."""
        self._known = _known(connection, settings, moment)
        self._first_read = read_beginnings(connection)

    def slices(self, ticks: Sequence[datetime]) -> Iterator[list[Version]]:
        """The versions of the rows that were there in that time, some hundred rows at a time."""
        table = self._view.table
        there = or_(table.c.deleted_at.is_(None), table.c.deleted_at > ticks[0])
        for keys in derived.slices(self._connection, table, None):
            rows = fetch(self._connection, select(table).where(table.c.key.in_(keys), there))
            self.rows += len(rows)
            kinds = self._known.words.kinds
            self.streams |= {(kinds.get(row["source"], ""), row["key"].split("/", 2)[1]) for row in rows}
            records = list(self._records(rows))
            self.doubts.update(doubt for record in records for doubt in doubts_of(record, ticks[0]))
            yield [version for record in records for version in versions(record, self._at, self._known, ticks)]

    def _records(self, rows: Sequence[derived.Row]) -> Iterator[Record]:
        keys = [row["key"] for row in rows]
        table = self._view.table
        told = select(*(CHANGE.c[name] for name in _OF_CHANGES)).join(table, table.c.key == CHANGE.c.entity_key)
        # What went with its row was there as long as the row was.
        kept = or_(CHANGE.c.deleted_at.is_(None), CHANGE.c.deleted_at >= table.c.deleted_at)
        history = told.where(CHANGE.c.entity_key.in_(keys), kept)
        timed = history.where(CHANGE.c.changed_at.is_not(None)).order_by(CHANGE.c.changed_at, CHANGE.c.key)
        changes = _by("entity_key", fetch(self._connection, timed))
        agreements: Mapping[str, Sequence[derived.Row]] = {}
        messages: Mapping[str, Sequence[derived.Row]] = {}
        answers: Mapping[str, Sequence[derived.Row]] = {}
        if self._view is MILESTONE:
            agreed = select(AGREEMENT).where(AGREEMENT.c.milestone_key.in_(keys))
            agreements = _by("milestone_key", fetch(self._connection, agreed))
        if self._view is FEEDBACK:
            gone = {row["key"]: row["deleted_at"] for row in rows if row["deleted_at"]}
            messages = messages_on(self._connection, keys, gone)
            given = select(ANSWER).where(ANSWER.c.feedback_key.in_(keys))
            answers = _by("feedback_key", fetch(self._connection, given))
        for row in rows:
            key = row["key"]
            yield Record(
                row,
                changes.get(key, ()),
                agreements.get(key, ()),
                messages.get(key, ()),
                answers.get(key, ()),
                self._first_read.get(key),
            )


def _known(connection: Connection, settings: Settings, moment: Moment) -> Known:
    kinds = {row.name: row.kind for row in connection.execute(select(SOURCE.c.name, SOURCE.c.kind))}
    own = {name: source.status for name, source in settings.sources.items()}
    accounts = connection.execute(select(ACCOUNT.c.key, ACCOUNT.c.source, ACCOUNT.c.name, ACCOUNT.c.person_key)).all()
    bearers = defaultdict[tuple[str, str], list[str]](list)
    for key, source, name, _ in accounts:
        bearers[source, name].append(key)
    by_name = {named: keys[0] for named, keys in bearers.items() if len(keys) == 1}
    return Known(
        settings.zone,
        Words(kinds, own, _seen(connection)),
        Accounts(by_name, {key: person for key, _, _, person in accounts}),
        lambda calendar, a, b: moment.calendar(calendar).days_between(a, b),
        Policy(settings.handled_when, settings.answers_count),
    )


def _seen(connection: Connection) -> Mapping[tuple[str, str], str]:
    """By (source, word): the category of most rows that have it now; a resolution can make one word mean two."""
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for view in (ITEM, MILESTONE, FEEDBACK):
        columns = view.table.c
        grouped = (columns.source, columns.status_native, columns.status_category)
        asked = select(*grouped, func.count()).where(columns.status_native != "").group_by(*grouped)
        for source, word, category, rows in connection.execute(asked):
            counts[source, word][category] += rows
    return {word: max(sorted(meant), key=lambda one: meant[one]) for word, meant in counts.items()}


def _by(column: str, rows: Iterable[derived.Row]) -> Mapping[str, Sequence[derived.Row]]:
    grouped: dict[str, list[derived.Row]] = defaultdict(list)
    for row in rows:
        grouped[row[column]].append(row)
    return grouped
