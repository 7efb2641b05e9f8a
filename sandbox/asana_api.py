"""A stand-in for Asana's REST API (below `/api/1.0`), as the hub and a curious test may use it.

Honest where a client could go wrong: lists are compact unless `opt_fields` says otherwise, pages hold 100 at most and
their offsets expire, a task list is in no order of change, subtasks are in no project's list, search costs money,
events begin with a 412, `Date` is the server's own clock, each part of a batch answers for itself.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.asana_fields import BadFields, Offsets, parse, select, whole
from sandbox.asana_query import MOST, Query, Refused, instant_in, limit_in, sent_in, text_in
from sandbox.asana_state import HUB, TEAM, WORKSPACE, AsanaState, Json, gid
from sandbox.http import answer, bearer

TOKEN = "2/1201000000000000/1299000000000042:5f0e7c2b9a1d4e6f8b3c7a9d1e5f2b4c"

BASE = "https://app.asana.com/api/1.0"
"""Where Asana's own answers point to."""

BATCH = 10


class AsanaApi:
    """Asana's answers about one workspace, to one valid token. The attributes are switches for whoever tests."""

    def __init__(self, state: AsanaState, clock: Callable[[], datetime]) -> None:
        self.state = state
        self.clock = clock
        self.offsets = Offsets()
        self.valid = True
        """False: the token was taken back."""
        self.hidden: set[str] = set()
        """Projects that the token's user cannot see."""
        self.may_write = True
        self.page_cap = MOST
        """The most that a page of any list holds, whatever is asked for."""
        self.tells_time = True
        """False: something in between swallows the `Date` of every answer."""

    def routes(self) -> list[Route]:
        """All that it answers."""
        return [Route("/{path:path}", self._serve, methods=["GET", "POST", "PUT", "DELETE"])]

    def refuse(self, request: Request) -> Response | None:
        if bearer(request) != TOKEN or not self.valid:
            return self._answer(Refused(401, "Not Authorized").body, 401)
        return None

    def _answer(self, body: Any, status: int = 200) -> Response:
        now = format_datetime(self.clock().astimezone(UTC), usegmt=True)
        return answer(body, status, {"Date": now} if self.tells_time else None)

    async def _serve(self, request: Request) -> Response:
        path = "/" + request.path_params["path"]
        try:
            content = await request.body() if request.method in ("POST", "PUT") else b""
            sent = sent_in(content)
            status, body = self._route(request.method, path, dict(request.query_params), sent)
            return self._answer(body, status)
        except Refused as refusal:
            return self._answer(refusal.body, refusal.status)

    def _route(self, method: str, path: str, query: Query, sent: Json) -> tuple[int, Any]:
        """Status and body of the answer to a call."""
        for verb, pattern, serve in self._reads():
            found = re.fullmatch(pattern, path)
            if verb == method and found:
                return 200, serve(query, *found.groups())
        for verb, pattern, status, write in self._writes():
            found = re.fullmatch(pattern, path)
            if verb == method and found:
                if not self.may_write and path != "/batch":
                    raise Refused(403, "You do not have permission to do that.")
                return status, write(query, sent, *found.groups())
        raise Refused(404, "No matching route for request")

    def _reads(self) -> Iterable[tuple[str, str, Callable[..., Any]]]:
        yield "GET", r"/users/me", self._me
        yield "GET", r"/users", self._users
        yield "GET", r"/workspaces", self._workspaces
        yield "GET", r"/workspaces/(\d+)/projects", self._projects
        yield "GET", r"/workspaces/(\d+)/workspace_memberships", self._workspace_memberships
        yield "GET", r"/workspaces/(\d+)/tasks/search", self._search
        yield "GET", r"/teams/(\d+)/team_memberships", self._team_memberships
        yield "GET", r"/projects", self._projects
        yield "GET", r"/projects/(\d+)", self._project
        yield "GET", r"/projects/(\d+)/sections", self._sections
        yield "GET", r"/projects/(\d+)/tasks", self._project_tasks
        yield "GET", r"/tasks", self._tasks
        yield "GET", r"/tasks/(\d+)", self._task
        yield "GET", r"/tasks/(\d+)/subtasks", self._subtasks
        yield "GET", r"/tasks/(\d+)/stories", self._stories
        yield "GET", r"/stories/(\d+)", self._story
        yield "GET", r"/events", self._events

    def _writes(self) -> Iterable[tuple[str, str, int, Callable[..., Any]]]:
        yield "POST", r"/tasks/(\d+)/stories", 201, self._post_story
        yield "PUT", r"/stories/(\d+)", 200, self._edit_story
        yield "DELETE", r"/stories/(\d+)", 200, self._delete_story
        yield "POST", r"/batch", 200, self._batch

    # --- pages and fields

    def _page(self, path: str, query: Query, items: list[Json]) -> Json:
        """A list as Asana pages it: nothing but the opaque offset says where it goes on."""
        limit, offset = limit_in(query, len(items)), query.get("offset")
        limit = None if limit is None else min(limit, self.page_cap)
        rest = {name: value for name, value in sorted(query.items()) if name not in ("limit", "offset")}
        what = f"{path}?{urlencode(rest)}"
        start = self.offsets.take(what, offset) if offset else 0
        if start is None:
            raise Refused(400, "offset: Your pagination token has expired.")
        end = start + (limit or len(items))
        page = {"data": self._select(query, items[start:end], listed=True)}
        if limit is None:
            return page
        page["next_page"] = self._next(path, {**rest, "limit": str(limit)}, what, end) if end < len(items) else None
        return page

    def _next(self, path: str, query: Query, what: str, end: int) -> Json:
        offset = self.offsets.give(what, end)
        address = f"{path}?{urlencode({**query, 'offset': offset})}"
        return {"offset": offset, "path": address, "uri": BASE + address}

    def _select(self, query: Query, thing: Any, *, listed: bool = False) -> Any:
        if not query.get("opt_fields"):
            return select(thing, {}) if listed else whole(thing)
        try:
            return select(thing, parse(query["opt_fields"]))
        except BadFields as error:
            raise Refused(400, f"opt_fields: Invalid field: {error}") from None

    # --- reading

    def _me(self, query: Query) -> Json:
        return {"data": self._select(query, self.state.users[HUB])}

    def _users(self, query: Query) -> Json:
        self._workspace(query.get("workspace", WORKSPACE))
        return self._page("/users", query, list(self.state.users.values()))

    def _workspaces(self, query: Query) -> Json:
        return self._page("/workspaces", query, list(self.state.workspaces.values()))

    def _workspace(self, id: str) -> Json:
        if id not in self.state.workspaces:
            raise Refused(404, f"workspace: Unknown object: {id}")
        return self.state.workspaces[id]

    def _workspace_memberships(self, query: Query, id: str) -> Json:
        self._workspace(id)
        path = f"/workspaces/{id}/workspace_memberships"
        return self._page(path, query, list(self.state.memberships.values()))

    def _team_memberships(self, query: Query, id: str) -> Json:
        if id != TEAM:
            raise Refused(404, f"team: Unknown object: {id}")
        memberships = [
            {"gid": gid(1203, int(user[4:])), "resource_type": "team_membership", "user": of["user"], "is_guest": False}
            for user, of in self.state.memberships.items()
            if not of["is_guest"]
        ]
        return self._page(f"/teams/{id}/team_memberships", query, memberships)

    def _search(self, query: Query, id: str) -> Json:
        raise Refused(402, "Search is only available to premium users.")

    def _projects(self, query: Query, workspace: str | None = None) -> Json:
        within = self._workspace(workspace or query.get("workspace", WORKSPACE))
        path = f"/workspaces/{workspace}/projects" if workspace else "/projects"
        archived = query.get("archived")
        found = [
            project
            for id, project in self.state.projects.items()
            if id not in self.hidden
            and project["workspace"] == within
            and archived in (None, str(project["archived"]).lower())
        ]
        return self._page(path, query, found)

    def _visible_project(self, id: str) -> Json:
        if id not in self.state.projects or id in self.hidden:
            raise Refused(404, f"project: Unknown object: {id}")
        return self.state.projects[id]

    def _project(self, query: Query, id: str) -> Json:
        return {"data": self._select(query, self._visible_project(id))}

    def _sections(self, query: Query, id: str) -> Json:
        self._visible_project(id)
        return self._page(f"/projects/{id}/sections", query, self.state.sections_of(id))

    def _project_tasks(self, query: Query, id: str) -> Json:
        if "modified_since" in query:
            raise Refused(400, "modified_since: Unknown parameter")
        return self._tasks({**query, "project": id}, f"/projects/{id}/tasks")

    def _tasks(self, query: Query, path: str = "/tasks") -> Json:
        if "project" not in query:
            raise Refused(400, "You should specify one of workspace, project, tag, section")
        self._visible_project(query["project"])
        modified, completed = instant_in(query, "modified_since"), instant_in(query, "completed_since")
        found = [
            task
            for task in self.state.tasks_of(query["project"])
            if (modified is None or datetime.fromisoformat(task["modified_at"]) >= modified)
            and (
                completed is None or not task["completed"] or datetime.fromisoformat(task["completed_at"]) >= completed
            )
        ]
        return self._page(path, query, found)

    def _visible_task(self, id: str) -> Json:
        task = self.state.tasks.get(id)
        if task is None or self._is_hidden(task):
            raise Refused(404, f"task: Unknown object: {id}")
        return task

    def _is_hidden(self, task: Json) -> bool:
        projects = {membership["project"]["gid"] for membership in task["memberships"]}
        return bool(projects) and projects <= self.hidden

    def _task(self, query: Query, id: str) -> Json:
        return {"data": self._select(query, self._visible_task(id))}

    def _subtasks(self, query: Query, id: str) -> Json:
        self._visible_task(id)
        return self._page(f"/tasks/{id}/subtasks", query, self.state.subtasks_of(id))

    def _stories(self, query: Query, id: str) -> Json:
        self._visible_task(id)
        return self._page(f"/tasks/{id}/stories", query, self.state.stories_of(id))

    def _visible_story(self, id: str) -> Json:
        if id not in self.state.stories:
            raise Refused(404, f"story: Unknown object: {id}")
        return self.state.stories[id]

    def _story(self, query: Query, id: str) -> Json:
        return {"data": self._select(query, self._visible_story(id))}

    def _events(self, query: Query) -> Json:
        """What happened in a project since a token; without one, a 412 that brings it."""
        resource = query.get("resource", "")
        self._visible_project(resource)
        token, fresh = query.get("sync", ""), f"{resource}:{len(self.state.events)}"
        project, _, start = token.partition(":")
        if project != resource or not start.isdigit() or int(start) > len(self.state.events):
            words = "Sync token invalid or too old. If you are attempting to keep resources in sync, you must fetch "
            raise Refused(412, words + "the full dataset for this query now and use the new sync token.", sync=fresh)
        heard = [event for at, event in self.state.events[int(start) :] if at == resource]
        return {"data": [select(event, {}) for event in heard], "sync": fresh, "has_more": False}

    # --- writing

    def _post_story(self, query: Query, sent: Json, id: str) -> Json:
        task = self._visible_task(id)
        story = self.state.say(task, self.state.users[HUB], self.clock(), text_in(sent), source="api")
        return {"data": self._select(query, story)}

    def _own_story(self, id: str) -> Json:
        story = self._visible_story(id)
        if story["type"] != "comment" or story["created_by"]["gid"] != HUB:
            raise Refused(403, "You do not have permission to edit this story.")
        return story

    def _edit_story(self, query: Query, sent: Json, id: str) -> Json:
        story = self._own_story(id)
        story |= {"text": text_in(sent), "is_edited": True}
        self.state.stir(story["target"], self.clock())
        return {"data": self._select(query, story)}

    def _delete_story(self, query: Query, sent: Json, id: str) -> Json:
        story = self._own_story(id)
        del self.state.stories[id]
        self.state.stir(story["target"], self.clock())
        return {"data": {}}

    def _batch(self, query: Query, sent: Json) -> Json:
        actions = sent.get("actions")
        if not isinstance(actions, list) or not 1 <= len(actions) <= BATCH:
            raise Refused(400, f"actions: Must be a list of 1 to {BATCH}")
        return {"data": [self._action(action) for action in actions]}

    def _action(self, action: Json) -> Json:
        path, _, asked = str(action["relative_path"]).partition("?")
        options = action.get("options") or {}
        query = dict(parse_qsl(asked)) | {key: str(options[key]) for key in ("limit", "offset") if key in options}
        if options.get("fields"):
            query["opt_fields"] = ",".join(options["fields"])
        try:
            status, body = self._route(str(action["method"]).upper(), path, query, action.get("data") or {})
        except Refused as refusal:
            status, body = refusal.status, refusal.body
        return {"status_code": status, "headers": {}, "body": body}
