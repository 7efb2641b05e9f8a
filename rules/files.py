"""The files that rules stand in: the library that is shipped, and a firm's own folder."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    parts: list[Part] = []
    mistakes: list[RuleMistake] = []
    folders = [LIBRARY] + ([own] if own.is_dir() else [])
    for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
        shown = path.name if path.parent == LIBRARY else f"{path.parent.name}/{path.name}"
        try:
            root = YamlFile(path, shown).root
        except RuleErrors as error:
            mistakes.extend(error.mistakes)
            continue
        for part in root.items or () if root is not None else ():
            if part.fields is None:
                mistakes.append(RuleMistake(part.place, "a rule is a mapping of id, on, when, severity …"))
            else:
                parts.append(part)
        if root is not None and root.items is None:
            mistakes.append(RuleMistake(root.place, "a file of rules is a list: begin each with `- id:`"))
    return Files(parts, mistakes)
