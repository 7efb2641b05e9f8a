"""A stand-in for a Jira site: Cloud's REST API v3, or Data Center's v2, as far as a hub uses them.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/ (checked November 2026). It is strict where Jira is: bounded
JQL, `fields` that default to the id, opaque page tokens, comments cut in search results, 410 on the removed search,
an empty 200 for a wrong credential where Jira allows anonymous reading.
"""

import copy
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.http import Door, answer, basic, bearer
from sandbox.jira_jql import JqlError, parse
from sandbox.jira_state import (
    ZONE,
    JiraState,
    Json,
    account_id,
    document,
    due_change,
    from_plan,
    from_recorded,
    stamp,
    status_change,
    user,
)
from sandbox.plan import Message, Plan

EMAIL = "hub@lanternquay.example"
TOKEN = "sandbox-jira-token"
HUB = user("712020:hub", "Milepost Hub", "atlassian", EMAIL)

Deployment = Literal["Cloud", "Server"]

EMBEDDED_COMMENTS = 100
EMBEDDED_CHANGES = 40
"""How many of them Cloud shows inside an issue, whatever there are."""

_ANONYMOUS = ("/search/jql", "/search", "/project/search", "/project", "/serverInfo")
"""Reads that Jira lets anybody make; who gives a wrong credential sees as little as nobody."""


class JiraSandbox:
    """One site. `comments_posted` is what the hub wrote and left standing; `app.faults` are met before anything else."""

    def __init__(self, state: JiraState, clock: Callable[[], datetime], deployment: Deployment = "Cloud") -> None:
        self.state = state
        self.clock = clock
        self.deployment = deployment
        self.tokens = {TOKEN}
        self.internal_notes = True
        """False: the account is no agent, and what it means to be internal comes out public."""
        self.page_cap = 100 if deployment == "Cloud" else 1000
        self.embedded_comments = EMBEDDED_COMMENTS
        self.changes_cap = 10000
        self.profile_zone = ZONE
        self._searches: dict[str, tuple[str, list[str]]] = {}
        self._people: Mapping[str, str] = {}
        self._hub_comments: list[Json] = []
        self.app = Door(self._routes(), self._refuse)

    @classmethod
    def from_plan(
        cls,
        plan: Plan,
        clock: Callable[[], datetime],
        deployment: Deployment = "Cloud",
        service_projects: Collection[str] = (),
    ) -> "JiraSandbox":
        """The Jira share of an invented firm; `service_projects` are served as service desks."""
        made = cls(from_plan(plan, HUB, service_projects), clock, deployment)
        made._people = {
            **{one.id: account_id("staff", one.number) for one in plan.staff},
            **{one.id: account_id("contact", one.number) for one in plan.contacts},
        }
        return made

    @classmethod
    def from_recorded(cls, folder: Path, clock: Callable[[], datetime]) -> "JiraSandbox":
        """Answers that a real site once gave."""
        return cls(from_recorded(folder, HUB), clock)

    # --- what tests and the demo ask

    def account_id(self, person: str) -> str:
        """The account of a staff member or contact of the plan."""
        return self._people[person]

    def project_ref(self, project: Any) -> str:
        """What a config calls a project: its key."""
        return str(project.key)

    @property
    def comments_posted(self) -> list[Json]:
        """What the hub wrote: item, id, text, whether a client can read it."""
        return [
            {
                "item": self.state.issues[one["self"].split("/")[-3]]["key"],
                "id": one["id"],
                "text": _plain(one["body"]),
                "public": one["jsdPublic"],
            }
            for one in self._hub_comments
        ]

    # --- the story

    def move_due(self, number: int, new: date, by: str, at: datetime) -> None:
        """Move an item's due date, or a version's release date (which leaves no trace)."""
        with self.app.lock:
            version = self._version(number)
            if version is not None:
                version["releaseDate"] = str(new)
                return
            issue = self._item(number)
            old = issue["fields"]["duedate"]
            entry = due_change(date.fromisoformat(old) if old else None, new)
            self.state.change(issue, at, self._people[by], entry)
            issue["fields"]["duedate"] = str(new)

    def complete(self, number: int, by: str, at: datetime) -> None:
        """Finish an item."""
        with self.app.lock:
            issue = self._item(number)
            before = issue["fields"]["status"]
            self.state.set_status(issue, "done", None, at)
            self.state.change(issue, at, self._people[by], status_change(before, issue["fields"]["status"]))

    def add_message(self, number: int, message: Message) -> None:
        """Somebody comments on an item."""
        with self.app.lock:
            self.state.comment(
                self._item(number),
                message.at,
                self._people[message.author],
                document(message.text),
                public=message.kind != "note",
            )

    def release_version(self, number: int, on: date) -> None:
        """Release a version; `releaseDate` becomes the day it went out."""
        with self.app.lock:
            version = self._version(number)
            if version is None:
                raise KeyError(number)
            version |= {"released": True, "releaseDate": str(on)}

    def delete(self, number: int) -> None:
        """Delete an issue: search leaves it out, and nothing tells."""
        with self.app.lock:
            del self.state.issues[self.state.by_number[number]]

    def _item(self, number: int) -> Json:
        return self.state.issues[self.state.by_number[number]]

    def _version(self, number: int) -> Json | None:
        wanted = str(30000 + number)
        every = (version for versions in self.state.versions.values() for version in versions)
        return next((version for version in every if version["id"] == wanted), None)

    # --- signing in

    def _signed_in(self, request: Request) -> bool:
        if self.deployment == "Cloud":
            given = basic(request)
            return given is not None and given[0] == EMAIL and given[1] in self.tokens
        return bearer(request) in self.tokens

    def _refuse(self, request: Request) -> Response | None:
        """401, or the empty 200 of those reads that anybody may make."""
        path = request.url.path.rsplit("/rest/api/", 1)[-1].partition("/")[2]
        if self._signed_in(request) or path == "serverInfo":
            return None
        if f"/{path}" not in _ANONYMOUS:
            headers = {"WWW-Authenticate": 'Basic realm="jira"', "X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
            return self._error(401, "Client must be authenticated to access this resource.", headers)
        empty: Any = {
            "search/jql": {"issues": [], "isLast": True},
            "search": {"startAt": 0, "maxResults": 50, "total": 0, "issues": []},
            "project/search": {"startAt": 0, "maxResults": 50, "total": 0, "isLast": True, "values": []},
            "project": [],
        }[path]
        given = "authorization" in request.headers
        return answer(empty, headers={"X-Seraph-LoginReason": "AUTHENTICATED_FAILED" if given else "OK"})

    # --- routes

    def _routes(self) -> list[Route]:
        both = [
            Route("/serverInfo", self._server_info),
            Route("/myself", self._myself),
            Route("/field", self._listing(lambda: self.state.fields)),
            Route("/status", self._listing(lambda: list(self.state.statuses.values()))),
            Route("/issuetype", self._listing(lambda: self.state.types)),
            Route("/priority", self._listing(self._priorities)),
            Route("/project/{key}/versions", self._versions),
            Route("/issue/{id}", self._issue),
            Route("/issue/{id}/comment", self._comments, methods=["GET"]),
            Route("/issue/{id}/comment", self._post_comment, methods=["POST"]),
            Route("/issue/{id}/comment/{comment}", self._put_comment, methods=["PUT"]),
            Route("/issue/{id}/comment/{comment}", self._delete_comment, methods=["DELETE"]),
            Route("/comment/{comment}/properties/{name}", self._property),
        ]
        cloud = [
            Route("/search/jql", self._search, methods=["GET", "POST"]),
            Route("/search", self._removed, methods=["GET", "POST"]),
            Route("/project/search", self._projects),
            Route("/project/{key}/version", self._version_page),
            Route("/issue/{id}/changelog", self._changelog),
            Route("/changelog/bulkfetch", self._bulk_changelog, methods=["POST"]),
            Route("/comment/list", self._comment_list, methods=["POST"]),
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
            for route in [*own, *both]
        ]

    def _listing(self, rows: Callable[[], list[Json]]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            return self._say(rows())

        return endpoint

    def _say(self, data: Any, status: int = 200) -> Response:
        """An answer in the deployment's own dialect."""
        return answer(data if self.deployment == "Cloud" else _as_server(data), status)

    def _error(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
        return answer({"errorMessages": [message], "errors": {}}, status, headers)

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
        return self._say({**HUB, "timeZone": str(self.profile_zone), "locale": "en_US"})

    def _priorities(self) -> list[Json]:
        every = (issue["fields"].get("priority") for issue in self.state.issues.values())
        return list({one["id"]: one for one in every if one}.values())

    async def _projects(self, request: Request) -> Response:
        wanted = request.query_params.getlist("keys")
        rows = [project for project in self.state.projects.values() if not wanted or project["key"] in wanted]
        expand = request.query_params.get("expand", "").split(",")
        shown = [self._project(project, expand) for project in rows]
        return self._say(_page(request, shown, "values", cap=100, default=50))

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
            return self._error(404, f"No project could be found with key '{request.path_params['key']}'.")
        return self._say(self.state.versions.get(project["key"], []))

    async def _version_page(self, request: Request) -> Response:
        project = self._project_named(request.path_params["key"])
        if project is None:
            return self._error(404, f"No project could be found with key '{request.path_params['key']}'.")
        rows = self.state.versions.get(project["key"], [])
        return self._say(_page(request, rows, "values", cap=100, default=50))

    def _project_named(self, id_or_key: str) -> Json | None:
        every = self.state.projects.values()
        return next((one for one in every if id_or_key in (one["key"], one["id"])), None)

    # --- issues

    async def _removed(self, request: Request) -> Response:
        return self._error(410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.")

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
                return self._error(400, "The provided next page token is invalid or expired.")
            ids = self._searches[token][1]
        else:
            try:
                ids = [issue["id"] for issue in self._find(jql, bounded=True)]
            except JqlError as error:
                return self._error(400, str(error))
        fields = asked["fields"] or ["id"]
        cap = 5000 if set(fields) <= {"id", "key"} else self.page_cap
        size = min(int(asked.get("maxResults") or 50), cap)
        shown = [self._shown(self.state.issues[id_], fields, asked) for id_ in ids[:size] if id_ in self.state.issues]
        page: Json = {"issues": shown, "isLast": len(ids) <= size}
        if len(ids) > size:
            page["nextPageToken"] = f"CAE{len(self._searches):08x}"
            self._searches[page["nextPageToken"]] = (jql, ids[size:])
        return self._say(page)

    async def _search_by_offset(self, request: Request) -> Response:
        asked = await self._asked(request)
        try:
            found = self._find(str(asked.get("jql", "")), bounded=False)
        except JqlError as error:
            return self._error(400, str(error))
        start, size = int(asked.get("startAt") or 0), min(int(asked.get("maxResults") or 50), self.page_cap)
        fields = asked["fields"] or ["*navigable"]
        shown = [self._shown(issue, fields, asked) for issue in found[start : start + size]]
        return self._say({"startAt": start, "maxResults": size, "total": len(found), "issues": shown})

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
        shown = [_bare(one) for one in written[: self.embedded_comments]]
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
            return self._no_issue()
        fields = [name for text in request.query_params.getlist("fields") for name in text.split(",") if name]
        return self._say(self._shown(issue, fields or ["*all"], request.query_params))

    def _no_issue(self) -> Response:
        return self._error(404, "Issue does not exist or you do not have permission to see it.")

    # --- history

    async def _changelog(self, request: Request) -> Response:
        issue = self.state.issue(request.path_params["id"])
        if issue is None:
            return self._no_issue()
        rows = self.state.changes.get(issue["id"], [])
        return self._say(_page(request, rows, "values", cap=100, default=100))

    async def _bulk_changelog(self, request: Request) -> Response:
        asked = await request.json()
        wanted, names = asked.get("issueIdsOrKeys", []), set(asked.get("fieldIds", []))
        size = min(int(asked.get("maxResults") or 1000), self.changes_cap)
        if not 1 <= len(wanted) <= 1000 or len(names) > 10 or not 1 <= size <= 10000:
            return self._error(400, "Invalid request: 1 to 1000 issues, at most 10 fields, 1 to 10000 results.")
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
        return self._say(page)

    # --- comments

    async def _comments(self, request: Request) -> Response:
        issue = self.state.issue(request.path_params["id"])
        if issue is None:
            return self._no_issue()
        rows = [_bare(one) for one in self.state.comments.get(issue["id"], [])]
        if request.query_params.get("orderBy") == "-created":
            rows.reverse()
        return self._say(_page(request, rows, "comments", cap=100, default=100))

    async def _post_comment(self, request: Request) -> Response:
        issue = self.state.issue(request.path_params["id"])
        if issue is None:
            return self._no_issue()
        asked = await request.json()
        properties = asked.get("properties", [])
        internal = any(one["key"] == "sd.public.comment" and one["value"].get("internal") is True for one in properties)
        service = issue["fields"]["project"].get("projectTypeKey") == "service_desk"
        refusal = self._bad_body(request, asked)
        if refusal is not None:
            return refusal
        made = self.state.comment(
            issue,
            self.clock(),
            HUB["accountId"],
            asked["body"],
            public=not (internal and service and self.internal_notes),
            properties=properties,
        )
        self._hub_comments.append(made)
        return self._say(_bare(made), 201)

    def _bad_body(self, request: Request, asked: Json) -> Response | None:
        """v3 takes a document, v2 text."""
        wanted = dict if "/api/3/" in request.url.path else str
        if isinstance(asked.get("body"), wanted):
            return None
        return answer({"errorMessages": [], "errors": {"comment": "Comment body is not valid!"}}, 400)

    async def _put_comment(self, request: Request) -> Response:
        found = self._comment(request)
        if found is None:
            return self._error(404, f"Can not find a comment for the id: {request.path_params['comment']}.")
        asked = await request.json()
        refusal = self._bad_body(request, asked)
        if refusal is not None:
            return refusal
        found |= {"body": asked["body"], "updated": stamp(self.clock())}
        return self._say(_bare(found))

    async def _delete_comment(self, request: Request) -> Response:
        found = self._comment(request)
        if found is None:
            return self._error(404, f"Can not find a comment for the id: {request.path_params['comment']}.")
        for written in self.state.comments.values():
            written[:] = [one for one in written if one is not found]
        self._hub_comments = [one for one in self._hub_comments if one is not found]
        return Response(status_code=204)

    def _comment(self, request: Request) -> Json | None:
        every = (one for written in self.state.comments.values() for one in written)
        return next((one for one in every if one["id"] == request.path_params["comment"]), None)

    async def _comment_list(self, request: Request) -> Response:
        wanted = {str(id_) for id_ in (await request.json()).get("ids", [])}
        every = [one for written in self.state.comments.values() for one in written if one["id"] in wanted]
        with_properties = "properties" in request.query_params.get("expand", "")
        shown = [
            {**_bare(one), "properties": one.get("properties", [])} if with_properties else _bare(one) for one in every
        ]
        return self._say({"startAt": 0, "maxResults": 1000, "total": len(shown), "isLast": True, "values": shown})

    async def _property(self, request: Request) -> Response:
        found = self._comment(request) or {}
        for one in found.get("properties", []):
            if one["key"] == request.path_params["name"]:
                return answer(one)
        return self._error(404, f"The property with key '{request.path_params['name']}' does not exist.")


def _bare(comment: Json) -> Json:
    """A comment without its properties, which only some calls show."""
    return {key: value for key, value in comment.items() if key != "properties"}


def _page(request: Request, rows: list[Json], name: str, *, cap: int, default: int) -> Json:
    """A page by offset, in Jira's envelope."""
    start = int(request.query_params.get("startAt") or 0)
    size = min(int(request.query_params.get("maxResults") or default), cap)
    page = {"startAt": start, "maxResults": size, "total": len(rows), name: rows[start : start + size]}
    return page if name == "comments" else {**page, "isLast": start + size >= len(rows)}


def _as_server(data: Any) -> Any:
    """The same in Data Center's dialect: users by name and key, text for documents, no untranslated names."""
    if isinstance(data, list):
        return [_as_server(one) for one in data]
    if not isinstance(data, dict):
        return copy.copy(data)
    if data.get("type") == "doc" and "content" in data:
        return _plain(data)
    if "accountId" in data:
        name = data["accountId"].rpartition(":")[2]
        kept = {key: value for key, value in data.items() if key not in ("accountId", "accountType")}
        return {**kept, "name": name, "key": f"JIRAUSER{name}"}
    hidden = ("untranslatedName", "hierarchyLevel", "statuscategorychangedate", "fieldId")
    return {key: _as_server(value) for key, value in data.items() if key not in hidden}


def _plain(body: Any) -> str:
    """The text of a document, or of a body that is text."""
    if isinstance(body, str):
        return body
    paragraphs = ("".join(_words(block)) for block in body.get("content", []))
    return "\n".join(paragraphs)


def _words(node: Json) -> list[str]:
    inside = [word for child in node.get("content", []) for word in _words(child)]
    return [node["text"], *inside] if "text" in node else inside
