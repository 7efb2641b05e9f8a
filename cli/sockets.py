"""The websockets of Slack's buttons while the hub serves, and what `status` and `doctor` say of them."""

import json
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from alerts.acts import Desk
from alerts.channels.slack import SlackSettings
from cli.findings import Finding
from cli.hub import Hub
from config.settings import Settings
from unify.engine import StoreError, writing
from unify.hub_state import recall, remember

if TYPE_CHECKING:
    from alerts.channels.slack_socket import SlackSocket

_TOLD_EVERY = timedelta(seconds=60)
_GONE_AFTER = 3 * _TOLD_EVERY
"""Whoever has not told for so long is not there any more."""
_END_S = 2.0

log = logging.getLogger(__name__)


def with_buttons(settings: Settings) -> Sequence[SlackSettings]:
    """The channels below whose messages buttons stand."""
    slack = (one for one in settings.channels.values() if isinstance(one, SlackSettings))
    return [channel for channel in slack if channel.app_token is not None]


@contextmanager
def listening(hub: Hub, desk: Desk) -> Iterator[None]:
    """Take presses while inside; whoever leaves has set `hub.stop`."""
    threads = [
        threading.Thread(target=_open(hub, channel, desk).run, name=f"buttons of {channel.name}", daemon=True)
        for channel in with_buttons(hub.settings)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join(_END_S)


def _open(hub: Hub, channel: SlackSettings, desk: Desk) -> "SlackSocket":
    from alerts.channels.slack_presses import Presses  # slack-sdk takes its time to load, and few need it
    from alerts.channels.slack_socket import SlackSocket
    from alerts.channels.slack_web import WebApi

    if channel.token is None or channel.app_token is None:
        raise ValueError(f"channel {channel.name} has no buttons")
    bot = WebApi(channel.url, channel.token, hub.stop, hub.redactor)
    app = WebApi(channel.url, channel.app_token, hub.stop, hub.redactor)
    presses = Presses(bot, hub.settings, desk, hub.clock)
    return SlackSocket(app, channel.url, presses.take, _Noted(hub, channel.name), hub.stop)


@dataclass
class _Noted:
    """Writes down how a channel's websocket stands: when that changes, and every minute that somebody is there."""

    hub: Hub
    channel: str
    connected: bool | None = None
    at: datetime | None = None

    def __call__(self, connected: bool, why_not: str) -> None:
        now = self.hub.wall()
        if connected == self.connected and self.at is not None and now - self.at < _TOLD_EVERY:
            return
        self.connected, self.at = connected, now
        told = {"connected": connected, "why_not": self.hub.redactor(why_not), "at": now.isoformat()}
        try:
            with writing(self.hub.engine) as connection:
                remember(connection, _name(self.channel), json.dumps(told, ensure_ascii=False))
        except StoreError as error:
            log.warning("how the buttons of %s stand could not be written down: %s", self.channel, error)


def button_findings(connection: Connection, settings: Settings, wall: datetime) -> list[Finding]:
    """Whether presses reach the hub, for each channel that has buttons."""
    return [_finding(connection, channel.name, wall) for channel in with_buttons(settings)]


def _finding(connection: Connection, channel: str, wall: datetime) -> Finding:
    what, kept = f"{channel}: buttons", recall(connection, _name(channel))
    told: dict[str, Any] = json.loads(kept) if kept else {"connected": False, "why_not": ""}
    if told["connected"] and wall - datetime.fromisoformat(told["at"]) < _GONE_AFTER:
        return Finding("ok", what, "connected to Slack")
    if told["connected"] or not told["why_not"]:
        return Finding("look", what, "not connected to Slack: is `milepost serve` running?")
    return Finding("look", what, f"not connected to Slack: {told['why_not']}")


def _name(channel: str) -> str:
    return f"slack_socket/{channel}"
