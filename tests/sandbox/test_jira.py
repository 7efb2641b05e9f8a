"""The Jira stand-in is as strict as Jira where the hub could go wrong, and its story moves what it should."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from sandbox.jira import EMAIL, TOKEN, JiraSandbox
from sandbox.jira_jql import JqlError, parse
from sandbox.lantern_quay import lantern_quay
from sandbox.plan import Message
from tests.connectors.jira_firm import NOW, firm, hours_ago, items, sandbox, signed_off
from tests.connectors.serving import serving

BOUNDED = 'project in ("APP") ORDER BY updated ASC, key ASC'


@dataclass
class Asked:
    """Somebody who asks a site."""

    url: str
    box: JiraSandbox

    def get(self, path: str, *, token: str | None = TOKEN, version: str = "3", **params: Any) -> requests.Response:
        """One GET; `token` None: without a credential."""
        auth = (EMAIL, token) if token else None
        return requests.get(f"{self.url}/rest/api/{version}/{path}", params=params, auth=auth, timeout=10)


@pytest.fixture
def asked() -> Iterator[Asked]:
    box = sandbox(firm([signed_off(), *items(5)]))
    with serving(box.app) as url:
        yield Asked(url, box)


# --- searching


@pytest.mark.parametrize(
    ("jql", "said"),
    [
        ("ORDER BY updated", "Unbounded"),
        ("project in (OR)", "reserved JQL word"),
        ('project in ("GONE")', "does not exist for the field 'project'"),
        ('updated >= "yesterday"', "is invalid"),
        ("colour = 1", "does not exist or you do not have permission"),
        ('project in ("APP"', "unexpected end"),
    ],
)
def test_a_query_that_jira_refuses_is_refused(asked: Asked, jql: str, said: str) -> None:
    """A stand-in that is kinder than Jira would hide our mistakes."""
    answer = asked.get("search/jql", jql=jql)

    assert answer.status_code == 400
    assert said in answer.json()["errorMessages"][0]


def test_a_search_shows_ids_unless_fields_are_named(asked: Asked) -> None:
    """Cloud's default is the id alone."""
    assert "fields" not in asked.get("search/jql", jql=BOUNDED).json()["issues"][0]
    named = asked.get("search/jql", jql=BOUNDED, fields="summary,duedate").json()
    assert set(named["issues"][0]["fields"]) == {"summary", "duedate"}


def test_pages_are_chained_by_a_token_that_belongs_to_its_query(asked: Asked) -> None:
    """No total, no offset; the last page has no token."""
    first = asked.get("search/jql", jql=BOUNDED, maxResults=4).json()
    last = asked.get("search/jql", jql=BOUNDED, maxResults=4, nextPageToken=first["nextPageToken"]).json()
    foreign = asked.get("search/jql", jql='project = "APP"', nextPageToken=first["nextPageToken"])

    assert (len(first["issues"]), first["isLast"]) == (4, False)
    assert (len(last["issues"]), last["isLast"], "nextPageToken" in last) == (2, True, False)
    assert foreign.status_code == 400


def test_a_quoted_date_is_read_in_the_profiles_zone_and_to_the_minute() -> None:
    """The trap that loses eight hours: the same words are another instant in another profile."""
    issue = {"id": "1", "key": "APP-1", "fields": {"updated": "2026-11-24T09:00:30.000+0800"}}

    def found(jql: str, zone: str) -> bool:
        return bool(parse(jql, projects=["APP"], zone=ZoneInfo(zone), epoch=True).run([issue]))

    assert found('updated >= "2026-11-24 09:00"', "Asia/Hong_Kong")
    assert not found('updated >= "2026-11-24 09:00"', "UTC")
    assert found("updated >= 1795482030000", "UTC")
    assert not found("updated >= 1795482031000", "UTC")


def test_data_center_knows_no_bare_milliseconds() -> None:
    """There a date is quoted text."""
    with pytest.raises(JqlError, match="is invalid"):
        parse("updated >= 1795482030000", projects=[], zone=ZoneInfo("UTC"), epoch=False)


def test_the_old_search_is_gone_on_cloud_and_all_there_is_on_data_center() -> None:
    """410 since August 2025; and the other way round 404."""
    cloud, server = sandbox(), sandbox(deployment="Server")
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    with serving(cloud.app) as here, serving(server.app) as there:
        assert requests.get(f"{here}/rest/api/3/search", auth=(EMAIL, TOKEN), timeout=10).status_code == 410
        assert requests.get(f"{there}/rest/api/2/search", headers=bearer, timeout=10).json()["total"] == 1
        assert requests.get(f"{there}/rest/api/3/myself", headers=bearer, timeout=10).status_code == 404


# --- who asks


def test_a_wrong_credential_is_refused_or_sees_nothing(asked: Asked) -> None:
    """Where Jira lets anybody read, the answer is an empty 200, and only a header tells."""
    refused = asked.get("myself", token="wrong")
    empty = asked.get("search/jql", token="wrong", jql=BOUNDED)

    assert refused.status_code == 401
    assert (empty.status_code, empty.json()["issues"]) == (200, [])
    assert empty.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
    assert asked.get("serverInfo", token=None).status_code == 200


def test_basic_and_bearer_are_told_apart(asked: Asked) -> None:
    """Cloud takes e-mail and token, Data Center the token alone."""
    by_bearer = requests.get(f"{asked.url}/rest/api/3/myself", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
    assert by_bearer.status_code == 401


def test_a_hidden_address_is_absent() -> None:
    """Not null: the key is not there."""
    box = JiraSandbox.from_plan(lantern_quay(), lambda: NOW)

    assert "emailAddress" not in box.state.users[box.account_id("leung")]
    assert "emailAddress" in box.state.users[box.account_id("raymond")]


# --- what issues show


def test_comments_inside_an_issue_are_cut_and_their_total_is_true(asked: Asked) -> None:
    """A hundred at most on the real site; here one, to see the seam."""
    asked.box.embedded_comments = 1
    embedded = asked.get("issue/10050", fields="comment").json()["fields"]["comment"]

    assert (len(embedded["comments"]), embedded["total"]) == (1, 2)


def test_history_inside_an_issue_is_the_newest_first_and_cut_on_cloud(asked: Asked) -> None:
    """40 entries; the whole is in the bulk answer, oldest first."""
    for hour in range(60):
        asked.box.move_due(50, date(2026, 11, 1), "mei", hours_ago(400 - hour))
    shown = asked.get("issue/10050", expand="changelog", fields="id").json()["changelog"]

    assert (len(shown["histories"]), shown["total"]) == (40, 62)
    assert shown["histories"][0]["created"] > shown["histories"][-1]["created"]


# --- the story


def test_a_due_date_that_moves_leaves_its_history(asked: Asked) -> None:
    """Who moved it, from when to when."""
    asked.box.move_due(50, date(2026, 11, 30), "mei", NOW)
    changes = asked.get("issue/10050/changelog").json()["values"]

    assert changes[-1]["author"]["displayName"] == "Mei Chan"
    assert (changes[-1]["items"][0]["from"], changes[-1]["items"][0]["to"]) == ("2026-11-16", "2026-11-30")
    assert asked.get("issue/10050", fields="duedate").json()["fields"]["duedate"] == "2026-11-30"


def test_a_version_that_moves_leaves_none(asked: Asked) -> None:
    """A slip of a version can only be seen by comparing."""
    asked.box.move_due(7, date(2026, 12, 24), "mei", NOW)
    asked.box.release_version(7, date(2026, 12, 23))
    (version,) = asked.get("project/APP/versions").json()

    assert (version["releaseDate"], version["released"]) == ("2026-12-23", True)


def test_a_finished_item_has_a_resolution_and_its_date(asked: Asked) -> None:
    """And its status's change in the history."""
    asked.box.complete(50, "mei", NOW)
    fields = asked.get("issue/10050").json()["fields"]

    assert fields["status"]["statusCategory"]["key"] == "done"
    assert fields["resolution"]["name"] == "Done"
    assert fields["resolutiondate"] == fields["updated"] == "2026-11-24T09:00:00.000+0800"


def test_a_message_moves_the_issue_and_its_projects_insight(asked: Asked) -> None:
    """The list of projects shows that something happened."""
    before = asked.get("project/search", expand="insight").json()["values"][0]["insight"]
    asked.box.add_message(50, Message("sam", NOW, "Any news?"))
    after = asked.get("project/search", expand="insight").json()["values"][0]["insight"]

    assert before["lastIssueUpdateTime"] < after["lastIssueUpdateTime"]


def test_what_the_hub_wrote_can_be_read(asked: Asked) -> None:
    """The demo shows it; an edit shows the last text, what was taken back is gone."""
    place = f"{asked.url}/rest/api/3/issue/10050/comment"
    body = {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hi"}]}],
    }
    written = requests.post(place, json={"body": body}, auth=(EMAIL, TOKEN), timeout=10).json()
    shown = list(asked.box.comments_posted)
    requests.delete(f"{place}/{written['id']}", auth=(EMAIL, TOKEN), timeout=10)

    assert [(one["item"], one["text"]) for one in shown] == [("APP-1", "Hi")]
    assert asked.box.comments_posted == []


def test_the_firms_jira_holds_its_share_of_the_plan() -> None:
    """Five projects, as the plan counts them."""
    plan = lantern_quay()
    box = JiraSandbox.from_plan(plan, lambda: plan.story_now)

    assert set(box.state.projects) == {"NFA", "KYC", "SBW", "EDI", "STO"}
    assert len(box.state.issues) == sum(len(project.items) for project in plan.of_vendor("jira"))
    json.dumps(list(box.state.issues.values()))
