"""What the config names of a tool that keeps its boards or projects in workspaces: those, or all of a workspace."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

Container = Mapping[str, Any]
Names = Callable[[Container], set[str]]


class Scope:
    """The names of the config, asked about the tool's own records."""

    def __init__(self, wanted: Collection[str], names_of: Names, names_of_workspace: Names) -> None:
        """`wanted` empty: everything that is shown. The others tell what a record, or its workspace, is called."""
        self._wanted = set(wanted)
        self._in_order = list(wanted)
        self._names_of = names_of
        self._names_of_workspace = names_of_workspace

    def holds(self, container: Container, *, is_closed: bool) -> bool:
        """Whether it is to be read; a closed one only where the config names itself."""
        if self._wanted & self._names_of(container):
            return True
        return not is_closed and (not self._wanted or bool(self._wanted & self._names_of_workspace(container)))

    def unmatched(self, containers: Iterable[Container]) -> list[str]:
        """What the config names and none of these is, or is in."""
        seen = {name for one in containers for name in self._names_of(one) | self._names_of_workspace(one)}
        return [name for name in self._in_order if name not in seen]


def names_in(told: object, *fields: str) -> set[str]:
    """What stands in these fields of a record; nothing where it is no record."""
    return {str(told[field]) for field in fields if told.get(field)} if isinstance(told, Mapping) else set()


def count(number: int, what: str, several: str = "") -> str:
    """ "1 board", "3 boards"; `several`: where an s is not all that it takes."""
    return f"{number} {what}" if number == 1 else f"{number} {several or what + 's'}"
