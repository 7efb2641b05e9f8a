"""A row as it was at an instant: its present walked back through its changes, and derived anew. Pure.

Whatever a view's rows are derived by is asked again (`unify.derive_milestones`, `unify.derive_feedback`), with the
changes, messages, agreements and answers that were there at the instant.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from rules.backtest.statuses import Change, Status, Timeline, Words, statuses
from unify.derive_feedback import Policy, derive_feedback
from unify.derive_milestones import Days, derive_milestone

Row = Mapping[str, Any]
Columns = dict[str, Any]
Due = tuple[date | None, datetime | None]
Owners = tuple[str, ...]
Since = tuple[str, datetime | None]
"""A category, and when it began; None: nobody can tell."""

NAMED = "named"
"""In the place of a stream: the key of an account of which only the name is known."""
_STAMPS = ("native_first_response_at", "last_received_at", "last_sent_at")
_CLOSED = ("done", "cancelled")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Accounts:
    """Whom a history means: `by_name` are the names that one account of a source bears, `persons` whose they are."""

    by_name: Mapping[tuple[str, str], str]
    persons: Mapping[str, str | None]

    def keys(self, source: str, told: str | None) -> Owners:
        """The accounts that an entry names, by name or by key; one that nobody bears any more is a key of its own."""
        if not told:
            return ()
        parts = told.split(", ")
        if all(part in self.persons for part in parts):
            return tuple(parts)
        return (self.by_name.get((source, told)) or f"{source}/{NAMED}/{told}",)


@dataclass(frozen=True, slots=True)
class Known:
    """What every row is walked back with."""

    zone: ZoneInfo
    words: Words
    accounts: Accounts
    working_days: Callable[[str, date, date], int]
    policy: Policy


@dataclass(frozen=True, slots=True)
class Record:
    """A row as it stands, and what is on record of it: `changes` oldest first; the agreements of a milestone, the
    messages and answers of feedback; when it was first read, where nothing else tells when it came."""

    row: Row
    changes: Sequence[Change] = ()
    agreements: Sequence[Row] = ()
    messages: Sequence[Row] = ()
    answers: Sequence[Row] = ()
    first_read_at: datetime | None = None

    @property
    def begins(self) -> datetime | None:
        """Since when it is there; None: nobody can tell."""
        return self.row["created_at"] or self.row.get("received_at") or self.first_read_at

    @property
    def cuts(self) -> Collection[datetime]:
        """The instants at which it became another."""
        return {
            *(change["changed_at"] for change in self.changes),
            *(row["recorded_at"] for row in (*self.agreements, *self.answers)),
            *(message["created_at"] for message in self.messages if message["created_at"]),
            *(at for name in (*_STAMPS, "done_at", "closed_at") if (at := self.row.get(name))),
        }


def milestone_at(record: Record, told: "Told", instant: datetime, known: Known) -> Columns:
    """A row of `milestone` as it was at that instant. How many items it had is not known: the present counts stay."""
    row: Columns = {**record.row, **told.shared(instant), **told.owner(instant), "name": told.name.at(instant)}
    row["due_on"], row["due_at"] = told.due.at(instant)
    row["done_at"] = told.closed_at(instant, "done")
    derived = derive_milestone(
        row,
        [change for change in record.changes if change["changed_at"] <= instant],
        [agreement for agreement in record.agreements if agreement["recorded_at"] <= instant],
        (row["open_items"], row["total_items"]),
        Days(known.zone, known.working_days, row["calendar"]),
    )
    return {**row, **derived}


def item_at(record: Record, told: "Told", instant: datetime, _: Known) -> Columns:
    """A row of `work_item` as it was at that instant."""
    row: Columns = {**record.row, **told.shared(instant), "name": told.name.at(instant)}
    row["assignee_accounts"] = list(told.owners.at(instant))
    row["due_on"], row["due_at"] = told.due.at(instant)
    row["done_at"] = told.closed_at(instant, "done")
    return row


def feedback_at(record: Record, told: "Told", instant: datetime, known: Known) -> Columns:
    """A row of `feedback` as it was at that instant; what was recorded by hand counts from when it was."""
    row: Columns = {**record.row, **told.shared(instant), **told.owner(instant), "subject": told.name.at(instant)}
    row["closed_at"] = told.closed_at(instant, *_CLOSED)
    row |= {name: at if (at := row[name]) and at <= instant else None for name in _STAMPS}
    messages = [message for message in record.messages if message["created_at"] and message["created_at"] <= instant]
    answers = [answer for answer in record.answers if answer["recorded_at"] <= instant]
    return {**row, **derive_feedback(row, messages, answers, known.policy)}


class Told:
    """What the tool said of one row, through its changes."""

    def __init__(self, record: Record, known: Known) -> None:
        self._row, self._known = record.row, known
        title = "subject" if "subject" in record.row else "name"
        self._status, self._category = self._statuses(_of("status", record.changes))
        self.due: Timeline[Due] = _values(
            _of("due", record.changes), self._read_due, (self._row.get("due_on"), self._row.get("due_at"))
        )
        self.name = _values(_of("name", record.changes), lambda text: text or "", self._row[title])
        self.owners = self._assigned(_of("assignee", record.changes))

    def shared(self, instant: datetime) -> Columns:
        """The columns that all rows have."""
        native = self._known.words.native(self._row["source"], self._status.at(instant))
        return {"status_native": native, "status_category": self._category.at(instant)[0], "deleted_at": None}

    def closed_at(self, instant: datetime, *categories: str) -> datetime | None:
        """Since when its status was one of `categories`; None where it was not."""
        category, since = self._category.at(instant)
        return since if category in categories else None

    def owner(self, instant: datetime) -> Columns:
        """Who had it, account and person. A version that names nobody is its project's lead's, as it is now."""
        row = self._row
        account = next(iter(self.owners.at(instant)), None)
        if account == row["owner_account"]:
            return {"owner_account": account, "owner_person": row["owner_person"]}
        return {"owner_account": account, "owner_person": self._known.accounts.persons.get(account or "")}

    def _statuses(self, changes: Sequence[Change]) -> tuple[Timeline[Status], Timeline[Since]]:
        row, words = self._row, self._known.words
        source, category = row["source"], row["status_category"]
        closed_at = row.get("done_at") or row.get("closed_at")
        now = words.now(source, row["status_native"], category)
        if not changes and closed_at and category in _CLOSED:
            # When it was closed is known, what it was before is not: it was open.
            return Timeline(Status(""), [(closed_at, now)], now), Timeline(
                ("unknown", None), [(closed_at, (category, closed_at))], (category, closed_at)
            )
        found = statuses(now, changes, words.ticks(source))
        first: Since = (words.category(source, found.first), None)
        since = first
        then: list[tuple[datetime, Since]] = []
        for at, status in found.then:
            meant = words.category(source, status)
            since = since if meant == since[0] else (meant, at)
            then.append((at, since))
        return found, Timeline(first, then, (category, closed_at))

    def _assigned(self, changes: Sequence[Change]) -> Timeline[Owners]:
        """Where several can have it (Trello) each entry adds or removes one, and the present tells who is left."""
        row, accounts = self._row, self._known.accounts
        now: Owners = tuple(
            row["assignee_accounts"] if "assignee_accounts" in row else filter(None, [row["owner_account"]])
        )
        if self._known.words.kinds.get(row["source"]) != "trello":
            return _values(changes, lambda text: accounts.keys(row["source"], text), now)
        then: list[tuple[datetime, Owners]] = []
        after = now
        for change in reversed(changes):
            then.append((change["changed_at"], after))
            came, went = (accounts.keys(row["source"], change[name]) for name in ("new", "old"))
            after = (*(one for one in after if one not in came), *went)
        return Timeline(after, then[::-1], now)

    def _read_due(self, text: str | None) -> Due:
        """The day and the instant of a change's value, which is a date or an instant."""
        try:
            if text and len(text) > len("2026-11-24"):
                at = datetime.fromisoformat(text)
                return at.astimezone(self._known.zone).date(), at
            return (date.fromisoformat(text), None) if text else (None, None)
        except (ValueError, OverflowError):
            return None, None


def _of(field: str, changes: Sequence[Change]) -> Sequence[Change]:
    """Those of `field`. The tool's own history wins over our comparing, as in derive."""
    found = [change for change in changes if change["field"] == field]
    return _chained([change for change in found if change["origin"] == "native"] or found)


def _chained(changes: Sequence[Change]) -> Sequence[Change]:
    """Those of one instant in the order in which each goes on from the one before, as far as they tell."""
    ordered: list[Change] = []
    for _, same in groupby(changes, key=lambda change: change["changed_at"]):
        left = list(same)
        while left:
            made = {change["new"] for change in left}
            following = (change for change in left if ordered and change["old"] == ordered[-1]["new"])
            starting = (change for change in left if change["old"] not in made)
            ordered.append([*following, *starting, left[0]][0])
            left.remove(ordered[-1])
    return ordered


def _values(changes: Sequence[Change], read: Callable[[str | None], _T], now: _T) -> Timeline[_T]:
    """After a change stands what it says; before the first of them, what that one changed."""
    if not changes:
        return Timeline(now, (), now)
    return Timeline(read(changes[0]["old"]), [(change["changed_at"], read(change["new"])) for change in changes], now)
