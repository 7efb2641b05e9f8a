"""YAML of which every part knows its place, down to a character inside a text.

Read with ruamel.yaml, which follows YAML 1.2: 1.1 takes the key `on` for true and 12:30 for 750.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from rules.rule import Place, RuleErrors, RuleMistake

_ESCAPES = {"x": 4, "u": 6, "U": 10}


@dataclass(frozen=True)
class Part:
    """A node of a YAML file."""

    file: "YamlFile"
    node: Node

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.file.place(self.node.start_mark.index)

    @property
    def text(self) -> str | None:
        """The words of a scalar, as written, before YAML makes a number of them; None for a list or a mapping."""
        return str(self.node.value) if isinstance(self.node, ScalarNode) else None

    @property
    def value(self) -> Any:
        """As YAML reads it: a text, a number, true, false, a date, None, or a list of such. Raises RuleErrors."""
        try:
            return self.file.yaml.constructor.construct_document(self.node)
        except (YAMLError, ValueError, RecursionError) as error:
            raise RuleErrors([RuleMistake(self.place, f"this is no value: {self.text!r}")]) from error

    @property
    def items(self) -> list["Part"] | None:
        """The elements of a list; None for anything else."""
        if not isinstance(self.node, SequenceNode):
            return None
        return [Part(self.file, element) for element in self.node.value]

    @property
    def fields(self) -> list[tuple["Part", "Part"]] | None:
        """The keys and values of a mapping; None for anything else."""
        if not isinstance(self.node, MappingNode):
            return None
        return [(Part(self.file, key), Part(self.file, value)) for key, value in self.node.value]

    @property
    def _style(self) -> str | None:
        """How a scalar is written: in quotes, after `|` or `>`, or plainly (None)."""
        return self.node.style if isinstance(self.node, ScalarNode) else None

    @property
    def named(self) -> dict[str, "Part"]:
        """The values of a mapping by key; empty for anything else."""
        return {key.text or "": value for key, value in self.fields or ()}

    def place_in_text(self, offset: int) -> Place:
        """Where the character number `offset` of a scalar's text stands in the file.

        Source and text are walked side by side: runs of white space match each other, whatever a folded text made of
        them, a doubled quote is one, and an escape is one.
        """
        source, text, style = self.file.text, str(self.node.value), self._style
        at = self.node.start_mark.index
        if style in ("'", '"'):
            at += 1
        elif style in ("|", ">"):
            at = source.index("\n", at)
        done = 0
        while done < offset and at < self.node.end_mark.index:
            if text[done].isspace() and source[at].isspace():
                at, done = _after_space(source, at), _after_space(text, done)
            elif source[at].isspace():
                at = _after_space(source, at)
            else:
                at, done = at + _width(source, at, style), done + 1
        if done < len(text) and not text[done].isspace():
            at = _after_space(source, at)
        return self.file.place(at)

    @property
    def is_cut_by_comment(self) -> bool:
        """Whether a `#` follows on the same line: in an unquoted text it silently ends what was written."""
        if self._style is not None:
            return False
        rest = self.file.text[self.node.end_mark.index :].split("\n", 1)[0]
        return rest.lstrip().startswith("#")


class YamlFile:
    """A file of rules. Raises RuleErrors where it is not YAML."""

    def __init__(self, path: Path, shown: str) -> None:
        self.shown, self.folder = shown, path.parent
        self.yaml = YAML(typ="safe", pure=True)  # one a file: each that is made looks for plug-ins on the disk
        try:
            self.text = path.read_text("utf-8")
            node = self.yaml.compose(self.text)
        except (OSError, UnicodeDecodeError) as error:
            raise RuleErrors([RuleMistake(Place(shown), f"cannot be read: {error}")]) from error
        except MarkedYAMLError as error:
            place = self.place(error.problem_mark.index) if error.problem_mark else Place(shown)
            raise RuleErrors([RuleMistake(place, f"not YAML: {error.problem}")]) from error
        except YAMLError as error:
            raise RuleErrors([RuleMistake(Place(shown), f"not YAML: {error}")]) from error
        except RecursionError as error:
            raise RuleErrors([RuleMistake(Place(shown), "nested too deep")]) from error
        self.root = None if node is None else Part(self, node)

    def place(self, index: int) -> Place:
        """The line and column of a character, from 1."""
        before = self.text[:index]
        return Place(self.shown, before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _width(source: str, at: int, style: str | None) -> int:
    """How many characters of `source` one character of the text takes."""
    if style == "'" and source.startswith("''", at):
        return 2
    if style == '"' and source[at] == "\\":
        return _ESCAPES.get(source[at + 1], 2)
    return 1
