"""`milepost why ITEM`: why somebody was told about it, or was not."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, false, or_, select

from cli.coming import read_coming
from cli.exit_codes import OK
from cli.hub import Hub
from cli.opening import open_hub
from cli.show_alerts import told_of, without_payload
from cli.talk import print_json, refuse
from cli.why_words import Fact, Why, print_why
from config.settings import Settings
from rules.load import RuleFiles
from rules.rule import Rule
from rules.views.base import table
from rules.whose import read_whose
from rules.why import look, seen_by
from unify import tables
from unify.derived import FEEDBACK, MILESTONE, WORK_ITEM
from unify.freshness import read_freshness
from unify.lookup import Found, NotOne, find_anything

_ALERT, _EVENT = table(tables.Alert), table(tables.AlertEvent)
_RISK = table(tables.Risk)


def show_why(config: Path, typed: str, *, everything: bool, as_json: bool) -> int:
    """Explain what is meant by `typed`; code 2 where that is nothing, or several things."""
    with open_hub(config) as hub, hub.reader.connect() as connection:
        try:
            found = find_anything(connection, typed)
        except NotOne as problem:
            return refuse(str(problem))
        why = read_why(connection, hub, found)
        if as_json:
            print_json(in_json(why))
        else:
            print_why(why, hub, everything=everything)
    return OK


def read_why(connection: Connection, hub: Hub, found: Found) -> Why:
    """Everything that `Why` holds about what was found."""
    moment, settings = hub.moment(), hub.settings
    fresh = read_freshness(connection, settings, moment.now)
    seen = seen_by(connection, found.key, moment)
    looked = look(connection, seen, hub.rules, switched_off(settings), settings, fresh, moment)
    views = {one.view.name for one in seen}
    alerts = _alerts(connection, found)
    fingerprints = {alert["fingerprint"] for alert in alerts}
    source = found.key if found.table == "source" else found.key.partition("/")[0]
    return Why(
        found=found,
        seen=seen,
        whose=read_whose(connection, found.key, settings),
        looked=looked,
        elsewhere={rule.id: rule.view.name for rule in hub.rules if rule.view.name not in views},
        alerts=alerts,
        coming=[one for one in read_coming(hub) if one.fingerprint in fingerprints],
        freshness=fresh.get(source),
    )


def switched_off(settings: Settings) -> list[Rule]:
    """The rules that the config switches off; their files are read for that where there are any."""
    off = [name for name, own in settings.rules.items() if not own.enabled]
    files = RuleFiles(settings.folder / settings.rules_dir) if off else None
    return [rule for name in off if files and (rule := files.named(name, settings.rules))]


def in_json(why: Why) -> dict[str, Any]:
    """The same for a program."""
    return {
        "key": why.found.key,
        "name": why.found.name,
        "url": why.found.url,
        "whose": asdict(why.whose),
        "views": {one.view.name: one.row if one.row is not None else {"unseen": one.unseen} for one in why.seen},
        "rules": [asdict(one) for one in why.looked],
        "looking_elsewhere": why.elsewhere,
        "alerts": [{**one, "told": [without_payload(row) for row in one["told"]]} for one in why.alerts],
        "coming": [asdict(one) for one in why.coming],
        "source": asdict(why.freshness) if why.freshness else None,
    }


def _alerts(connection: Connection, found: Found) -> Sequence[Fact]:
    """Its own, the latest first; of a project or a client also what is open beneath it."""
    beneath = or_(*_beneath(found)) & (_ALERT.c.state != "resolved")
    chosen = select(_ALERT).where(or_(_ALERT.c.subject == found.key, beneath))
    return [
        {
            **alert,
            "events": _rows(connection, select(_EVENT).where(_EVENT.c.fingerprint == alert["fingerprint"])),
            "told": _rows(connection, told_of(alert)),
        }
        for alert in _rows(connection, chosen.order_by(_ALERT.c.since.desc(), _ALERT.c.fingerprint))
    ]


def _beneath(found: Found) -> Iterator[ColumnElement[bool]]:
    match found.table:
        case "project":
            for one in (MILESTONE, WORK_ITEM, FEEDBACK, _RISK):
                yield _ALERT.c.subject.in_(select(one.c.key).where(one.c.project_key == found.key))
        case "client":
            yield _ALERT.c.client_key == found.key
        case _:
            yield false()


def _rows(connection: Connection, statement: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(statement).mappings()]
