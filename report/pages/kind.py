"""What a page is: where it stands, what it reads, and what it says of that."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from report.asked import Asked
from report.document import Document


@dataclass(frozen=True, slots=True)
class PageKind:
    """`key` names it in texts (`page.KEY`) and in the API. `path` is its address; "{of}" in it stands for the key of
    the one thing that it is about, which `Asked.of` holds.

    `read` gives its values, a dataclass, for programs; `show` says them. Raises NoSuchThing.
    `filters`: the fields of `Filters` that it heeds.
    """

    key: str
    path: str
    read: Callable[[Asked], Any]
    show: Callable[[Any, Asked], Document]
    filters: frozenset[str] = frozenset()
    is_of_people: bool = False
    """It tells what single people of ours have to do: for those who may see that alone."""

    @property
    def is_in_menu(self) -> bool:
        """Whether it stands in the menu: a page of one thing is reached from where that is named."""
        return "{of}" not in self.path
