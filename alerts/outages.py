"""Sources that cannot be read: the coordinator alone is told, once when what they hold has become old, and once when
they are read again.

A hiccup is nobody's business: until a source is stale no figure rests on its absence. What was told is remembered by
the key of its delivery, so that no restart tells it again.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.engine import RowMapping

from alerts.attempt import is_untried
from alerts.deliveries import Planned, key_of
from alerts.messages import TEXTS, End, Entry, Line, Message
from alerts.outbox import DELIVERY
from alerts.phone_size import TITLE_WIDTH, shorten
from alerts.plain_text import cut, one_line
from alerts.planning import Planner
from alerts.routing import Reader, Target, coordinator_only
from config.language import instant
from unify.freshness import Freshness
from unify.hub_state import recall, remember

_ERROR_CHARS = 160


def told(source: str) -> str:
    """What the key of the message about an outage of `source` is remembered under."""
    return f"outage/{source}"


@dataclass(frozen=True, slots=True)
class Outages:
    """Plans what the coordinator is told of sources, in their working time."""

    connection: Connection
    planner: Planner

    def planned(self, now: datetime) -> list[Planned]:
        """One message about all that are newly broken; one in answer to each that told of what is read again."""
        settings = self.planner.settings
        if not settings.routes:
            return []
        target = coordinator_only(settings, self.planner.people)
        if not self.planner.is_working_time(target.reader.calendar):
            return []
        broken: list[Freshness] = []
        back: dict[str, list[Freshness]] = defaultdict(list)
        for source in self.planner.writer.freshness.values():
            key = recall(self.connection, told(source.source))
            if source.stale and source.error and not key:
                broken.append(source)
            elif key and not source.stale and not source.error:
                back[key].append(source)
        news = [self._broken(broken, target, now)] if broken else []
        return [*news, *(one for key, sources in back.items() for one in self._back(key, sources, target))]

    def _broken(self, sources: Sequence[Freshness], target: Target, now: datetime) -> Planned:
        reader = target.reader
        entries = [Entry(told(one.source), (Line(self._why(one, reader)),)) for one in sources]
        if len(sources) == 1:  # of several, a phone has no room for it; `milepost status` has
            error = Line(
                TEXTS.say(reader.language, "outage.error", error=cut(one_line(sources[0].error), _ERROR_CHARS))
            )
            entries = [replace(entries[0], lines=(*entries[0].lines, error))]
        footer = (Line(TEXTS.say(reader.language, "outage.effect")),)
        message = Message(reader.language, _title("outage.title", sources, reader), tuple(entries), footer).fitted()
        planned = Planned("outage", target.channels[0], reader, message, {}, target.channels[1:])
        for one in sources:
            remember(self.connection, told(one.source), key_of(planned, now))
        return planned

    def _back(self, key: str, sources: Sequence[Freshness], target: Target) -> list[Planned]:
        """In the thread of what was told; who was told of nothing yet, never is."""
        for one in sources:
            remember(self.connection, told(one.source), "")
        root = root_of(self.connection, key)
        if root is None:
            return []
        if is_untried(root) and len(root["payload"]["message"]["entries"]) == len(sources):
            over = {"state": "dropped", "last_error": "over before it could be sent"}
            self.connection.execute(update(DELIVERY).where(DELIVERY.c.id == root["id"]).values(over))
            return []
        reader = target.reader
        lines = {told(one.source): self._read_again(one, reader) for one in sources}
        entries = tuple(Entry(name, (Line(text),)) for name, text in lines.items())
        message = Message(reader.language, _title("outage.over", sources, reader), entries).fitted()
        ends = {root["id"]: {name: End(text, message.title) for name, text in lines.items()}}
        return [Planned("outage_over", root["channel"], reader, message, {}, after=root["id"], ends=ends)]

    def _why(self, source: Freshness, reader: Reader) -> str:
        """What is wrong, and who mends it."""
        why = source.broken.why if source.broken else "part"
        said = TEXTS.say(reader.language, f"outage.why.{why}", source=source.label, name=source.source)
        return TEXTS.say(reader.language, "outage.line", said=said, since=self._since(source, reader))

    def _since(self, source: Freshness, reader: Reader) -> str:
        if source.read_at is None:
            return TEXTS.say(reader.language, "outage.never")
        return TEXTS.say(reader.language, "outage.since", at=self._at(source.read_at, reader))

    def _read_again(self, source: Freshness, reader: Reader) -> str:
        assert source.read_at is not None, "what is not stale was read"
        at = self._at(source.read_at, reader)
        return TEXTS.say(reader.language, "outage.again", source=source.label, at=at)

    def _at(self, at: datetime, reader: Reader) -> str:
        writer = self.planner.writer
        return instant(reader.language, at, writer.zone, writer.today)


def root_of(connection: Connection, key: str) -> RowMapping | None:
    """The delivery of that key, or, where its channel failed, the one that took its place; None: it never went out."""
    same = (DELIVERY.c.key == key) | DELIVERY.c.key.startswith(f"{key}-")
    tried = select(DELIVERY).where(same, DELIVERY.c.state.in_(("waiting", "sent")))
    return connection.execute(tried.order_by(DELIVERY.c.id.desc())).mappings().first()


def _title(key: str, sources: Sequence[Freshness], reader: Reader) -> str:
    labels = TEXTS.say(reader.language, "comma").join(source.label for source in sources)
    return shorten(TEXTS.say(reader.language, key, sources=labels), TITLE_WIDTH)
