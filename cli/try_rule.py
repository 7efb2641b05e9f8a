"""`milepost rules try`: what a rule would say now, or would have said; nothing is sent, and no alert is kept."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from alerts.backtest import heard
from alerts.facts import Facts
from alerts.routing import People, Subject, client_name, read_people, route
from cli.exit_codes import FAILED, OK
from cli.hub import Hub
from cli.opening import open_hub
from cli.talk import answer, local, print_json, print_table, refuse, say, warn
from config.nearest import did_you_mean, there_are
from config.settings import Settings
from config.values import parse_duration
from connectors.scope import count
from rules.backtest import Backtest, Budget, CannotReplay, Doubt, Raised, backtest, hourly
from rules.evaluate import Finding, find
from rules.fence import TooSlow
from rules.load import RuleFiles, load_file
from rules.measured import not_measured, unmeasured
from rules.rule import Rule
from rules.titles import Reading
from rules.working_time import OutsideCalendar
from unify.decisions import Refused
from unify.derived import table_of
from unify.freshness import read_freshness
from unify.tables import SyncRun

_RUN = table_of(SyncRun)
_LONGEST = timedelta(days=366)
_MANY, _ROWS_A_SECOND = 5_000, 2_000
"""Before how many rows it is said how long it takes (docs/performance.md)."""
_SHOWN = 40
"""Alerts listed for people, the latest; `--json` has them all."""
_DOUBTS = {
    Doubt.LAST_TIMES: (
        "ticket",
        "of which only the last message's time is known, so that waits before it are not seen",
    ),
    Doubt.INTERVAL: ("change", "seen between two readings, which counts from the second"),
    Doubt.NO_BEGINNING: ("row", "without a time of its making, taken to have been there all the time"),
    Doubt.PROJECT_GONE: ("row", "left out: the project is archived or deleted now"),
    Doubt.SOURCE_GONE: ("row", "left out: the source is not read any more"),
    Doubt.NOT_COUNTED: ("row", "left out: another date of the same project counts now"),
}


def try_rules(config: Path, typed: str, since: str, *, as_json: bool) -> int:
    """Try the rule of that id, or those of that file: on what stands now, or on the time `since`."""
    try:
        back = parse_duration(since) if since else None
    except ValueError as wrong:
        return refuse(f"--since: {wrong}")
    if back is not None and back > _LONGEST:
        return refuse(f"--since: at most {_LONGEST.days}d")
    with open_hub(config) as hub, hub.reader.connect() as connection:
        try:
            rules = _meant(hub.settings, typed)
        except Refused as why:
            return refuse(str(why))
        trying = _Trying(hub, connection, rules)
        tried, code = trying.each(rules, back)
        if as_json:
            print_json(tried)
            return code
        answers = [one for one in tried if "error" not in one]
        for number, one in enumerate(answers):
            answer.print("\n" if number else "", end="")
            if back is None:
                _print_now(one)
            else:
                _print_past(one, hub.settings)
    return code


def _meant(settings: Settings, typed: str) -> Sequence[Rule]:
    """The rules that `typed` names. Raises Refused, RuleErrors."""
    if typed.endswith((".yaml", ".yml")):
        if not Path(typed).is_file():
            raise Refused(f"there is no file {typed}")
        rules = load_file(Path(typed), settings.rules)
        if not rules:
            raise Refused(f"there is no rule in {typed}")
        return rules
    files = RuleFiles(settings.folder / settings.rules_dir)
    rule = files.named(typed, settings.rules)
    if rule is None:
        ids = sorted(files.ids or ())
        raise Refused(f"there is no rule {typed!r}{did_you_mean(typed, ids) or there_are(ids)}")
    return [rule]


class _Trying:
    """Tries rules on one database; what came of it as JSON would have it."""

    def __init__(self, hub: Hub, connection: Connection, rules: Sequence[Rule]) -> None:
        self._settings, self._connection = hub.settings, connection
        self._moment = hub.moment()
        self._people = read_people(connection, hub.settings)
        self._freshness = read_freshness(connection, hub.settings, self._moment.now)
        self._lacking = unmeasured(connection, rules, hub.settings, self._freshness)

    def each(self, rules: Iterable[Rule], back: timedelta | None) -> tuple[list[dict[str, Any]], int]:
        """What came of each, and the code to end with: one that cannot be answered keeps no other from it."""
        tried, code = [], OK
        for rule in rules:
            try:
                self._look_for_rows(rule)
                tried.append(self._now(rule) if back is None else self._since(rule, back))
                continue
            except (CannotReplay, Refused) as why:
                error, code = str(why), max(code, refuse(str(why)))
            except (TooSlow, OutsideCalendar) as why:
                error, code = not_tried(rule.id, why, back), max(code, FAILED)
                warn(error)
            tried.append({"rule": rule.id, "error": error})
        return tried, code

    def _look_for_rows(self, rule: Rule) -> None:
        """Raises Refused where nothing was read yet: that the rule finds nothing then is no answer."""
        if not self._rows(rule) and not any(source.read_at for source in self._freshness.values()):
            raise Refused(f"there is nothing to try {rule.id} on: nothing was read yet: milepost sync")

    def _rows(self, rule: Rule) -> int:
        return self._connection.scalar(select(func.count()).select_from(rule.view.table)) or 0

    def _measured(self, rule: Rule) -> str:
        """Why the rule cannot fire, whatever else stands there; "" where it can."""
        return not_measured(self._lacking[rule.id]) if rule.id in self._lacking else ""

    def _now(self, rule: Rule) -> dict[str, Any]:
        """What the rule finds, and whom its routes name. Raises TooSlow, OutsideCalendar."""
        found = find(self._connection, rule, self._moment)
        return {
            "rule": rule.id,
            "not_measured": self._measured(rule),
            "findings": [self._finding(rule, finding) for finding in found],
        }

    def _finding(self, rule: Rule, finding: Finding) -> dict[str, Any]:
        settings, facts = self._settings, Facts(finding.facts)
        reading = Reading(settings.language, settings.zone, self._moment.today)
        client = (finding.client or "").removeprefix("client/")
        subject = Subject(rule.id, rule.view.name, finding.severity, finding.source, client, facts)
        return {
            "subject": finding.subject,
            "severity": finding.severity,
            "says": rule.title(finding.facts, reading),
            "client": client_name(settings, client, settings.language),
            "tells": _names(settings, self._people, subject),
        }

    def _since(self, rule: Rule, back: timedelta) -> dict[str, Any]:
        """The alerts that the rule would have raised in that time. Raises CannotReplay, TooSlow, OutsideCalendar."""
        moment = self._moment
        rows = self._rows(rule)
        if rows >= _MANY:
            say(f"{rule.id}: {rows} rows are walked back, which takes some {rows // _ROWS_A_SECOND} s")
        budget = Budget.of(rows)
        ticks = hourly(self._settings, moment.calendars, moment.now - back, moment.now)
        tried = backtest(self._connection, rule, self._settings, ticks, budget)
        return {
            "rule": rule.id,
            "not_measured": self._measured(rule),
            "since": ticks[0].now,
            "until": ticks[-1].now,
            "rows": tried.rows,
            "alerts": [self._raised(tried, one) for one in tried.raised],
            "readers": [asdict(one) for one in heard(tried, self._settings, self._people, budget)],
            "unchanged": list(tried.unchanged),
            "taken_as_open": list(tried.unheard),
            "doubts": tried.doubts,
            "read_since": self._read_since(),
        }

    def _read_since(self) -> dict[str, datetime | None]:
        """When the first run that read all of it began, by source of the config; None: there was none yet."""
        good = select(_RUN.c.source, func.min(_RUN.c.started_at)).where(_RUN.c.outcome == "ok").group_by(_RUN.c.source)
        first = {row.source: row[1] for row in self._connection.execute(good)}
        return {source: first.get(source) for source in self._settings.sources}

    def _raised(self, tried: Backtest, one: Raised) -> dict[str, Any]:
        facts, settings = Facts(one.facts), self._settings
        begins, ends = tried.ticks[one.begins].now, tried.ticks[-1 if one.ends is None else one.ends].now
        client = facts.text("client").removeprefix("client/")
        return {
            "subject": one.subject,
            "name": facts.text("name") or facts.text("subject"),
            "client": client_name(settings, client, settings.language),
            "from": begins,
            "held_before": one.begins == 0,
            "until": None if one.ends is None else ends,
            "hours": round((ends - begins) / timedelta(hours=1), 1),
            "severities": [{"at": tried.ticks[stage.tick].now, "severity": stage.severity} for stage in one.severities],
        }


def _names(settings: Settings, people: People, subject: Subject) -> list[str]:
    """Those who would be told; a group by its channel."""
    targets = route(settings, people, subject)
    return [target.reader.name or target.channels[0] for target in targets if not target.refused]


def not_tried(rule: str, error: TooSlow | OutsideCalendar, back: timedelta | None) -> str:
    """Why nothing came of trying `rule`, and what to do about it."""
    if isinstance(error, OutsideCalendar):
        return f"{rule}: {error}"
    shorter = "" if back is None else "ask a shorter time (--since), or "
    return f"{rule} {error}: {shorter}make its condition simpler"


def _print_now(tried: dict[str, Any]) -> None:
    found = tried["findings"]
    answer.print(f"{tried['rule']} finds {len(found)} now\n")
    print_table(
        ("severity", "what it says", "client", "for", "of"),
        ((one["severity"], one["says"], one["client"], ", ".join(one["tells"]), one["subject"]) for one in found),
        "nothing to tell",
    )
    if tried["not_measured"]:
        answer.print(f"\n{tried['not_measured']}")
    if found:
        say("nothing was sent; --since 90d tells what it would have said")


def _print_past(tried: dict[str, Any], settings: Settings) -> None:
    zone, alerts = settings.zone, tried["alerts"]
    firing = sum(one["until"] is None for one in alerts)
    span = f"{local(tried['since'], zone)} to {local(tried['until'], zone)}"
    asked = f"asked every hour from {span} of {count(tried['rows'], 'row')}"
    answer.print(f"{tried['rule']}, {asked}: {count(len(alerts), 'alert')}, {firing} of them now\n")
    print_table(
        ("from", "to", "lasted", "severity", "client", "about"),
        (
            (
                ("before " if one["held_before"] else "") + local(one["from"], zone),
                local(one["until"], zone) or "now",
                _lasted(one["hours"]),
                _severities(one["severities"], settings),
                one["client"],
                one["name"] or one["subject"],
            )
            for one in alerts[-_SHOWN:]
        ),
        "it would have said nothing" if tried["rows"] else "no row was there to ask it of, so that nothing could fire",
    )
    if len(alerts) > _SHOWN:
        answer.print(f"and {len(alerts) - _SHOWN} before these: --json has them all")
    if alerts:
        answer.print("")
        print_table(
            ("would have been told", "messages", "that it is over", "on a day off"),
            ((one["name"], one["messages"], one["ends"], one["on_days_off"]) for one in tried["readers"]),
            "nobody would have been told",
        )
    for line in _doubts(tried, settings):
        answer.print(f"\n{line}")


def _doubts(tried: dict[str, Any], settings: Settings) -> Iterable[str]:
    """What the answer rests on and nobody can know."""
    if tried["not_measured"]:
        yield tried["not_measured"]
    if tried["unchanged"]:
        yield f"taken as they are now, for their earlier values are not kept: {', '.join(tried['unchanged'])}"
    if tried["taken_as_open"]:
        words = ", ".join(f'"{word}"' for word in tried["taken_as_open"])
        yield f"taken as open, for nothing tells what these statuses meant: {words}"
    for doubt, rows in tried["doubts"].items():
        noun, rests_on = _DOUBTS[doubt]
        yield f"{count(rows, noun)} {rests_on}"
    began: dict[str, list[str]] = defaultdict(list)
    for source, at in tried["read_since"].items():
        if at is None or at > tried["since"]:
            began[local(at, settings.zone)].append(source)
    if never := began.pop("", ()):
        yield f"never read whole: {', '.join(never)}; milepost sync"
    for since, sources in began.items():
        yield f"read since {since}: {', '.join(sources)}; of before, only what the tools keep of their history is known"


def _severities(stages: Sequence[dict[str, Any]], settings: Settings) -> str:
    """ "warning, critical from 2026-11-19 00:00"."""
    first, *later = stages
    changed = (f"{stage['severity']} from {local(stage['at'], settings.zone)}" for stage in later)
    return ", ".join([first["severity"], *changed])


def _lasted(hours: float) -> str:
    days, rest = divmod(round(hours), 24)
    return f"{days} d {rest} h" if days else f"{rest} h"
