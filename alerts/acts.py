"""What a reader can do about an alert where they read it, whatever way the answer comes back to us."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Any, Literal, get_args

from alerts.delegation import allow_agreeing, allow_snoozing, allow_taking_it, asker_of, is_of_the_hub
from alerts.facts import Facts
from alerts.messages import TEXTS, Entry
from alerts.refusals import NotAllowed
from config.settings import Language, Settings

Verb = Literal["take", "agreed", "answered", "snooze"]
VERBS: tuple[Verb, ...] = get_args(Verb)
HOLDS: tuple[Verb, ...] = ("take", "snooze")
"""Those by which an alert becomes somebody's."""
_TELLS: Mapping[str, Verb] = {"milestone": "agreed", "feedback": "answered"}
"""What only people know, by the view that the alert's rule reads."""


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody decided about one alert, in one episode of it."""

    verb: Verb
    fingerprint: str
    episode: int
    until: date | None = None
    """Of a snooze: the day on which it ends; None: when the due date moves."""
    on: date | None = None
    reference: str = ""
    """The date that the client accepted, and what proves it."""
    at: datetime | None = None
    how: str = ""
    """When it was answered elsewhere, and how."""


@dataclass(frozen=True, slots=True)
class Did:
    """What came of an act: a sentence for whoever did it, and whether anything changed by it."""

    text: str
    changed: bool = True


class CannotAct(Exception):
    """It is not theirs to decide, or nothing is left to decide; the message says so to whoever tried."""


Desk = Callable[[Act, str], Did]
"""Carries out an act of that key under [people]. Raises CannotAct."""


@dataclass(frozen=True, slots=True)
class Field:
    """What a verb asks of whoever chooses it: a day, an instant, or a line of text."""

    name: Literal["on", "reference", "at", "how", "until"]
    kind: Literal["day", "instant", "text"]
    optional: bool = False

    def asks(self, language: Language) -> str:
        """What stands beside it."""
        match self.name:
            case "on":
                return TEXTS.say(language, "ask.on")
            case "reference":
                return TEXTS.say(language, "ask.reference")
            case "at":
                return TEXTS.say(language, "ask.at")
            case "how":
                return TEXTS.say(language, "ask.how")
            case "until":
                return TEXTS.say(language, "ask.until")


FIELDS: Mapping[Verb, tuple[Field, ...]] = {
    "take": (),
    "agreed": (Field("on", "day"), Field("reference", "text")),
    "answered": (Field("at", "instant"), Field("how", "text")),
    "snooze": (Field("until", "day", optional=True),),
}


class Incomplete(Exception):
    """What somebody filled in cannot be taken: what to do, by the name of the field."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__("; ".join(wrong.values()))
        self.wrong = wrong


def filled_in(verb: Verb, fingerprint: str, episode: int, given: Mapping[str, str], at: tzinfo, tell: Language) -> Act:
    """The act that `given` makes, by the names of the verb's fields: "2026-11-30", "2026-11-20T17:15" (in the zone
    `at`, where it names none), a text. Raises Incomplete, in the language `tell`."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for field in FIELDS[verb]:
        text = given.get(field.name, "").strip()
        try:
            if text:
                values[field.name] = _read(field, text, at)
            elif not field.optional:
                wrong[field.name] = TEXTS.say(tell, "ask.missing")
        except ValueError:
            wrong[field.name] = TEXTS.say(tell, "ask.unreadable")
    if wrong:
        raise Incomplete(wrong)
    return replace(Act(verb, fingerprint, episode), **values)


def _read(field: Field, text: str, zone: tzinfo) -> date | datetime | str:
    match field.kind:
        case "day":
            return date.fromisoformat(text)
        case "instant":
            instant = datetime.fromisoformat(text)
            return instant if instant.tzinfo else instant.replace(tzinfo=zone)
        case "text":
            return text


def verbs(entry: Entry) -> tuple[Verb, ...]:
    """What the reader of `entry` can do about it, the usual one first: nothing once it is over, or where its rule asks
    for nothing."""
    on, state = entry.on, entry.held.state if entry.held else ""
    if not on or entry.end is not None:
        return ()
    offered: tuple[Verb, ...] = ("take", *([_TELLS[on]] if on in _TELLS else []), "snooze")
    done = {("take", "acknowledged"), ("snooze", "snoozed")}
    return tuple(verb for verb in offered if verb not in entry.barred and (verb, state) not in done)


def barred(settings: Settings, reader: str, fingerprint: str, facts: Facts) -> tuple[Verb, ...]:
    """What the person with the key `reader` may not do about that alert: it is not offered to them. Of a group ("")
    nobody knows who presses: a refusal tells who may."""
    if not reader:
        return ()
    by, subject = reader.removeprefix("person/"), fingerprint.partition(":")[2]
    if by not in settings.people:
        return VERBS
    who = asker_of(settings, by, facts)
    allowed: Mapping[Verb, Callable[[], None]] = {
        "take": lambda: allow_taking_it(settings, by, facts, subject),
        "agreed": lambda: allow_agreeing(who),
        "snooze": lambda: allow_snoozing(who, of_the_hub=is_of_the_hub(settings, subject)),
    }
    return tuple(verb for verb, allow in allowed.items() if _refuses(allow))


def _refuses(allow: Callable[[], None]) -> bool:
    try:
        allow()
    except NotAllowed:
        return True
    return False


def label(verb: Verb, language: Language) -> str:
    """What its button is called."""
    return TEXTS.say(language, f"act.{verb}")
