"""Whether all that a source has is here: counts that it tells in passing, and the ids that a sweep lists anyway.

No request is made for it. What the vendor lists and is not here was missed (a search that showed it too late): it has
one run's time to come by itself; then its part is read again as a whole, once.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from sync.sweep import Swept
from unify.pages import PageStore
from unify.tallies import MOST_ABSENT, Tally, read_tallies, save_tallies

Counts = Mapping[tuple[str, str], int]
"""By stream and part."""


class Completeness:
    """Keeps the tallies of one source, during one run."""

    def __init__(self, source: str) -> None:
        self._source = source

    def compare(self, connection: Connection, pages: PageStore, counts: Counts, now: datetime) -> None:
        """Compare, after all was read: counts that moved; and what was absent, which may have come."""
        known = read_tallies(connection, self._source)
        found = {}
        for key in {*counts, *(key for key, tally in known.items() if tally.absent)}:
            tally = known.get(key, Tally(*key))
            found[key] = self._look_for(connection, pages, self._count(connection, pages, tally, counts.get(key), now))
        if found != known:
            save_tallies(connection, self._source, found.values())

    def _count(self, connection: Connection, pages: PageStore, tally: Tally, there: int | None, now: datetime) -> Tally:
        if there is None or (there == tally.there and not tally.difference):
            return replace(tally, there=there, differs_since=None, is_standing=False)
        here = pages.count_living(connection, tally.stream, tally.part)
        counted = replace(tally, there=there, here=here)
        if not counted.difference:
            return replace(counted, differs_since=None, is_standing=False)
        return replace(counted, differs_since=tally.differs_since or now, is_standing=tally.differs_since is not None)

    def _look_for(self, connection: Connection, pages: PageStore, tally: Tally) -> Tally:
        absent = tuple(pages.absent(connection, tally.stream, tally.absent))
        if absent and not tally.is_read_again:
            pages.forget_cursors(connection, tally.stream, tally.part)
        return replace(tally, absent=absent, is_read_again=bool(absent))

    def listed(self, connection: Connection, pages: PageStore, stream: str, swept: Mapping[str, Swept]) -> None:
        """Note what the vendor lists of these parts of a stream, and is not here."""
        known = read_tallies(connection, self._source)
        found = dict(known)
        for part, one in swept.items():
            tally = known.get((stream, part), Tally(stream, part))
            absent = tuple(pages.absent(connection, stream, sorted(one.unknown)))[:MOST_ABSENT]
            was_read_again = tally.is_read_again and set(absent) <= set(tally.absent)
            unlisted = tally.unlisted
            if tally.is_standing and tally.there is not None:  # else a record made meanwhile would count for ever
                unlisted = tally.there - one.listed
            found[stream, part] = replace(tally, absent=absent, is_read_again=was_read_again, unlisted=unlisted)
        kept = {key: tally for key, tally in found.items() if tally.absent or tally.there is not None}
        if kept != known:
            save_tallies(connection, self._source, kept.values())
