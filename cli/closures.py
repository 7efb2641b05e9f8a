"""What `milepost calendar` does: closures recorded, taken back and listed, and what came of each."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from cli.decide import who_records
from cli.exit_codes import OK, WRONG
from cli.hub import Hub
from cli.opening import open_hub
from cli.talk import local, print_json, print_table, refuse, say, warn
from config.language import instant, working_hours
from config.nearest import did_you_mean, there_are
from config.settings import Settings
from connectors.scope import count
from rules.moment import Moment
from rules.working_time import WorkingTime
from unify import closures
from unify.closures import Closed
from unify.derived import FEEDBACK, fetch
from unify.engine import writing


def record_closure(config: Path, begins: str, ends: str, region: str, reason: str, by: str) -> int:
    """Record when the offices of a region were closed; alerts follow at the next evaluation."""
    with open_hub(config) as hub:
        try:
            begins_at, ends_at = (_instant(text, hub) for text in (begins, ends))
        except ValueError as wrong:
            return refuse(str(wrong))
        regions = _regions(hub.settings)
        if region.casefold() not in regions:
            return refuse(_no_such(region, regions.values()))
        who = who_records(hub, by)
        if not who:
            return WRONG
        _record(hub, Closed(regions[region.casefold()], begins_at, ends_at, reason.strip()), who)
    return OK


def _record(hub: Hub, closed: Closed, by: str) -> None:
    """Raises Refused."""
    before = hub.moment()
    with writing(hub.engine) as connection:
        number = closures.close(connection, closed, by, before.now)
    if number is None:
        say(f"{_named(closed, before)}: already recorded")
        return
    hub.settling.settle_if_changed()
    lost = _difference(closed, before, hub.moment())
    if not any(lost.values()):
        say(f"{_named(closed, before)}: recorded as number {number}")
        warn("no working time falls into it: check the dates; `milepost calendar open` takes it back")
        return
    told = ", ".join(f"{working_hours('en', hours)} of calendar {name}" for name, hours in lost.items() if hours)
    say(f"{_named(closed, before)}: recorded as number {number}; {told} do not count. {_alerts_follow(hub, closed)}")


def lift_closure(config: Path, number: int, by: str) -> int:
    """Take a closure back, as though it had never been entered."""
    with open_hub(config) as hub:
        who = who_records(hub, by)
        if not who:
            return WRONG
        moment = hub.moment()
        with writing(hub.engine) as connection:
            closed = closures.lift(connection, number, who, moment.now)
        hub.settling.settle_if_changed()
        say(f"{_named(closed, moment)}: taken back. {_alerts_follow(hub, closed)}")
    return OK


def show_closures(config: Path, *, everything: bool, as_json: bool) -> int:
    """Every closure that stands, by its beginning."""
    with open_hub(config) as hub, hub.reader.connect() as connection:
        chosen = select(closures.CLOSURE).order_by(closures.CLOSURE.c.begins_at, closures.CLOSURE.c.id)
        rows = fetch(connection, chosen if everything else chosen.where(closures.CLOSURE.c.lifted_at.is_(None)))
        if as_json:
            print_json(rows)
            return OK
        zone = hub.settings.zone
        print_table(
            ("number", "region", "from", "to", "why", "entered by", "taken back"),
            (
                (
                    *(row["id"], row["region"], local(row["begins_at"], zone), local(row["ends_at"], zone)),
                    *(row["reason"], row["recorded_by"]),
                    f"{local(row['lifted_at'], zone)} by {row['lifted_by']}" if row["lifted_at"] else "",
                )
                for row in rows
            ),
            "no closure is recorded",
        )
    return OK


def _instant(text: str, hub: Hub) -> datetime:
    """What somebody typed, in local time unless it says otherwise."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"write the time as 2026-09-08 17:00, not {text!r}") from None
    at = at if at.tzinfo else at.replace(tzinfo=hub.settings.zone)
    if not (calendar := hub.moment().calendar(None)).first <= at.astimezone(calendar.zone).date() <= calendar.last:
        raise ValueError(f"{text} is beyond what calendars know: check the year")
    return at


def _regions(settings: Settings) -> dict[str, str]:
    """How the config writes each region of its calendars, by its small letters."""
    named = (calendar.closed_with for calendar in (settings.calendar, *settings.calendars.values()))
    return {name.casefold(): name for name in named if name != "none"}


def _no_such(region: str, regions: Collection[str]) -> str:
    if not regions:
        return f'no calendar has a region: write region = "{region}" in [calendar]'
    return f'no calendar is of region "{region}"{did_you_mean(region, regions) or there_are(regions)}'


def _difference(closed: Closed, before: Moment, after: Moment) -> Mapping[str, float]:
    """Working hours that each calendar has lost by it; less than it lasts where it overlaps another."""
    hour = timedelta(hours=1)
    return {
        name: (_worked(calendar, closed) - _worked(after.calendars[name], closed)) / hour
        for name, calendar in before.calendars.items()
    }


def _worked(calendar: WorkingTime, closed: Closed) -> timedelta:
    return calendar.between(closed.begins_at, closed.ends_at)


def _named(closed: Closed, moment: Moment) -> str:
    begins, ends = (instant("en", at, moment.zone, moment.today) for at in (closed.begins_at, closed.ends_at))
    return f"{closed.region} closed {begins} to {ends} ({closed.reason})"


def _alerts_follow(hub: Hub, closed: Closed) -> str:
    """How many clients' clocks it changes, and when that shows."""
    moment = hub.moment()
    names = [
        name for name, calendar in moment.calendars.items() if calendar.region.casefold() == closed.region.casefold()
    ]
    waits = (
        FEEDBACK.c.waiting_since < closed.ends_at,
        FEEDBACK.c.handled.is_not(True),
        FEEDBACK.c.deleted_at.is_(None),
    )
    with hub.reader.connect() as connection:
        waiting = connection.execute(
            select(func.count()).select_from(FEEDBACK).where(*waits, FEEDBACK.c.calendar.in_(names))
        ).scalar_one()
    whose = count(waiting, "client waits", "clients wait") + " since before it ended"
    return f"{whose}; their alerts follow with the next round (`serve`: within a minute; else `milepost run`)"
