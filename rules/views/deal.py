"""The view `deal`: every living deal of a CRM, and what at its client may cost it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, false, func, literal, select
from sqlmodel.sql.sqltypes import UTCDateTime

from rules.language.compile import Scope
from rules.moment import Moment
from rules.views.base import Computed, Row, Stored, View, name_of, table
from rules.views.milestone import CATEGORIES
from rules.views.need import CRM, Need
from rules.views.owners import PROJECT, SOURCE
from unify import tables

STAGES = ("open", "won", "lost")

_deal, _client = table(tables.Deal), table(tables.Client)
_milestone = table(tables.Milestone)
_bd, _owner = table(tables.Person).alias("bd"), table(tables.Person).alias("owner")
_account = table(tables.Account).alias("oa")
_its_source = SOURCE.alias("its_source")
"""A milestone's: the deal's own is the CRM."""
_d, _m = _deal.c, _milestone.c
_OPEN = tuple(category for category in CATEGORIES if category not in ("done", "cancelled"))


def _late(scope: Scope) -> ColumnElement[int]:
    """Promises to its client whose day has passed, of those that the view `milestone` shows."""
    promises = _milestone.join(_its_source, _its_source.c.name == _m.source).outerjoin(
        PROJECT, PROJECT.c.key == _m.project_key
    )
    late = (
        _m.client_key == _d.client_key,
        _m.deleted_at.is_(None),
        _its_source.c.active,
        PROJECT.c.deleted_at.is_(None),
        PROJECT.c.archived.is_not(True),
        _m.counted.is_not(false()),
        _m.client_facing.is_not(false()),
        _m.status_category.in_(_OPEN),
        _m.deadline_at < literal(scope.moment.now, UTCDateTime()),
    )
    return select(func.count()).select_from(promises).where(*late).correlate(_deal).scalar_subquery()


def _close_passed(scope: Scope) -> ColumnElement[bool]:
    return _d.close_on < scope.today


def _late_promises(value: Any, row: Row, moment: Moment) -> Sequence[tuple[Table, Row]]:
    late = {"client_key": row["client_key"], "deadline_at": moment.now - timedelta(days=1), "status_category": "todo"}
    made = (
        tables.Milestone(key=f"example/late/{n}", source="example", vendor_id=str(n), kind="item", **late)
        for n in range(value)
    )
    return [(_milestone, one.model_dump()) for one in made]


_CLOSES = Need("dates on which deals close", "enter them in the CRM", CRM, _d.close_on.is_not(None))
_OF_CLIENTS = Need(
    "deals of a client", "name their company under [clients.NAME] crm", CRM, _d.client_key.is_not(None), absent=0
)

DEAL = View(
    name="deal",
    table=_deal,
    source=_deal.join(SOURCE, SOURCE.c.name == _d.source)
    .outerjoin(_client, _client.c.key == _d.client_key)
    .outerjoin(_bd, _bd.c.key == _client.c.bd_person)
    .outerjoin(_account, _account.c.key == _d.owner_account)
    .outerjoin(_owner, _owner.c.key == _account.c.person_key),
    beside=(_milestone, PROJECT),
    living=(_d.deleted_at.is_(None), SOURCE.c.active),
    rows=Need("deals", "deals in the CRM", CRM),
    columns=(
        Stored("key", "text", "What names it here: source, stream and the CRM's own id.", "fixed", _d.key),
        Stored("name", "text", "As the CRM calls it.", "untracked", _d.name),
        Stored("url", "text", "Its page in the CRM.", "fixed", _d.url),
        Stored("source", "text", "The source it was read from, as the config names it.", "fixed", _d.source),
        Stored("source_kind", "text", "The kind of that source, such as hubspot.", "fixed", SOURCE.c.kind),
        Stored("client", "text", "Key of its client, where it is known.", "untracked", _d.client_key),
        Stored("client_names", "names", "The client's name, by language.", "untracked", _client.c.names),
        Stored("confidential", "flag", "The client goes by a code in groups.", "untracked", _client.c.confidential),
        Stored("bd", "text", "Key of the client's BD manager.", "untracked", _client.c.bd_person),
        Stored("bd_name", "text", "The BD manager's name.", "untracked", name_of(_bd.c.name)),
        Stored("owner", "text", "Key of the person who has it.", "untracked", _account.c.person_key),
        Stored("owner_name", "text", "Who has it.", "untracked", name_of(_owner.c.name, _account.c.name)),
        Stored("calendar", "text", "The calendar of those who must answer.", "untracked", _client.c.calendar),
        Stored("stage_category", "text", "What its stage means.", "tracked", _d.stage_category, STAGES),
        Stored("stage", "text", "The CRM's own word.", "tracked", _d.stage_native),
        Stored("close_on", "date", "When it is expected to close.", "tracked", _d.close_on, needs=(_CLOSES,)),
        Stored("updated_at", "instant", "When the CRM last changed it.", "untracked", _d.updated_at),
        Computed("close_passed", "flag", "`close_on` has passed.", _close_passed),
        Computed(
            "late",
            "number",
            "Promises to its client whose day has passed.",
            _late,
            _late_promises,
            needs=(_OF_CLIENTS,),
        ),
    ),
)
