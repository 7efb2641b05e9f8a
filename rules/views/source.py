"""The view `source`: every source of the config, as far as the hub itself is concerned.

Its rows belong to no source's data (`source` is empty): what is wrong with a source is told while it is stale too.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, Table, and_, case, exists, false, func, literal, null, or_, select
from sqlmodel.sql.sqltypes import UTCDateTime

from rules.language.compile import Scope
from rules.moment import Moment
from rules.views.base import Computed, Row, Stored, View, table
from rules.views.need import Need
from unify import tables

_source = table(tables.Source)
_problem = table(tables.MappingProblem)
_lease = table(tables.Lease)
_s = _source.c
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)

_problems = select(func.count()).where(_problem.c.source == _s.name).correlate(_source).scalar_subquery()


def _unread(source: str, number: int) -> Row:
    problem = tables.MappingProblem(
        source=source, stream="items", vendor_id=str(number), field="due", reason="is no date", seen_at=_LONG_AGO
    )
    return problem.model_dump()


def _stale(scope: Scope) -> ColumnElement[bool]:
    """Never read whole, or longer ago than `stale_after` allows: what messages and report call old."""
    limits = scope.moment.stale_before
    if not limits:
        return false()
    read_in_time = case(
        *((_s.name == name, _s.last_ok_at >= literal(limit, UTCDateTime())) for name, limit in limits.items())
    )
    return read_in_time.is_not(True)


def _reading(scope: Scope) -> ColumnElement[bool]:
    """Somebody works on it: whoever does prolongs the lease with every page, and a lease that nobody does ends."""
    held = and_(_lease.c.name == _s.name, _lease.c.expires_at > scope.now)
    return exists().where(held).correlate(_source)


def _read_by(value: Any, row: Row, moment: Moment) -> Sequence[tuple[Table, Row]]:
    held = tables.Lease(name=row["name"], holder="example", expires_at=moment.now + timedelta(minutes=15))
    return [(_lease, held.model_dump())] if value else []


def _failing(scope: Scope) -> ColumnElement[bool]:
    return and_(_stale(scope), _s.last_error != "")


def _not_tried(scope: Scope) -> ColumnElement[bool]:
    return and_(_stale(scope), _s.last_error == "", ~scope.columns["reading"])


def _expired(scope: Scope) -> ColumnElement[bool]:
    return _s.expires_on < scope.today


_ENDS = Need("end of a credential", "write expires under [sources.NAME]", there=_s.expires_on.is_not(None))

SOURCE_VIEW = View(
    name="source",
    table=_source,
    source=_source,
    beside=(_problem, _lease),
    living=(or_(_s.active.is_(None), _s.active),),
    rows=Need("sources", "milepost init, or write [sources.NAME]"),
    columns=(
        Stored("key", "text", "Its name in the config.", "fixed", _s.name),
        Stored("name", "text", "Its name in the config.", "fixed", _s.name),
        Stored("source", "text", "Empty: what is told of a source is told while it is stale.", "fixed", literal("")),
        Stored("source_kind", "text", "The kind of source, such as jira.", "fixed", _s.kind),
        Stored("client", "text", "Always missing: it is no client's.", "fixed", null().cast(String())),
        Stored("calendar", "text", "The default one.", "fixed", literal("default")),
        Stored("read_at", "instant", "When everything in it was last read.", "untracked", _s.last_ok_at),
        Stored("tried_at", "instant", "When a reading last began.", "untracked", _s.last_tried_at),
        Stored("error", "text", "What stopped the last reading; empty: nothing.", "untracked", _s.last_error),
        Stored(
            "expires_on",
            "date",
            "When its credential ends, as the config says.",
            "untracked",
            _s.expires_on,
            needs=(_ENDS,),
        ),
        Computed("expired", "flag", "`expires_on` has passed.", _expired),
        Computed("reading", "flag", "A reading of it is under way.", _reading, _read_by),
        Computed("stale", "flag", "Not read for longer than `stale_after`.", _stale),
        Computed("failing", "flag", "Stale, and the last reading failed.", _failing),
        Computed("not_tried", "flag", "Stale, though no reading failed and none is under way.", _not_tried),
        Computed(
            "problems",
            "number",
            "Fields of its records that could not be read.",
            lambda scope: _problems,
            lambda value, row, moment: [(_problem, _unread(row["name"], number)) for number in range(value)],
        ),
    ),
)
