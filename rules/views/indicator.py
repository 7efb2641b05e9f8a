"""The view `indicator`: what the firm is measured by, for each month and client (docs/indicators.md).

Its rows belong to no source's data (`source` is empty), and are told to those who answer for the firm's own work.
"""

from sqlalchemy import ColumnElement, FromClause, and_, case, exists, literal, or_

from rules.indicators.figures import FEWEST
from rules.language.compile import Scope
from rules.views.base import Computed, Stored, View, table
from rules.views.need import CRM, WORK_TOOLS, Need
from unify import tables

INDICATORS = ("on_time", "slip", "first_response", "satisfaction", "risk_response", "communication", "throughput")

_indicator, _client = table(tables.IndicatorMonth), table(tables.Client)
_later = _indicator.alias("later")
_i = _indicator.c


def _current(_: Scope) -> ColumnElement[bool]:
    later = exists().where(_is_closed(_later), _later.c.last_on > _i.last_on)
    return and_(_is_closed(_indicator), ~later.correlate(_indicator))


def _is_closed(of: FromClause) -> ColumnElement[bool]:
    return or_(of.c.frozen_at.is_not(None), of.c.reconstructed)


def _value_of(name: str, meaning: str, data: str, cure: str, kinds: tuple[str, ...]) -> Stored:
    """The value where the row is of that indicator; which nobody can have without `data`."""
    is_it = _i.indicator == name
    need = Need(data, cure, kinds, there=and_(is_it, _i.counted > 0))
    return Stored(
        name, "number", f"`value`, if it is of that: {meaning}.", "fixed", case((is_it, _i.value)), needs=(need,)
    )


_PROMISES = ("promises to clients with a date in a month that has ended", "give milestones their dates", WORK_TOOLS)

INDICATOR = View(
    name="indicator",
    table=_indicator,
    source=_indicator.outerjoin(_client, _client.c.key == _i.client_key),
    living=(),
    columns=(
        Stored("key", "text", "What names it here: indicator, months, last month, client.", "fixed", _i.key),
        Stored("indicator", "text", "What is measured.", "fixed", _i.indicator, INDICATORS),
        Stored("source", "text", "Empty: it is made of all sources.", "fixed", literal("")),
        Stored("calendar", "text", "The default one.", "fixed", literal("default")),
        Stored("client", "text", "Key of the client; missing: the whole firm's.", "fixed", _i.client_key),
        Stored("client_names", "names", "The client's name, by language.", "untracked", _client.c.names),
        Stored(
            "confidential", "flag", "The client goes by a code in group channels.", "untracked", _client.c.confidential
        ),
        Stored("months", "number", "Over how many months it is.", "fixed", _i.months),
        Stored("first_on", "date", "The first day of them.", "fixed", _i.first_on),
        Stored("last_on", "date", "The last day of them.", "fixed", _i.last_on),
        Stored("counted", "number", "How much was counted.", "fixed", _i.counted),
        Stored("met", "number", "How much of that was met, where it is a rate.", "fixed", _i.met),
        Stored("value", "number", "A rate in percent, a score of 100, working days or hours.", "fixed", _i.value),
        _value_of("on_time", "promises kept, in percent", *_PROMISES),
        _value_of("slip", "working days from the first promise to the end", *_PROMISES),
        _value_of(
            "first_response",
            "working hours to the first answer",
            "feedback received in a month",
            "tickets in a CRM, or work items marked by feedback_labels",
            (*CRM, *WORK_TOOLS),
        ),
        _value_of("satisfaction", "0 to 100", "scores of surveys", "surveys in the CRM", CRM),
        _value_of(
            "risk_response",
            "responses to risks carried out, in percent",
            "responses to risks",
            "name the field or label that says the response under risk_fields",
            WORK_TOOLS,
        ),
        _value_of(
            "communication",
            "1 to 5, what our own people think of the coordinators' communication",
            "marks of our own people",
            "survey them in the CRM, where they are contacts with the address that [people] has",
            CRM,
        ),
        _value_of("throughput", "work items done", "items that were done", "mark them as done in the tool", WORK_TOOLS),
        Stored("computed_at", "instant", "When it was reckoned.", "fixed", _i.computed_at),
        Stored("frozen_at", "instant", "Since when it stays as it is.", "fixed", _i.frozen_at),
        Stored(
            "reconstructed",
            "flag",
            "Its month had closed before Milepost was there: it follows the data.",
            "fixed",
            _i.reconstructed,
        ),
        Computed(
            "enough", "flag", f"At least {FEWEST} were counted: fewer say nothing.", lambda scope: _i.counted >= FEWEST
        ),
        Computed("current", "flag", "Its month is closed, and no later one is.", _current),
    ),
)
