"""Whom an alert is told, and by which channels: `[[routes]]`, first match wins.

Messages go only to `[people]` and to addresses in `team_domains`: what a vendor sent never chooses who is written to.
Never nobody: where the one a route asks for is not known, the coordinator is told, and why.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Literal, Self

from sqlalchemy import Connection, select

from alerts.cover import is_away, stand_in
from alerts.facts import Facts
from alerts.left_out import without_private
from config.settings import Language, Route, Settings
from unify.derived import PERSON

OF_THE_HOUSE = frozenset({"workload", "source", "indicator"})
"""Views of what is no client's: who has too much to do, what cannot be read, how we are doing."""
_BD_DECIDES = frozenset({"requirement-changed"})
"""Rules about work in which a BD manager has something to settle with the client: they hear of it beside the owner."""
BD_OWNS = frozenset({"client"})
"""Views of what nobody has but the BD manager: they name no owner."""

NoteKey = (
    Literal["", "no_bd", "no_owner", "not_ours", "no_group", "cover", "no_cover"]
    | Literal["escalated", "handover", "wrote_again", "flapping", "storm"]
)
_NOTES: Mapping[str, NoteKey] = {"bd": "no_bd", "owner": "no_owner"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is told, or a group (`key` "") that reads one channel together."""

    key: str
    name: str
    email: str
    language: Language
    calendar: str = "default"
    slack: str = ""

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Back from the outbox, without what only another version of us knows; None: too little is left to tell who."""
        known = {field.name: kept[field.name] for field in fields(cls) if field.name in kept}
        return cls(**known) if known.keys() >= {"key", "name", "email", "language"} else None


@dataclass(frozen=True, slots=True)
class Target:
    """One reader of one alert. `channels`: the first is used, each next one when the one before has failed."""

    reader: Reader
    channels: tuple[str, ...]
    note: NoteKey = ""
    """Why this reader and not another."""
    note_name: str = ""
    refused: str = ""
    """Nothing may be sent to them: the reason, for whoever looks at the parked delivery."""
    alone: bool = False
    """A group, and no person is told beside it: where it cannot be reached, the coordinator is told."""

    @property
    def identity(self) -> tuple[str, str]:
        """(reader, channel of the group): who is told, whatever channel serves."""
        return (self.reader.key, "" if self.reader.key else self.channels[0])


@dataclass(frozen=True, slots=True)
class Subject:
    """What routing looks at. `client` is the name in `[clients]`, "" for none."""

    rule: str
    on: str
    severity: str
    source: str
    client: str
    facts: Facts

    @property
    def bd_is_told(self) -> bool:
        """What is no promise to a client, and what is only to be known, is for owner and coordinator. What is paid for
        is theirs in any case: they are who sends the invoice."""
        is_theirs = self.facts.is_true("client_facing", default=True) or self.facts.is_true("payment")
        return self.severity != "info" and is_theirs and self.on != "item" and not self.is_of_the_house

    @property
    def is_of_the_house(self) -> bool:
        """It is about our people or the hub itself: for the coordinator alone."""
        return self.on in OF_THE_HOUSE

    @property
    def owner_column(self) -> Literal["owner", "bd"]:
        """Which of the facts names who has it."""
        return "bd" if self.on in BD_OWNS else "owner"


class People:
    """Everybody who may be told: `[people]`, and persons of the tools with an address of ours."""

    def __init__(self, settings: Settings, others: Mapping[str, tuple[str, str]], today: date | None = None) -> None:
        """`others`: name and address by person key. `today` decides who is away; without it everybody is there."""
        self._settings = settings
        self._others = others
        self._today = today

    def reader(self, key: str) -> Reader | None:
        """The reader with that person key; None: there is no such person."""
        settings = self._settings
        name = key.removeprefix("person/")
        if name in settings.people:
            person = settings.people[name]
            language = person.language or settings.language
            return Reader(f"person/{name}", person.name, person.email, language, person.calendar, person.slack)
        if key in self._others:
            name, email = self._others[key]
            return Reader(key, name, email, settings.language)
        return None

    def group(self) -> Reader:
        """Whoever reads a channel together: the organisation's language and calendar."""
        return Reader("", "", "", self._settings.language)

    def coordinator(self) -> Reader:
        """Who gets what nobody else owns."""
        reader = self.reader(self._settings.coordinator)
        assert reader is not None, "the config is refused unless `coordinator` is one of [people]"
        return reader

    def covered(self, target: Target) -> Target:
        """`target`, or who is told in its reader's place while they are away: their cover, else the coordinator's own
        row of covers, last the coordinator, away or not."""
        people, name = self._settings.people, target.reader.key.removeprefix("person/")
        if self._today is None or name not in people or not is_away(people[name], self._today):
            return target
        cover = stand_in(people, name, self._today)
        instead = cover or stand_in(people, self._settings.coordinator, self._today) or self._settings.coordinator
        reader = self.reader(instead)
        assert reader is not None, "covers are of [people]"
        if reader == target.reader or target.note:
            return replace(target, reader=reader)
        return replace(target, reader=reader, note="cover" if cover else "no_cover", note_name=target.reader.name)


def refusal(settings: Settings, reader: Reader) -> str:
    """Why nothing may be sent to `reader`; "" if it may. Asked when a message is planned, and again when it is sent."""
    if not reader.key or reader.key.removeprefix("person/") in settings.people:
        return ""
    address = reader.email.casefold()
    ours = {person.email.casefold() for person in settings.people.values()}
    if address in ours or address.rpartition("@")[2] in {domain.casefold() for domain in settings.team_domains}:
        return ""
    return f"{reader.name or reader.key} is none of [people] and has no address in team_domains"


def as_configured(settings: Settings, reader: Reader) -> Reader:
    """`reader` as [people] reaches them now: an address that was mended serves what was written before, too."""
    person = settings.people.get(reader.key.removeprefix("person/"))
    return reader if person is None else replace(reader, email=person.email, slack=person.slack)


def read_people(connection: Connection, settings: Settings, now: datetime | None = None) -> People:
    """The people of the config and of the tools, those away at `now` with who answers for them."""
    rows = connection.execute(select(PERSON.c.key, PERSON.c.name, PERSON.c.email))
    today = now.astimezone(settings.zone).date() if now else None
    return People(settings, {key: (name, email or "") for key, name, email in rows}, today)


def route(settings: Settings, people: People, subject: Subject) -> list[Target]:
    """Who is told of `subject`: each reader once, with their channels in order of preference; nobody without routes."""
    if not settings.routes:
        return []
    position, chosen = _first_match(settings.routes, subject)
    targets: dict[tuple[str, str], Target] = {}
    for channel, who in map(_address, chosen.to):
        for target in map(people.covered, targets_of(settings, people, subject, channel, who)):
            known = targets.setdefault(target.identity, target)
            targets[target.identity] = replace(known, channels=_unique((*known.channels, *target.channels)))
    fall_backs = _personal_channels(settings.routes[position + 1 :])
    alone = not any(target.reader.key for target in targets.values())
    return [
        replace(target, channels=_unique((*target.channels, *fall_backs)))
        if target.reader.key
        else replace(target, alone=alone)
        for target in targets.values()
    ]


def instead_of_group(settings: Settings, people: People, channel: str) -> Target | None:
    """Who is told where the group of `channel` could not be, and nobody else was: the coordinator.

    By every channel that reaches persons, those first that routes use for them, and last the one that failed. None
    without any: then the parked delivery is all there is to see.
    """
    channels = tuple(sorted(_reaching_persons(settings), key=lambda name: name == channel))
    return people.covered(Target(people.coordinator(), channels, "no_group", channel)) if channels else None


def coordinator_only(settings: Settings, people: People) -> Target:
    """For what only the coordinator is told: by the channels of the last route first, which is the usual one, then by
    whatever else reaches a person."""
    channels = _unique((*_personal_channels(reversed(settings.routes)), *_reaching_persons(settings)))
    if not channels:  # nothing but group channels: better read by all than by nobody
        return Target(people.group(), _unique(to for route in reversed(settings.routes) for to in route.to))
    return people.covered(Target(people.coordinator(), channels))


def _first_match(routes: tuple[Route, ...], subject: Subject) -> tuple[int, Route]:
    for position, candidate in enumerate(routes):
        asked = candidate.match.model_dump(exclude_none=True)
        if all(getattr(subject, name) == value for name, value in asked.items()):
            return position, candidate
    raise AssertionError("the config is refused unless its last route matches everything")


def _address(to: str) -> tuple[str, str]:
    channel, _, who = to.partition(":")
    return channel, who


def _personal_channels(routes: Iterable[Route]) -> tuple[str, ...]:
    return tuple(channel for route in routes for channel, who in map(_address, route.to) if who)


def _reaching_persons(settings: Settings) -> tuple[str, ...]:
    """Every channel that does; those first that routes use for them."""
    others = (name for name, found in settings.channels.items() if found.reaches != "group")
    return _unique((*_personal_channels(settings.routes), *others))


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def targets_of(settings: Settings, people: People, subject: Subject, channel: str, who: str) -> list[Target]:
    """Whom CHANNEL:WHO means for `subject`; `who` "": the channel's group."""
    match who:
        case "":
            # What BD managers are not told is not for their group either, as long as anything reaches persons.
            channels = () if subject.bd_is_told else _reaching_persons(settings)
            return _among_ourselves(settings, people, channels, subject) or [Target(people.group(), (channel,))]
        case "bd" | "owner" if subject.is_of_the_house:
            return _among_ourselves(settings, people, (channel,), subject)
        case "bd" if subject.bd_is_told:
            return _or_coordinator(settings, people, (channel,), subject, "bd")
        case "bd":
            return _among_ourselves(settings, people, (channel,), subject)
        case "owner":
            return _or_coordinator(settings, people, (channel,), subject, subject.owner_column)
        case "coordinator":
            return [Target(people.coordinator(), (channel,))]
        case _:
            reader = people.reader(who)
            assert reader is not None, "the config is refused unless a route names one of [people]"
            return [Target(reader, (channel,))]


def _among_ourselves(settings: Settings, people: People, channels: tuple[str, ...], subject: Subject) -> list[Target]:
    """Owner and coordinator, or the coordinator alone of what is about our people or the hub; [] without a channel.

    Where something is to be settled with a client, its BD manager too.
    """
    if not channels:
        return []
    coordinator = Target(people.coordinator(), channels)
    if subject.is_of_the_house:
        return [coordinator]
    bd = _or_coordinator(settings, people, channels, subject, "bd") if subject.rule in _BD_DECIDES else []
    return [*_or_coordinator(settings, people, channels, subject, subject.owner_column), *bd, coordinator]


def _or_coordinator(
    settings: Settings, people: People, channels: tuple[str, ...], subject: Subject, column: Literal["owner", "bd"]
) -> list[Target]:
    """The person that the facts name under `column`, else the coordinator with the reason."""
    reader = people.reader(subject.facts.text(column))
    if reader is None:
        reader = people.coordinator()
        return [Target(reader, channels, _NOTES[column], _without(settings, subject, column, reader.language))]
    refused = refusal(settings, reader)
    if refused:
        parked = Target(reader, channels, refused=refused)
        return [parked, Target(people.coordinator(), channels, "not_ours", reader.name)]
    return [Target(reader, channels)]


def _without(settings: Settings, subject: Subject, column: Literal["owner", "bd"], language: Language) -> str:
    """What lacks somebody: a thing its owner; a client, else a project, its BD manager."""
    thing = subject.facts.text("name") or subject.facts.text("subject")
    whole = client_name(settings, subject.client, language) or subject.facts.text("project_name")
    return without_private(thing or whole if column == "owner" else whole or thing)


def client_name(settings: Settings, client: str, language: Language) -> str:
    """What the client `client` of the config is called in `language`; "" for none."""
    if client not in settings.clients:
        return ""
    name = settings.clients[client].name
    return name if isinstance(name, str) else name.get(language) or next(iter(name.values()), client)


def tool_language(settings: Settings, *people: str) -> Language:
    """In which language a comment in a tool is written: that of the first of those persons, by their keys, for whom
    the config says one; else the organisation's."""
    known = (settings.people.get(key.removeprefix("person/")) for key in people)
    return next((person.language for person in known if person and person.language), settings.language)
