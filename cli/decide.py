"""Commands that record what a person decided: `agree`, `answered`, `alerts adopt`, `deliveries retry`."""

import getpass
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from alerts.answer_note import queue_answer_note
from alerts.delegation import allow_agreeing, asker
from alerts.parking import parked, retry
from alerts.round import adopt as adopt_alerts
from cli.coming import in_words, read_coming
from cli.effects import Said, doubts, of_agreement, of_answer, read_feedback, read_milestone
from cli.exit_codes import OK, WRONG
from cli.find_alert import subject_meant
from cli.hub import Hub
from cli.opening import open_hub
from cli.talk import refuse, say, warn
from config.language import day
from config.nearest import did_you_mean, there_are
from config.values import parse_duration
from connectors.scope import count
from unify import decisions
from unify.engine import writing
from unify.lookup import find_feedback, find_milestone

_AGAIN = "already recorded"


def record_agreement(config: Path, item: str, on: str, reference: str, by: str) -> int:
    """A date the client accepted; alerts follow at the next evaluation."""
    try:
        agreed_on = date.fromisoformat(on)
    except ValueError:
        return refuse(f"write the date as 2026-11-30, not {on!r}")
    with open_hub(config) as hub:
        who = who_records(hub, by)
        if not who:
            return WRONG
        said = agreed(hub, _meant(hub, item), agreed_on, reference, who)
    say(said.line)
    for doubt in said.doubts:
        warn(doubt)
    return OK


def record_answer(config: Path, item: str, at: str, how: str, by: str) -> int:
    """An answer given outside the tools; noted in the CRM where comments are allowed."""
    try:
        local = datetime.fromisoformat(at)
    except ValueError:
        return refuse(f"write the time as 2026-11-20 17:15, not {at!r}")
    with open_hub(config) as hub:
        who = who_records(hub, by)
        if not who:
            return WRONG
        instant = local if local.tzinfo else local.replace(tzinfo=hub.settings.zone)
        said = answered(hub, _meant(hub, item), instant, how, who)
        say(said.line)
        hub.deliver()  # after the answer is known to whoever typed it: a tool may take its time
    return OK


def _meant(hub: Hub, typed: str) -> str:
    """The item's own key, where an alert about it was named as it is listed."""
    with hub.reader.connect() as connection:
        return subject_meant(connection, typed, hub)


def agreed(hub: Hub, typed: str, on: date, reference: str, by: str) -> Said:
    """Record the date that the client accepted for the milestone meant by `typed`; what came of it.

    Raises NotOne, NotAllowed, Refused.
    """
    moment = hub.moment()
    with writing(hub.engine) as connection:
        found = find_milestone(connection, typed)
        before = read_milestone(connection, found.key)
        allow_agreeing(asker(hub.settings, by, (before["bd_person"] or "").removeprefix("person/")))
        is_new = decisions.agree(connection, found.key, on, reference, by, moment.now)
        hub.settling.settle(connection, {"milestone": [found.key]})
        after = read_milestone(connection, found.key)
    hub.settling.settle_touched()
    what = f"the client accepted {day('en', on, moment.today)} ({reference.strip()})" if is_new else _AGAIN
    effect = of_agreement(before, after, moment.calendar(after["calendar"]), moment.now, moment.today)
    return Said(f"{found.name}: {what}; {effect}", tuple(doubts(before, on, moment.today)) if is_new else (), is_new)


def answered(hub: Hub, typed: str, at: datetime, how: str, by: str) -> Said:
    """Record that the feedback meant by `typed` was answered elsewhere; what came of it.

    The answer and its note in the tool are recorded together, and the note goes out with the next delivery; none says
    "answered" where the client has written again since. Raises NotOne, Refused.
    """
    moment = hub.moment()
    note = ""
    with writing(hub.engine) as connection:
        found = find_feedback(connection, typed)
        is_new = decisions.answered(connection, found.key, at, how, by, moment.now)
        hub.settling.settle(connection, {"feedback": [found.key]})
        after = read_feedback(connection, found.key)
        if is_new and not after["waiting_since"]:
            refused = queue_answer_note(connection, hub.settings, found.key, at, how, by, moment.now)
            note = f"; no note in the tool ({refused})" if refused else "; a note for the tool is on its way"
    hub.settling.settle_touched()
    effect = of_answer(after, hub.settings.zone, moment.today)
    return Said(f"{found.name}: {'recorded' if is_new else _AGAIN}; {effect}{note}", is_new=is_new)


def adopt(config: Path, newer_than: str) -> int:
    """Take on what was already wrong at the first look."""
    try:
        age = parse_duration(newer_than)
    except ValueError as wrong:
        return refuse(f"--newer-than: {wrong}")
    with open_hub(config) as hub:
        now = hub.clock()
        adopted = adopt_alerts(hub.engine, now - age, now, getpass.getuser())
        say(f"{count(adopted, 'alert')} adopted")
        for line in in_words(read_coming(hub), hub):
            say(line)
    return OK


def retry_deliveries(config: Path, numbers: Sequence[int], channel: str, *, everything: bool) -> int:
    """Send parked deliveries again: those of these numbers, all of a channel, or all; what stays parked is told."""
    if bool(numbers) + bool(channel) + everything != 1:
        return refuse("say which: their numbers, --channel NAME, or --all")
    with open_hub(config) as hub, writing(hub.engine) as connection:
        chosen = numbers or parked(connection, channel)
        refused = [why for number in chosen if (why := retry(connection, hub.settings, number, hub.wall()))]
        known = hub.settings.channels
    for why in refused:
        refuse(why)
    if not chosen:
        say(f"nothing is parked by {channel}{did_you_mean(channel, known)}" if channel else "nothing is parked")
    elif taken := len(chosen) - len(refused):
        which = f"delivery {chosen[0]} goes" if len(chosen) == 1 else count(taken, "delivery goes", "deliveries go")
        say(f"{which} out with the next round; what is not urgent waits for its reader's working time")
    return WRONG if refused else OK


def who_records(hub: Hub, by: str) -> str:
    """The key under [people] of whoever records it: `by`, else this machine's user. "": nobody's, which is told."""
    people = hub.settings.people
    name = by or getpass.getuser()
    if name in people:
        return name
    if by:
        refuse(f'nobody under [people] is called "{by}"{did_you_mean(by, people) or there_are(people)}')
    else:
        refuse(f"say who records it, with --by and a name under [people]{there_are(people)}")
    return ""
