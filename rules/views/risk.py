"""The view `risk`: what may go wrong, how likely and how bad, and what is done about it."""

from sqlalchemy import ColumnElement, and_, func

from rules.language.compile import Scope
from rules.views.base import Computed, Stored, View, table
from rules.views.item import OPEN
from rules.views.milestone import CATEGORIES
from rules.views.need import WORK_TOOLS, Need
from rules.views.owners import PROJECT, SOURCE, client_columns, with_client
from unify import tables

RESPONSES = ("avoid", "mitigate", "transfer", "accept")

_risk = table(tables.Risk)
_r = _risk.c


def _is_open(_: Scope) -> ColumnElement[bool]:
    return _r.status_category.in_(OPEN)


def _has_no_response(_: Scope) -> ColumnElement[bool]:
    """Open, and neither a way to respond nor a plan is named."""
    return and_(_r.status_category.in_(OPEN), _r.response.is_(None), func.length(_r.response_plan) == 0)


_RATED = Need(
    "probability and impact of risks",
    "name their fields under risk_fields",
    WORK_TOOLS,
    and_(_r.probability.is_not(None), _r.impact.is_not(None)),
)

RISK = View(
    name="risk",
    table=_risk,
    source=with_client(_risk, PROJECT.c.client_key, _r.owner_account),
    living=(
        _r.deleted_at.is_(None),
        SOURCE.c.active,
        PROJECT.c.deleted_at.is_(None),
        PROJECT.c.archived.is_not(True),
    ),
    rows=Need("risks", "work items marked by risk_labels", WORK_TOOLS),
    columns=(
        Stored("key", "text", "What names it here: that of its work item.", "fixed", _r.key),
        Stored("name", "text", "What may happen.", "untracked", _r.name),
        Stored("url", "text", "Its page in the tool.", "fixed", _r.url),
        Stored("source", "text", "The source it was read from, as the config names it.", "fixed", _r.source),
        Stored("source_kind", "text", "The kind of that source, such as jira.", "fixed", SOURCE.c.kind),
        Stored("project", "text", "Key of its project.", "untracked", _r.project_key),
        Stored("project_name", "text", "Its project, as the tool calls it.", "untracked", PROJECT.c.name),
        *client_columns(PROJECT.c.client_key),
        Stored("status_category", "text", "What the tool's word means.", "untracked", _r.status_category, CATEGORIES),
        Stored("status", "text", "The tool's own word.", "untracked", _r.status_native),
        Stored("probability", "number", "How likely, 1 to 5.", "untracked", _r.probability),
        Stored("impact", "number", "How bad, 1 to 5.", "untracked", _r.impact),
        Stored(
            "score",
            "number",
            "`probability` times `impact`.",
            "untracked",
            _r.probability * _r.impact,
            needs=(_RATED,),
        ),
        Stored("response", "text", "What is done about it.", "untracked", _r.response, RESPONSES),
        Stored("response_plan", "text", "The plan, in the words of the tool.", "untracked", _r.response_plan),
        Stored("due_on", "date", "When the response is to be carried out.", "untracked", _r.due_on),
        Stored("implemented", "flag", "The response was carried out.", "untracked", _r.implemented),
        Stored("occurred", "flag", "What was feared has happened.", "untracked", _r.occurred),
        Stored("occurred_on", "date", "When.", "untracked", _r.occurred_on),
        Stored("created_at", "instant", "When it was entered in the tool.", "fixed", _r.created_at),
        Stored("updated_at", "instant", "When the tool last changed it.", "untracked", _r.updated_at),
        Computed("is_open", "flag", "Neither done nor cancelled.", _is_open),
        Computed("has_no_response", "flag", "Open, and neither a response nor a plan is named.", _has_no_response),
    ),
)
