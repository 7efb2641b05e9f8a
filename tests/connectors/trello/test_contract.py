"""Trello keeps the contract of every connector."""

import pytest

from connectors.base import Ref
from sandbox.trello import KEY, TOKEN, TrelloSandbox
from tests.connectors.contract import Case, ConnectorContract
from tests.connectors.trello.firm import OLD, UAT, Connect
from tests.factories import STORY_NOW, at


class TestContract(ConnectorContract):
    """Trello keeps the contract of every connector."""

    @pytest.fixture
    def case(self, sandbox: TrelloSandbox, connect: Connect) -> Case:
        def touch() -> str:
            sandbox.move_due(UAT.number, at("2026-11-30 18:00"), "may", STORY_NOW)
            return sandbox.card_id(UAT.number)

        def remove() -> str:
            gone = sandbox.card_id(OLD.number)
            sandbox.delete(OLD.number, "may", STORY_NOW)
            return gone

        return Case(
            connect=connect,
            secrets=(KEY, TOKEN),
            token_reference="env:TRELLO_TOKEN",
            items="cards",
            children=frozenset({"actions"}),
            touch=touch,
            remove=remove,
            revoke=sandbox.revoke,
            comments=lambda: [comment["text"] for comment in sandbox.comments_posted],
            faults=sandbox.faults,
            log=sandbox.app.log,
            comment_call=r"POST /cards/\w+/actions/comments",
            item_call=r"GET /boards/\w+/cards",
            not_commentable=Ref("boards", next(iter(sandbox.state.boards))),
        )
