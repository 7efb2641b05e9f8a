"""What our Jira connector asks, and what the stand-in answers, is what Atlassian's own document describes."""

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.base import Ref
from connectors.governor import Governor
from connectors.jira import LIMITS, Jira
from sandbox.jira import EMAIL, TOKEN
from tests.connectors.jira_firm import NOW, firm, items, sandbox, settings, signed_off
from tests.connectors.serving import serving
from tests.specs.listening import Exchange, Listening, live_through, unlike
from tests.specs.openapi import Document

JQL = 'project in ("APP") ORDER BY updated ASC, key ASC'
FIELDS = "summary,description,status,assignee,reporter,duedate,fixVersions,comment,parent,project"

ISSUE = {"issueIdOrKey": "10050"}
PROJECT = {"projectIdOrKey": "APP"}
BODY = {"body": {"type": "doc", "version": 1, "content": []}}

CALLS: list[tuple[str, str, dict[str, str], Any, int]] = [
    ("GET", "serverInfo", {}, None, 200),
    ("GET", "myself", {}, None, 200),
    ("GET", "field", {}, None, 200),
    ("GET", "status", {}, None, 200),
    ("GET", "issuetype", {}, None, 200),
    ("GET", "priority", {}, None, 200),
    ("GET", "project/search?expand=lead,description,insight&status=live", {}, None, 200),
    ("GET", "project/{projectIdOrKey}/versions", PROJECT, None, 200),
    ("GET", "project/{projectIdOrKey}/version", PROJECT, None, 200),
    ("GET", f"search/jql?jql={JQL}&fields={FIELDS}&maxResults=3", {}, None, 200),
    ("POST", "search/jql", {}, {"jql": JQL, "fields": ["*all"]}, 200),
    ("GET", "issue/{issueIdOrKey}", ISSUE, None, 200),
    ("GET", "issue/{issueIdOrKey}/comment", ISSUE, None, 200),
    ("POST", "issue/{issueIdOrKey}/comment", ISSUE, BODY, 201),
    ("PUT", "issue/{issueIdOrKey}/comment/{id}", {**ISSUE, "id": "20001"}, BODY, 200),
    ("GET", "issue/{issueIdOrKey}/changelog", ISSUE, None, 200),
    ("POST", "changelog/bulkfetch", {}, {"issueIdsOrKeys": ["10050"], "fieldIds": ["duedate", "status"]}, 200),
    ("POST", "issue/bulkfetch", {}, {"issueIdsOrKeys": ["APP-1", "10050"], "fields": ["created"]}, 200),
]


@pytest.fixture(scope="module")
def document(specs: Path) -> Document:
    """Jira sends null for what is empty, and untranslated names that the document lacks."""
    path = specs / "jira-cloud-platform-swagger-v3.v3.json.gz"
    return Document(path, nulls=True, beyond=["untranslatedName"])


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(sandbox(firm([signed_off(), *items(5)]), service=("APP",)).app) as address:
        yield address


@pytest.mark.parametrize(("method", "call", "values", "body", "status"), CALLS, ids=[f"{c[0]} {c[1]}" for c in CALLS])
def test_an_answer_is_as_documented(
    document: Document, url: str, method: str, call: str, values: dict[str, str], body: Any, status: int
) -> None:
    """Each call that the hub makes, and those it might."""
    answer = requests.request(
        method, f"{url}/rest/api/3/{call.format(**values)}", json=body, auth=(EMAIL, TOKEN), timeout=10
    )

    assert answer.status_code == status
    template = f"/rest/api/3/{call.partition('?')[0]}"
    assert document.mistakes(method, template, status, answer.json()) == []


@pytest.fixture(scope="module")
def exchanges() -> list[Exchange]:
    """Everything that the connector asks, with the answers."""
    site = sandbox(firm([signed_off(), *items(5)]))
    ear = Listening(site.app)
    governor = Governor("delivery", limits=LIMITS, stop=threading.Event(), redact=str)
    with serving(ear) as address:
        connector = Jira(settings(address), governor)
        live_through(connector, Ref("issues", "10050"), lambda: site.move_due(50, date(2026, 12, 1), "mei", NOW))
        governor.close()
    return ear.exchanges


def of_version_3(path: str) -> str:
    """Whose site it is, the connector asks of version 2, which Data Center has too; the two answer that alike."""
    return path.replace("/rest/api/2/", "/rest/api/3/")


def test_the_connector_and_the_stand_in_keep_to_the_document(document: Document, exchanges: list[Exchange]) -> None:
    """Every path, method, parameter and body is known, and every answer is as described."""
    assert unlike(document, exchanges, of_version_3) == []


def test_every_kind_of_call_was_heard(document: Document, exchanges: list[Exchange]) -> None:
    """What is not asked is not checked."""
    calls = ((one.method, document.template(one.method, of_version_3(one.path))) for one in exchanges)

    assert {f"{method} {template.removeprefix('/rest/api/3/')}" for method, template in calls} == {
        "GET serverInfo",
        "GET myself",
        "GET field",
        "GET status",
        "GET issuetype",
        "GET project/search",
        "GET project/{projectIdOrKey}/versions",
        "GET search/jql",
        "POST changelog/bulkfetch",
        "GET issue/{issueIdOrKey}",
        "GET issue/{issueIdOrKey}/comment",
        "POST issue/{issueIdOrKey}/comment",
        "PUT issue/{issueIdOrKey}/comment/{id}",
        "DELETE issue/{issueIdOrKey}/comment/{id}",
    }


def test_a_mistake_would_be_found(document: Document) -> None:
    """A check that lets everything pass proves nothing."""
    page = {"issues": [{"id": 1, "unheard of": True}], "isLast": "no"}

    found = document.mistakes("GET", "/rest/api/3/search/jql", 200, page)

    assert len(found) == 3


def test_a_wrong_request_would_be_found(document: Document) -> None:
    """The same for what is asked: a path, a parameter, a body."""
    search, history = "/rest/api/3/search/jql", "/rest/api/3/changelog/bulkfetch"

    with pytest.raises(KeyError):
        document.template("GET", "/rest/api/3/unheard/of")
    assert document.request_mistakes("GET", search, ["jql", "unheardOf"], None) == [
        "unheardOf: no parameter of this call"
    ]
    assert len(document.request_mistakes("POST", history, [], {"issueIdsOrKeys": "10050"})) == 1
