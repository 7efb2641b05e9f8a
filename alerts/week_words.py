"""The words of the weekly summary. A line whose figure nobody has is left out."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from alerts.ahead import Due
from alerts.ahead_words import due_line
from alerts.messages import TEXTS, Entry, Line, Message
from alerts.routing import Reader
from alerts.week_figures import WeekFigures
from alerts.writer import Writer
from config.language import bare_day, number
from config.settings import Language
from rules.health.turns import Turn

_NAMED = 3
"""Projects that became worse, or better; more are counted."""
_KINDS = ("agreed", "answered", "snoozed", "silenced")


def week_message(
    writer: Writer, reader: Reader, week: WeekFigures, last: date, due: Sequence[Due], *, ahead: str, target: str
) -> Message:
    """The whole message. `last`: the week's last working day; `due`: what is promised for the week that `ahead` names
    ("due.week", "due.next"); `target`: of promises kept, in percent, "" for none."""
    say = partial(TEXTS.say, reader.language)
    lines = [
        _turned(reader.language, week.turns),
        say("weekly.counts", new=week.new, solved=week.solved, open=week.open),
        _on_time(reader.language, week.on_time, target) if week.on_time else "",
        _answers(reader.language, week.answers) if week.answers else "",
        due_line(writer, reader, due, ahead),
        _decided(reader.language, week.decided),
    ]
    footer = writer.freshness_lines(reader.language, writer.freshness)
    entry = Entry("", tuple(Line(text) for text in lines if text))
    title = _title(reader.language, week, bare_day(reader.language, last, writer.today))
    return Message(reader.language, title, (entry,), footer).fitted()


def _title(language: Language, week: WeekFigures, day: str) -> str:
    """How the projects turned; where none did, how much was told."""
    if not week.turns:
        return TEXTS.say(language, "weekly.title", day=day, new=week.new, solved=week.solved)
    worse = sum(turn.is_worse for turn in week.turns)
    return TEXTS.say(language, "weekly.turned.title", day=day, better=len(week.turns) - worse, worse=worse)


def _turned(language: Language, turns: Sequence[Turn]) -> str:
    """Those that became worse, and then those that became better; "" for none."""
    parts = []
    for key, is_worse in (("weekly.worse", True), ("weekly.better", False)):
        named = [_turn(language, turn) for turn in turns if turn.is_worse is is_worse]
        if more := len(named[_NAMED:]):
            named = [*named[:_NAMED], TEXTS.say(language, "weekly.turns.more", count=more)]
        if named:
            parts.append(TEXTS.say(language, key, projects=TEXTS.say(language, "comma").join(named)))
    joint = TEXTS.say(language, "weekly.turned.joint")
    return TEXTS.say(language, "weekly.turned", parts=joint.join(parts)) if parts else ""


def _turn(language: Language, turn: Turn) -> str:
    before, after = (TEXTS.say(language, f"weekly.colour.{colour}") for colour in (turn.before, turn.after))
    return TEXTS.say(language, "weekly.turn", project=turn.name, before=before, after=after)


def _on_time(language: Language, kept: Mapping[str, Any], target: str) -> str:
    said = {"value": f"{kept['value']:.1f}", "met": kept["met"], "counted": kept["counted"]}
    if not target:
        return TEXTS.say(language, "weekly.on_time", **said)
    return TEXTS.say(language, "weekly.on_time_target", **said, target=target)


def _answers(language: Language, kept: Mapping[str, Any]) -> str:
    """A ">" stands before what counts those who still wait."""
    told = kept["details"]
    median = f"{'>' if told.get('or_more') else ''}{number(kept['value'])}"
    p90 = f"{'>' if told.get('p90_or_more') else ''}{number(told['p90'])}"
    return TEXTS.say(language, "weekly.answers", median=median, p90=p90)


def _decided(language: Language, decided: Mapping[str, int]) -> str:
    told = [TEXTS.say(language, f"weekly.{kind}", count=decided[kind]) for kind in _KINDS if decided.get(kind)]
    return TEXTS.say(language, "weekly.decided", what=TEXTS.say(language, "comma").join(told)) if told else ""
