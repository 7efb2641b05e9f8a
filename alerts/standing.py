"""Who has an alert, as the messages show it that told of it: those that can be changed are changed in place."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update
from sqlalchemy.engine import RowMapping

from alerts.attempt import is_untried
from alerts.channels.kinds import edits
from alerts.deliveries import NEWS
from alerts.life import HELD
from alerts.messages import TEXTS, Held, Message
from alerts.outbox import DELIVERY, DELIVERY_ALERT
from alerts.store import ALERT
from config.language import instant
from config.settings import Language, Settings


def show_standing(connection: Connection, settings: Settings, fingerprint: str, now: datetime) -> int:
    """Have every message that told of the alert in its present episode say who has it now; how many say otherwise
    from now on. In the transaction of what changed it: the rows that change them go out with the next delivery."""
    alert = dict(connection.execute(select(ALERT).where(ALERT.c.fingerprint == fingerprint)).mappings().one())
    told = and_(DELIVERY_ALERT.c.delivery_id == DELIVERY.c.id, DELIVERY_ALERT.c.fingerprint == fingerprint)
    tellings = select(DELIVERY).join(DELIVERY_ALERT, told).where(DELIVERY_ALERT.c.episode == alert["episode"])
    tellings = tellings.where(DELIVERY.c.kind.in_(NEWS), DELIVERY.c.state.in_(("waiting", "sent")))
    changed = 0
    for row in connection.execute(tellings.order_by(DELIVERY.c.id)).mappings().all():
        if edits(settings.channels.get(row["channel"])):
            changed += _show(connection, settings, row, alert, now)
    return changed


def held(settings: Settings, alert: Mapping[str, Any], language: Language, now: datetime) -> Held | None:
    """Who has `alert`, in words; None: nobody."""
    if alert["state"] not in HELD:
        return None
    name = alert["held_by"]
    who = settings.people[name].name if name in settings.people else name
    today = now.astimezone(settings.zone).date()
    if alert["state"] == "acknowledged":
        at = instant(language, alert["held_at"], settings.zone, today)
        return Held(alert["state"], TEXTS.say(language, "held.acknowledged", who=who, at=at), name)
    if alert["held_while"] is not None or alert["held_until"] is None:
        return Held(alert["state"], TEXTS.say(language, "held.while", who=who), name)
    until = instant(language, alert["held_until"], settings.zone, today)
    return Held(alert["state"], TEXTS.say(language, "held.until", who=who, until=until), name)


def _show(connection: Connection, settings: Settings, row: RowMapping, alert: Mapping[str, Any], now: datetime) -> bool:
    message = Message.from_json(row["payload"]["message"])
    now_held = held(settings, alert, message.language, now)
    shown = message.with_held(alert["fingerprint"], now_held)
    if shown == message:
        return False
    kept = {**row["payload"], "message": shown.to_json()}
    connection.execute(update(DELIVERY).where(DELIVERY.c.id == row["id"]).values(payload=kept))
    if not is_untried(row):
        entry = next(entry for entry in shown.entries if entry.fingerprint == alert["fingerprint"])
        news = Message(shown.language, now_held.text if now_held else shown.title, (entry,))
        connection.execute(insert(DELIVERY).values(**_change(row, news, now)))
    return True


def _change(row: RowMapping, news: Message, now: datetime) -> dict[str, Any]:
    """The row that changes the message of `row`; where Slack refuses that, its thread tells `news`."""
    # Of two alerts in one message both may change at one instant, and to the same words.
    told = (row["key"], news.entries[0].fingerprint, news.title, now.isoformat())
    key = hashlib.sha256(repr(told).encode()).hexdigest()[:24]
    payload = {"message": news.to_json(), "reader": row["payload"]["reader"], "channels": []}
    return {
        "key": f"alert-{key}",
        "channel": row["channel"],
        "recipient": row["recipient"],
        "kind": "held",
        "payload": payload,
        "state": "waiting",
        "last_error": "",
        "created_at": now,
        "not_before": now,
        "attempts": 0,
        "receipt": {},
        "after": row["id"],
    }
