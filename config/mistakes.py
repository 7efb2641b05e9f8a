"""What is wrong with a config file: each mistake with its place and, where there is one, its cure."""

import inspect
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.language import negotiate
from config.nearest import did_you_mean, one_of
from config.settings import Settings, Tree

KeyPath = tuple[str | int, ...]
"""The way to a value: `("sources", "delivery", "url")`, `("routes", 0, "to")`."""

Found = tuple[KeyPath, str]
"""Something wrong, and the way to it."""

_WORDS = {
    "missing": "is missing",
    "string_type": 'write a text in quotes: "…"',
    "tuple_type": 'write a list: ["…"]',
    "dict_type": "write a table: {… = …}",
    "model_type": "write a table: {… = …}",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "date_type": "write a date: 2027-03-01",
    "date_parsing": "write a date: 2027-03-01",
    "date_from_datetime_parsing": "write a date: 2027-03-01",
    "date_from_datetime_inexact": "write a date without a time: 2027-03-01",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake. `line` None: of the whole file, or of an environment variable, whose name is then the key."""

    file: str
    line: int | None
    key: str
    problem: str
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return _printable(": ".join(part for part in (place, self.key, self.problem) if part))


def _printable(text: str) -> str:
    """One line for any terminal: a name in a message may hold what a file or an environment holds."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


class ConfigError(Exception):
    """The config cannot be used. `mistakes` are all that were found: the file's in its order, then the environment's,
    then those of the rules' own files."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


class Notes:
    """What was found wrong with one file so far, each where it was said: on a line, or by a variable that stands over
    it."""

    def __init__(self, file: str, places: Mapping[KeyPath, int]) -> None:
        self._file = file
        self._places = places
        self._found: dict[Mistake, None] = {}
        self.variables: dict[KeyPath, str] = {}
        """The variable that said what stands at a path."""

    def add(self, path: KeyPath, problem: str) -> None:
        """`problem` is wrong at `path`, or at the nearest thing above it that has a place."""
        said = next((end for end in range(len(path), 0, -1) if path[:end] in self.variables), None)
        if said is None:
            self._found[self.mistake(path, problem)] = None
        else:
            within = f" ({spelled(path[said:])})" if path[said:] else ""
            self.add_variable(self.variables[path[:said]] + within, problem)

    def add_variable(self, variable: str, problem: str) -> None:
        """`problem` is wrong with a variable."""
        self._found[Mistake("environment", None, variable, problem)] = None

    def mistake(self, path: KeyPath, problem: str) -> Mistake:
        """`problem` on the line of the nearest thing that stands in the file: a missing key has that of its table."""
        ends = range(len(path), 0, -1)
        line = next((self._places[path[:end]] for end in ends if path[:end] in self._places), 1)
        return Mistake(self._file, line, spelled(path), problem)

    def sorted(self) -> list[Mistake]:
        """All of them, once each, in the order of the file."""
        return sorted(self._found, key=lambda mistake: (mistake.line is None, mistake.line or 0))


def spelled(path: KeyPath) -> str:
    """A path as people read it: `sources.delivery.url`, `routes[2].to`, counted from one."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step + 1}]"
        else:
            bare = step if re.fullmatch(r"[\w-]+", step) else json.dumps(step, ensure_ascii=False)
            text += f".{bare}" if text else bare
    return text


def keys_of(model: type[Tree]) -> list[str]:
    """The keys that a part of the file may have."""
    return [field.alias or name for name, field in model.model_fields.items() if name not in model.FILLED_IN]


def of_pydantic(error: ValidationError, model: type[Tree], given: Any) -> Iterator[tuple[KeyPath, str]]:
    """Pydantic's findings in our words, by their path below `given`; those of a union's members are put together."""
    found: dict[KeyPath, list[str]] = {}
    for one in error.errors(include_url=False, include_input=False):
        path, value = _follow(given, one["loc"])
        if one["type"] == "missing":
            path = (*path, one["loc"][-1])
        messages = found.setdefault(path, [])
        if (words := _explain(one, model, value)) not in messages:
            messages.append(words)
    for path, messages in found.items():
        yield path, ", or ".join(messages)


def _follow(given: Any, loc: tuple[str | int, ...]) -> tuple[KeyPath, Any]:
    """`loc` as far as `given` has it, and what stands there: pydantic adds the names of a union's members."""
    path: list[str | int] = []
    for step in loc:
        keys: Collection[str | int] = (
            given if isinstance(given, dict) else range(len(given)) if isinstance(given, list) else ()
        )
        if step in keys:
            path.append(step)
            given = given[step]
    return tuple(path), given


def _explain(error: ErrorDetails, model: type[Tree], value: object) -> str:
    match error["type"]:
        case "extra_forbidden":
            return unknown_key(str(error["loc"][-1]), _owner(model, error["loc"]))
        case "literal_error":
            allowed = re.findall(r"'([^']*)'", error["ctx"]["expected"])
            meant = negotiate(str(value)) if str(value).startswith("zh") else str(value)
            return f"write one of {one_of(allowed)}{did_you_mean(meant, allowed)}"
        case "value_error":
            return str(error["ctx"]["error"])
        case kind:
            return _WORDS.get(kind, error["msg"][:1].lower() + error["msg"][1:])


def unknown_key(key: str, model: type[Tree]) -> str:
    """What to say of a key that `model` has not: TOML takes what stands below a table's header for a part of it."""
    if model is not Settings and key in {*keys_of(Settings)} - Settings.TABLES:
        return "unknown key here; it belongs at the top of the file, above the first [table]"
    return f"unknown key{did_you_mean(key, keys_of(model))}"


def _owner(model: type[Tree], loc: tuple[str | int, ...]) -> type[Tree]:
    for step in loc[:-1]:
        field = model.model_fields.get(str(step))
        if field and inspect.isclass(field.annotation) and issubclass(field.annotation, Tree):
            model = field.annotation
    return model


def redacted(mistake: Mistake, redact: Callable[[str], str]) -> Mistake:
    """`mistake` without a secret, wherever somebody wrote one by mistake."""
    return replace(mistake, key=redact(mistake.key), problem=redact(mistake.problem))
