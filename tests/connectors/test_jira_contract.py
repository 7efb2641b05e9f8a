"""Jira keeps the contract, as Cloud and as Data Center."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from config.settings import Secret
from connectors.base import Ref
from connectors.governor import Governor
from connectors.jira import Jira
from sandbox.jira import TOKEN, Deployment
from sandbox.plan import Message
from tests.connectors.contract import Case, ConnectorContract
from tests.connectors.jira_firm import NOW, firm, items, sandbox, settings, signed_off
from tests.connectors.serving import serving


@contextmanager
def case_of(deployment: Deployment) -> Iterator[Case]:
    """A site with an epic that has everything, and tasks that changed long before."""
    box = sandbox(firm([signed_off(), *items(5)]), deployment)
    governors: list[Governor] = []
    with serving(box.app) as url:

        def connect(**replaced: Any) -> Jira:
            if "token" in replaced:
                replaced["token"] = Secret.model_validate({"reference": "env:JIRA_TOKEN", "value": replaced["token"]})
            told = settings(**({"url": url, "email": "" if deployment == "Server" else settings(url).email} | replaced))
            governor = Governor(
                "delivery",
                limits=["1000/second"],
                stop=threading.Event(),
                redact=lambda text: text.replace(TOKEN, "***"),
                wait=lambda _: False,
            )
            governors.append(governor)
            return Jira(told, governor)

        yield Case(
            connect=connect,
            secrets=(TOKEN,),
            token_reference="env:JIRA_TOKEN",
            items="issues",
            children=frozenset({"comments", "request_comments", "histories"}),
            touch=_touching(box),
            remove=lambda: box.delete(104) or "10104",  # type: ignore[func-returns-value]  # it returns nothing
            revoke=box.tokens.clear,
            comments=lambda: [posted["text"] for posted in box.comments_posted],
            faults=box.app.faults,
            log=box.app.log,
            comment_call=r"POST .*/comment$",
            item_call=r"GET .*/search",
            not_commentable=Ref("versions", "30007"),
        )
        for governor in governors:
            governor.close()


def _touching(box: Any) -> Callable[[], str]:
    def touch() -> str:
        box.add_message(50, Message("sam", NOW, "Any news?"))
        return "10050"

    return touch


class TestCloud(ConnectorContract):
    """By REST API v3."""

    @pytest.fixture
    def case(self) -> Iterator[Case]:
        with case_of("Cloud") as made:
            yield made


class TestDataCenter(ConnectorContract):
    """By REST API v2."""

    @pytest.fixture
    def case(self) -> Iterator[Case]:
        with case_of("Server") as made:
            yield made
