"""`milepost why ITEM`: why somebody was told about it, or was not."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from alerts.why import Why, read_why
from cli.exit_codes import OK
from cli.opening import open_hub
from cli.show_alerts import without_payload
from cli.talk import print_json, refuse
from cli.why_words import print_why
from config.settings import Settings
from rules.load import RuleFiles
from rules.rule import Rule
from unify.lookup import NotOne, find_anything


def show_why(config: Path, typed: str, *, everything: bool, as_json: bool) -> int:
    """Explain what is meant by `typed`; code 2 where that is nothing, or several things."""
    with open_hub(config) as hub, hub.reader.connect() as connection:
        try:
            found = find_anything(connection, typed)
        except NotOne as problem:
            return refuse(str(problem))
        why = read_why(connection, hub.settings, hub.rules, switched_off(hub.settings), hub.moment(), found)
        if as_json:
            print_json(in_json(why))
        else:
            print_why(why, hub, everything=everything)
    return OK


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
        "views": {
            one.view.name: one.row if one.row is not None else {"unseen": one.unseen}
            for one in why.seen
            if one.row not in why.weeks
        },
        "weeks": why.weeks,
        "rules": [asdict(one) for one in why.looked],
        "looking_elsewhere": why.elsewhere,
        "alerts": [{**one, "told": [without_payload(row) for row in one["told"]]} for one in why.alerts],
        "coming": [asdict(one) for one in why.coming],
        "source": asdict(why.freshness) if why.freshness else None,
    }
