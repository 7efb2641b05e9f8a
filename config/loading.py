"""Reads `milepost.toml` into `config.settings.Settings`, or says all that is wrong with it at once."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from config.checks import Draft, check
from config.environment import overrides, put_over, unknown
from config.mistakes import ConfigError, Found, KeyPath, Mistake, Notes, redacted, unknown_key
from config.parts import Parts, table_in
from config.places import lines
from config.secrets import Redactor, References
from config.settings import (
    LITERAL,
    CalendarSettings,
    ChannelSettings,
    ClientSettings,
    PersonSettings,
    RuleSettings,
    Secret,
    Settings,
    SignInSettings,
    SourceSettings,
    Tree,
)
from config.syntax import parse, read

__all__ = ["ConfigError", "FindRules", "Loaded", "Mistake", "Rules", "load", "load_text"]


class Rules(Protocol):
    """The rules there are: they stand above this folder, and are handed in."""

    @property
    def ids(self) -> Collection[str] | None:
        """Their ids; None where nobody can tell them all."""

    def check(self, overrides: Mapping[str, RuleSettings]) -> tuple[Sequence[Found], Sequence[Mistake]]:
        """What is wrong with the overrides of rules, by its way in the config, and what in the rules' own files."""


FindRules = Callable[[Path], Rules]
"""From the folder of a firm's own rules to the rules there are."""

_SECTIONS = ("calendars", "sources", "people", "clients", "channels", "rules")


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
    rules: FindRules | None,
) -> Loaded:
    """Read the file `path`. `rules` None leaves `[rules]` and the rules of routes unchecked.

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
    rules: FindRules | None = None,
    file: str = "milepost.toml",
    folder: Path = Path(),
) -> Loaded:
    """Read `text` as the file `file` in `folder`. Raises ConfigError."""
    environ = environ or {}
    reader = _Reader(parse(text, file), Notes(file, lines(text)), References(environ, folder))
    told = list(overrides(environ, source_kinds.values(), channel_kinds.values()))
    reader.put_over((variable, part) for variable, part in told if "rules" not in part)
    reader.make_absolute(folder)
    known = rules(reader.rules_dir) if rules is not None else None
    reader.put_over_rules(((variable, part) for variable, part in told if "rules" in part), known)
    return reader.read(source_kinds, channel_kinds, known, folder)


class _Reader:
    """One reading of one file: the environment's values over its own, and what is wrong with any of them."""

    def __init__(self, tree: dict[str, Any], notes: Notes, look_up: References) -> None:
        self._tree = tree
        self._notes = notes
        self._look_up = look_up
        self._parts = Parts(tree, notes, look_up)

    @property
    def rules_dir(self) -> Path:
        """Where the firm's own rules stand; the default's place while the file's is wrong."""
        told = self._tree.get("rules_dir")
        return Path(told if isinstance(told, str) else Settings.model_fields["rules_dir"].default)

    def put_over(self, told: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Put the environment's values over the file's, and remember which variable said what."""
        for variable, part in told:
            if not part:
                self._notes.add_variable(variable, unknown(variable))
            for path in put_over(self._tree, part):
                self._notes.variables[path] = variable

    def put_over_rules(self, told: Iterable[tuple[str, dict[str, Any]]], rules: Rules | None) -> None:
        """The same for `[rules]`, whose ids no variable can spell: `-` is written `_`."""
        known = rules.ids if rules is not None else None
        ids = {rule.replace("-", "_"): rule for rule in [*(known or ()), *table_in(self._tree, "rules")]}
        for variable, part in told:
            by_id = {ids.get(name, name): rule for name, rule in table_in(part, "rules").items()}
            self.put_over([(variable, {"rules": by_id or part["rules"]})])

    def make_absolute(self, folder: Path) -> None:
        """Let relative paths begin at the file's folder."""
        database = self._tree.get("database", Settings.model_fields["database"].default)
        rules_dir = self._tree.get("rules_dir", Settings.model_fields["rules_dir"].default)
        if isinstance(database, str) and database.startswith("sqlite:///") and not database.endswith(("/", ":memory:")):
            self._tree["database"] = f"sqlite:///{folder / database.removeprefix('sqlite:///')}"
        if isinstance(rules_dir, str):
            self._tree["rules_dir"] = str(folder / rules_dir)
        for source in table_in(self._tree, "sources").values():
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
        draft = Draft(names={section: self._parts.names(section) for section in _SECTIONS})
        draft.sources = self._parts.of_kind("sources", source_kinds)
        draft.channels = self._parts.of_kind("channels", channel_kinds)
        calendars = self._parts.section("calendars", CalendarSettings)
        draft.people = self._parts.section("people", PersonSettings)
        draft.clients = self._parts.section("clients", ClientSettings)
        draft.rules = self._parts.section("rules", RuleSettings, any_name=True)
        draft.routes = self._parts.routes()
        written = self._tree.get("routes", [])
        draft.routes_written = len(written) if isinstance(written, list) else 1
        calendar = self._parts.part(CalendarSettings, self._tree.get("calendar", {}), ("calendar",))
        draft.sign_in = self._parts.part(SignInSettings, self._tree.get("sign_in", {}), ("sign_in",))
        draft.calendars = {("calendars", name): one for name, one in calendars.items()}
        if calendar is not None:
            draft.calendars["calendar",] = calendar
        settings = self._whole(draft, calendar, calendars, folder)
        if settings is not None:
            draft.team_domains, draft.rules_dir = settings.team_domains, settings.rules_dir
            draft.database = settings.database.removeprefix("sqlite:///")
            draft.public_url = settings.public_url
        draft.coordinator = self._tree.get("coordinator")
        draft.on_duty = self._tree.get("on_duty")
        draft.rehearsal_until = self._tree.get("rehearsal_until")
        for path, problem in check(draft, rules.ids if rules is not None else None):
            self._notes.add(path, problem)
        of_rules, in_files = rules.check(draft.rules) if rules is not None else ((), ())
        for path, problem in of_rules:
            self._notes.add(path, problem)
        mistakes = [*self._notes.sorted(), *in_files]
        if mistakes or settings is None:
            redact = Redactor()
            for secret in self._look_up.resolved:
                redact.register(secret.reveal())
            raise ConfigError(redacted(mistake, redact) for mistake in mistakes)
        return Loaded(settings, self._warnings(settings), self._look_up.resolved)

    def _whole(
        self,
        draft: Draft,
        calendar: CalendarSettings | None,
        calendars: dict[str, CalendarSettings],
        folder: Path,
    ) -> Settings | None:
        """The top of the file, with the parts that are right in their places."""
        given = {key: value for key, value in self._tree.items() if key not in Settings.TABLES}
        if "folder" in given:
            self._notes.add(("folder",), unknown_key("folder", Settings))
        return self._parts.part(
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
                "sign_in": draft.sign_in or SignInSettings(),
            },
            (),
        )

    def _warnings(self, settings: Settings) -> list[str]:
        parts: list[tuple[KeyPath, Tree]] = [
            *((("sources", name), source) for name, source in settings.sources.items()),
            *((("channels", name), channel) for name, channel in settings.channels.items()),
        ]
        if settings.sign_in.oidc is not None:
            parts.append((("sign_in", "oidc"), settings.sign_in.oidc))
        return [
            str(
                self._notes.mistake(
                    (*path, key), 'the secret itself stands here; put it into the environment and write "env:NAME"'
                )
            )
            for path, part in parts
            for key, value in part
            if isinstance(value, Secret) and value.reference == LITERAL
        ]
