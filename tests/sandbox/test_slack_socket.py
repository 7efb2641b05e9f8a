"""Socket Mode of the Slack stand-in, spoken to by Slack's own client."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from sandbox.plan import Plan, Staff
from sandbox.server import Sandbox
from sandbox.slack import CHANNEL, TOKEN
from sandbox.slack_socket import APP_TOKEN, Unacknowledged
from tests.alerts.firm import TUESDAY

EMAIL = "marco@lanternquay.example"
BUTTON = {"type": "button", "action_id": "take:1", "text": {"type": "plain_text", "text": "Take it"}, "value": "a"}
BLOCKS: list[dict[str, Any]] = [{"type": "actions", "block_id": "acts", "elements": [BUTTON]}]
FORM = {
    "type": "modal",
    "callback_id": "agreed",
    "blocks": [{"type": "input", "block_id": "on", "element": {"type": "datepicker", "action_id": "picked"}}],
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A workspace with Marco in it."""
    plan = Plan("Lantern Quay", TUESDAY, TUESDAY, [Staff("marco", "Marco Yip", EMAIL, "bd")], [], [], [], [], [], [])
    with Sandbox(plan, lambda: TUESDAY, vendors=()) as running:
        yield running


class App:
    """An app that acknowledges all it is sent with `answer`; without, nothing."""

    def __init__(self, sandbox: Sandbox, answer: dict[str, Any] | None) -> None:
        self.web = WebClient(TOKEN, base_url=f"{sandbox.url('slack')}/", retry_handlers=[])
        self.client = SocketModeClient(APP_TOKEN, web_client=self.web, auto_reconnect_enabled=False)
        self.socket = sandbox.slack.socket
        self.got: list[SocketModeRequest] = []
        self.answer = answer
        self.client.socket_mode_request_listeners.append(self.take)

    def take(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        self.got.append(request)
        if self.answer is not None:
            client.send_socket_mode_response(SocketModeResponse(request.envelope_id, self.answer))

    def __enter__(self) -> "App":
        self.client.connect()
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.drop()  # or the client would wait for three seconds for something to come
        _until(lambda: not self.client.is_connected())  # it trips over itself when both ends close at once
        self.client.close()


def test_a_press_reaches_the_app_and_its_acknowledgement_comes_back(sandbox: Sandbox) -> None:
    """The press carries who, where, which button with its value, and a trigger that opens one form."""
    slack = sandbox.slack
    with App(sandbox, {}) as app:
        app.web.chat_postMessage(channel=CHANNEL, text="late", blocks=BLOCKS)
        slack.press(EMAIL, slack.messages[0], "take")
        [press] = [request.payload for request in app.got]
        app.web.views_open(trigger_id=press["trigger_id"], view=FORM)
        with pytest.raises(SlackApiError, match="invalid_trigger_id"):
            app.web.views_open(trigger_id=press["trigger_id"], view=FORM)

    assert press["user"]["id"] == slack.user_id(EMAIL)
    assert press["container"] == {"type": "message", "message_ts": slack.messages[0].ts, "channel_id": CHANNEL}
    assert [action["value"] for action in press["actions"]] == ["a"]
    assert slack.socket.views[0].user == slack.user_id(EMAIL)


def test_a_sent_form_can_be_answered_with_what_is_wrong_in_it(sandbox: Sandbox) -> None:
    """The acknowledgement is the only place for that: the form stays open then."""
    wrong = {"response_action": "errors", "errors": {"on": "a date"}}
    slack = sandbox.slack
    with App(sandbox, wrong) as app:
        app.web.chat_postMessage(channel=CHANNEL, text="late", blocks=BLOCKS)
        slack.press(EMAIL, slack.messages[0], "take")
        app.web.views_open(trigger_id=app.got[0].payload["trigger_id"], view=FORM)
        answer = slack.socket.submit(slack.socket.views[0], {"on": {"selected_date": "2026-11-30"}})

    assert answer == wrong
    assert app.got[1].payload["view"]["state"]["values"] == {"on": {"picked": {"selected_date": "2026-11-30"}}}


def test_an_envelope_that_nobody_acknowledges_is_told(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack shows whoever pressed a warning then."""
    monkeypatch.setattr("sandbox.slack_socket.ACKNOWLEDGED_WITHIN_S", 0.1)
    with App(sandbox, None), pytest.raises(Unacknowledged):
        sandbox.slack.socket.push({"type": "block_actions"})


def test_a_connection_that_is_about_to_end_is_replaced(sandbox: Sandbox) -> None:
    """Slack ends every connection after some hours, and says so shortly before."""
    socket = sandbox.slack.socket
    with App(sandbox, {}) as app:
        first = app.client.session_id()
        socket.disconnect("refresh_requested")
        _until(lambda: socket.opened == 2 and app.client.session_id() != first)
        socket.push({"type": "block_actions"})

    assert len(app.got) == 1


def test_a_ticket_opens_one_connection_and_the_bots_token_none(sandbox: Sandbox) -> None:
    """The address alone is as good as a password while it is unused."""
    web = WebClient(TOKEN, base_url=f"{sandbox.url('slack')}/", retry_handlers=[])
    with App(sandbox, {}):
        assert sandbox.slack.socket.tickets == set()
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        web.apps_connections_open(app_token=TOKEN)


def _until(holds: Any) -> None:
    waiting = threading.Event()
    for _ in range(100):
        if holds():
            return
        waiting.wait(0.05)
    raise AssertionError("it did not come about")
