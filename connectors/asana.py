"""Asana (REST API 1.0), through the `asana` SDK's `call_api`.

- API: https://developers.asana.com/reference/rest-api-reference, checked November 2026.
- Sign-in: a personal access token (or a service account's). It reaches what its user sees: use a service member.
- Limits: 1500 requests a minute and token, 150 in workspaces that pay nothing; 429 with Retry-After. Each part of a
  batch counts.
- Paging: 100 a page by offsets that expire: the list is then begun again.
- Changes: tasks by `modified_since`, which the server's own `Date` sets; in no order, so the cursor comes last. Once a
  day a project's tasks are listed whole: that a task went to another section, or that a subtask changed, may show
  only there.
- Not read: portfolios and goals (paid), attachments, dependencies, time tracking, what subtasks below the fifth level
  hold, kinds of stories that tell nothing of dates, sections, people or completion.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from config.settings import SourceSettings
from connectors.answers import decode, instant
from connectors.asana_api import AsanaApi, Json
from connectors.asana_comments import Comments
from connectors.asana_tasks import Position, Tasks, gid_of, has_gid
from connectors.base import (
    AccessDenied,
    Account,
    Cursor,
    NotCommentable,
    NotFound,
    NotPermitted,
    Page,
    Problem,
    Record,
    Ref,
    Stream,
    VendorChanged,
)
from connectors.governor import Governor
from connectors.scope import Scope, count, names_in

LIMITS = ("1500/1 minute", "50/1 second")

AT_ONCE = 8
"""Projects that are read side by side. Asana takes 50 reads at a time, and 1500 requests a minute."""

COMMENTED = "tasks"
"""The stream whose records take comments."""

SETTING = (
    "name,archived,privacy_setting,workspace.(gid|name),members.gid,team.gid,"
    "custom_field_settings.custom_field.(gid|name|resource_subtype|enum_options.(gid|name))"
)
"""What the mapper must know of a project before it reads a task, and nothing that moves with each day's work."""

PROJECT = (
    "name,notes,archived,completed,completed_at,created_at,modified_at,start_on,due_on,owner.(gid|name),permalink_url,"
    "current_status_update.(gid|status_type|title),custom_fields.(gid|name|display_value)"
)
MEMBERSHIP = "user.(gid|name|email),workspace.gid,is_guest,is_active,is_view_only"

EVERYBODYS = "498346170860"
"""The workspace "Personal Projects", which has this gid for every user: no sign that two are of one organisation."""


class AsanaSettings(SourceSettings):
    """A user's projects. `projects` are gids or names of projects or workspaces."""

    kind: Literal["asana"] = "asana"


class Asana:
    """Users, projects with their sections and custom fields, and tasks with their subtasks and stories."""

    def __init__(self, settings: AsanaSettings, governor: Governor) -> None:
        self.settings = settings
        self._api = AsanaApi(settings.name, settings.url, settings.token, governor)
        self._tasks = Tasks(self._api, settings.since, self._home_of)
        self._comments = Comments(self._api, settings.comment_back, _names_of, self._members, self._team_members)
        self._workspaces: Mapping[str, Json] | None = None
        self._scope = Scope(settings.projects, _names_of, _names_of_workspace)
        self._listed: Mapping[str, Record] | None = None
        self._is_fresh = False

    def check(self) -> Account:
        """Address, credential and permission, in that order: each fails with its own words."""
        try:
            me = self._me()
        except NotFound as error:
            raise self._api.wrong_url() from error
        if not has_gid(me):
            raise VendorChanged(f"{self._api.name}: Asana does not say who the token's user is")
        who = str(me.get("name") or me["gid"])
        self._list_projects()
        seen = len(self._projects())
        if not seen and not self._unmatched():
            raise AccessDenied(f"{self._api.name}: {who} sees no project in Asana: add them to the projects to be read")
        return Account(
            id=str(me["gid"]),
            name=who,
            tenants={
                gid: str(workspace.get("name") or gid)
                for gid, workspace in (self._workspaces or {}).items()
                if gid != EVERYBODYS
            },
            sees=f"{count(seen, 'project')} in {count(len(self._workspaces or {}), 'workspace')}",
            projects={gid: str(record.payload.get("name") or "") for gid, record in self._projects().items()},
            notes=[f"{name} is not visible to {who}: add them to it" for name in self._unmatched()],
        )

    def streams(self) -> Sequence[Stream]:
        """Who is a guest, what the projects' fields and sections are called; then the projects, then their tasks."""
        return (
            Stream("users", vocabulary=True),
            Stream("settings", vocabulary=True),
            Stream("teams", vocabulary=True, may_be_empty=True),
            Stream("sections", vocabulary=True, at_once=AT_ONCE),
            Stream("projects", is_scope=True),
            Stream("tasks", at_once=AT_ONCE, heeds_since=True, children=("stories",), is_shared=True),
        )

    def parts(self, stream: str) -> Sequence[str]:
        """Projects are parts; one that the config names and nobody shows us is one too, so that reading it says so."""
        if stream not in ("sections", "tasks"):
            return ("",)
        return [*self._projects(), *self._unmatched()]

    def read(self, stream: str, part: str, cursor: Cursor | None) -> Iterator[Page]:
        """Tasks from `cursor` on; all other streams whole, each time."""
        match stream:
            case "users":
                yield self._users()
            case "settings":
                if not self._is_fresh:
                    self._list_projects()
                self._is_fresh = False
                yield Page(list(self._projects().values()), None, [("settings", None)])
            case "teams":
                yield self._teams()
            case "sections":
                self._must_see(part)
                yield self._whole("sections", f"/projects/{part}/sections", {"opt_fields": "name"})
            case "projects":
                yield self._project_records()
            case "tasks":
                self._must_see(part)
                yield from self._tasks.read(part, Position.load(cursor))
            case _:
                raise ValueError(f"asana has no stream {stream!r}")

    def living_ids(self, stream: str, part: str) -> Iterator[Sequence[str]]:
        """Ids of a project's tasks and subtasks; of other streams, what a read shows."""
        if stream == "tasks":
            self._must_see(part)
            yield from self._tasks.ids(part)
            return
        for page in self.read(stream, part, None):
            yield [record.id for record in page.records]

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Asana does not count: a sweep tells what is absent."""
        return {}

    def comment(self, on: Ref, text: str | None, key: str, known: str | None) -> str | None:
        """Our one comment for `key`. Whoever sees the task sees it.

        Raises NotCommentable on what is no task, and for a new comment where a guest could read it and the config
        does not name the project; NotFound for a task that is gone; AccessDenied.
        """
        if on.stream != COMMENTED:
            raise NotCommentable(f"{self._api.name}: Asana has no comments on {on.stream}")
        if text is None:
            self._comments.take_back(on.id, key, known)
            return None
        return self._comments.put(on.id, text, key, known)

    # --- workspaces and projects

    def _me(self) -> Json:
        """Our own user; with it come the workspaces."""
        me = self._api.object("/users/me", opt_fields="name,email,workspaces.(gid|name)")
        listed = me.get("workspaces")
        found = [one for one in listed if has_gid(one)] if isinstance(listed, list) else []
        self._workspaces = {workspace["gid"]: workspace for workspace in found}
        return me

    def _asked_workspaces(self) -> list[str]:
        if self._workspaces is None:
            self._me()
        return list(self._workspaces or {})

    def _list_projects(self) -> Mapping[str, Record]:
        """Every project that the account sees, with its settings."""
        listed: dict[str, Record] = {}
        for workspace in self._asked_workspaces():
            query = {"workspace": workspace, "opt_fields": SETTING}
            listed |= {record.id: record for record in self._whole("settings", "/projects", query).records}
        self._listed, self._is_fresh = listed, True
        return listed

    def _projects(self) -> Mapping[str, Record]:
        """The projects in scope by gid, as listed when this run began."""
        listed = self._list_projects() if self._listed is None else self._listed
        holds = self._scope.holds
        return {
            gid: record
            for gid, record in listed.items()
            if holds(record.payload, is_closed=record.payload.get("archived") is True)
        }

    def _unmatched(self) -> list[str]:
        """What the config names and the account does not see."""
        return self._scope.unmatched(record.payload for record in self._projects().values())

    def _teams(self) -> Page:
        """The members of each team that projects are shared with, which only somebody who comments must know.

        One whose members we may not see is left out.
        """
        projects = [record.payload for record in self._projects().values()] if self.settings.comment_back else []
        shared = [project.get("team") for project in projects if project.get("privacy_setting") != "private"]
        records = []
        for gid in sorted({gid_of(team) for team in shared} - {""}):
            try:
                members = sorted(self._team_members(gid))
            except (NotFound, NotPermitted):
                continue
            records.append(Record("teams", gid, None, {"gid": gid, "members": [{"gid": one} for one in members]}))
        return Page(records, None, [("teams", None)])

    def _team_members(self, team: str) -> set[str]:
        pages = self._api.pages(f"/teams/{team}/team_memberships", {"opt_fields": "user.gid"})
        told = [decode(element, "teams") for elements in pages for element in elements]
        return {gid_of(one.get("user")) for one in told if isinstance(one, dict)} - {""}

    def _must_see(self, part: str) -> None:
        if part not in self._projects():
            raise NotFound(
                f"{self._api.name}: the project {part} is deleted, archived or not visible to the token's user: add "
                f"them to it, or take it out of sources.{self._api.name}.projects"
            )

    def _home_of(self, projects: Sequence[str]) -> str | None:
        """Of the projects that a task is in, the first that is read: there it is kept."""
        return next((gid for gid in self._projects() if gid in projects), None)

    def _project_records(self) -> Page:
        """The projects in scope: their own dates, people and state."""
        records: list[Record] = []
        problems: list[Problem] = []
        for workspace in self._asked_workspaces():
            page = self._whole("projects", "/projects", {"workspace": workspace, "opt_fields": PROJECT})
            records += [record for record in page.records if record.id in self._projects()]
            problems += page.problems
        return Page(records, None, [("projects", None)], problems)

    # --- users

    def _users(self) -> Page:
        """Each user's membership in the workspaces of what is read, which tells guests from members.

        One record a user: who is a guest in any of them is here from elsewhere, and a member there.
        """
        found: dict[str, Record] = {}
        for workspace in self._workspaces_in_scope():
            query = {"opt_fields": MEMBERSHIP}
            for elements in self._api.pages(f"/workspaces/{workspace}/workspace_memberships", query):
                for element in elements:
                    payload = decode(element, "users")
                    user = payload.get("user") if isinstance(payload, dict) else None
                    if not isinstance(user, dict) or not has_gid(user):
                        continue
                    if user["gid"] not in found or payload.get("is_guest") is True:
                        found[user["gid"]] = Record("users", user["gid"], None, payload, body=element)
        return Page(list(found.values()), None, [("users", None)])

    def _workspaces_in_scope(self) -> list[str]:
        """Those of the projects in scope: another's members are not ours because we were invited there."""
        gids = (gid_of(record.payload.get("workspace")) for record in self._projects().values())
        return [gid for gid in dict.fromkeys(gids) if gid]

    def _members(self) -> set[str]:
        """Who can be shown to be one of us."""
        return {record.id for record in self._users().records if record.payload.get("is_guest") is False}

    def _whole(self, stream: str, path: str, query: Mapping[str, str]) -> Page:
        """All of a small list."""
        records: list[Record] = []
        problems: list[Problem] = []
        for elements in self._api.pages(path, query):
            for element in elements:
                payload = decode(element, stream)
                if has_gid(payload):
                    at = instant(payload.get("modified_at"))
                    records.append(Record(stream, payload["gid"], at, payload, body=element))
                else:
                    problems = [Problem(stream, "", "", "is not an object with a gid")]
        return Page(records, None, [(stream, None)], problems)


def _names_of(project: Mapping[str, object]) -> set[str]:
    return names_in(project, "gid", "name")


def _names_of_workspace(project: Mapping[str, object]) -> set[str]:
    return names_in(project.get("workspace"), "gid", "name")
