"""One attempt to send a row of the outbox: by its channel, or as a comment in a tool; and how it ends."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Engine, select
from sqlalchemy.engine import RowMapping

from alerts.channels.base import Channel, Outgoing, Permanent, Transient
from alerts.claims import COMMENT_LANE, is_in_flight
from alerts.mentions import account_of
from alerts.messages import Message
from alerts.routing import Reader, as_configured, refusal
from config.clock import Clock
from config.settings import Settings
from connectors.base import ConnectorError, NotCommentable, NotFound, RateLimited, Ref, Stopped, VendorUnavailable
from unify.derived import table_of
from unify.tables import Delivery

IN_DOUBT = "in_doubt"
"""In the payload of what waits: it may have arrived."""
_FIRST_DELAY, _LONGEST_DELAY = timedelta(seconds=30), timedelta(minutes=30)

_DELIVERY = table_of(Delivery)

log = logging.getLogger(__name__)


class Commenter(Protocol):
    """The one verb of a connector that writes; `connectors.base.Connector` has it."""

    def comment(self, on: Ref, text: str | None, key: str, known: str | None) -> str | None:
        """Post, edit or take back our one comment for `key`."""


@dataclass(slots=True)
class Delivered:
    """What came of one go over the outbox."""

    sent: int = 0
    comments: int = 0
    """Of those sent: posted, edited or taken back."""
    parked: list[str] = field(default_factory=list)
    """One line for each: which channel, and why. A person must act."""
    delayed: int = 0
    not_commentable: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended."""

    state: str
    """Of the row, from then on."""
    error: str = ""
    receipt: Mapping[str, Any] | None = None
    retry_at: datetime | None = None
    in_doubt: bool = False
    rests: bool = False
    """The receiver said how long to wait: that holds for all that this channel has to send."""


def outcome_of(send: Callable[[], Outcome], row: RowMapping, wall: Clock) -> Outcome:
    """How an attempt (`send`) ends, whatever it raises."""
    try:
        return send()
    except Transient as error:
        return wait_for(row, str(error), wall(), error.in_doubt, error.retry_after)
    except Permanent as error:
        return Outcome("parked", str(error))
    except Stopped:
        return wait_for(row, "stopped", wall(), in_doubt=True)
    except Exception as error:
        log.exception("delivery %s by %s failed", row["id"], row["channel"])
        return wait_for(row, f"our mistake: {type(error).__name__}", wall(), in_doubt=True)


def attempt(
    engine: Engine,
    settings: Settings,
    row: RowMapping,
    channels: Mapping[str, Channel],
    commenters: Mapping[str, Commenter],
    done: Delivered,
) -> Outcome:
    """Send `row`. Raises what a channel raises, Stopped, and Permanent where there is no way to its reader."""
    lane: str = row["channel"]
    if lane.startswith(COMMENT_LANE):
        return _comment(row, commenters.get(lane.removeprefix(COMMENT_LANE)), done)
    if lane not in channels:
        raise Permanent(f"there is no channel {lane} in the config any more")
    channel, reader = channels[lane], reader_of(settings, row["payload"])
    if reader is None:
        raise Permanent("whom it is for was written by another version: update Milepost to that one, then try again")
    if why := refusal(settings, reader):
        raise Permanent(why)
    message, account = Message.from_json(row["payload"]["message"]), account_of(engine, settings, row)
    outgoing = Outgoing(row["key"], reader, message, account, is_first=not row["attempts"])
    if is_in_doubt(row) and (found := channel.find(outgoing)) is not None:
        return Outcome("sent", receipt=found)
    if row["after"] is None:
        return Outcome("sent", receipt=channel.send(outgoing))
    with engine.connect() as connection:
        root = connection.execute(select(_DELIVERY).where(_DELIVERY.c.id == row["after"])).mappings().one()
    if root["state"] != "sent":
        return Outcome("dropped", "what it follows was not sent")
    shown = Message.from_json(root["payload"]["message"])
    return Outcome("sent", receipt=channel.update(root["receipt"], outgoing, shown))


def _comment(row: RowMapping, commenter: Commenter | None, done: Delivered) -> Outcome:
    """Post, edit or take back a comment. The connector looks for our marker first: a doubtful attempt is safe."""
    if commenter is None:
        return Outcome("dropped", "its source takes no comments any more: comment_back is off")
    text = None if row["kind"] == "comment_removed" else row["payload"]["text"]
    try:
        posted = commenter.comment(Ref(*row["payload"]["on"]), text, row["key"], row["receipt"].get("id"))
    except NotCommentable as error:
        done.not_commentable += 1
        return Outcome("dropped", str(error))
    except NotFound as error:
        return Outcome("dropped", str(error))
    except RateLimited as error:
        raise Transient(str(error), retry_after=error.retry_after) from error
    except VendorUnavailable as error:
        raise Transient(str(error), in_doubt=True) from error
    except Stopped:
        raise
    except ConnectorError as error:
        raise Permanent(str(error)) from error
    done.comments += 1
    return Outcome("sent", receipt={"id": posted} if posted else {})


def wait_for(row: RowMapping, error: str, now: datetime, in_doubt: bool, after: timedelta | None = None) -> Outcome:
    """Try again later: at first soon, then ever more seldom; `after`: the receiver said when."""
    delay = max(min(_FIRST_DELAY * 2 ** row["attempts"], _LONGEST_DELAY), after or timedelta())
    return Outcome("waiting", error, retry_at=now + delay, in_doubt=in_doubt, rests=after is not None)


def reader_of(settings: Settings, payload: Mapping[str, Any]) -> Reader | None:
    """Who a message is for, as they are reached now; None: it is a comment, or written as we cannot read it."""
    reader = Reader.from_json(payload.get("reader", {}))
    return reader and as_configured(settings, reader)


def is_untried(row: RowMapping) -> bool:
    """Whether `row` has certainly not arrived, and is not on its way."""
    return bool(row["state"] == "waiting" and not is_in_doubt(row))


def is_in_doubt(row: RowMapping) -> bool:
    """Whether an earlier attempt may have arrived: it said so, or nobody lived to say."""
    return bool(row["payload"].get(IN_DOUBT) or is_in_flight(row))
