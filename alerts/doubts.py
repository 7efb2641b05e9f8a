"""Deletions that are doubted: the coordinator alone is told, once for a source, until nothing is doubted there.

Whether so much was deleted, or a permission was lost, only a person knows; until then all of it is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from alerts.deliveries import Planned
from alerts.messages import TEXTS, Entry, Line, Message
from alerts.phone_size import TITLE_WIDTH, shorten
from alerts.planning import Planner
from alerts.routing import Reader, coordinator_only
from unify.freshness import Freshness
from unify.hub_state import recall, remember


def told(source: str) -> str:
    """What it is remembered under that the coordinator was asked about `source`."""
    return f"asked/{source}"


@dataclass(frozen=True, slots=True)
class Doubts:
    """Plans what the coordinator is asked, in their working time."""

    connection: Connection
    planner: Planner

    def planned(self) -> list[Planned]:
        """One message about all sources of which something is newly doubted."""
        settings = self.planner.settings
        asked = []
        for source in self.planner.writer.freshness.values():
            was_told = bool(recall(self.connection, told(source.source)))
            if source.doubts and not was_told:
                asked.append(source)
            elif was_told and not source.doubts:
                remember(self.connection, told(source.source), "")
        if not asked or not settings.routes:
            return []
        target = coordinator_only(settings, self.planner.people)
        if not self.planner.is_working_time(target.reader.calendar):
            return []
        for source in asked:
            remember(self.connection, told(source.source), "told")
        message = _message(asked, target.reader)
        return [Planned("doubt", target.channels[0], target.reader, message, {}, target.channels[1:])]


def _message(sources: Sequence[Freshness], reader: Reader) -> Message:
    say = partial(TEXTS.say, reader.language)
    title = say("doubt.title", sources=say("comma").join(source.label for source in sources))
    entries = tuple(
        Entry(
            told(source.source),
            (
                Line(say("doubt.what", count=sum(doubt.missing for doubt in source.doubts), source=source.label)),
                Line(say("doubt.next", name=source.source)),
            ),
        )
        for source in sources
    )
    return Message(reader.language, shorten(title, TITLE_WIDTH), entries, (Line(say("doubt.effect")),))
