"""Socket Mode: how presses of buttons reach a hub that has no public address
(docs.slack.dev/apis/events-api/using-socket-mode, read 23 Nov 2026; ADR 0010 says why by slack-sdk, and why only this).

`apps.connections.open`, with the app's token, names a websocket that may be opened once. Slack ends each after some
hours and says so before; an envelope is to be acknowledged within three seconds and is not sent again.
"""

import logging
import threading
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from alerts.channels.base import DeliveryError, Permanent
from alerts.channels.slack_presses import Taken
from alerts.channels.slack_web import WebApi
from config.values import is_loopback

_LOOK_S = 0.5
"""How often is looked whether the connection still stands."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 2.0, 300.0
_PORT = 443

log = logging.getLogger(__name__)


class Reports(Protocol):
    """Is told when the connection comes and goes, and now and then that it still stands."""

    def __call__(self, connected: bool, why_not: str) -> None:
        """`why_not`: what is wrong and what to do; "" while it is connected."""


class SlackSocket:
    """The connection of one app, kept up until the hub stops."""

    def __init__(
        self,
        app: WebApi,
        url: str,
        take: Callable[[Mapping[str, Any]], Taken],
        report: Reports,
        stop: threading.Event,
    ) -> None:
        """`app` is the Web API at `url` with the app's token; `take` is asked about each envelope's payload."""
        self._app = app
        self._url = url
        self._take = take
        self._report = report
        self._stop = stop

    def run(self) -> None:
        """Connect, and again whenever that ends, less and less often while it fails; returns when the hub stops."""
        client = _Client(self._address, self._taken, _proxy_for(self._url))
        pause_s, was = _FIRST_PAUSE_S, True
        try:
            while not self._stop.is_set():
                why_not = "" if client.is_connected() else _connect(client)
                if why_not and was:  # when it goes, and when it is back, and not each time between
                    log.warning("buttons in Slack do nothing for now: %s", why_not)
                elif not why_not and not was:
                    log.info("buttons in Slack work again")
                was = not why_not
                self._report(was, why_not)
                self._stop.wait(pause_s if why_not else _LOOK_S)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S) if why_not else _FIRST_PAUSE_S
        finally:
            self._report(False, "the hub was stopped")
            client.end()

    def _address(self) -> str:
        """A websocket to open. Raises Transient, Permanent."""
        address = str(self._app.call("apps.connections.open", {}).get("url") or "")
        check_address(address, self._url)
        return address

    def _taken(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        """Acknowledge, then work: in a thread of the library's, where nobody else sees what goes wrong."""
        try:
            taken = self._take(request.payload)
            client.send_socket_mode_response(SocketModeResponse(request.envelope_id, dict(taken.answer) or None))
            if taken.work is not None:
                taken.work()
        except DeliveryError as error:
            log.warning("a press in Slack came to nothing: %s", error)
        except Exception:
            log.exception("a press in Slack came to nothing")


class _Client(SocketModeClient):
    """Slack's client, which asks us for its address: its own request follows redirects, and waits asleep."""

    def __init__(
        self,
        address: Callable[[], str],
        taken: Callable[[BaseSocketModeClient, SocketModeRequest], None],
        proxy: str | None,
    ) -> None:
        quiet = log.getChild("slack_sdk")
        quiet.setLevel(logging.CRITICAL)  # it tells each attempt; what matters is told above, once
        self._address = address
        self.failed = ""
        super().__init__("", logger=quiet, auto_reconnect_enabled=False, proxy=proxy or "")
        self.proxy = proxy  # it would take one that NO_PROXY excludes
        self.socket_mode_request_listeners.append(taken)
        self.on_error_listeners.append(self._note)

    def issue_new_wss_url(self) -> str:
        """The address of the next websocket, before its present one ends too."""
        return self._address()

    def end(self) -> None:
        """Close it in a thread of its own, for that waits until something comes, for up to three seconds."""
        threading.Thread(target=self._close, name="slack socket ends", daemon=True).start()

    def _close(self) -> None:
        try:
            self.close()
        except AttributeError:  # its reader saw the end of the same connection between its own look and its close
            self.close()

    def _note(self, error: Exception) -> None:
        self.failed = type(error).__name__


def _connect(client: _Client) -> str:
    """Connect; "", or why that failed."""
    client.failed = ""
    try:
        client.connect_to_new_endpoint()
    except DeliveryError as error:
        return str(error)
    except Exception as error:
        log.debug("the websocket could not be opened", exc_info=True)
        return f"Slack's websocket: {type(error).__name__}"
    return "" if client.is_connected() else f"Slack's websocket: {client.failed or 'it was refused'}"


def check_address(address: str, url: str) -> None:
    """Raise Permanent unless the websocket at `address` is encrypted and Slack's own, as the configured `url` is.

    On loopback, where tests are, it may be neither. On another port than 443 slack-sdk would not encrypt.
    """
    parts, configured = urlsplit(address), urlsplit(url).hostname or ""
    host = parts.hostname or ""
    if is_loopback(configured):
        if parts.scheme == "ws" and is_loopback(host):
            return
    elif parts.scheme == "wss" and (parts.port or _PORT) == _PORT and f".{host}".endswith(f".{configured}"):
        return
    raise Permanent(f"Slack names a websocket at {host or 'nowhere'}, which is not of {configured}: check `url`")


def _proxy_for(url: str) -> str | None:
    """The proxy that the environment names for that address."""
    parts = urlsplit(url)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    return urllib.request.getproxies().get(parts.scheme)
