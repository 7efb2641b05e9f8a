"""What commands say of alerts that nobody was told of yet: when they go out, to whom, and what is in the way."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from alerts.coming import Coming, coming
from alerts.decide import Reason
from cli.alert_words import name_of
from cli.hub import Hub
from config.language import instant
from connectors.scope import count
from unify.freshness import read_freshness

_WHY = {
    Reason.OUTSIDE_HOURS: "outside working hours until then",
    Reason.WAITS_FOR_LINE: "with the morning line",
}
_NEVER: dict[Reason, str] = {
    Reason.FIRST_LOOK: "at the first look already, told to the coordinator alone until `milepost alerts adopt`",
    Reason.STALE: "not told while the source's data is old",
}


def read_coming(hub: Hub) -> Sequence[Coming]:
    """What is owed now."""
    moment = hub.moment()
    with hub.reader.connect() as connection:
        fresh = read_freshness(connection, hub.settings, moment.now)
        return coming(connection, hub.settings, hub.rules, fresh, moment.calendars, moment.now)


def in_words(found: Iterable[Coming], hub: Hub) -> Iterator[str]:
    """A line for each time and reason: "2 alerts go out Mon 23 Nov 09:00 to Marco Yip: outside working hours …"."""
    groups: dict[tuple[datetime | None, Reason, str], list[Coming]] = defaultdict(list)
    for one in found:
        groups[one.at, one.reason, why_not(one, hub)].append(one)
    for (at, reason, why), some in sorted(groups.items(), key=lambda group: (group[0][0] is None, group[0])):
        alerts = count(len({one.fingerprint for one in some}), "alert")
        verb = "goes" if alerts.startswith("1 ") else "go"
        names = ", ".join(dict.fromkeys(one.to for one in some))
        if at is None:
            yield f"{alerts} for {names}: {why}"
        else:
            yield f"{alerts} {verb} out {when(at, reason, hub)} to {names}" + (
                f": {_WHY[reason]}" if reason in _WHY else ""
            )


def why_not(one: Coming, hub: Hub) -> str:
    """What is in the way; of a silence whose it is, why, how long and its number."""
    if one.silence is None:
        return _NEVER.get(one.reason, str(one.reason))
    silence, zone = one.silence, hub.settings.zone
    by = name_of(silence.created_by, hub)
    end = instant("en", silence.ends_at, zone, hub.clock().astimezone(zone).date())
    return f"silenced by {by} till {end}: {silence.reason} (silence {silence.id})"


def when(at: datetime, reason: Reason, hub: Hub) -> str:
    """The time, or that it is now."""
    settings = hub.settings
    today = hub.clock().astimezone(settings.zone).date()
    return "in the next round" if reason.tells else instant("en", at, settings.zone, today)
