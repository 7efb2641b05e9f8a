"""The files that rules stand in: the library that is shipped, and a firm's own folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rules.rule import RuleErrors, RuleMistake
from rules.yaml_file import Part, YamlFile

LIBRARY = Path(__file__).parent / "library"


@dataclass(frozen=True, slots=True)
class Files:
    """Every rule of every file, unread, and what is no list of rules."""

    rules: Sequence[Part]
    mistakes: Sequence[RuleMistake]

    @property
    def all_were_read(self) -> bool:
        """Whether the rules are all there are: a file that is no YAML may hold any."""
        return not self.mistakes


def read_files(own: Path) -> Files:
    """The library's files and those of the folder `own`, if there is one; in the order of their names."""
    library, firms = _library(), _read_folder(own)
    return Files([*library.rules, *firms.rules], [*library.mistakes, *firms.mistakes])


@cache
def _library() -> Files:
    """It stays as it is while the program runs, and reading it takes longer than most commands."""
    return _read_folder(LIBRARY)


def _read_folder(folder: Path) -> Files:
    read = [read_file(path) for path in sorted(folder.glob("*.yaml"))]
    return Files([part for one in read for part in one.rules], [mistake for one in read for mistake in one.mistakes])


def read_file(path: Path) -> Files:
    """The rules of one file."""
    shown = path.name if path.parent == LIBRARY else f"{path.parent.name}/{path.name}"
    try:
        root = YamlFile(path, shown).root
    except RuleErrors as error:
        return Files([], error.mistakes)
    if root is not None and root.items is None:
        return Files([], [RuleMistake(root.place, "a file of rules is a list: begin each with `- id:`")])
    parts = (root.items or ()) if root is not None else ()
    odd = [part.place for part in parts if part.fields is None]
    mistakes = [RuleMistake(place, "a rule is a mapping of id, on, when, severity …") for place in odd]
    return Files([part for part in parts if part.fields is not None], mistakes)
