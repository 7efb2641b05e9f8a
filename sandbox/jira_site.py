"""A Jira site as all its requests meet it: who may ask, what a refusal looks like, and its dialect."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from sandbox.http import answer, basic, bearer
from sandbox.jira_dialect import as_server
from sandbox.jira_state import ZONE, JiraState, Json, user

EMAIL = "hub@lanternquay.example"
TOKEN = "sandbox-jira-token"
HUB = user("712020:hub", "Milepost Hub", "atlassian", EMAIL)

Deployment = Literal["Cloud", "Server"]

_ANONYMOUS = ("/search/jql", "/search", "/project/search", "/project", "/serverInfo")
"""Reads that Jira lets anybody make; who gives a wrong credential sees as little as nobody."""


class JiraSite:
    """One site. The attributes without an underscore are switches for whoever tests."""

    def __init__(self, state: JiraState, clock: Callable[[], datetime], deployment: Deployment) -> None:
        self.state = state
        self.clock = clock
        self.deployment = deployment
        self.tokens = {TOKEN}
        self.passwords: dict[str, str] = {}
        """Of users, which Data Center takes beside tokens."""
        self.internal_notes = True
        """False: the account is no agent, and what it means to be internal comes out public."""
        self.page_cap = 100 if deployment == "Cloud" else 1000
        self.profile_zone = ZONE
        self.account = HUB
        self.written: list[Json] = []
        """The hub's comments that stand."""

    # --- signing in

    def _signed_in(self, request: Request) -> bool:
        given = basic(request)
        if self.deployment == "Cloud":
            return given is not None and given[0] == EMAIL and given[1] in self.tokens
        return bearer(request) in self.tokens or (given is not None and self.passwords.get(given[0]) == given[1])

    def refuse(self, request: Request) -> Response | None:
        """401, or the empty 200 of those reads that anybody may make."""
        path = request.url.path.rsplit("/rest/api/", 1)[-1].partition("/")[2]
        if self._signed_in(request) or path == "serverInfo":
            return None
        if f"/{path}" not in _ANONYMOUS:
            headers = {"WWW-Authenticate": 'Basic realm="jira"', "X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
            return self.error(401, "Client must be authenticated to access this resource.", headers)
        empty: Any = {
            "search/jql": {"issues": [], "isLast": True},
            "search": {"startAt": 0, "maxResults": 50, "total": 0, "issues": []},
            "project/search": {"startAt": 0, "maxResults": 50, "total": 0, "isLast": True, "values": []},
            "project": [],
        }[path]
        given = "authorization" in request.headers
        return answer(empty, headers={"X-Seraph-LoginReason": "AUTHENTICATED_FAILED" if given else "OK"})

    # --- answering

    def say(self, data: Any, status: int = 200) -> Response:
        """An answer in the deployment's own dialect, with the site's own time."""
        now = format_datetime(self.clock().astimezone(UTC), usegmt=True)
        return answer(data if self.deployment == "Cloud" else as_server(data), status, {"Date": now})

    def error(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
        """A refusal in Jira's envelope."""
        return answer({"errorMessages": [message], "errors": {}}, status, headers)

    def no_issue(self) -> Response:
        """404, whether it is gone or hidden."""
        return self.error(404, "Issue does not exist or you do not have permission to see it.")
