"""Channels that do not deliver: the coordinator is told once, by another one, and once when they deliver again.

A channel is broken while the latest of what it tried is parked, or has not gone out for half an hour of attempts. That
one address is wrong looks the same, until the next message goes out. What was told is remembered by the key of its
delivery, so that no restart tells it again; where no other channel reaches a person, `milepost status` and `/healthz`
alone say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from alerts.claims import COMMENT_LANE
from alerts.deliveries import Planned, key_of
from alerts.messages import TEXTS, End, Entry, Line, Message
from alerts.outages import root_of
from alerts.outbox import AFTER_HOURS, DELIVERY
from alerts.phone_size import TITLE_WIDTH, shorten
from alerts.plain_text import cut, one_line
from alerts.planning import Planner
from alerts.routing import Reader, Target, coordinator_only, refusal
from config.settings import Settings
from unify.hub_state import forget, recall, recall_all, remember

_LONG = 6
"""Attempts: half an hour, since each waits twice as long as the one before."""
_ERROR_CHARS = 120
_KIND, _TOLD = "broken_channel", "broken_channel_told"
_WEEK = timedelta(days=7)

_FAILING = or_(
    and_(DELIVERY.c.state == "parked", DELIVERY.c.attempts > 0),  # without an attempt, it is the reader who was refused
    and_(DELIVERY.c.state == "waiting", DELIVERY.c.attempts >= _LONG, DELIVERY.c.last_error != AFTER_HOURS),
)


@dataclass(frozen=True, slots=True)
class Broken:
    """A channel that does not deliver, and the latest reason."""

    channel: str
    is_parked: bool
    error: str


@dataclass(frozen=True, slots=True)
class BrokenChannels:
    """Plans what the coordinator is told of channels, in their working time."""

    connection: Connection
    planner: Planner

    def planned(self, now: datetime) -> list[Planned]:
        """One message about all that are newly broken, and one for each that delivers again."""
        settings = self.planner.settings
        if not settings.routes:
            return []
        target = coordinator_only(settings, self.planner.people)
        if not self.planner.is_working_time(target.reader.calendar):
            return []
        broken = {one.channel: one for one in read_broken_channels(self.connection, settings)}
        told = recall_all(self.connection, _KIND)
        over = [self._over(name, key, target) for name, key in told.items() if name not in broken]
        news = [one for name, one in broken.items() if name not in told and not self._is_known(one, now)]
        ways = tuple(name for name in target.channels if name not in broken)
        if news and ways:
            over.append([self._news(news, replace(target, channels=ways), now)])
        return [one for planned in over for one in planned]

    def _is_known(self, one: Broken, now: datetime) -> bool:
        """The same refusal was told this week: one wrong address among many that are right comes and goes."""
        at, _, error = (recall(self.connection, f"{_TOLD}/{one.channel}") or "").partition(" ")
        return one.is_parked and error == one.error and now - datetime.fromisoformat(at) < _WEEK

    def _news(self, broken: Sequence[Broken], target: Target, now: datetime) -> Planned:
        reader = target.reader
        entries = [Entry(f"{_KIND}/{one.channel}", (Line(_why(one, reader)),)) for one in broken]
        footer = (Line(TEXTS.say(reader.language, "channel.next")),)
        title = _title("channel.title", [one.channel for one in broken], reader)
        message = Message(reader.language, title, tuple(entries), footer).fitted()
        planned = Planned(_KIND, target.channels[0], reader, message, {}, target.channels[1:])
        for one in broken:
            remember(self.connection, f"{_KIND}/{one.channel}", key_of(planned, now))
            remember(self.connection, f"{_TOLD}/{one.channel}", f"{now.isoformat()} {one.error}")
        return planned

    def _over(self, name: str, key: str, target: Target) -> list[Planned]:
        """In the thread of what was told; nothing where that never went out."""
        forget(self.connection, f"{_KIND}/{name}")
        root = root_of(self.connection, key)
        if root is None:
            return []
        reader = target.reader
        text = TEXTS.say(reader.language, "channel.again", channel=name)
        title = _title("channel.over", [name], reader)
        message = Message(reader.language, title, (Entry(f"{_KIND}/{name}", (Line(text),)),))
        ends = {root["id"]: {f"{_KIND}/{name}": End(text, title)}}
        return [Planned(f"{_KIND}_over", root["channel"], reader, message, {}, after=root["id"], ends=ends)]


def read_broken_channels(connection: Connection, settings: Settings) -> list[Broken]:
    """Channels of which the latest that was tried did not go out, by name. Of a comment, its source tells; that a
    reader may not be written to is no failure of theirs."""
    columns = (DELIVERY.c.id, DELIVERY.c.channel, DELIVERY.c.state, DELIVERY.c.last_error, DELIVERY.c.payload)
    failing = select(*columns).where(_FAILING, DELIVERY.c.channel.not_like(f"{COMMENT_LANE}%"))
    rows = connection.execute(failing.order_by(DELIVERY.c.id))
    latest = {row.channel: row for row in rows if _may_be_written(settings, row.payload)}
    later = select(DELIVERY.c.id).where(DELIVERY.c.state == "sent").limit(1)
    return [
        Broken(name, row.state == "parked", row.last_error)
        for name, row in sorted(latest.items())
        if connection.execute(later.where(DELIVERY.c.channel == name, DELIVERY.c.id > row.id)).first() is None
    ]


def _may_be_written(settings: Settings, payload: Mapping[str, Any]) -> bool:
    reader = Reader.from_json(payload["reader"])
    return reader is not None and not refusal(settings, reader)


def _why(one: Broken, reader: Reader) -> str:
    error = cut(one_line(one.error), _ERROR_CHARS)
    if one.is_parked:
        return TEXTS.say(reader.language, "channel.refused", channel=one.channel, error=error)
    return TEXTS.say(reader.language, "channel.away", channel=one.channel, error=error)


def _title(key: str, channels: Sequence[str], reader: Reader) -> str:
    names = TEXTS.say(reader.language, "comma").join(channels)
    return shorten(TEXTS.say(reader.language, key, channels=names), TITLE_WIDTH)
