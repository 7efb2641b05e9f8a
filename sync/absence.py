"""What it means that something is no longer there: deleted, out of scope, lost from sight, or only doubted."""

import logging
from collections.abc import Callable, Collection, Sequence

from sqlalchemy import Connection, Engine

from config.clock import Clock
from connectors.base import Connector, Stream
from sync.lease import Held
from sync.readers import OF_ONE_PART, Refusal
from sync.sweep import FEW, TooMuchGone, doubt, gone
from unify.engine import writing
from unify.hub_state import is_due, last_done, note_done
from unify.odd_values import clean
from unify.pages import PageStore
from unify.records import Place

log = logging.getLogger(__name__)


class Absence:
    """Decides, during one run, what of the stored is tombstoned and why."""

    def __init__(self, source: str, connector: Connector, engine: Engine, held: Held, clock: Clock) -> None:
        self._source = source
        self._connector = connector
        self._engine = engine
        self._held = held
        self._clock = clock
        self._read_whole: set[tuple[str, str]] = set()
        """(stream, part) whose every record this run has seen: what is gone there is known already."""
        self.because = "lost_access"
        """Why what is no longer in scope left it: unless the config changed, the account sees it no more."""
        self.warnings: list[str] = []

    def bury_missed(
        self, connection: Connection, pages: PageStore, stream: Stream, whole: Collection[str], place: Place
    ) -> None:
        """Tombstone what a whole pass did not see of the streams that it claimed to list in full."""
        for child in whole:
            self._read_whole.add((child, place.part))
            missed = pages.missed(connection, child, place)
            if stream.is_scope:
                pages.bury(connection, missed, self._clock(), self.because)
                continue
            if stream.vocabulary and not stream.may_be_empty and missed:
                known = pages.living_in(connection, child, place.part)
                if len(missed) == len(
                    known
                ):  # without its words, what is open would be `unknown`, and guests unheard of
                    where = f"{child} of {place.part}" if place.part else child
                    self._warn(f"{where}: the account is shown none of {len(known)} any more; they were kept")
                    continue
            try:
                if not stream.vocabulary and len(missed) > FEW:
                    doubt(len(missed), len(pages.living_in(connection, child, place.part)), child, place.part, few=FEW)
            except TooMuchGone as held:
                self._warn(str(held))
            else:
                pages.bury(connection, missed, self._clock())

    def leave_parts(self, pages: PageStore, stream: Stream, parts: Sequence[str]) -> None:
        """Tombstone parts that are read no longer: they left the config, or the account sees them no more."""
        with writing(self._engine) as connection:
            left = [part for part in pages.known_parts(connection, stream.name) if part not in parts]
            if left and not parts:
                self._warn(f"{stream.name}: the account sees none of {len(left)} parts any more; their rows were kept")
                return
            for part in left:
                pages.leave_part(connection, (stream.name, *stream.children), part, self.because, self._clock())
            if left and stream.is_shared:
                pages.forget_cursors(connection, stream.name)

    def sweep_if_due(
        self, pages: PageStore, streams: Sequence[Stream], obey_stop: Callable[[], None], *, full: bool
    ) -> list[Refusal]:
        """Once a day look for what is gone without a trace; return why some parts could not be asked.

        The first run to come here has just read all there is, and only notes the day. `obey_stop` raises Stopped.
        """
        task = f"swept/{self._source}"
        with writing(self._engine) as connection:
            last = last_done(connection, task)
        if not full and last is not None and not is_due(last, self._clock()):
            return []
        refused = self._sweep(pages, streams, obey_stop) if full or last is not None else []
        with writing(self._engine) as connection:
            self._held.renew(connection)
            note_done(connection, task, self._clock())
        return refused

    def _sweep(self, pages: PageStore, streams: Sequence[Stream], obey_stop: Callable[[], None]) -> list[Refusal]:
        refused: list[Refusal] = []
        for stream in streams:
            for part in self._connector.parts(stream.name):
                if (stream.name, part) in self._read_whole:
                    continue
                obey_stop()
                try:
                    self._sweep_part(pages, stream, part)
                except OF_ONE_PART as refusal:
                    refused.append(refusal)
                except TooMuchGone as held:
                    self._warn(str(held))
        return refused

    def _sweep_part(self, pages: PageStore, stream: Stream, part: str) -> None:
        with writing(self._engine) as connection:
            stored = pages.living_in(connection, stream.name, part)
        missing = gone(self._connector, stream.name, part, stored)
        if missing and stream.is_shared:
            elsewhere = self._living_elsewhere(stream.name, part)
            missing = [ref for ref in missing if ref.id not in elsewhere]
        with writing(self._engine) as connection:
            self._held.renew(connection)
            pages.bury(connection, missing, self._clock())

    def _living_elsewhere(self, stream: str, part: str) -> set[str]:
        """The ids that live in the other parts: what was taken out of one stays until another brings it."""
        others = [other for other in self._connector.parts(stream) if other != part]
        return {clean(id) for other in others for ids in self._connector.living_ids(stream, other) for id in ids}

    def _warn(self, warning: str) -> None:
        log.warning("%s: %s", self._source, warning)
        self.warnings.append(warning)
