"""The heartbeat: an address that is called after each good round, so that silence is noticed by others.

Whoever watches it (a service for cron jobs, the firm's own monitoring) tells when it stays away: a hub that is switched
off tells nobody. A call that fails is a warning in `milepost status`, and nothing of the round's.
"""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from config.settings import Secret
from connectors.base import AccessDenied, ConnectorError
from connectors.governor import Governor
from unify.engine import writing
from unify.hub_state import forget, recall, remember

_TIMEOUT_S = (5.0, 10.0)
_STATE = "heartbeat"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unheard:
    """Why the heartbeat does not arrive, and since when."""

    reason: str
    since: datetime


def call(url: Secret, stop: threading.Event, redact: Callable[[str], str]) -> str:
    """Call it once; "", or why that failed, without the address."""
    from connectors.transports import over_httpx

    governor = Governor("heartbeat", limits=(), stop=stop, redact=redact, timeout=_TIMEOUT_S, patience=timedelta())
    address = url.reveal()
    try:
        status = over_httpx.client(governor, address, {}, lambda answer: 200 <= answer.status < 300).get(address)
    except AccessDenied:  # in words of ours: the governor's name the path, which may be the secret
        return "the address answers with a redirect, which is not followed"
    except ConnectorError:
        return "the address cannot be reached, or answers with an error"
    finally:
        governor.close()
    return "" if status.is_success else f"the address answers with status {status.status_code}"


def note(engine: Engine, reason: str, now: datetime) -> None:
    """Remember whether the heartbeat arrives; the log tells when that changes."""
    with engine.connect() as connection:
        before = read_unheard(connection)
    if reason == (before.reason if before else ""):
        return
    with writing(engine) as connection:
        if reason:
            since = before.since if before else now
            remember(connection, _STATE, json.dumps({"reason": reason, "since": since.isoformat()}))
        else:
            forget(connection, _STATE)
    log.warning("heartbeat: %s", reason or "it arrives again")


def read_unheard(connection: Connection) -> Unheard | None:
    """Why the last call failed; None: it did not, or there was none."""
    text = recall(connection, _STATE)
    if text is None:
        return None
    told = json.loads(text)
    return Unheard(told["reason"], datetime.fromisoformat(told["since"]))
