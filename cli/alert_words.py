"""An alert in the words of the commands: what it is about, how bad it is by now, and who is to act."""

from collections.abc import Mapping
from typing import Any

from alerts.facts import Facts
from alerts.routing import OF_THE_HOUSE
from cli.hub import Hub
from config.language import instant
from connectors.scope import count
from rules.titles import Reading

Row = Mapping[str, Any]


def called(facts: Row) -> str:
    """What people call the item: a milestone by its name, feedback by its subject."""
    return facts.get("name") or facts.get("subject") or ""


def title(alert: Row, hub: Hub) -> str:
    """What its rule says of it, in the organisation's language; "" where the rule is on no more."""
    zone = hub.settings.zone
    reading = Reading(hub.settings.language, zone, hub.clock().astimezone(zone).date())
    return next((rule.title(alert["facts"], reading) for rule in hub.rules if rule.id == alert["rule"]), "")


def for_whom(alert: Row, hub: Hub) -> str:
    """Who is to act: the BD manager, else the coordinator, who alone has what is of the house."""
    coordinator = hub.settings.people[hub.settings.coordinator].name
    views = {rule.id: rule.view.name for rule in hub.rules}
    alone = views.get(alert["rule"]) in OF_THE_HOUSE
    return alert["facts"].get("bd_name") or (coordinator if alone else f"{coordinator} (no BD manager)")


def how_late(alert: Row, hub: Hub) -> str:
    """Since when the client waits; of an overdue milestone the days since its day; else when it was found."""
    facts, zone = Facts(alert["facts"]), hub.settings.zone
    today = hub.clock().astimezone(zone).date()
    if since := facts.at("waiting_since"):
        return f"waits since {instant('en', since, zone, today)}"
    on = facts.day("deadline_on")
    if on is None or not facts.is_true("overdue"):
        return f"found {instant('en', alert['since'], zone, today)}"
    days = (today - on).days
    return f"{count(days, 'day')} late" if days > 0 else "late since today"
