"""What is made of a mapping context once and asked for every record."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from unify.mapping import MappingContext

Made = TypeVar("Made")


class Latest(threading.local, Generic[Made]):
    """The latest context's: one serves a whole run, and each source is read by its own thread."""

    def __init__(self, make: Callable[[MappingContext], Made]) -> None:
        self._make = make
        self._kept: tuple[MappingContext, Made] | None = None

    def of(self, context: MappingContext) -> Made:
        """What is made of `context`: anew only when it is another one than the last time."""
        if self._kept is None or self._kept[0] is not context:
            self._kept = (context, self._make(context))
        return self._kept[1]
