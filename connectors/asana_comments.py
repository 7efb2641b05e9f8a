"""Our comments on Asana tasks: one for each key, recognised by a marker, and only among ourselves."""

from collections.abc import Callable

from connectors import own_comment
from connectors.answers import decode, mapping
from connectors.asana_api import AsanaApi, Json
from connectors.asana_tasks import gid_of, has_gid
from connectors.base import NotCommentable

READERS = (
    "followers.gid,memberships.project.(gid|name|privacy_setting|members.gid|team.gid|workspace.gid),"
    "memberships.project.workspace.name"
)


class Comments:
    """The comments that the token's user writes. There is no private one: whoever sees the task sees it."""

    def __init__(
        self,
        api: AsanaApi,
        allowed: bool | tuple[str, ...],
        names_of: Callable[[Json], set[str]],
        members: Callable[[], set[str]],
        members_of_team: Callable[[str], set[str]],
    ) -> None:
        """`allowed`: projects that the config names; elsewhere all readers must be among the workspaces' `members`."""
        self._api = api
        self._allowed = () if isinstance(allowed, bool) else allowed
        self._names_of = names_of
        self._members = members
        self._members_of_team = members_of_team
        self._own_id = ""

    def put(self, task: str, text: str, key: str, known: str | None) -> str:
        """Post or edit."""
        sent = {"text": f"{text}\n\n{own_comment.mark(key)}"}

        def post() -> str:
            self._must_be_among_us(task)
            return str(self._api.write("POST", f"/tasks/{task}/stories", sent)["gid"])

        return own_comment.put(
            known,
            edit=lambda story: self._api.write("PUT", f"/stories/{story}", sent),
            find=lambda: self._find(task, key),
            post=post,
        )

    def take_back(self, task: str, key: str, known: str | None) -> None:
        """Delete."""
        own_comment.take_back(
            known,
            find=lambda: self._find(task, key),
            delete=lambda story: self._api.write("DELETE", f"/stories/{story}"),
        )

    def _find(self, task: str, key: str) -> str | None:
        query = {"opt_fields": "resource_subtype,created_by.gid,text"}
        found = None
        for elements in self._api.pages(f"/tasks/{task}/stories", query):
            for story in (decode(element, "stories") for element in elements):
                by = gid_of(story.get("created_by")) if has_gid(story) else ""
                if by == self._me() and own_comment.mark(key) in str(story.get("text")):
                    found = gid_of(story)
        return found

    def _must_be_among_us(self, task: str) -> None:
        """A guest can read what they follow, and projects of which they, or their team, are members."""
        found = self._api.object(f"/tasks/{task}", opt_fields=READERS)
        memberships = found.get("memberships")
        listed = memberships if isinstance(memberships, list) else []
        projects = [dict(mapping(mapping(one).get("project"))) for one in listed]
        unsafe = [project for project in projects if not self._names_of(project) & set(self._allowed)]
        if (unsafe or not projects) and not self._is_among_us(found, unsafe):
            raise NotCommentable(
                f"{self._api.name}: not all who can read the task {task} can be shown to be of the workspace; name its "
                f"project in sources.{self._api.name}.comment_back to comment there all the same"
            )

    def _is_among_us(self, task: Json, projects: list[Json]) -> bool:
        """Whether all who can read the task there can be shown to be members; ourselves too, for as guests of a
        client's workspace we would take the client's people for ours."""
        if not projects:
            return False
        readers = {self._me(), *_gids(task.get("followers"))}
        for project in projects:
            members = _gids(project.get("members"))
            if not members:
                return False
            readers |= members
            team = project.get("team")
            if project.get("privacy_setting") != "private" and isinstance(team, dict):
                readers |= self._members_of_team(str(team["gid"]))
        return readers <= self._members()

    def _me(self) -> str:
        if not self._own_id:
            self._own_id = str(self._api.object("/users/me", opt_fields="name").get("gid"))
        return self._own_id


def _gids(people: object) -> set[str]:
    listed = people if isinstance(people, list) else []
    return {str(one.get("gid")) for one in listed if isinstance(one, dict)}
