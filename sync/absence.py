"""What it means that something is no longer there: deleted, out of scope, lost from sight, or only doubted."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, Engine

from config.clock import Clock
from connectors.base import Connector, Ref, Stream
from connectors.side_by_side import OF_ONE_PART, Refusal
from sync.completeness import Completeness
from sync.lease import Held
from sync.sweep import Swept, compare, living_ids
from unify.doubts import EXAMPLES, Doubt, raise_doubt, read_doubts, settle_doubt
from unify.engine import writing
from unify.hub_state import is_due, last_done, note_done, recall, remember
from unify.pages import PageStore
from unify.records import Place

log = logging.getLogger(__name__)

FEW = 5
"""So few may be missing of a list that was just read in full, whatever their share: a morning's tidying up."""

_PARTS = ("", "")
"""What a doubt about parts that are seen no more is known by: it is about all their streams."""


class Absence:
    """Decides, during one run, what of the stored is tombstoned and why.

    A lost permission looks like deletion: where more than `most` (0.2: a fifth) would go, nothing does, and a person is
    asked.
    """

    def __init__(
        self,
        source: str,
        connector: Connector,
        engine: Engine,
        held: Held,
        clock: Clock,
        most: float,
        completeness: Completeness,
    ) -> None:
        self._completeness = completeness
        self._source = source
        self._connector = connector
        self._engine = engine
        self._held = held
        self._clock = clock
        self._most = most
        self._open: dict[tuple[str, str], Doubt] = {}
        self._is_accepted = False
        self._since = ""
        self._is_narrower = False
        """`since` has moved later: what was read before may be out of scope now."""
        self._read_whole: set[tuple[str, str]] = set()
        """(stream, part) whose every record this run has seen: what is gone there is known already."""
        self._left: dict[frozenset[str], bool] = {}
        """Parts that are read no longer, and whether they may go."""
        self._out_of_sight: list[Ref] = []
        """Of what scopes are made of: they go with their parts."""
        self.because = "lost_access"
        """Why what is no longer in scope left it: unless the config changed, the account sees it no more."""
        self.warnings: list[str] = []

    def begin(self, connection: Connection, since: date | None, *, accepted: bool) -> None:
        """Recall what was asked; `since` is the config's; `accepted`: a person has said that it may go."""
        self._since = since.isoformat() if since else ""
        known = recall(connection, f"since/{self._source}")
        self._is_narrower = known is not None and self._since > known
        if known != self._since and not self._is_narrower:
            remember(connection, f"since/{self._source}", self._since)
        self._open = {(one.stream, one.part): one for one in read_doubts(connection, self._source)}
        self._is_accepted = accepted

    def bury_missed(
        self, connection: Connection, pages: PageStore, stream: Stream, whole: Collection[str], place: Place
    ) -> None:
        """Tombstone what a whole pass did not see of the streams that it claimed to list in full."""
        for child in whole:
            self._read_whole.add((child, place.part))
            missed = pages.missed(connection, child, place)
            if stream.is_scope:
                self._out_of_sight += missed
            elif self._is_narrower and stream.heeds_since:
                pages.bury(connection, missed, self._clock(), "out_of_scope")
            elif self._may_go(connection, pages, stream, child, place.part, missed):
                pages.bury(connection, missed, self._clock())

    def leave_parts(self, pages: PageStore, stream: Stream, parts: Sequence[str]) -> None:
        """Tombstone parts that are read no longer: they left the config, or the account sees them no more."""
        with writing(self._engine) as connection:
            left = [part for part in pages.known_parts(connection, stream.name) if part not in parts]
            if not left or not self._may_leave(connection, pages, left, leaves_none=not parts):
                return
            for part in left:
                pages.leave_part(connection, (stream.name, *stream.children), part, self.because, self._clock())
                self._settle(connection, stream.name, part)
            if stream.is_shared:
                pages.forget_cursors(connection, stream.name)

    def bury_out_of_sight(self, pages: PageStore) -> None:
        """Tombstone the projects that are listed no more, unless their parts are kept."""
        if all(self._left.values()):
            with writing(self._engine) as connection:
                pages.bury(connection, self._out_of_sight, self._clock(), self.because)
                self._settle(connection, *_PARTS)

    def sweep_if_due(
        self, pages: PageStore, streams: Sequence[Stream], obey_stop: Callable[[], None], *, full: bool
    ) -> list[Refusal]:
        """Once a day look for what is gone without a trace; return why some parts could not be asked.

        The first run to come here has just read all there is, and only notes the day. `obey_stop` raises Stopped.
        """
        task = f"swept/{self._source}"
        full = full or self._is_accepted or self._is_narrower
        with writing(self._engine) as connection:
            last = last_done(connection, task)
        if not full and last is not None and not is_due(last, self._clock()):
            return []
        refused = self._sweep(pages, streams, obey_stop) if full or last is not None else []
        with writing(self._engine) as connection:
            self._held.renew(connection)
            note_done(connection, task, self._clock())
            if self._is_narrower:
                remember(connection, f"since/{self._source}", self._since)
        return refused

    def _sweep(self, pages: PageStore, streams: Sequence[Stream], obey_stop: Callable[[], None]) -> list[Refusal]:
        refused: list[Refusal] = []
        for stream in streams:
            swept: dict[str, Swept] = {}
            for part in self._connector.parts(stream.name):
                if (stream.name, part) in self._read_whole:
                    continue
                obey_stop()
                try:
                    swept[part] = self._compare(pages, stream, part)
                except OF_ONE_PART as refusal:
                    refused.append(refusal)
            self._bury_swept(pages, stream, swept)
        return refused

    def _compare(self, pages: PageStore, stream: Stream, part: str) -> Swept:
        with writing(self._engine) as connection:
            self._held.renew(connection)
            stored = pages.living_in(connection, stream.name, part)
        swept = compare(self._connector, stream.name, part, stored)
        if swept.missing and stream.is_shared:
            elsewhere = self._living_elsewhere(stream.name, part)
            swept = replace(swept, missing=[ref for ref in swept.missing if ref.id not in elsewhere])
        return swept

    def _living_elsewhere(self, stream: str, part: str) -> set[str]:
        """The ids that live in the other parts: what was taken out of one stays until another brings it."""
        others = [other for other in self._connector.parts(stream) if other != part]
        return {id for other in others for id in living_ids(self._connector, stream, other)}

    def _bury_swept(self, pages: PageStore, stream: Stream, swept: Mapping[str, Swept]) -> None:
        """Part by part; and where each loses little, but all together much, none."""
        with writing(self._engine) as connection:
            self._held.renew(connection)
            if self._is_narrower and stream.heeds_since:
                older = [ref for found in swept.values() for ref in found.missing]
                pages.bury(connection, older, self._clock(), "out_of_scope")
                return
            going = {
                part: found.missing
                for part, found in swept.items()
                if self._is_plausible(
                    connection, stream.name, part, found.missing, found.stored, self._plenty(found.stored, 1)
                )
            }
            missing = [ref for refs in going.values() for ref in refs]
            stored = sum(found.stored for found in swept.values())
            self._completeness.listed(connection, pages, stream.name, swept)
            if len(swept) < 2 or self._is_plausible(connection, stream.name, "", missing, stored, self._plenty(stored)):
                pages.bury(connection, missing, self._clock())

    # --- doubts

    def _may_go(
        self, connection: Connection, pages: PageStore, stream: Stream, child: str, part: str, missing: Sequence[Ref]
    ) -> bool:
        """Whether what a list lacks that was just read in full is gone.

        Of a vocabulary any word may go, but not all: without them what is open would be `unknown`, a guest unheard of.
        """
        if not missing or (len(missing) <= FEW and not stream.vocabulary):
            self._settle(connection, child, part)
            return True
        stored = len(pages.living_in(connection, child, part))
        most = self._plenty(stored) if not stream.vocabulary else stored if stream.may_be_empty else stored - 1
        return self._is_plausible(connection, child, part, missing, stored, most)

    def _may_leave(self, connection: Connection, pages: PageStore, left: Sequence[str], *, leaves_none: bool) -> bool:
        """Whether these parts may go: decided once for all their streams."""
        if self.because != "lost_access" and not leaves_none:
            return True
        key = frozenset(left)
        if key not in self._left:
            missing, stored = pages.count_in(connection, left)
            most = self._plenty(stored, 0 if leaves_none else FEW)
            asked = Doubt(*_PARTS, missing, stored, tuple(left[:EXAMPLES]), self._clock())
            self._left[key] = self._is_little(connection, asked, most)
        return self._left[key]

    def _plenty(self, stored: int, few: int = FEW) -> float:
        return max(few, self._most * stored)

    def _is_plausible(
        self, connection: Connection, stream: str, part: str, missing: Sequence[Ref], stored: int, most: float
    ) -> bool:
        examples = tuple(sorted(ref.id for ref in missing)[:EXAMPLES])
        return self._is_little(connection, Doubt(stream, part, len(missing), stored, examples, self._clock()), most)

    def _is_little(self, connection: Connection, doubt: Doubt, most: float) -> bool:
        """Whether no more than `most` is missing, or a person said that it is gone; else ask.

        Who accepted was shown a number: more than that is another question.
        """
        asked = self._open.get((doubt.stream, doubt.part))
        if doubt.missing <= most:
            self._settle(connection, doubt.stream, doubt.part)
            return True
        if asked and self._is_accepted and doubt.missing <= asked.missing:
            self._settle(connection, doubt.stream, doubt.part)
            return True
        self._open[doubt.stream, doubt.part] = doubt = replace(doubt, since=asked.since if asked else doubt.since)
        raise_doubt(connection, self._source, doubt)
        warning = (
            f"{doubt} are missing at the vendor and were kept: that looks like a lost permission; check what the "
            "account may see; `milepost status` says what they are, and how to let them go"
        )
        if asked is None:
            log.warning("%s: %s", self._source, warning)
        self.warnings.append(warning)
        return False

    def _settle(self, connection: Connection, stream: str, part: str) -> None:
        if self._open.pop((stream, part), None):
            settle_doubt(connection, self._source, stream, part)
