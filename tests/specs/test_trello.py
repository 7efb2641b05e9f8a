"""What our Trello connector asks, and what the stand-in answers, is what Trello's own document describes."""

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from pydantic import SecretStr

from config.settings import Secret
from connectors.base import Ref
from connectors.governor import Governor
from connectors.trello import Trello, TrelloSettings
from sandbox.plan import Move
from sandbox.trello import KEY, TOKEN, TrelloSandbox
from tests.connectors.serving import serving
from tests.factories import STORY_NOW, at, item, message, plan, project
from tests.specs.listening import Exchange, Listening, live_through, unlike
from tests.specs.openapi import Document

GUIDES = (
    *("list_fields", "labels_limit", "member_fields", "actions_limit"),
    *("fields", "limit", "customFieldItems", "checklists"),
)
"""Parameters that Trello's guides to nested resources and paging tell of, and the document does not."""

WRONG = ("memberships", "prefs.permissionLevel", "labels.*")
"""To the document memberships are a text, boards are never private, a card's labels are ids; real answers differ."""

NOON = at("2026-11-24 12:00")

UAT = item(
    "UAT sign-off",
    "doing",
    milestone=True,
    assignee="lee",
    reporter="may",
    due=at("2026-11-20 18:00"),
    moves=(Move(at("2026-11-10 11:00"), "may", at("2026-11-13 18:00"), at("2026-11-20 18:00")),),
    messages=(message("lee", "2026-11-12 15:00", "Two cases are left."),),
)


@pytest.fixture(scope="module")
def document(specs: Path) -> Document:
    return Document(specs / "trello-openapi.json", nulls=True, beyond=GUIDES, wrong=WRONG)


@pytest.fixture(scope="module")
def exchanges() -> list[Exchange]:
    """Everything that the connector asks, with the answers; what was asked in a batch stands by itself too."""
    sandbox = TrelloSandbox.from_plan(plan(project("trello", [UAT], members=("may", "lee"))), lambda: STORY_NOW)
    ear = Listening(sandbox.app)
    governor = Governor("boards", limits=["1000/second"], stop=threading.Event(), redact=str)
    with serving(ear) as url:
        key, token = (Secret(reference="env:TRELLO", value=SecretStr(value)) for value in (KEY, TOKEN))
        connector = Trello(TrelloSettings(name="boards", url=url, key=key, token=token), governor)
        due = at("2026-11-30 18:00")
        live_through(
            connector, Ref("cards", sandbox.card_id(UAT.number)), lambda: sandbox.move_due(UAT.number, due, "may", NOON)
        )
        governor.close()
    batches = [one for one in ear.exchanges if one.path == "/batch"]
    return [*ear.exchanges, *(part for batch in batches for part in _parts(batch))]


def _parts(batch: Exchange) -> Iterator[Exchange]:
    """The GETs of a batch, each with its own answer."""
    for url, answer in zip(dict(batch.query)["urls"].split(","), batch.answer, strict=True):
        asked = urlsplit(unquote(url))
        yield Exchange("GET", asked.path, parse_qsl(asked.query), None, 200, answer["200"])


def test_the_connector_and_the_stand_in_keep_to_the_document(document: Document, exchanges: list[Exchange]) -> None:
    """Every path, method and parameter is known, and every answer that is described is as described."""
    assert unlike(document, exchanges) == []


def test_every_kind_of_call_was_heard(document: Document, exchanges: list[Exchange]) -> None:
    """What is not asked is not checked."""
    assert {f"{one.method} {document.template(one.method, one.path)}" for one in exchanges} == {
        "GET /members/{id}",
        "GET /members/{id}/boards",
        "GET /organizations/{id}/memberships",
        "GET /boards/{id}",
        "GET /boards/{boardId}/actions",
        "GET /boards/{id}/cards/{filter}",
        "GET /batch",
        "GET /cards/{id}",
        "GET /cards/{id}/actions",
        "POST /cards/{id}/actions/comments",
        "PUT /cards/{id}/actions/{idAction}/comments",
        "DELETE /cards/{id}/actions/{idAction}/comments",
    }
