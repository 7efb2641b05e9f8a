"""The stand-in for Slack refuses what Slack refuses, and keeps every message with its edits."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from sandbox.lantern_quay import lantern_quay
from sandbox.lantern_quay.office import at
from sandbox.server import Sandbox
from sandbox.slack import CHANNEL, TOKEN, refusal, too_fast
from sandbox.story import StoryClock

NINE = at("2026-11-24 09:00")
MARCO = "marco.yip@lanternquay.example"


@pytest.fixture
def clock() -> StoryClock:
    return StoryClock(NINE)


@pytest.fixture
def sandbox(clock: StoryClock) -> Iterator[Sandbox]:
    with Sandbox(lantern_quay(), clock, vendors=()) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> WebClient:
    return web_client(sandbox)


def web_client(sandbox: Sandbox, token: str | None = TOKEN) -> WebClient:
    """Slack's own client: what it understands, Slack might have said."""
    return WebClient(token, base_url=f"{sandbox.url('slack')}/", retry_handlers=[])


def error_of(refused: pytest.ExceptionInfo[SlackApiError]) -> str:
    """The code that Slack gave."""
    return str(refused.value.response["error"])


def test_a_message_is_kept_and_updated_in_place(sandbox: Sandbox, client: WebClient, clock: StoryClock) -> None:
    """What the hub posts can be read again, with what it said before."""
    posted = client.chat_postMessage(channel=CHANNEL, text="九渡銀行：UAT sign-off 逾期 8 日")
    clock.set(at("2026-11-24 10:12"))
    client.chat_update(channel=posted["channel"], ts=posted["ts"], text="已完成")

    (message,) = sandbox.slack.messages
    assert (message.text, [edit.text for edit in message.edits]) == ("已完成", ["九渡銀行：UAT sign-off 逾期 8 日"])
    assert (message.edits[0].at, message.at) == (NINE, at("2026-11-24 10:12"))


def test_a_person_is_found_by_mail_and_answered_in_a_direct_message(sandbox: Sandbox, client: WebClient) -> None:
    """The reply names the conversation, which is what an update needs."""
    user = client.users_lookupByEmail(email=MARCO)["user"]["id"]
    posted = client.chat_postMessage(channel=user, text="2 clients need you")

    assert posted["channel"].startswith("D")
    assert sandbox.slack.recipient(posted["channel"]) == "Marco Yip 葉子朗"
    client.chat_update(channel=posted["channel"], ts=posted["ts"], text="1 client needs you")
    with pytest.raises(SlackApiError) as refused:
        client.chat_update(channel=user, ts=posted["ts"], text="1 client needs you")
    assert error_of(refused) == "channel_not_found"


def test_a_client_is_nobody_in_our_workspace(client: WebClient) -> None:
    """Only staff are found."""
    with pytest.raises(SlackApiError) as refused:
        client.users_lookupByEmail(email="olivia.kwan@nineferries.example")

    assert error_of(refused) == "users_not_found"


@pytest.mark.parametrize(("token", "error"), [(None, "not_authed"), ("xoxb-another", "invalid_auth")])
def test_a_wrong_token_is_refused(sandbox: Sandbox, token: str | None, error: str) -> None:
    """With status 200, as Slack does."""
    with pytest.raises(SlackApiError) as refused:
        web_client(sandbox, token).auth_test()

    assert (error_of(refused), refused.value.response.status_code) == (error, 200)


def test_a_missing_scope_is_named(sandbox: Sandbox, client: WebClient) -> None:
    """The answer says which scope it wanted and which it got."""
    sandbox.slack.scopes.discard("channels:history")

    with pytest.raises(SlackApiError) as refused:
        client.conversations_history(channel=CHANNEL)

    assert error_of(refused) == "missing_scope"
    assert refused.value.response["needed"] == "channels:history"
    assert "chat:write" in refused.value.response["provided"]


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"channel": "C0NOWHERE01", "text": "x"}, "channel_not_found"),
        ({"channel": "C0OLD", "text": "x"}, "is_archived"),
        ({"channel": CHANNEL, "text": ""}, "no_text"),
        ({"channel": CHANNEL, "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": CHANNEL, "text": "x", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        (
            {
                "channel": CHANNEL,
                "text": "x",
                "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "y" * 3001}}],
            },
            "invalid_blocks",
        ),
    ],
)
def test_slack_s_limits_hold(sandbox: Sandbox, client: WebClient, message: dict[str, Any], error: str) -> None:
    """A message that Slack would refuse is refused here, and not kept."""
    sandbox.slack.archived.add("C0OLD")

    with pytest.raises(SlackApiError) as refused:
        client.api_call("chat.postMessage", json=message)

    assert error_of(refused) == error
    assert sandbox.slack.messages == []


def test_the_history_shows_our_metadata_newest_first(client: WebClient) -> None:
    """After a lost answer the hub looks here for its own message."""
    for key in ("first", "second", "third"):
        metadata = {"event_type": "milepost", "event_payload": {"key": key}}
        client.chat_postMessage(channel=CHANNEL, text=key, metadata=metadata)

    page = client.conversations_history(channel=CHANNEL, limit=2, include_all_metadata=True)
    cursor = page["response_metadata"]["next_cursor"]
    rest = client.conversations_history(channel=CHANNEL, limit=2, cursor=cursor)

    assert [one["metadata"]["event_payload"]["key"] for one in page["messages"]] == ["third", "second"]
    assert page["has_more"]
    assert [one["text"] for one in rest["messages"]] == ["first"]
    assert "metadata" not in rest["messages"][0]


def test_too_many_messages_are_told_to_wait(sandbox: Sandbox, client: WebClient) -> None:
    """429 with Retry-After, once; the next one passes."""
    sandbox.slack.app.faults.append(too_fast(30))

    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=CHANNEL, text="x")

    assert (refused.value.response.status_code, refused.value.response.headers["Retry-After"]) == (429, "30")
    assert client.chat_postMessage(channel=CHANNEL, text="x")["ok"]


def test_after_a_fatal_error_the_message_may_exist(sandbox: Sandbox, client: WebClient) -> None:
    """The trap that makes careless notifiers post twice."""
    sandbox.slack.app.faults.append(refusal("fatal_error", handled=True))

    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=CHANNEL, text="x")

    assert error_of(refused) == "fatal_error"
    assert len(sandbox.slack.messages) == 1


def test_a_webhook_answers_in_plain_text_and_gives_no_ts(sandbox: Sandbox, client: WebClient) -> None:
    """So its messages can never be edited."""
    answer = WebhookClient(sandbox.webhook_url).send(text="逾期")

    assert (answer.status_code, answer.body) == (200, "ok")
    (message,) = sandbox.slack.messages
    with pytest.raises(SlackApiError) as refused:
        client.chat_update(channel=CHANNEL, ts=message.ts, text="done")
    assert error_of(refused) == "cant_update_message"


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("", "{", 400, "invalid_payload"),
        ("", "[]", 400, "invalid_payload"),
        ("", "{}", 400, "no_text"),
        ("", '{"text":"x","blocks":{}}', 400, "invalid_blocks_format"),
        ("x", '{"text":"x"}', 404, "no_service"),
    ],
)
def test_a_webhook_s_refusals_are_plain_text(sandbox: Sandbox, path: str, body: str, status: int, words: str) -> None:
    """Another way of saying no than the Web API's."""
    answer = httpx.post(sandbox.webhook_url + path, content=body, trust_env=False)

    assert (answer.status_code, answer.text) == (status, words)
