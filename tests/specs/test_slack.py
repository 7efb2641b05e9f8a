"""What our Slack channel asks, and what the stand-in answers, is what Slack's own document describes."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from alerts.channels.base import Outgoing
from alerts.channels.slack import Slack, SlackSettings
from alerts.messages import End, Entry, Line, Message
from alerts.routing import Reader
from config.settings import Secret
from sandbox.slack import CHANNEL, TOKEN, SlackSandbox
from tests.connectors.serving import serving
from tests.factories import STORY_NOW
from tests.specs.listening import Exchange, Listening, unlike
from tests.specs.openapi import Document

ADDED = ("metadata", "include_all_metadata", "edited", "response_metadata")
"""What Slack has taken, and sent back, since the document was written in 2020."""

WRONG = ("message.blocks",)
"""To the document the blocks of an updated message are an object; they are a list, as in a new one."""

MARCO = Reader("person/marco", "Marco Yip", "marco@lanternquay.example", "en")
GROUP = Reader("", "", "", "en")
LATE = Message(
    "en",
    "Nine Ferries: UAT sign-off 8 days late",
    (Entry("a", (Line("Due Mon 16 Nov."), Line("Open in Jira", "https://jira.example/1"))),),
    (Line("Jira, read 08:52."),),
)


@pytest.fixture(scope="module")
def document(specs: Path) -> Document:
    return Document(specs / "slack" / "slack_web_openapi_v2.json", beyond=ADDED, wrong=WRONG)


@pytest.fixture(scope="module")
def exchanges() -> list[Exchange]:
    """Everything that the channel asks, with the answers: to a group and to a person, changed, looked for, refused."""
    workspace = SlackSandbox({MARCO.email: MARCO.name}, lambda: STORY_NOW)
    ear = Listening(workspace.app)
    with serving(ear) as url:
        token = Secret(reference="env:SLACK", value=SecretStr(TOKEN))
        settings = SlackSettings(token=token, channel=CHANNEL, url=f"{url}/api/")
        channel = Slack(settings, threading.Event(), str)
        for number, reader in enumerate((GROUP, MARCO)):
            outgoing = Outgoing(f"alert-{number}", reader, LATE)
            receipt = channel.send(outgoing)
            channel.update(receipt, outgoing, LATE.with_end("a", End("Marked done.", "Done: UAT sign-off")))
            assert channel.find(outgoing) == receipt
            assert Slack(settings, threading.Event(), str).find(outgoing) == receipt
    return ear.exchanges


def as_listed(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Slack takes each method by GET and by POST; the document lists one of the two."""
    reading = ("/conversations.history", "/users.lookupByEmail")
    return [replace(one, method="GET") if one.path.endswith(reading) else one for one in exchanges]


def below_api(path: str) -> str:
    """A method's path as the document has it, below its base."""
    return path.removeprefix("/api")


def test_the_channel_and_the_stand_in_keep_to_the_document(document: Document, exchanges: list[Exchange]) -> None:
    """Every method and argument is known, and every answer is as described."""
    assert unlike(document, as_listed(exchanges), below_api) == []


def test_every_method_was_heard(exchanges: list[Exchange]) -> None:
    """What is not asked is not checked."""
    assert {below_api(one.path) for one in exchanges} == {
        "/chat.postMessage",
        "/chat.update",
        "/users.lookupByEmail",
        "/conversations.history",
        "/conversations.open",
    }
