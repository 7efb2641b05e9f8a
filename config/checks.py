"""What no single value shows: names that must exist, things that two may not share, the order of routes."""

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from config.mistakes import Found, KeyPath
from config.nearest import did_you_mean, one_of
from config.settings import (
    CalendarSettings,
    ChannelSettings,
    ClientSettings,
    Language,
    PersonSettings,
    Route,
    RouteMatch,
    RuleSettings,
    Settings,
    SignInSettings,
    SourceSettings,
)
from config.sign_in import check_sign_in
from config.values import check_spells, check_time_of_day
from config.words import may_be_a_clients, normal

_DEFAULT_RULES_DIR = Settings.model_fields["rules_dir"].default
ROLES = ("bd", "owner", "coordinator")


@dataclass(slots=True)
class Draft:
    """The parts of a file that are right by themselves, and the names of all, so that one mistake makes no second.

    `names`: by section; None where it is no table, so that nobody can tell which there would be.
    """

    names: Mapping[str, Collection[str] | None]
    team_domains: Collection[str] = ()
    rules_dir: str | None = None
    database: str | None = None
    public_url: str = ""
    coordinator: object = None
    on_duty: object = ()
    rehearsal_until: object = None
    calendars: dict[KeyPath, CalendarSettings] = field(default_factory=dict)
    sources: dict[str, SourceSettings] = field(default_factory=dict)
    people: dict[str, PersonSettings] = field(default_factory=dict)
    clients: dict[str, ClientSettings] = field(default_factory=dict)
    channels: dict[str, ChannelSettings] = field(default_factory=dict)
    routes: dict[int, Route] = field(default_factory=dict)
    routes_written: int = 0
    rules: dict[str, RuleSettings] = field(default_factory=dict)
    sign_in: SignInSettings | None = None


def check(draft: Draft, rules: Collection[str] | None) -> Iterator[Found]:
    """All that does not fit together; `rules` are the ids there are, None: they are not looked at."""
    if isinstance(draft.coordinator, str):
        yield from _named(("coordinator",), draft.coordinator, draft.names["people"], "[people]")
    if isinstance(draft.on_duty, list):
        for number, name in enumerate(draft.on_duty):
            if isinstance(name, str):
                yield from _named(("on_duty", number), name, draft.names["people"], "[people]")
    yield from _places(draft)
    yield from _calendars(draft)
    yield from _sources(draft)
    yield from _people(draft)
    yield from _clients(draft)
    yield from _channels(draft)
    yield from _routes(draft, rules)
    yield from _groups(draft)
    if draft.sign_in is not None:
        yield from check_sign_in(draft.sign_in, draft.public_url)


def _named(path: KeyPath, name: str, names: Collection[str] | None, where: str) -> Iterator[Found]:
    if names is not None and name not in names:
        yield path, f'"{name}" is none of {where}{did_you_mean(name, names)}'


def _places(draft: Draft) -> Iterator[Found]:
    """Where there is no folder, or a folder and no file. A missing folder of the database is made by who opens it."""
    rules, database = draft.rules_dir, draft.database
    if rules is not None and os.path.isfile(rules):
        yield ("rules_dir",), "this is a file; name the folder that it lies in"
    elif rules is not None and os.path.basename(rules) != _DEFAULT_RULES_DIR and not os.path.isdir(rules):
        yield ("rules_dir",), "there is no such folder"
    if database is not None and os.path.isdir(database):
        yield ("database",), "this is a folder; name a file in it, such as milepost.db"


def _calendar(draft: Draft, path: KeyPath, name: str) -> Iterator[Found]:
    if (known := draft.names["calendars"]) is not None:
        yield from _named((*path, "calendar"), name, {"default", *known}, "[calendars]")


def _calendars(draft: Draft) -> Iterator[Found]:
    if "default" in (draft.names["calendars"] or ()):
        yield ("calendars", "default"), "the default calendar is [calendar]; give this one another name"
    for path, calendar in draft.calendars.items():
        try:
            check_spells(calendar.hours)
        except ValueError as error:
            yield (*path, "hours"), str(error)
        else:
            yield from _half_day_ends(path, calendar)
        if not calendar.workdays:
            yield (*path, "workdays"), "write at least one day"
        for both in sorted(set(calendar.days_off) & set(calendar.extra_workdays)):
            yield path, f"{both} stands in days_off and in extra_workdays: take it out of one of them"


def _half_day_ends(path: KeyPath, calendar: CalendarSettings) -> Iterator[Found]:
    try:
        check_time_of_day(calendar.half_day_ends)
    except ValueError as error:
        yield (*path, "half_day_ends"), str(error)
    else:
        begins = min(calendar.hours)[:5]
        if calendar.has_half_days and calendar.half_day_ends <= begins:
            yield (*path, "half_day_ends"), f"work begins at {begins}: write a later time, or list the day in days_off"


def _sources(draft: Draft) -> Iterator[Found]:
    for name, source in draft.sources.items():
        if source.ca_file and not os.path.isfile(source.ca_file):
            there_is = "this is a folder; name the file" if os.path.isdir(source.ca_file) else "there is no such file"
            yield ("sources", name, "ca_file"), there_is


def _people(draft: Draft) -> Iterator[Found]:
    emails, accounts = _Once("[people]"), _Once("[people]")
    for name, person in draft.people.items():
        path: KeyPath = ("people", name)
        if name in ROLES:
            yield path, f'"{name}" is a role in routes; give the person another name'
        if not person.name:
            yield (*path, "name"), "write a name"
        yield from _calendar(draft, path, person.calendar)
        yield from emails.claim((*path, "email"), normal(person.email), name)
        if person.cover:
            yield from _cover((*path, "cover"), name, draft)
        for number, account in enumerate(person.accounts):
            if account.partition(":")[0] not in (draft.names["channels"] or ()):  # else whom a robot calls
                yield from _reference((*path, "accounts", number), account, draft, "SOURCE:ID")
            yield from accounts.claim((*path, "accounts", number), account, name)


def _cover(path: KeyPath, name: str, draft: Draft) -> Iterator[Found]:
    """Somebody else, who does not end up with them again."""
    cover = draft.people[name].cover
    yield from _named(path, cover, draft.names["people"], "[people]")
    row = [name]
    while cover in draft.people and cover not in row:
        row.append(cover)
        cover = draft.people[cover].cover
    if cover == name == min(row):  # told once
        yield path, f"{' -> '.join([*row, name])} goes round in a circle: nobody would be left to be told"


def _clients(draft: Draft) -> Iterator[Found]:
    domains, projects, companies = _Once("[clients]"), _Once("[clients]"), _Once("[clients]")
    for name, client in draft.clients.items():
        path: KeyPath = ("clients", name)
        yield from _names_by_language((*path, "name"), client.name)
        if client.bd:
            yield from _named((*path, "bd"), client.bd, draft.names["people"], "[people]")
        yield from _calendar(draft, path, client.calendar)
        for number, domain in enumerate(client.domains):
            here: KeyPath = (*path, "domains", number)
            if not may_be_a_clients(domain):
                yield here, f"anybody may write from {domain}: it tells no client"
            elif normal(domain) in map(normal, draft.team_domains):
                yield here, f"{domain} is one of team_domains: it cannot be a client's too"
            yield from domains.claim(here, normal(domain), name)
        for number, project in enumerate(client.projects):
            yield from _reference((*path, "projects", number), project, draft, "SOURCE:KEY")
            yield from projects.claim((*path, "projects", number), project, name)
        for number, company in enumerate(client.crm):
            yield from _reference((*path, "crm", number), company, draft, "SOURCE:company:ID")
            yield from companies.claim((*path, "crm", number), company, name)


def _names_by_language(path: KeyPath, name: str | Mapping[str, str]) -> Iterator[Found]:
    if not name:
        yield path, "write a name"
    for language in () if isinstance(name, str) else name:
        yield from _named(
            (*path, language), language, get_args(Language), f"the languages {one_of(get_args(Language))}"
        )


def _reference(path: KeyPath, reference: str, draft: Draft, form: str) -> Iterator[Found]:
    """`delivery:APP`, `crm:company:143`: a configured source, what stands in the form, and an id."""
    source, *rest = reference.split(":", form.count(":"))
    fixed = form.split(":")[1:-1]
    if rest[:-1] != fixed or not rest or not rest[-1]:
        yield path, f'write "{form}"'
    else:
        yield from _named(path, source, draft.names["sources"], "[sources]")


def _channels(draft: Draft) -> Iterator[Found]:
    for name, channel in draft.channels.items():
        path: KeyPath = ("channels", name, "clients")
        if channel.clients and channel.reaches == "persons":
            yield path, "this channel has no group to be told of clients; take the key out"
        for number, client in enumerate(channel.clients):
            yield from _named((*path, number), client, draft.names["clients"], "[clients]")
    names = draft.names["channels"] or ()
    reached = {draft.channels[name].reaches if name in draft.channels else "both" for name in names}
    if draft.rehearsal_until and reached == {"group"}:
        yield (
            ("rehearsal_until",),
            "the coordinator alone reads a rehearsal, and no channel reaches a person: add one to [channels], "
            "such as e-mail, or take the key out",
        )


def _routes(draft: Draft, rules: Collection[str] | None) -> Iterator[Found]:
    for number, route in draft.routes.items():
        path: KeyPath = ("routes", number)
        asked = route.match
        for key, name, names, where in (
            ("client", asked.client, draft.names["clients"], "[clients]"),
            ("source", asked.source, draft.names["sources"], "[sources]"),
            ("rule", asked.rule, rules, "the rules"),
        ):
            if name is not None:
                yield from _named((*path, "match", key), name, names, where)
        if not route.to:
            yield (*path, "to"), 'write at least one channel, such as "email:bd"'
        for place, target in enumerate(route.to):
            yield from _target((*path, "to", place), target, draft)
    last = draft.routes.get(draft.routes_written - 1)
    if last is not None and last.match != RouteMatch():
        yield ("routes", draft.routes_written - 1), "the last route must match everything: add one with `to` alone"
    if draft.names["channels"] and not draft.routes_written:
        yield ("routes",), "channels without a route tell nobody: add [[routes]] with `to`"


def _target(path: KeyPath, target: str, draft: Draft) -> Iterator[Found]:
    channel, colon, who = target.partition(":")
    yield from _named(path, channel, draft.names["channels"], "[channels]")
    if colon and who not in ROLES and draft.names["people"] is not None:
        yield from _named(path, who, {*ROLES, *draft.names["people"]}, "bd, owner, coordinator and [people]")
    match draft.channels[channel].reaches if channel in draft.channels else "both":
        case "persons" if not colon:
            yield path, f'who gets it? write "{channel}:bd", or owner, coordinator or one of [people] in place of bd'
        case "group" if colon:
            yield path, f'this channel has one place to write to; write "{channel}" alone'


def _groups(draft: Draft) -> Iterator[Found]:
    """No group reads of a client that its channel does not list, nor of a confidential one that has no code."""
    left = dict(draft.clients)
    for number, route in sorted(draft.routes.items()):
        asked = route.match.client
        told = left if asked is None else {asked: left[asked]} if asked in left else {}
        for place, target in enumerate(route.to):
            if target in draft.channels and draft.channels[target].reaches != "persons":
                yield from _group(("routes", number, "to", place), target, draft.channels[target].clients, told)
        if route.match == RouteMatch(client=asked):  # nothing of that client comes further down
            left = {name: client for name, client in left.items() if name != asked}


def _group(path: KeyPath, channel: str, named: Collection[str], told: Mapping[str, ClientSettings]) -> Iterator[Found]:
    coded = [name for name, client in told.items() if client.confidential]
    unlisted = [name for name in told if name not in named and name not in coded]
    if unlisted:
        add = ", ".join(f'"{name}"' for name in unlisted)
        yield (
            path,
            f'all who read "{channel}" would be told of {add}: add {add} to `clients` of [channels.{channel}], '
            "or give a route above with match = {client = …} for whoever may read it",
        )
    for name in coded:
        if not told[name].code:
            yield (
                path,
                f'all who read "{channel}" would be told of "{name}", which is confidential: write '
                f'code = "…" below [clients.{name}], a word that tells nothing, or a route above for that client',
            )


class _Once:
    """Things that only one of a section may hold."""

    def __init__(self, section: str) -> None:
        self._section = section
        self._held: dict[str, str] = {}

    def claim(self, path: KeyPath, thing: Any, holder: str) -> Iterator[Found]:
        first = self._held.setdefault(thing, holder)
        if first != holder:
            yield path, f'"{first}" in {self._section} has it already: only one can'
