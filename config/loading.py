"""Reads `milepost.toml` into `config.settings.Settings`, or says all that is wrong with it at once."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from config.checks import Draft, check
from config.environment import overrides, put_over, unknown
from config.mistakes import (
    ConfigError,
    KeyPath,
    Mistake,
    did_you_mean,
    of_pydantic,
    one_of,
    redacted,
    spelled,
    unknown_key,
)
from config.places import lines
from config.secrets import Redactor, References
from config.settings import (
    LITERAL,
    CalendarSettings,
    ChannelSettings,
    ClientSettings,
    PersonSettings,
    Route,
    RuleSettings,
    Secret,
    Settings,
    SourceSettings,
    Tree,
)
from config.syntax import parse, read

__all__ = ["ConfigError", "Loaded", "Mistake", "load", "load_text"]

Part = TypeVar("Part", bound=Tree)
Kind = TypeVar("Kind", bound=SourceSettings | ChannelSettings)
Rules = Mapping[str, Collection[str]]
FindRules = Callable[[Path], Rules]

_SECTIONS = ("calendars", "sources", "people", "clients", "channels", "rules")
_NAME = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file says. `warnings` name a place each; `secrets` are all that were looked up, for the redactor."""

    settings: Settings
    warnings: list[str]
    secrets: list[Secret]


def load(
    path: Path,
    environ: Mapping[str, str],
    *,
    source_kinds: Mapping[str, type[SourceSettings]],
    channel_kinds: Mapping[str, type[ChannelSettings]],
    rules: Rules | FindRules | None,
) -> Loaded:
    """Read the file `path`. `rules` are the params by rule id, or what finds them with those in the folder `rules_dir`;
    None leaves `[rules]` and the rules of routes unchecked.

    Relative paths in the file begin at its folder and are absolute in what is returned. Raises ConfigError.
    """
    text = read(path)
    return load_text(
        text,
        environ,
        source_kinds=source_kinds,
        channel_kinds=channel_kinds,
        rules=rules,
        file=str(path),
        folder=path.absolute().parent,
    )


def load_text(
    text: str,
    environ: Mapping[str, str] | None = None,
    *,
    source_kinds: Mapping[str, type[SourceSettings]],
    channel_kinds: Mapping[str, type[ChannelSettings]],
    rules: Rules | FindRules | None = None,
    file: str = "milepost.toml",
    folder: Path = Path(),
) -> Loaded:
    """Read `text` as the file `file` in `folder`. Raises ConfigError."""
    environ = environ or {}
    reader = _Reader(parse(text, file), lines(text), file, References(environ, folder))
    told = list(overrides(environ, source_kinds.values(), channel_kinds.values()))
    reader.put_over((variable, part) for variable, part in told if "rules" not in part)
    reader.make_absolute(folder)
    known = rules(reader.rules_dir) if callable(rules) else rules
    reader.put_over_rules(((variable, part) for variable, part in told if "rules" in part), known or {})
    return reader.read(source_kinds, channel_kinds, known, folder)


class _Reader:
    """One reading of one file: collects mistakes part by part, so that each part is judged whatever the others are."""

    def __init__(self, tree: dict[str, Any], places: Mapping[KeyPath, int], file: str, look_up: References) -> None:
        self._tree = tree
        self._places = places
        self._file = file
        self._look_up = look_up
        self._variables: dict[KeyPath, str] = {}
        self._mistakes: list[Mistake] = []

    @property
    def rules_dir(self) -> Path:
        """Where the firm's own rules stand; the default's place while the file's is wrong."""
        told = self._tree.get("rules_dir")
        return Path(told if isinstance(told, str) else Settings.model_fields["rules_dir"].default)

    def put_over(self, told: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Put the environment's values over the file's, and remember which variable said what."""
        for variable, part in told:
            if not part:
                self._mistakes.append(Mistake("environment", None, variable, unknown(variable)))
            for path in put_over(self._tree, part):
                self._variables[path] = variable

    def put_over_rules(self, told: Iterable[tuple[str, dict[str, Any]]], rules: Rules) -> None:
        """The same for `[rules]`, whose ids no variable can spell: `-` is written `_`."""
        ids = {rule.replace("-", "_"): rule for rule in [*rules, *_table(self._tree, "rules")]}
        for variable, part in told:
            by_id = {ids.get(name, name): rule for name, rule in _table(part, "rules").items()}
            self.put_over([(variable, {"rules": by_id or part["rules"]})])

    def make_absolute(self, folder: Path) -> None:
        """Let relative paths begin at the file's folder."""
        database = self._tree.get("database", Settings.model_fields["database"].default)
        rules_dir = self._tree.get("rules_dir", Settings.model_fields["rules_dir"].default)
        if isinstance(database, str) and database.startswith("sqlite:///") and not database.endswith(("/", ":memory:")):
            self._tree["database"] = f"sqlite:///{folder / database.removeprefix('sqlite:///')}"
        if isinstance(rules_dir, str):
            self._tree["rules_dir"] = str(folder / rules_dir)
        for source in _table(self._tree, "sources").values():
            if isinstance(source, dict) and isinstance(source.get("ca_file"), str) and source["ca_file"]:
                source["ca_file"] = str(folder / source["ca_file"])

    def read(
        self,
        source_kinds: Mapping[str, type[SourceSettings]],
        channel_kinds: Mapping[str, type[ChannelSettings]],
        rules: Rules | None,
        folder: Path,
    ) -> Loaded:
        """Judge each part, then what must fit together. Raises ConfigError with all that is wrong."""
        draft = Draft(names={section: set(_table(self._tree, section)) for section in _SECTIONS})
        draft.sources = self._of_kind("sources", source_kinds)
        draft.channels = self._of_kind("channels", channel_kinds)
        calendars = self._section("calendars", CalendarSettings)
        draft.people = self._section("people", PersonSettings)
        draft.clients = self._section("clients", ClientSettings)
        draft.rules = self._section("rules", RuleSettings, any_name=True)
        draft.routes = self._routes()
        draft.routes_written = len(self._list("routes")) if draft.routes else int("routes" in self._tree)
        calendar = self._part(CalendarSettings, self._tree.get("calendar", {}), ("calendar",))
        draft.calendars = {("calendars", name): one for name, one in calendars.items()}
        if calendar is not None:
            draft.calendars["calendar",] = calendar
        settings = self._whole(draft, calendar, calendars, folder)
        if settings is not None:
            draft.team_domains = settings.team_domains
        draft.coordinator = self._tree.get("coordinator")
        for path, problem in check(draft, rules):
            self._add(path, problem)
        if self._mistakes or settings is None:
            redact = Redactor()
            for secret in self._look_up.resolved:
                redact.register(secret.reveal())
            raise ConfigError(redacted(mistake, redact) for mistake in self._mistakes)
        return Loaded(settings, self._warnings(settings), self._look_up.resolved)

    def _whole(
        self,
        draft: Draft,
        calendar: CalendarSettings | None,
        calendars: dict[str, CalendarSettings],
        folder: Path,
    ) -> Settings | None:
        """The top of the file, with the parts that are right in their places."""
        given = {key: value for key, value in self._tree.items() if key not in (*_SECTIONS, "calendar", "routes")}
        if "folder" in given:
            self._add(("folder",), unknown_key("folder", Settings))
        return self._part(
            Settings,
            given
            | {
                "folder": folder,
                "calendar": calendar or CalendarSettings(),
                "calendars": calendars,
                "sources": draft.sources,
                "people": draft.people,
                "clients": draft.clients,
                "channels": draft.channels,
                "routes": tuple(draft.routes.values()),
                "rules": draft.rules,
            },
            (),
        )

    def _of_kind(self, section: str, kinds: Mapping[str, type[Kind]]) -> dict[str, Kind]:
        """The sources or channels, each read as its `kind` says."""
        read: dict[str, Kind] = {}
        for name, given in self._named_tables(section):
            kind = given.get("kind")
            if "name" in given:
                known = kinds[kind] if isinstance(kind, str) and kind in kinds else None
                self._add((section, name, "name"), unknown_key("name", known) if known else "unknown key")
            if kind is None:
                self._add((section, name, "kind"), f"is missing; write one of {one_of(kinds)}")
            elif not isinstance(kind, str) or kind not in kinds:
                near = did_you_mean(kind, kinds) if isinstance(kind, str) else ""
                self._add((section, name, "kind"), f"write one of {one_of(kinds)}{near}")
            elif (part := self._part(kinds[kind], given | {"name": name}, (section, name))) is not None:
                read[name] = part
        return read

    def _section(self, section: str, model: type[Part], *, any_name: bool = False) -> dict[str, Part]:
        read = {}
        for name, given in self._named_tables(section, any_name=any_name):
            if (part := self._part(model, given, (section, name))) is not None:
                read[name] = part
        return read

    def _named_tables(self, section: str, *, any_name: bool = False) -> list[tuple[str, dict[str, Any]]]:
        if not isinstance(self._tree.get(section, {}), dict):
            self._add((section,), f"write tables: [{section}.NAME]")
        tables = []
        for name, given in _table(self._tree, section).items():
            if not any_name and not _NAME.fullmatch(name):
                self._add((section, name), "a name is made of a-z, 0-9 and _")
            if isinstance(given, dict):
                tables.append((name, given))
            else:
                self._add((section, name), f"write a table: [{section}.NAME]")
        return tables

    def _routes(self) -> dict[int, Route]:
        if not isinstance(self._tree.get("routes", []), list):
            self._add(("routes",), "write each route as an element of a list: [[routes]]")
        read = {number: self._part(Route, one, ("routes", number)) for number, one in enumerate(self._list("routes"))}
        return {number: route for number, route in read.items() if route is not None}

    def _list(self, section: str) -> list[Any]:
        given = self._tree.get(section)
        return given if isinstance(given, list) else []

    def _part(self, model: type[Part], given: object, path: KeyPath) -> Part | None:
        """The part, if need be without its wrong keys, so that what is right in it is checked against the rest."""
        try:
            return model.model_validate(given, context=self._look_up)
        except ValidationError as error:
            wrong = set()
            for below, problem in of_pydantic(error, model, given):
                self._add(path + below, problem)
                wrong |= set(below[:1])
        right = {key: value for key, value in given.items() if key not in wrong} if isinstance(given, dict) else {}
        try:
            return model.model_validate(right, context=self._look_up)
        except ValidationError:
            return None

    def _add(self, path: KeyPath, problem: str) -> None:
        told = next((end for end in _ends(path) if path[:end] in self._variables), None)
        if told is None:
            self._mistakes.append(Mistake(self._file, self._line(path), spelled(path), problem))
        else:
            within = f" ({spelled(path[told:])})" if path[told:] else ""
            self._mistakes.append(Mistake("environment", None, self._variables[path[:told]] + within, problem))

    def _line(self, path: KeyPath) -> int:
        """The line of the nearest thing that stands in the file: a missing key has that of its table."""
        return next((self._places[path[:end]] for end in _ends(path) if path[:end] in self._places), 1)

    def _warnings(self, settings: Settings) -> list[str]:
        parts: list[tuple[KeyPath, SourceSettings | ChannelSettings]] = [
            *((("sources", name), source) for name, source in settings.sources.items()),
            *((("channels", name), channel) for name, channel in settings.channels.items()),
        ]
        return [
            str(
                Mistake(
                    self._file,
                    self._line((*path, key)),
                    spelled((*path, key)),
                    'the secret itself stands here; put it into the environment and write "env:NAME"',
                )
            )
            for path, part in parts
            for key, value in part
            if isinstance(value, Secret) and value.reference == LITERAL
        ]


def _table(tree: Mapping[str, Any], section: str) -> dict[str, Any]:
    given = tree.get(section, {})
    return given if isinstance(given, dict) else {}


def _ends(path: KeyPath) -> range:
    return range(len(path), 0, -1)
