"""Our one comment for a key, on tools that know no key: recognised by a mark, and never posted twice."""

import re
from collections.abc import Callable

from connectors.base import NotFound

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
    is posted. What somebody deleted is said again.
    """
    if known and _was_there(edit, known):
        return known
    if (found := find()) and _was_there(edit, found):
        return found
    return post()


def take_back(known: str | None, *, find: Callable[[], str | None], delete: Callable[[str], object]) -> None:
    """Delete our comment; one that is gone already is as good."""
    try:
        if id := known or find():
            delete(id)
    except NotFound:
        return


def _was_there(edit: Callable[[str], object], id: str) -> bool:
    try:
        edit(id)
    except NotFound:
        return False
    return True
