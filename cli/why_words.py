"""What `milepost why` found, in plain words and few lines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from alerts.why import Why
from cli.alert_words import called, in_hands, title
from cli.coming import in_words
from cli.hub import Hub
from cli.show_alerts import by_and_to, when_told
from cli.talk import answer, local, print_facts, printable
from config.language import ago, clock, day, instant, number
from connectors.scope import count
from rules.clock import Clock, ClockDay
from rules.explained import Part
from rules.views.base import Row
from rules.whose import Whose
from rules.why import Looked, Verdict
from unify.freshness import Freshness

_LONG, _FIRST, _LAST = 12, 3, 5
"""A clock of more days shows its first and last ones."""
_SHOWN = 60
"""Characters of a text among values."""


def print_why(why: Why, hub: Hub, *, everything: bool) -> None:
    """What it is and whose; what each rule says of it; the clocks; who was told. `everything`: also every part by
    which a silent rule is silent, every clock, and the rules that look at other things."""
    speech = _Speech(hub, everything)
    print_facts(speech.head(why))
    for verdict, heading in _VERDICTS.items():
        some = [one for one in why.looked if one.verdict == verdict]
        if some:
            _line(f"\n{heading}")
        for one in some:
            speech.rule(one, why)
    if why.seen and not why.looked:
        _line("\nno rule looks at it")
    speech.clocks(why.looked)
    speech.told(why)
    if everything:
        for rule, view in why.elsewhere.items():
            _line(f"\n{rule}: looks at the view {view}, where this is not")
    elif why.elsewhere:
        _line(f"\n{count(len(why.elsewhere), 'rule looks', 'rules look')} at other things: --all names them")


_VERDICTS: Mapping[Verdict, str] = {
    "fires": "fires",
    "holds its peace": "holds its peace, because this does not hold",
    "not measured": "not measured",
    "was stopped": "was stopped",
    "is off": "is off",
}
"""In the order in which they are told, each with its heading."""


@dataclass(frozen=True)
class _Speech:
    hub: Hub
    everything: bool

    @property
    def _today(self) -> date:
        return self.hub.clock().astimezone(self.hub.settings.zone).date()

    # --- what it is, and whose ---

    def head(self, why: Why) -> Iterator[tuple[str, object]]:
        shown = [one for one in why.seen if one.row is not None and one.row not in why.weeks]
        row: Row = next((one.row for one in shown if one.row), {})
        views = " and ".join(one.view.name for one in shown) or why.found.table
        yield "what", f"{why.found.name}: {views.replace('_', ' ')}"
        yield "key", why.found.key
        yield "where", why.found.url
        for one in why.seen:
            if one.unseen:
                yield "not looked at", f"as {one.view.name}: {one.unseen}"
        yield "project", row.get("project_name")
        if why.found.table not in _NOBODYS:
            yield from self._whose(why.whose)
        if "owner_name" in row:
            yield "owner", row["owner_name"] or "nobody"
        yield "status", row.get("status")
        for name, column in _DATES.items():
            if row.get(column) is not None:
                yield name, self._value(row[column])
        yield "read", self._fresh(why.freshness)
        for week in why.weeks:
            yield self._week(week), self._load(week)
        if why.found.table == "person" and not why.weeks:
            yield "work", "none that is dated for this week or the next"

    def _week(self, week: Row) -> str:
        return f"week of {day('en', week['week_on'], self._today)}"

    def _load(self, week: Row) -> str:
        """ "40.5 of 32 hours (127 %), 12 items due, 3 of them without an estimate"."""
        hours, percent, rough = week["remaining_hours"], week["load_percent"], week["unestimated_items"]
        taken = f"{number(hours)} of " if hours is not None else ""
        share = f" ({number(percent)} %)" if percent is not None else ""
        without = f", {number(rough)} of them without an estimate" if rough else ""
        return f"{taken}{number(week['capacity_hours'])} hours{share}, {count(week['items'], 'item')} due{without}"

    def _whose(self, whose: Whose) -> Iterator[tuple[str, str]]:
        client = ": ".join(filter(None, (whose.client_name, whose.client_basis)))
        yield "client", client or "nobody has said whose it is"
        for one in whose.suggested:
            yield "suggested", f"{one.name}: {one.evidence}"
            then = f"; then it is {one.bd_name}'s" if one.bd_name else ""
            yield "to confirm", f'add "{one.value}" to {one.setting} under [{one.table}]{then}'
        yield "BD manager", ": ".join(filter(None, (whose.bd_name, whose.bd_basis))) or self._nobody()

    def _nobody(self) -> str:
        """That there is no BD manager, and who is told in their place, where any route would tell them."""
        settings = self.hub.settings
        if not any(to.endswith(":bd") for route in settings.routes for to in route.to):
            return "nobody"
        return f"nobody; the coordinator, {settings.people[settings.coordinator].name}, is told instead"

    def _fresh(self, fresh: Freshness | None) -> str:
        if fresh is None:
            return ""
        read = ago("en", fresh.age) if fresh.age is not None else "never"
        return f"{fresh.label}, {read}" + ("; old data: nothing new is told of it" if fresh.stale else "")

    # --- the rules ---

    def rule(self, looked: Looked, why: Why) -> None:
        """A rule in its lines: what it says, and by which parts of its condition; of a silent one the first part."""
        week = next((f", {self._week(week)}" for week in why.weeks if week["key"] == looked.subject), "")
        if looked.condition is None:
            _line(f"  {looked.rule}{week}: {looked.reason}")
        elif looked.verdict == "fires":
            _line(f"  {looked.rule}{week} ({looked.severity}): {looked.title}")
            for part in looked.condition.decisive():
                _line(f"    holds: {self._part(part)}")
        else:
            first, *others = looked.condition.decisive()
            more = f"; and {count(len(others), 'part')} more" if others and not self.everything else ""
            _line(f"  {looked.rule}{week}: {self._part(first)}{more}")
            for part in others if self.everything else ():
                _line(f"    nor: {self._part(part)}")

    def _part(self, part: Part) -> str:
        bare = part.text.removeprefix("not ")
        is_so = part.holds is (bare == part.text)
        meaning = f" (it is{'' if is_so else ' not'}: {part.meaning.rstrip('.')})" if part.meaning else ""
        values = [f"{name} {self._value(value)}" for name, value in (part.values or {}).items() if name != bare]
        return f"{part.text}{meaning}" + (f" | {', '.join(values)}" if values else "")

    def _value(self, value: object) -> str:
        match value:
            case None | "":
                return "nothing"
            case bool():
                return "yes" if value else "no"
            case int() | float():
                return number(value)
            case datetime():
                return instant("en", value, self.hub.settings.zone, self._today)
            case date():
                return day("en", value, self._today)
            case _:
                text = str(value)
                return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"

    # --- the clocks ---

    def clocks(self, looked: Iterable[Looked]) -> None:
        """Each clock once, day by day."""
        shown: dict[tuple[datetime, str], list[Clock]] = {}
        for rule in looked:
            for one in rule.clocks:
                if self.everything or _decides(one, rule):
                    shown.setdefault((one.since, one.calendar), []).append(one)
        for clocks in shown.values():
            one, names = clocks[0], ", ".join(dict.fromkeys(each.column for each in clocks))
            _line(
                f"\n{number(one.hours)} working hours since {self._value(one.since)} ({names}; calendar {one.calendar})"
            )
            for line in self._days(one):
                _line(f"  {line}")

    def _days(self, told: Clock) -> Iterator[str]:
        days = told.days
        if len(days) > _LONG:
            between = days[_FIRST:-_LAST]
            yield from self._lines(days[:_FIRST])
            hours = number(sum(one.hours for one in between))
            yield f"… {count(len(between), 'day')}, {hours} h"
            days = days[-_LAST:]
        yield from self._lines(days)

    def _lines(self, days: Sequence[ClockDay]) -> Iterator[str]:
        for is_off, some in groupby(days, key=lambda one: one.is_off and not one.closed):
            if is_off:
                yield f"{', '.join(self._day(one) for one in some)}: off"
                continue
            for one in some:
                yield f"{self._day(one)}: {self._spells(one)}"

    def _day(self, one: ClockDay) -> str:
        return day("en", one.day, self._today)

    def _spells(self, one: ClockDay) -> str:
        zone = self.hub.settings.zone
        ran = "; pause; ".join(
            f"{clock(begin, zone)}-{clock(end, zone)} {number((end - begin).total_seconds() / 3600)} h"
            for begin, end in one.spells
        )
        closed = f" (closed: {', '.join(one.closed)})" if one.closed else ""
        total = f" = {number(one.hours)} h" if len(one.spells) > 1 else ""
        return f"{ran or '0 h'}{total}{closed}"

    # --- who was told ---

    def told(self, why: Why) -> None:
        """Each alert, and who was told of it when and how; what is still to be told."""
        zone = self.hub.settings.zone
        for alert in why.alerts:
            about = called(alert["facts"]) or title(alert, self.hub)
            name = f"{alert['rule']}: {about}" if about and alert["subject"] != why.found.key else alert["rule"]
            over = f"; over {local(alert['resolved_at'], zone)}: {self._ending(alert)}" if alert["resolved_at"] else ""
            state = in_hands(alert, self.hub) or alert["state"]
            _line(f"\n{name}: {state}, raised {local(alert['since'], zone)}{over}")
            for row in alert["told"]:
                way, to = by_and_to(row)
                reason = row["last_error"] or row["reason"] or ""
                _line(f"  {when_told(row, self.hub)}: {way}, {to}" + (f" ({reason})" if reason else ""))
            if not alert["told"]:
                _line("  nobody was told")
        if not why.alerts and why.seen:
            _line("\nno alert was ever raised about it")
        for line in in_words(why.coming, self.hub):
            _line(f"  {line}")

    def _ending(self, alert: Mapping[str, Any]) -> str:
        ending = alert["facts"].get("ending") or {}
        return str(alert["resolve_reason"] or "over") + (f": {ending['how']}" if ending.get("how") else "")


def _decides(clock: Clock, looked: Looked) -> bool:
    """Whether what decided was how long something has lasted; of a silent rule, lately and by the part that is told."""
    if looked.condition is None:
        return False
    parts = list(looked.condition.decisive())
    told = parts if looked.verdict == "fires" else parts[:1]
    return any(clock.column in (part.values or ()) for part in told) and (
        looked.verdict == "fires" or len(clock.days) <= _LONG
    )


_NOBODYS = ("source", "person")
"""What has no client."""

_DATES = {
    "received": "received_at",
    "first answer": "first_response_at",
    "waits since": "waiting_since",
    "promised": "committed_on",
    "due": "deadline_on",
    "agreed": "agreed_on",
}
"""Columns of any view that tell when, and what people call them."""


def _line(text: str) -> None:
    answer.print(printable(text))
