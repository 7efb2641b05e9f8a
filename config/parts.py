"""The parts of a config file, each judged by itself: whatever is wrong with one hides nothing of the others."""

import re
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from config.mistakes import Found, KeyPath, Notes, keys_of, of_pydantic
from config.nearest import did_you_mean, nearest, one_of
from config.secrets import References
from config.settings import ChannelSettings, Route, SourceSettings, Tree

Part = TypeVar("Part", bound=Tree)
Kind = TypeVar("Kind", bound=SourceSettings | ChannelSettings)

_NAME = re.compile(r"[a-z0-9_]+")


class Parts:
    """Reads the parts of `tree`, a file's values; what is wrong goes to `notes`, secrets are looked up by `look_up`."""

    def __init__(self, tree: Mapping[str, Any], notes: Notes, look_up: References) -> None:
        self._tree = tree
        self._notes = notes
        self._look_up = look_up

    def of_kind(self, section: str, kinds: Mapping[str, type[Kind]]) -> dict[str, Kind]:
        """The sources or channels, each read as its `kind` says."""
        read: dict[str, Kind] = {}
        for name, given in self._named_tables(section):
            path, kind = (section, name), given.get("kind")
            if "name" in given:
                self._notes.add((*path, "name"), "unknown key; the name is that of the table")
            given = given | {"name": name}
            if isinstance(kind, str) and kind in kinds:
                if (part := self.part(kinds[kind], given, path)) is not None:
                    read[name] = part
                continue
            near = nearest(kind, kinds) if isinstance(kind, str) else None
            self._notes.add((*path, "kind"), _which_kind(kind, kinds))
            self._note_of_any_kind({near: kinds[near]} if near else kinds, given, path)
        return read

    def _note_of_any_kind(self, kinds: Mapping[str, type[Kind]], given: dict[str, Any], path: KeyPath) -> None:
        """What is wrong with a part whichever of `kinds` it is."""
        told = [dict(self._judge(model, given | {"kind": kind})[1]) for kind, model in kinds.items()]
        for below in told[0]:
            if all(below in others for others in told):
                suggests_most = max((others[below] for others in told), key=len)
                self._notes.add((*path, *below), suggests_most)

    def section(self, section: str, model: type[Part], *, any_name: bool = False) -> dict[str, Part]:
        """The tables of a section, all of one form; `any_name`: their names are not ours to judge."""
        read = {}
        for name, given in self._named_tables(section, any_name=any_name):
            if (part := self.part(model, given, (section, name))) is not None:
                read[name] = part
        return read

    def names(self, section: str) -> Collection[str] | None:
        """The names in a section; None where it is no table at all, which is one mistake and makes no others."""
        given = self._tree.get(section, {})
        return set(given) if isinstance(given, dict) else None

    def _named_tables(self, section: str, *, any_name: bool = False) -> list[tuple[str, dict[str, Any]]]:
        if not isinstance(self._tree.get(section, {}), dict):
            self._notes.add((section,), f"write tables: [{section}.NAME]")
        tables = []
        for name, given in table_in(self._tree, section).items():
            if not any_name and not _NAME.fullmatch(name):
                self._notes.add((section, name), "a name is made of a-z, 0-9 and _")
            if isinstance(given, dict):
                tables.append((name, given))
            else:
                self._notes.add((section, name), f"write a table: [{section}.{name}]")
        return tables

    def routes(self) -> dict[int, Route]:
        """The routes by their place in the list."""
        if not isinstance(self._tree.get("routes", []), list):
            self._notes.add(("routes",), "write each route as an element of a list: [[routes]]")
            return {}
        written = enumerate(self._tree.get("routes", []))
        read = {number: self.part(Route, one, ("routes", number)) for number, one in written}
        return {number: route for number, route in read.items() if route is not None}

    def part(self, model: type[Part], given: object, path: KeyPath) -> Part | None:
        """The part, if need be without its wrong keys, so that what is right in it is checked against the rest."""
        part, found = self._judge(model, given)
        for below, problem in found:
            self._notes.add((*path, *below), problem)
        return part

    def _judge(self, model: type[Part], given: object) -> tuple[Part | None, list[Found]]:
        """The part as `part` returns it, and all that is wrong with what was given."""
        try:
            return model.model_validate(given, context=self._look_up), []
        except ValidationError as error:
            found = list(of_pydantic(error, model, given))
        wrong = {step for below, _ in found for step in below[:1]}
        right = {key: value for key, value in given.items() if key not in wrong} if isinstance(given, dict) else {}
        try:
            return model.model_validate(right, context=self._look_up), found
        except ValidationError as error:
            if not wrong & set(keys_of(model)):  # only strange keys are out: what is wrong now was so with them too
                found += of_pydantic(error, model, right)
            return None, found


def table_in(tree: Mapping[str, Any], section: str) -> dict[str, Any]:
    """A table of `tree`; empty where there is none, or something else."""
    given = tree.get(section, {})
    return given if isinstance(given, dict) else {}


def _which_kind(kind: object, kinds: Mapping[str, type[Tree]]) -> str:
    missing = "is missing; " if kind is None else ""
    return f"{missing}write one of {one_of(kinds)}{did_you_mean(kind, kinds) if isinstance(kind, str) else ''}"
