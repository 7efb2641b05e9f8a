"""Our one comment for a key, on tools that know no key: recognised by a mark, and never posted twice."""

import re
from collections.abc import Callable

from connectors.base import NotFound, NotPermitted

MARK = re.compile(r"\(milepost:[^()\s]+\)\s*\Z")
"""What every comment of ours ends with: short and visible, for none of these tools shows a hidden form where it lists
comments. Who quotes one of ours writes below it."""


def mark(key: str) -> str:
    """What marks a comment as ours, for that key."""
    return f"(milepost:{key})"


def put(
    known: str | None, *, edit: Callable[[str], object], find: Callable[[], str | None], post: Callable[[], str]
) -> str:
    """Edit our comment where it stands, or post it; return its id.

    No tool repeats anything by itself, and an earlier answer may have been lost: the mark is looked for before anything
    is posted. What somebody deleted is said again; so is what we wrote with another member's token, who alone may edit
    it.
    """
    if known and _succeeds(edit, known):
        return known
    if (found := find()) and _succeeds(edit, found):
        return found
    return post()


def take_back(known: str | None, *, find: Callable[[], str | None], delete: Callable[[str], object]) -> None:
    """Delete our comment; one that is gone already is as good, and one written with another member's token stays."""
    try:
        if known and _succeeds(delete, known):
            return
        if found := find():
            delete(found)
    except NotFound:
        return


def _succeeds(change: Callable[[str], object], id: str) -> bool:
    """Whether the comment could be changed: it is there, and ours."""
    try:
        change(id)
    except (NotFound, NotPermitted):
        return False
    return True
