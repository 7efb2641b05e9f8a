"""What a page is: where it stands, what it reads, and what it says of that."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from report.asked import Asked
from report.document import Document


@dataclass(frozen=True, slots=True)
class PageKind:
    """`key` names it in texts (`page.KEY`). `read` gives its values, a dataclass; `show` says them."""

    key: str
    path: str
    read: Callable[[Asked], Any]
    show: Callable[[Any, Asked], Document]
