"""Asana keeps the contract of every connector."""

from datetime import date

import pytest

from connectors.base import Ref
from sandbox.asana import TOKEN, AsanaSandbox
from tests.connectors.asana.firm import (
    OLD,
    PART,
    UAT,
    Connect,
)
from tests.connectors.contract import Case, ConnectorContract
from tests.factories import STORY_NOW


class TestContract(ConnectorContract):
    """Asana keeps the contract of every connector."""

    @pytest.fixture
    def case(self, sandbox: AsanaSandbox, connect: Connect) -> Case:
        def touch() -> str:
            sandbox.move_due(UAT.number, date(2026, 11, 30), "may", STORY_NOW)
            return sandbox.task_id(UAT.number)

        def remove() -> str:
            gone = sandbox.task_id(OLD.number)
            sandbox.delete(OLD.number, STORY_NOW)
            return gone

        return Case(
            connect=connect,
            secrets=(TOKEN,),
            token_reference="env:ASANA_TOKEN",
            items="tasks",
            children=frozenset({"stories"}),
            touch=touch,
            remove=remove,
            revoke=sandbox.revoke,
            comments=lambda: [comment["text"] for comment in sandbox.comments_posted],
            faults=sandbox.faults,
            log=sandbox.app.log,
            comment_call=r"POST /tasks/\d+/stories",
            item_call=r"GET /tasks$",
            not_commentable=Ref("projects", PART),
        )
