"""One round: what the rules found becomes changes of alerts and rows of the outbox, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, Engine

from alerts import deliveries, life, planning
from alerts.ahead import due_between, rest_of_week
from alerts.broken_channels import BrokenChannels
from alerts.comments import Written, write_comments
from alerts.doubts import Doubts
from alerts.ended import Ended
from alerts.endings import read_ending
from alerts.facts import Facts, began
from alerts.first_look import first_looks, looked_before, note_look
from alerts.flapping import read_flapping
from alerts.handover import handovers
from alerts.hands import fired_again, last_change
from alerts.messages import Ending
from alerts.mornings import Mornings
from alerts.noise import tell_noise
from alerts.outages import Outages
from alerts.rehearsal import rehearsed
from alerts.risen import Risen
from alerts.routing import read_people
from alerts.silences import read_silences
from alerts.standing import show_standing
from alerts.store import Stored, is_urgent, read_alerts, write_events, write_facts
from alerts.storm_question import ask_about_storms
from alerts.storms import note_storms, read_storms
from alerts.summary import summary
from alerts.taken_over import TakenOver
from alerts.urgent import became_urgent, last_words, note_words
from alerts.weeks import Weeks
from alerts.withdrawals import Withdrawals
from alerts.writer import Writer
from config.settings import Settings
from rules.evaluate import Finding, Outcome
from rules.stopped import note_stopped
from rules.working_time import WorkingTime, calendar_of
from unify.engine import writing
from unify.freshness import Freshness


@dataclass(slots=True)
class Round:
    """What a round changed and decided, and why."""

    events: list[life.Event] = field(default_factory=list)
    decisions: list[planning.Decision] = field(default_factory=list)
    messages: list[deliveries.Planned] = field(default_factory=list)
    """Rows put into the outbox."""
    comments: list[Written] = field(default_factory=list)
    """Comments to be posted, edited or taken back."""
    uncommented: dict[str, str] = field(default_factory=dict)
    """Alerts on which none is written, and why."""

    def changed(self, reason: str) -> int:
        """How many alerts changed for `reason` ("fired", "reopened", "done" …)."""
        return sum(event.reason == reason for event in self.events)


def run_round(
    engine: Engine,
    settings: Settings,
    outcomes: Sequence[Outcome],
    freshness: Mapping[str, Freshness],
    calendars: Mapping[str, WorkingTime],
    now: datetime,
) -> Round:
    """Bring the alerts up to date with what the rules found, and fill the outbox with what is owed to whom.

    `outcomes` must be of every enabled rule, also of those that failed: a rule that is missing is taken to be removed.
    """
    with writing(engine) as connection:
        return _round(connection, settings, outcomes, freshness, calendars, now)


def preview(
    engine: Engine,
    settings: Settings,
    outcomes: Sequence[Outcome],
    freshness: Mapping[str, Freshness],
    calendars: Mapping[str, WorkingTime],
    now: datetime,
) -> Round:
    """What a round would do, were everybody at work now; nothing is kept."""
    with engine.connect() as connection:
        transaction = connection.begin()
        try:
            return _round(connection, settings, outcomes, freshness, calendars, now, any_hour=True)
        finally:
            transaction.rollback()


def adopt(engine: Engine, newer_than: datetime, now: datetime, actor: str) -> int:
    """Make alerts of what first looks found and what began after `newer_than`; return how many.

    Those who should know are told in the next round.
    """
    with writing(engine) as connection:
        alerts = read_alerts(connection, (), now)
        events = [
            life.adoption(alert.known, now, actor)
            for alert in alerts.values()
            if alert.known.life.state == "firing" and not alert.known.life.adopted and _is_newer(alert, newer_than)
        ]
        write_events(connection, alerts, events, {}, {})
    return len(events)


def _is_newer(alert: Stored, than: datetime) -> bool:
    """By the deadline or the client's message; what has neither is as old as its alert."""
    facts = Facts(alert.facts)
    since = facts.at("deadline_at") or facts.at("waiting_since") or alert.known.life.since
    return since >= than


def _round(
    connection: Connection,
    settings: Settings,
    outcomes: Sequence[Outcome],
    freshness: Mapping[str, Freshness],
    calendars: Mapping[str, WorkingTime],
    now: datetime,
    *,
    any_hour: bool = False,
) -> Round:
    """1. findings to events and states; 2. what is owed to readers; 3. comments in the tools."""
    before = looked_before(connection)
    ran = [outcome.rule.id for outcome in outcomes if outcome.error is None]
    findings = life.believed(outcomes, freshness)
    alerts = read_alerts(connection, findings, now)
    done = Round()

    looks = {} if settings.first_run == "send" else first_looks(ran, freshness, before, now)
    rules = {outcome.rule.id: outcome.rule for outcome in outcomes}
    views = {name: rule.view.name for name, rule in rules.items()}

    def was_there(finding: Finding) -> bool:
        look = looks.get((finding.rule, finding.source))
        since = began(views[finding.rule], Facts(finding.facts), calendars)
        return look is not None and look.found_old(since, urgent=is_urgent(finding))

    def lasted(finding: Finding, since: datetime) -> bool:
        asked = rules[finding.rule].lasting
        calendar = calendar_of(calendars, Facts(finding.facts).text("calendar"))
        return asked is None or asked.is_over(since, now, calendar)

    known = {key: alert.known for key, alert in alerts.items()}
    done.events = life.openings(known, findings, was_there, lasted, now)
    over = life.missing(known, findings, outcomes, freshness)
    withdrawals = Withdrawals(connection, settings, rules, calendars, before, now)
    endings = _endings(connection, alerts, over, views, now, calendars, withdrawals)
    endings |= _settled_since(connection, alerts, findings, views, now, calendars)
    done.events += [life.ending(known[key], ending.reason, now, ending.by) for key, ending in endings.items()]
    again = fired_again(alerts, findings, endings, views, partial(last_change, connection), calendars, now)
    done.events += again
    write_events(connection, alerts, done.events, findings, endings)
    for event in again:
        show_standing(connection, settings, event.fingerprint, now)
    in_place = [*handovers(alerts, findings, now), *became_urgent(alerts, findings, now)]
    write_events(connection, alerts, in_place, {}, {})
    done.events += in_place
    write_facts(connection, alerts, findings)
    note_storms(connection, alerts, done.events, before, calendars["default"], now)
    note_look(connection, ran, freshness, before, now)
    note_stopped(connection, outcomes, now)

    deliveries.drop_outdated(connection, alerts)
    words = last_words(connection, alerts, now)
    note_words(connection, words)
    rehearsal = settings.is_rehearsal(now)
    planner = planning.Planner(
        settings=settings,
        people=read_people(connection, settings, now),
        rules=rules,
        writer=Writer(settings, freshness, calendars, now),
        alerts=alerts,
        past=deliveries.read_past(connection, now, rehearsal=rehearsal),
        looked_before={pair: look.last_at for pair, look in before.items()},
        silences=read_silences(connection, now),
        wrote=words,
        flapping=read_flapping(connection, alerts, rules, calendars["default"]),
        storms=read_storms(connection, calendars["default"], now),
        due_this_week=due_between(connection, *rest_of_week(now.astimezone(settings.zone).date()), now),
        any_hour=any_hour,
    )
    rising = [] if rehearsal else planner.rising()  # nobody who could have taken it was told
    write_events(connection, alerts, rising, {}, {})
    done.events += rising
    for decisions, planned in (Ended(planner).planned(), planner.news()):
        done.decisions += decisions
        done.messages += planned
    done.messages += Risen(planner).planned(done.decisions)
    done.messages += TakenOver(planner).planned()
    failed = sum(outcome.error is not None for outcome in outcomes)
    done.messages += Mornings(connection, planner, failed).planned(done.decisions, done.messages)
    done.messages += Weeks(connection, planner).planned()
    done.messages += summary(planner)
    done.messages += Outages(connection, planner).planned(now)
    done.messages += BrokenChannels(connection, planner).planned(now)
    done.messages += Doubts(connection, planner).planned()
    done.messages += ask_about_storms(connection, planner)
    done.messages += tell_noise(connection, planner)
    done.messages = rehearsed(planner, done.messages) if rehearsal else done.messages
    deliveries.write(connection, done.messages, now)

    if not rehearsal:
        done.comments, done.uncommented = write_comments(connection, planner)
    return done


def _endings(
    connection: Connection,
    alerts: Mapping[str, Stored],
    ended: Mapping[str, str | None],
    views: Mapping[str, str],
    now: datetime,
    calendars: Mapping[str, WorkingTime],
    withdrawals: Withdrawals,
) -> dict[str, Ending]:
    """Why each of `ended` is over; a quiet reason is known already."""
    endings = {}
    for key, quiet_reason in ended.items():
        if quiet_reason is not None:
            endings[key] = Ending(quiet_reason)
            continue
        alert, facts = alerts[key], Facts(alerts[key].facts)
        ending = read_ending(connection, views[alert.known.rule], alert.subject, facts, now, calendars)
        if ending.reason == "cleared":
            ending = withdrawals.ending(alert) or ending
        endings[key] = ending
    return endings


def _settled_since(
    connection: Connection,
    alerts: Mapping[str, Stored],
    findings: Mapping[str, Finding],
    views: Mapping[str, str],
    now: datetime,
    calendars: Mapping[str, WorkingTime],
) -> dict[str, Ending]:
    """What has settled dates that were moved or removed without the client: till then those told have a next step."""
    endings: dict[str, Ending] = {}
    for key, alert in alerts.items():
        moved = alert.ending is not None and alert.ending.reason in ("date moved", "date removed")
        if moved and key not in findings and alert.known.rule in views:
            found = read_ending(connection, views[alert.known.rule], alert.subject, Facts(alert.facts), now, calendars)
            endings |= {key: found} if found.reason in ("date agreed", "done", "cancelled") else {}
    return endings
