"""Commands that look at the rules: `rules list`, `rules check`."""

from dataclasses import asdict
from pathlib import Path

from cli.exit_codes import FAILED, OK
from cli.opening import open_hub, read_config
from cli.talk import print_json, print_table, say, warn
from config.clock import system_clock
from connectors.scope import count
from rules.examples import check
from rules.measured import not_measured, unmeasured
from rules.titles import Reading
from unify.freshness import read_freshness


def show_rules(config: Path, *, as_json: bool) -> int:
    """Every enabled rule, with its reason and the params in force; of one that cannot fire, what nobody delivers."""
    with open_hub(config) as hub, hub.reader.connect() as connection:
        rules, settings, now = hub.rules, hub.settings, hub.clock()
        lacking = unmeasured(connection, rules, settings, read_freshness(connection, settings, now))
    reading = Reading(settings.language, settings.zone, now.astimezone(settings.zone).date())
    if as_json:
        print_json(
            [
                {
                    "id": rule.id,
                    "on": rule.view.name,
                    "params": dict(rule.params),
                    "library": rule.is_library,
                    "measured": rule.id not in lacking,
                    "lacks": [asdict(one) for one in lacking.get(rule.id, ())],
                }
                for rule in rules
            ]
        )
        return OK
    print_table(
        ("rule", "looks at", "params", "from", "why"),
        (
            (
                rule.id,
                rule.view.name,
                ", ".join(f"{name} = {value}" for name, value in rule.params.items()),
                "Milepost" if rule.is_library else "rules_dir",
                not_measured(lacking[rule.id]) if rule.id in lacking else rule.reason({}, reading),
            )
            for rule in rules
        ),
        "no rule is on",
    )
    return OK


def check_rules(path: Path) -> int:
    """Read every rule and run its examples, without the database; code 1 where one does not hold."""
    config = read_config(path)
    failures = [(rule, failure) for rule in config.rules for failure in check(rule, config.settings, system_clock())]
    for rule, failure in failures:
        warn(f"{rule.id}: {failure}")
    examples = sum(len(rule.examples) for rule in config.rules)
    say(f"{count(len(config.rules), 'rule')} read, {count(examples, 'example')} run")
    return FAILED if failures else OK
