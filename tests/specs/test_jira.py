"""What our Jira stand-in answers is what Atlassian's own document describes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.jira import EMAIL, TOKEN
from tests.connectors.jira_firm import firm, items, sandbox, signed_off
from tests.connectors.serving import serving
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
    ("POST", "comment/list?expand=properties", {}, {"ids": [20001, 20002]}, 200),
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


def test_a_mistake_would_be_found(document: Document) -> None:
    """A check that lets everything pass proves nothing."""
    page = {"issues": [{"id": 1, "unheard of": True}], "isLast": "no"}

    found = document.mistakes("GET", "/rest/api/3/search/jql", 200, page)

    assert len(found) == 3
