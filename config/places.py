"""Where each value of a TOML file stands: `tomllib` gives values without lines, tree-sitter lines without values."""

import tomllib
from collections import Counter
from collections.abc import Iterator

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from config.mistakes import KeyPath


def lines(text: str) -> dict[KeyPath, int]:
    """The line, counted from one, of every key, table, and element of a list of `text`, which is valid TOML."""
    parser = Parser(Language(tree_sitter_toml.language()))
    found: dict[KeyPath, int] = {}
    elements: Counter[KeyPath] = Counter()
    for node in parser.parse(text.encode("utf-8", "replace")).root_node.named_children:
        table: KeyPath = ()
        if node.type in ("table", "table_array_element"):
            table = _header(node, elements)
            _note(found, table, _line(node))
        for pair in [node] if node.type == "pair" else node.named_children:
            if pair.type == "pair":
                for path, line in _pair(pair, table):
                    _note(found, path, line)
    return found


def _header(node: Node, elements: Counter[KeyPath]) -> KeyPath:
    """The path of `[a.b]` or `[[a.b]]`; a name that stands for a list means its last element."""
    path: KeyPath = ()
    *parents, last = _names(node.named_children[0])
    for name in parents:
        path += (name,)
        if elements[path]:
            path += (elements[path] - 1,)
    path += (last,)
    if node.type == "table_array_element":
        elements[path] += 1
    return (*path, elements[path] - 1) if elements[path] else path


def _pair(pair: Node, table: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    key, *values = [child for child in pair.named_children if child.type != "comment"]
    path = table + _names(key)
    yield path, _line(pair)
    for value in values:
        yield from _value(value, path)


def _value(value: Node, path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    children = [child for child in value.named_children if child.type != "comment"]
    if value.type == "inline_table":
        for pair in children:
            yield from _pair(pair, path)
    elif value.type == "array":
        for number, element in enumerate(children):
            yield (*path, number), _line(element)
            yield from _value(element, (*path, number))


def _names(key: Node) -> tuple[str, ...]:
    """A key's parts, unquoted by TOML's own rules."""
    parsed = tomllib.loads(f"{(key.text or b'').decode()} = 0")
    names = []
    while isinstance(parsed, dict):
        name, parsed = next(iter(parsed.items()))
        names.append(name)
    return tuple(names)


def _note(found: dict[KeyPath, int], path: KeyPath, line: int) -> None:
    """What is named opens the tables above it, unless they have a place of their own."""
    for length in range(1, len(path)):
        found.setdefault(path[:length], line)
    found[path] = line


def _line(node: Node) -> int:
    return node.start_point[0] + 1
