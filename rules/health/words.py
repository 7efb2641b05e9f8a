"""The colour and its reasons as one sentence, in the three languages: at most two reasons, the worst first."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from config.language import Catalog, bare_day
from config.settings import Language
from rules.health.values import Colour, Health, Reason

TEXTS = Catalog.load(Path(__file__).parent / "texts")
TOLD = 2
"""Reasons in a sentence."""
_UNREAD = ("stale", "never_read")


def colour_name(language: Language, colour: Colour) -> str:
    """What a colour is called where it stands alone or begins a sentence: "Red"."""
    return TEXTS.say(language, f"colour.{colour}")


def sentence(language: Language, health: Health, today: date) -> str:
    """ "Red: UAT sign-off is 17 wd past the promised 30 Oct and moved twice; risk 'core freeze' (12) has no response."

    Days are told with their year where that is not the year of `today`.
    """
    colour = colour_name(language, health.colour)
    if reasons := because(language, health, today):
        return TEXTS.say(language, "sentence", colour=colour, reasons=reasons)
    return TEXTS.say(language, "sentence.bare", colour=colour)


def because(language: Language, health: Health, today: date) -> str:
    """The reasons of that sentence, where the colour stands beside them already; "" for none."""
    said = [_with_project(language, reason, before, today) for reason, before in _in_a_row(told(health))]
    return TEXTS.say(language, "and").join(said)


def told(health: Health) -> Sequence[Reason]:
    """The reasons of the sentence. That a source was not read is one of them: who reads the other must know it."""
    first, rest = health.reasons[: TOLD - 1], health.reasons[TOLD - 1 :]
    unread = [reason for reason in rest if reason.kind in _UNREAD]
    return [*first, *(unread or rest)[:1]]


def say_reason(language: Language, reason: Reason, today: date) -> str:
    """One reason, without its project."""
    facts: dict[str, Any] = dict(reason.facts)
    moves = facts.pop("moves", None)
    times = TEXTS.say(language, "times.2" if moves == 2 else "times.many", count=moves) if moves else ""
    too = TEXTS.say(language, "moved.too", times=times) if times else ""
    for name in facts.keys() & {"committed_on", "planned_on", "scored_on", "ends_on", "read_on"}:
        facts[name] = bare_day(language, date.fromisoformat(facts[name]), today)
    # What is urgent has no hours to wait, and so no limit to tell.
    key: str = "critical_waits" if facts.get("limit") == 0 else reason.kind
    if facts.get("count") == 1:
        key = f"{key}.one"
    if "open_items" in facts:
        key, facts["count"] = f"{key}.open", facts["open_items"]
    name = reason.name or TEXTS.say(language, "nameless")
    return TEXTS.say(language, key, **{"name": name, "moved": too, "times": times, **facts})


def _in_a_row(reasons: Sequence[Reason]) -> Sequence[tuple[Reason, str]]:
    """Each, and the project of the one before it."""
    return list(zip(reasons, ["", *(reason.project for reason in reasons)], strict=False))


def _with_project(language: Language, reason: Reason, before: str, today: date) -> str:
    """A client's reason names the project, unless the one before it did."""
    said = say_reason(language, reason, today)
    if not reason.project or reason.project == before:
        return said
    return TEXTS.say(language, "of_project", project=reason.project_name, reason=said)
