"""Commands that look at what fires and who was told: `alerts list`, `alerts show`, `deliveries list`."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select
from sqlalchemy.engine import RowMapping

from alerts.claims import COMMENT_LANE
from alerts.coming import Coming
from alerts.deliveries import RECIPIENT_NAME, told_of
from alerts.life import OPEN
from alerts.outbox import FIRST_SENT
from alerts.routing import client_name
from cli.alert_words import acts_on, called, for_whom, how_late, in_hands, name_of, title, until
from cli.coming import in_words, read_coming, why_not
from cli.exit_codes import OK
from cli.find_alert import find_alerts, find_client, keys_of, nobody_knows, read_alerts
from cli.hub import Hub
from cli.opening import open_hub
from cli.talk import answer, local, print_facts, print_json, print_table, refuse, say
from config.nearest import there_are
from unify import tables
from unify.derived import AGREEMENT, table_of
from unify.identity import name_key
from unify.lookup import offer

_ALERT = table_of(tables.Alert)
_EVENT = table_of(tables.AlertEvent)
_DELIVERY = table_of(tables.Delivery)
_TOLD = table_of(tables.DeliveryAlert)
_LAST_AGREED = (
    select(AGREEMENT)
    .where(AGREEMENT.c.milestone_key == bindparam("subject"))
    .order_by(AGREEMENT.c.recorded_at.desc(), AGREEMENT.c.id.desc())
    .limit(1)
)
_NAMED = 2
"""Items that a line names before it counts the others."""

Row = Mapping[str, Any]


def show_alerts(config: Path, *, everything: bool, client: str, person: str, as_json: bool) -> int:
    """What fires, the worst first, then the oldest: all, of a `client`, or for a `person` to act on."""
    with open_hub(config) as hub, hub.reader.connect() as connection:
        rows = read_alerts(connection, None if everything else _ALERT.c.state.in_(OPEN))
        if client:
            if not (meant := find_client(client, hub)):
                language = hub.settings.language
                names = [client_name(hub.settings, key, language) for key in hub.settings.clients]
                return refuse(f'no client is called "{client}"{offer(client, names) or there_are(names)}')
            rows = [row for row in rows if row["client_key"] == f"client/{meant}"]
        if person:
            if not (whose := _person(person, hub)):
                people = [one.name for one in hub.settings.people.values()]
                return refuse(f'nobody is called "{person}"{offer(person, people) or there_are(people)}')
            rows = [row for row in rows if acts_on(row, hub) == whose]
        if as_json:
            print_json(rows)
        else:
            _print_alerts(rows, hub, keys_of(connection))
    return OK


def _person(typed: str, hub: Hub) -> str:
    """The key under [people] that is meant, by that or by the person's name; "": none."""
    wanted = name_key(typed)
    people = hub.settings.people.items()
    return next((key for key, person in people if wanted in (name_key(key), name_key(person.name))), "")


def show_alert(config: Path, typed: str, *, as_json: bool) -> int:
    """The alert meant by `typed`, a fingerprint, how one begins, or an item's key or name; its history, who was told.

    Where it may be any of several, those are listed.
    """
    with open_hub(config) as hub, hub.reader.connect() as connection:
        meant = find_alerts(connection, typed, hub)
        if not meant:
            return refuse(nobody_knows(connection, typed, hub))
        if len(meant) > 1:
            return refuse_several(connection, typed, meant, hub)
        alert = meant[0]
        its_own = _EVENT.c.fingerprint == alert["fingerprint"]
        events = _rows(connection, select(_EVENT).where(its_own).order_by(_EVENT.c.id))
        told = _rows(connection, told_of(alert))
        owed = [one for one in read_coming(hub) if one.fingerprint == alert["fingerprint"]]
        agreed = connection.execute(_LAST_AGREED, {"subject": alert["subject"]}).mappings().first()
        if as_json:
            coming = [asdict(one) for one in owed]
            fingerprint = alert["fingerprint"]
            told = [without_payload(row) for row in told]
            print_json({"fingerprint": fingerprint, "alert": alert, "events": events, "told": told, "coming": coming})
        else:
            _print_alert(alert, events, told, agreed, hub)
            for line in in_words(owed, hub):
                answer.print(line)
    return OK


def refuse_several(connection: Connection, typed: str, meant: Sequence[Row], hub: Hub) -> int:
    """List the alerts that may be meant, each with what names it alone."""
    code = refuse(f'"{typed}" may be any of {len(meant)} alerts: give the key or the fingerprint')
    _print_alerts(meant, hub, keys_of(connection), with_fingerprint=True)
    return code


def _print_alerts(
    rows: Sequence[Row], hub: Hub, key_of: Callable[[Row], str], *, with_fingerprint: bool = False
) -> None:
    """As somebody asks: what, whose client, how late, who is to act, and whether they know."""
    owed: dict[str, list[Coming]] = defaultdict(list)
    for one in read_coming(hub):
        owed[one.fingerprint].append(one)
    columns = ("state", "severity", "client", "what", "late or waiting", "for", "told", "key")
    print_table(
        (*columns, "fingerprint") if with_fingerprint else columns,
        (
            (
                in_hands(row, hub) or row["state"],
                row["severity"],
                client_name(hub.settings, (row["client_key"] or "").removeprefix("client/"), hub.settings.language),
                called(row["facts"]) or title(row, hub),
                how_late(row, hub) if row["state"] != "resolved" else "over",
                for_whom(row, hub),
                _told_when(row, owed[row["fingerprint"]], hub),
                key_of(row),
                *((row["fingerprint"],) if with_fingerprint else ()),
            )
            for row in rows
        ),
        "nothing fires",
    )


def _told_when(row: Row, owed: Sequence[Coming], hub: Hub) -> str:
    """When its readers were told last, and who they are; else when they will be, or why not."""
    if row["told_at"]:
        return f"{local(row['told_at'], hub.settings.zone)} {_some(row['told'])}"
    if at := min((one.at for one in owed if one.at), default=None):
        return f"goes out {local(at, hub.settings.zone)}"
    return why_not(owed[0], hub) if owed else "nobody"


def _print_alert(alert: Row, events: Sequence[Row], told: Sequence[Row], agreed: RowMapping | None, hub: Hub) -> None:
    """What the rule says of it, in the organisation's language; whose it is, who has it, and where; then its life."""
    facts, zone = alert["facts"], hub.settings.zone
    what, item = title(alert, hub) or called(facts), called(facts)
    print_facts(
        [
            ("what", what),
            ("item", item if item not in what else ""),
            ("state", f"{alert['state']}, {alert['severity']}, since {local(alert['since'], zone)}"),
            ("in hand", in_hands(alert, hub)),
            ("agreed", _agreed(agreed, hub) if agreed else ""),
            ("project", facts.get("project_name")),
            ("BD manager", facts.get("bd_name") or "nobody"),
            ("owner", facts.get("owner_name") or "nobody"),
            ("where", facts.get("url")),
            ("fingerprint", alert["fingerprint"]),
        ]
    )
    answer.print("")
    print_table(
        ("at", "state", "severity", "why", "who", "until", "said"),
        (
            (
                local(row["at"], zone),
                row["to_state"],
                row["severity"],
                row["reason"],
                row["actor"],
                until(row["until"], row["held_while"], hub) if row["to_state"] == "snoozed" else "",
                row["note"],
            )
            for row in events
        ),
        "",
    )
    answer.print("")
    print_table(
        ("when", "by", "to", "state", "why"),
        (
            (when_told(row, hub), *by_and_to(row), row["state"], row["last_error"] or row["reason"] or "")
            for row in told
        ),
        "nobody was told",
    )


def _agreed(row: RowMapping, hub: Hub) -> str:
    """The date that the client accepted last, and who recorded that, when and by what."""
    zone, who = hub.settings.zone, name_of(row["recorded_by"], hub)
    return f"{row['agreed_on']}, by {who} on {local(row['recorded_at'], zone)}: {row['reference']}"


def show_deliveries(config: Path, *, everything: bool, as_json: bool) -> int:
    """What waits and what is parked: what it is about, for whom, when it is tried again, and what is in the way."""
    with open_hub(config) as hub, hub.reader.connect() as connection:
        statement = select(_DELIVERY, RECIPIENT_NAME).order_by(_DELIVERY.c.id)
        if not everything:
            statement = statement.where(_DELIVERY.c.state.in_(("waiting", "parked")))
        about = _what_they_are_about(connection, hub)
        rows = [row | {"about": list(about[row["id"]])} for row in _rows(connection, statement)]
    if as_json:
        print_json([without_payload(row) for row in rows])
        return OK
    print_table(
        ("no.", "state", "by", "to", "about", "when", "tries", "why not"),
        (
            (
                row["id"],
                row["state"],
                *by_and_to(row),
                _some(row["about"]) or row["recipient"],
                when_told(row, hub),
                row["attempts"],
                row["last_error"],
            )
            for row in rows
        ),
        "nothing was sent yet, and nothing waits" if everything else "nothing waits",
    )
    if any(row["state"] == "parked" for row in rows):
        say("what is parked is not tried again by itself: mend what is in the way, then milepost deliveries retry NO.")
    return OK


def without_payload(row: Row) -> dict[str, Any]:
    """A delivery without the message itself."""
    return {name: value for name, value in row.items() if name != "payload"}


def by_and_to(row: Row) -> tuple[str, str]:
    """By which way, and to whom, in words."""
    if row["channel"].startswith(COMMENT_LANE):
        return f"comment in {row['channel'].removeprefix(COMMENT_LANE)}", "its readers there"
    return row["channel"], row["recipient_name"] or row["recipient"].removeprefix("person/") or "everybody there"


def _what_they_are_about(connection: Connection, hub: Hub) -> Mapping[int, Collection[str]]:
    """The names of the items that each delivery tells of, by its number; of what has none, such as an indicator, what
    its rule says."""
    alert = (_ALERT.c.rule, _ALERT.c.facts)
    told = select(_TOLD.c.delivery_id, *alert).join(_ALERT, _ALERT.c.fingerprint == _TOLD.c.fingerprint)
    commented = select(_DELIVERY.c.id, *alert).join(_ALERT, _ALERT.c.subject == _DELIVERY.c.recipient)
    names: dict[int, dict[str, None]] = defaultdict(dict)
    for statement in (told, commented):
        for number, rule, facts in connection.execute(statement):
            if name := called(facts) or title({"rule": rule, "facts": facts}, hub):
                names[number][name] = None
    return names


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def when_told(row: Row, hub: Hub) -> str:
    zone = hub.settings.zone
    match row["state"]:
        case "sent" if row["channel"].startswith(COMMENT_LANE):
            return _life_of_comment(row, zone)
        case "sent":
            return f"sent {local(row['sent_at'], zone)}"
        case "waiting" if row["attempts"]:
            return f"next try {local(row['not_before'], zone)}"
        case "waiting":
            return "next round"
        case _:
            return f"written {local(row['created_at'], zone)}"


def _life_of_comment(row: Row, zone: tzinfo) -> str:
    """Written, and edited or taken back since."""
    first, last = row["payload"].get(FIRST_SENT), local(row["sent_at"], zone)
    written = f"written {local(datetime.fromisoformat(first), zone)}, " if first else ""
    if row["kind"] == "comment_removed":
        return f"{written}taken back {last}"
    return f"{written}edited {last}" if first else f"written {last}"


def _rows(connection: Connection, statement: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(statement).mappings()]
