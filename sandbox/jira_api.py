"""The requests that a Jira site answers: Cloud's REST API v3, or Data Center's v2, as far as a hub uses them.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/ (checked November 2026). It is strict where Jira is:
bounded JQL, `fields` that default to the id, opaque page tokens, comments cut in search results, 410 on the removed
search, an empty 200 for a wrong credential where Jira allows anonymous reading.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.http import answer
from sandbox.jira_comments import CommentRoutes
from sandbox.jira_dialect import page
from sandbox.jira_jql import JqlError, parse
from sandbox.jira_site import HUB, Deployment, JiraSite
from sandbox.jira_state import JiraState, Json, stamp

EMBEDDED_COMMENTS = 100
EMBEDDED_CHANGES = 40
"""How many of them Cloud shows inside an issue, whatever there are."""


class JiraApi(JiraSite):
    """The routes of one site."""

    def __init__(self, state: JiraState, clock: Callable[[], datetime], deployment: Deployment) -> None:
        super().__init__(state, clock, deployment)
        self.embedded_comments = EMBEDDED_COMMENTS
        self.changes_cap = 10000
        self.refused_jql = ""
        """A search that holds this is refused."""
        self._searches: dict[str, tuple[str, list[str]]] = {}

    # --- routes

    def routes(self) -> list[Route]:
        """All that it answers, below its base."""
        both = [
            Route("/serverInfo", self._server_info),
            Route("/myself", self._myself),
            Route("/field", self._listing(lambda: self.state.fields)),
            Route("/status", self._listing(lambda: list(self.state.statuses.values()))),
            Route("/issuetype", self._listing(lambda: self.state.types)),
            Route("/priority", self._listing(self._priorities)),
            Route("/project/{key}/versions", self._versions),
            Route("/issue/{id}", self._issue),
        ]
        cloud = [
            Route("/search/jql", self._search, methods=["GET", "POST"]),
            Route("/search", self._removed, methods=["GET", "POST"]),
            Route("/project/search", self._projects),
            Route("/project/{key}/version", self._version_page),
            Route("/issue/{id}/changelog", self._changelog),
            Route("/changelog/bulkfetch", self._bulk_changelog, methods=["POST"]),
            Route("/issue/bulkfetch", self._bulk_issues, methods=["POST"]),
        ]
        server = [
            Route("/search", self._search_by_offset, methods=["GET", "POST"]),
            Route("/project", self._listing(lambda: list(self.state.projects.values()))),
        ]
        own = cloud if self.deployment == "Cloud" else server
        versions = ("2", "3") if self.deployment == "Cloud" else ("2",)
        return [
            Route(f"/rest/api/{version}{route.path}", route.endpoint, methods=route.methods)
            for version in versions
            for route in [*own, *both, *CommentRoutes(self).routes()]
        ]

    def _listing(self, rows: Callable[[], list[Json]]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            return self.say(rows())

        return endpoint

    async def _server_info(self, request: Request) -> Response:
        cloud = self.deployment == "Cloud"
        return answer(
            {
                "baseUrl": self.state.site,
                "version": "1001.0.0-SNAPSHOT" if cloud else "9.12.15",
                "versionNumbers": [1001, 0, 0] if cloud else [9, 12, 15],
                "deploymentType": self.deployment,
                "buildNumber": 100290,
                "serverTime": stamp(self.clock()),
                "serverTitle": "Jira",
            }
        )

    async def _myself(self, request: Request) -> Response:
        return self.say({**HUB, "timeZone": str(self.profile_zone), "locale": "en_US"})

    def _priorities(self) -> list[Json]:
        every = (issue["fields"].get("priority") for issue in self.state.issues.values())
        return list({one["id"]: one for one in every if one}.values())

    async def _projects(self, request: Request) -> Response:
        wanted = request.query_params.getlist("keys")
        rows = [project for project in self.state.projects.values() if not wanted or project["key"] in wanted]
        expand = request.query_params.get("expand", "").split(",")
        shown = [self._project(project, expand) for project in rows]
        return self.say(page(request, shown, "values", cap=100, default=50))

    def _project(self, project: Json, expand: list[str]) -> Json:
        hidden = {"lead", "description"} - set(expand)
        shown = {key: value for key, value in project.items() if key not in hidden}
        if "insight" in expand:
            mine = [
                issue for issue in self.state.issues.values() if issue["fields"]["project"]["key"] == project["key"]
            ]
            shown["insight"] = {"totalIssueCount": len(mine)}
            if mine:
                last = max(datetime.fromisoformat(issue["fields"]["updated"]) for issue in mine)
                shown["insight"]["lastIssueUpdateTime"] = stamp(last)
        return shown

    async def _versions(self, request: Request) -> Response:
        project = self._project_named(request.path_params["key"])
        if project is None:
            return self.error(404, f"No project could be found with key '{request.path_params['key']}'.")
        return self.say(self.state.versions.get(project["key"], []))

    async def _version_page(self, request: Request) -> Response:
        project = self._project_named(request.path_params["key"])
        if project is None:
            return self.error(404, f"No project could be found with key '{request.path_params['key']}'.")
        rows = self.state.versions.get(project["key"], [])
        return self.say(page(request, rows, "values", cap=100, default=50))

    def _project_named(self, id_or_key: str) -> Json | None:
        every = self.state.projects.values()
        return next((one for one in every if id_or_key in (one["key"], one["id"])), None)

    # --- issues

    async def _removed(self, request: Request) -> Response:
        return self.error(410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.")

    async def _asked(self, request: Request) -> Json:
        """The parameters of a search, by query or by body."""
        if request.method == "POST":
            asked = dict(await request.json())
            asked["fields"] = [str(name) for name in asked.get("fields", [])]
            return asked
        asked = dict(request.query_params)
        asked["fields"] = [name for text in request.query_params.getlist("fields") for name in text.split(",") if name]
        return asked

    def _find(self, jql: str, *, bounded: bool) -> list[Json]:
        if self.refused_jql and self.refused_jql in jql:
            raise JqlError(f"Error in the JQL Query near '{self.refused_jql}'.")
        projects = {name for project in self.state.projects.values() for name in (project["key"], project["id"])}
        query = parse(jql, projects=projects, zone=self.profile_zone, epoch=self.deployment == "Cloud")
        if bounded and not query.bounded:
            raise JqlError("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
        return [dict(issue) for issue in query.run(list(self.state.issues.values()))]

    async def _search(self, request: Request) -> Response:
        asked = await self._asked(request)
        jql, token = str(asked.get("jql", "")), asked.get("nextPageToken")
        if token:
            if token not in self._searches or self._searches[token][0] != jql:
                return self.error(400, "The provided next page token is invalid or expired.")
            ids = self._searches[token][1]
        else:
            try:
                ids = [issue["id"] for issue in self._find(jql, bounded=True)]
            except JqlError as error:
                return self.error(400, str(error))
        fields = asked["fields"] or ["id"]
        cap = 5000 if set(fields) <= {"id", "key"} else self.page_cap
        size = min(int(asked.get("maxResults") or 50), cap)
        shown = [self._shown(self.state.issues[id_], fields, asked) for id_ in ids[:size] if id_ in self.state.issues]
        page: Json = {"issues": shown, "isLast": len(ids) <= size}
        if len(ids) > size:
            page["nextPageToken"] = f"CAE{len(self._searches):08x}"
            self._searches[page["nextPageToken"]] = (jql, ids[size:])
        return self.say(page)

    async def _search_by_offset(self, request: Request) -> Response:
        asked = await self._asked(request)
        try:
            found = self._find(str(asked.get("jql", "")), bounded=False)
        except JqlError as error:
            return self.error(400, str(error))
        start, size = int(asked.get("startAt") or 0), min(int(asked.get("maxResults") or 50), self.page_cap)
        fields = asked["fields"] or ["*navigable"]
        shown = [self._shown(issue, fields, asked) for issue in found[start : start + size]]
        return self.say({"startAt": start, "maxResults": size, "total": len(found), "issues": shown})

    def _shown(self, issue: Json, fields: list[str], asked: Mapping[str, Any]) -> Json:
        """An issue with the fields that were asked for."""
        wanted = {**issue["fields"], "comment": self._embedded(issue)}
        everything = "*all" in fields or "*navigable" in fields
        shown = {name: value for name, value in wanted.items() if everything or name in fields}
        page = {key: value for key, value in issue.items() if key != "fields"}
        if shown:
            page["fields"] = shown
        if "changelog" in str(asked.get("expand") or ""):
            page["changelog"] = self._embedded_changelog(issue)
        return page

    def _embedded(self, issue: Json) -> Json:
        written = self.state.comments.get(issue["id"], [])
        shown = written[: self.embedded_comments]
        place = f"{self.state.site}/rest/api/3/issue/{issue['id']}/comment"
        return {"self": place, "comments": shown, "maxResults": len(shown), "total": len(written), "startAt": 0}

    def _embedded_changelog(self, issue: Json) -> Json:
        written = self.state.changes.get(issue["id"], [])
        if self.deployment == "Cloud":
            written = written[::-1][:EMBEDDED_CHANGES]
        total = len(self.state.changes.get(issue["id"], []))
        return {"startAt": 0, "maxResults": len(written), "total": total, "histories": written}

    async def _issue(self, request: Request) -> Response:
        issue = self.state.issue(request.path_params["id"])
        if issue is None:
            return self.no_issue()
        fields = [name for text in request.query_params.getlist("fields") for name in text.split(",") if name]
        return self.say(self._shown(issue, fields or ["*all"], request.query_params))

    async def _bulk_issues(self, request: Request) -> Response:
        """Some issues by id or key, in the order of their ids; of one that is not there it says nothing."""
        asked = await self._asked(request)
        wanted = asked.get("issueIdsOrKeys", [])
        if not 1 <= len(wanted) <= 100:
            return self.error(400, "Invalid request: 1 to 100 issues.")
        found = {issue["id"]: issue for issue in map(self.state.issue, wanted) if issue is not None}
        shown = [self._shown(found[id_], asked["fields"] or ["*navigable"], asked) for id_ in sorted(found, key=int)]
        return self.say({"issues": shown, "issueErrors": []})

    # --- history

    async def _changelog(self, request: Request) -> Response:
        issue = self.state.issue(request.path_params["id"])
        if issue is None:
            return self.no_issue()
        rows = self.state.changes.get(issue["id"], [])
        return self.say(page(request, rows, "values", cap=100, default=100))

    async def _bulk_changelog(self, request: Request) -> Response:
        asked = await request.json()
        wanted, names = asked.get("issueIdsOrKeys", []), set(asked.get("fieldIds", []))
        size = min(int(asked.get("maxResults") or 1000), self.changes_cap)
        if not 1 <= len(wanted) <= 1000 or len(names) > 10 or not 1 <= size <= 10000:
            return self.error(400, "Invalid request: 1 to 1000 issues, at most 10 fields, 1 to 10000 results.")
        found = [issue for issue in map(self.state.issue, wanted) if issue is not None]
        entries = [
            (datetime.fromisoformat(entry["created"]), issue["id"], {**entry, "items": items})
            for issue in found
            for entry in self.state.changes.get(issue["id"], [])
            if (items := [item for item in entry["items"] if not names or item.get("fieldId") in names])
        ]
        entries.sort(key=lambda row: (row[0], int(row[1])))
        start = int(asked.get("nextPageToken") or 0)
        by_issue: dict[str, list[Json]] = {}
        for _, id_, entry in entries[start : start + size]:
            by_issue.setdefault(id_, []).append(entry)
        page: Json = {"issueChangeLogs": [{"issueId": id_, "changeHistories": rows} for id_, rows in by_issue.items()]}
        if start + size < len(entries):
            page["nextPageToken"] = str(start + size)
        return self.say(page)
