"""An alert in the words of the commands: what it is about, how bad it is by now, and who is to act."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from alerts.facts import Facts
from alerts.life import HELD
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


def acts_on(alert: Row, hub: Hub) -> str:
    """The key under [people] of who is to act, as `for_whom` names them."""
    return (alert["facts"].get("bd") or "").removeprefix("person/") or hub.settings.coordinator


def for_whom(alert: Row, hub: Hub) -> str:
    """Who is to act: the BD manager, else the coordinator, who alone has what is of the house."""
    coordinator = hub.settings.people[hub.settings.coordinator].name
    views = {rule.id: rule.view.name for rule in hub.rules}
    alone = views.get(alert["rule"]) in OF_THE_HOUSE
    return alert["facts"].get("bd_name") or (coordinator if alone else f"{coordinator} (no BD manager)")


def in_hands(alert: Row, hub: Hub) -> str:
    """Who has it, and of a snooze until when; "" where nobody does."""
    if alert["state"] not in HELD:
        return ""
    who = name_of(alert["held_by"], hub)
    if alert["state"] == "acknowledged":
        return f"{who} has it"
    return f"snoozed by {who} {until(alert['held_until'], alert['held_while'], hub)}"


def until(end: datetime | None, held_while: str | None, hub: Hub) -> str:
    """When a snooze ends."""
    zone = hub.settings.zone
    at = f"till {instant('en', end, zone, hub.clock().astimezone(zone).date())}" if end else ""
    if held_while is None:
        return at
    return f"till its date moves, at the latest {at}" if at else "till its date moves"


def name_of(who: str, hub: Hub) -> str:
    """What one of [people] is called; the machine's user by that name."""
    known = hub.settings.people.get(who)
    return known.name if known else who


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
