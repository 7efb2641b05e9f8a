"""Why somebody was told about one thing, or was not: what every rule says of it, whose it is, and who was told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, false, or_, select

from alerts.coming import Coming, coming
from alerts.deliveries import told_of
from alerts.store import ALERT, ALERT_EVENT
from config.settings import Settings
from rules.moment import Moment
from rules.rule import Rule
from rules.views.base import Row
from rules.whose import Whose, read_whose
from rules.why import Looked, Seen, look, seen_by
from unify.derived import FEEDBACK, MILESTONE, WORK_ITEM, table_of
from unify.freshness import Freshness, read_freshness
from unify.lookup import Found
from unify.tables import Risk

_RISK = table_of(Risk)


@dataclass(frozen=True)
class Why:
    """All that is known of why somebody was told about one thing, or was not."""

    found: Found
    seen: Sequence[Seen]
    """The row in each view, or the parts of it: of a person their weeks."""
    whose: Whose
    looked: Sequence[Looked]
    elsewhere: Mapping[str, str]
    """The rules that look at other things: their views, by id."""
    alerts: Sequence[Mapping[str, Any]]
    """Its alerts, those of a project or a client with what is beneath, those of a person with their weeks'; each with
    its `events` and who was `told`."""
    coming: Sequence[Coming]
    freshness: Freshness | None
    """Of its source; None: it is no source's, or of one that is not in the config any more."""

    @property
    def weeks(self) -> Sequence[Row]:
        """Of a person what they have to do in this week and in the next, where that is anything."""
        return [one.row for one in self.seen if one.row is not None and one.row["key"] != self.found.key]


def read_why(
    connection: Connection,
    settings: Settings,
    rules: Sequence[Rule],
    off: Sequence[Rule],
    moment: Moment,
    found: Found,
) -> Why:
    """Everything that `Why` holds about what was found; `rules` are those that are on, `off` the others."""
    fresh = read_freshness(connection, settings, moment.now)
    seen = seen_by(connection, found.key, moment)
    views = {one.view.name for one in seen}
    alerts = _alerts(connection, found)
    # The next round ends the alerts of a source that left the config: nothing is owed of them.
    living = {alert["fingerprint"] for alert in alerts if not alert["source"] or alert["source"] in settings.sources}
    owed = coming(connection, settings, rules, fresh, moment.calendars, moment.now)
    source = found.key if found.table == "source" else found.key.partition("/")[0]
    return Why(
        found=found,
        seen=seen,
        whose=read_whose(connection, found.key, settings),
        looked=look(connection, seen, rules, off, settings, fresh, moment),
        elsewhere={rule.id: rule.view.name for rule in rules if rule.view.name not in views},
        alerts=alerts,
        coming=[one for one in owed if one.fingerprint in living],
        freshness=fresh.get(source),
    )


def _alerts(connection: Connection, found: Found) -> Sequence[Mapping[str, Any]]:
    """Its own, the latest first; of a project, a client or a person also what is open beneath it."""
    beneath = or_(*_beneath(found)) & (ALERT.c.state != "resolved")
    chosen = select(ALERT).where(or_(ALERT.c.subject == found.key, beneath))
    return [
        {
            **alert,
            "events": _rows(connection, select(ALERT_EVENT).where(ALERT_EVENT.c.fingerprint == alert["fingerprint"])),
            "told": _rows(connection, told_of(alert)),
        }
        for alert in _rows(connection, chosen.order_by(ALERT.c.since.desc(), ALERT.c.fingerprint))
    ]


def _beneath(found: Found) -> Iterator[ColumnElement[bool]]:
    match found.table:
        case "project":
            for one in (MILESTONE, WORK_ITEM, FEEDBACK, _RISK):
                yield ALERT.c.subject.in_(select(one.c.key).where(one.c.project_key == found.key))
        case "client":
            yield ALERT.c.client_key == found.key
        case "person":
            yield ALERT.c.subject.startswith(f"{found.key}/", autoescape=True)
        case _:
            yield false()


def _rows(connection: Connection, statement: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(statement).mappings()]
