"""Commands by which people take alerts, put them off, hand them back, and silence a kind of them for a time."""

import getpass
import re
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, time
from pathlib import Path

import typer
from sqlalchemy import Connection

from alerts import actions
from alerts.actions import Acted
from alerts.silences import Match, every_silence, read_silences
from cli.alert_words import Row, called, in_hands, name_of, title, until
from cli.exit_codes import OK, WRONG
from cli.find_alert import find_alerts, nobody_knows
from cli.hub import Hub
from cli.opening import open_hub
from cli.show_alerts import refuse_several
from cli.talk import local, print_json, print_table, refuse, say, warn
from config.language import instant
from config.nearest import did_you_mean, there_are
from config.values import parse_duration
from rules.moment import Moment
from rules.working_time import WorkingTime
from unify.decisions import Refused
from unify.engine import writing
from unify.lookup import find_anything

_WORKING_DAYS = re.compile(r"([1-9]\d{0,2})\s*wd")


def take(config: Path, typed: str, by: str, note: str, *, yes: bool) -> int:
    """Somebody has the alert meant by `typed` from now on; `yes`: also where another person has it."""

    def act(connection: Connection, hub: Hub, _: Moment, alert: Row, who: str) -> Acted:
        return actions.acknowledge(connection, hub.settings, alert["fingerprint"], who, hub.clock(), note)

    return _act(config, typed, by, act, takes=True, yes=yes)


def put_off(config: Path, typed: str, by: str, note: str, *, end: str, span: str, moved: bool, yes: bool) -> int:
    """Nobody is told of it until `end`, for `span`, or until its due date has `moved`: one of the three; `yes`: also
    where another person has it."""
    if [bool(end), bool(span), moved].count(True) != 1:
        return refuse("say until when: --until 2026-11-30, --for 2wd, or --until-moved")

    def act(connection: Connection, hub: Hub, moment: Moment, alert: Row, who: str) -> Acted:
        at = None if moved else _end(end, span, moment.calendar(alert["facts"].get("calendar") or ""), moment)
        fingerprint = alert["fingerprint"]
        return actions.snooze(connection, hub.settings, moment.calendars, fingerprint, who, moment.now, at, note)

    return _act(config, typed, by, act, takes=True, yes=yes)


def hand_back(config: Path, typed: str, by: str) -> int:
    """Nobody has it from now on: it fires again."""

    def act(connection: Connection, hub: Hub, _: Moment, alert: Row, who: str) -> Acted:
        return actions.release(connection, hub.settings, alert["fingerprint"], who, hub.clock())

    return _act(config, typed, by, act)


def hush(config: Path, match: Match, by: str, reason: str, *, end: str, span: str) -> int:
    """Tell nobody of what `match` means until `end`, or for `span`; its item is named as people name it."""
    if bool(end) == bool(span):
        return refuse("say until when: --until 2026-11-30, or --for 3wd")
    with open_hub(config) as hub:
        who = _who(hub, by)
        known = {rule.id for rule in hub.rules}
        if who and match.rule is not None and match.rule not in known:
            return refuse(f'there is no rule "{match.rule}"{did_you_mean(match.rule, known)}')
        if not who:
            return WRONG
        moment = hub.moment()
        client = hub.settings.clients.get(match.client or "")
        at = _end(end, span, moment.calendar(client.calendar if client else ""), moment)
        with writing(hub.engine) as connection:
            subject = find_anything(connection, match.subject).key if match.subject is not None else None
            meant = Match(match.rule, match.client, match.source, subject)
            before = [one for one in read_silences(connection, moment.now) if one.match == meant]
            number = actions.silence(connection, hub.settings, moment.calendars, meant, at, reason, who, moment.now)
        say(f"silence {number}: nobody is told of {meant} {until(at, None, hub)}")
        for one in before:
            if one.id != number:
                whose, end = name_of(one.created_by, hub), until(one.ends_at, None, hub)
                warn(f"silence {one.id}, by {whose}, hides it too, {end}")
    return OK


def unhush(config: Path, number: int, by: str) -> int:
    """End a silence before its time."""
    with open_hub(config) as hub:
        who = _who(hub, by)
        if not who:
            return WRONG
        with writing(hub.engine) as connection:
            ended = actions.unsilence(connection, hub.settings, number, who, hub.clock())
    say(f"silence {number} {'is ended' if ended else 'was over already'}")
    return OK


def show_silences(config: Path, *, everything: bool, as_json: bool) -> int:
    """What is silenced: until when, why, by whom."""
    with open_hub(config) as hub, hub.reader.connect() as connection:
        found = every_silence(connection) if everything else read_silences(connection, hub.clock())
        if as_json:
            print_json([asdict(one) for one in found])
            return OK
        zone = hub.settings.zone
        rows = (
            (
                one.id,
                one.match,
                f"{local(one.ended_at, zone)}, ended by {name_of(one.ended_by or '', hub)}"
                if one.ended_at
                else local(one.ends_at, zone),
                name_of(one.created_by, hub),
                one.reason,
            )
            for one in found
        )
        print_table(("no.", "silenced", "until", "by", "why"), rows, "nothing is silenced")
    return OK


def _act(
    config: Path,
    typed: str,
    by: str,
    act: Callable[[Connection, Hub, Moment, Row, str], Acted],
    *,
    takes: bool = False,
    yes: bool = False,
) -> int:
    """Do it to the one open alert that is meant, and say how it stands then. Where it `takes` the alert from another
    person, that is asked first, unless `yes`."""
    with open_hub(config) as hub:
        who = _who(hub, by)
        if not who:
            return WRONG
        moment = hub.moment()
        with hub.reader.connect() as connection:
            meant = find_alerts(connection, typed, hub)
            if not meant:
                return refuse(nobody_knows(connection, typed, hub))
            if len(meant) > 1:
                return refuse_several(connection, typed, meant, hub)
        if takes and not yes and meant[0]["held_by"] not in (None, who) and not _takes_over(meant[0], hub):
            return WRONG
        with writing(hub.engine) as connection:
            acted = act(connection, hub, moment, meant[0], who)
        say(f"{called(meant[0]['facts']) or title(meant[0], hub)}: {_stands(acted, hub)}")
    return OK


def _takes_over(alert: Row, hub: Hub) -> bool:
    """Whether they want it although another person works on it, who will be told; False: they do not, or nobody is
    there to ask."""
    at = instant("en", alert["held_at"], hub.settings.zone, hub.clock().astimezone(hub.settings.zone).date())
    has_it = f"{in_hands(alert, hub)}, since {at}"
    if not sys.stdin.isatty():
        refuse(f"{has_it}: add --yes to take it over")
        return False
    return typer.confirm(f"{has_it}; take it over?", err=True)


def _stands(acted: Acted, hub: Hub) -> str:
    """How the alert stands now, and whether it did so before."""
    match acted.state:
        case "acknowledged":
            told = f"{name_of(acted.by or '', hub)} has it"
        case "snoozed":
            moved = "its date moves" if acted.until_moved else None
            told = f"snoozed by {name_of(acted.by or '', hub)} {until(acted.until, moved, hub)}"
        case "firing":
            return "nobody has it; it fires again" if acted.changed else "nobody has it"
        case "pending":
            return "it has not fired yet: nothing to take"
        case _:
            return "it is over: nothing to take"
    return told if acted.changed else f"{told} already"


def _who(hub: Hub, by: str) -> str:
    """`by`, a name under [people], else this machine's user; "": nobody has that name, which is told."""
    people = hub.settings.people
    if by and by not in people:
        refuse(f'nobody under [people] is called "{by}"{did_you_mean(by, people) or there_are(people)}')
        return ""
    return by or getpass.getuser()


def _end(end: str, span: str, calendar: WorkingTime, moment: Moment) -> datetime:
    """The instant meant: of a day without a time, and of working days, when work begins. Raises Refused."""
    if span:
        return _after(span, calendar, moment.now)
    try:
        at = datetime.fromisoformat(end)
    except ValueError:
        raise Refused(f"write the end as 2026-11-30 or 2026-11-30 14:00, not {end!r}") from None
    if len(end.strip()) == len("2026-11-30"):
        return _opening(calendar, at.date())
    return at if at.tzinfo else at.replace(tzinfo=moment.zone)


def _after(span: str, calendar: WorkingTime, now: datetime) -> datetime:
    days = _WORKING_DAYS.fullmatch(span.strip())
    if days:
        return _opening(calendar, calendar.add_days(now.astimezone(calendar.zone).date(), int(days[1])))
    try:
        return now + parse_duration(span)
    except ValueError:
        raise Refused(f'write how long as "3wd" for working days, "4h" or "7d", not {span!r}') from None


def _opening(calendar: WorkingTime, on: date) -> datetime:
    return calendar.next_opening(datetime.combine(on, time(), tzinfo=calendar.zone))
