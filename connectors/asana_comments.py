"""Our comments on Asana tasks: one for each key, recognised by a marker, and only among ourselves."""

from collections.abc import Callable

from connectors.answers import decode
from connectors.asana_api import AsanaApi, Json
from connectors.asana_tasks import gid_of, has_gid
from connectors.base import NotCommentable, NotFound

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
        guests: Callable[[], set[str]],
        members_of_team: Callable[[str], set[str]],
    ) -> None:
        """`allowed`: projects that the config names; elsewhere all readers must be known, and no `guests`."""
        self._api = api
        self._allowed = () if isinstance(allowed, bool) else allowed
        self._names_of = names_of
        self._guests = guests
        self._members_of_team = members_of_team
        self._own_id = ""

    def put(self, task: str, text: str, key: str, known: str | None) -> str:
        """Post or edit; Asana repeats nothing by itself, so the marker is looked for before anything is posted."""
        marked = f"{text}\n\n{marker(key)}"
        if known and self._edit(known, marked):
            return known
        if (found := self._find(task, key)) and self._edit(found, marked):
            return found
        self._must_be_among_us(task)
        return str(self._api.write("POST", f"/tasks/{task}/stories", {"text": marked})["gid"])

    def take_back(self, task: str, key: str, known: str | None) -> None:
        """Delete; one that is gone already is as good."""
        try:
            if id := known or self._find(task, key):
                self._api.write("DELETE", f"/stories/{id}")
        except NotFound:
            return

    def _find(self, task: str, key: str) -> str | None:
        query = {"opt_fields": "resource_subtype,created_by.gid,text"}
        found = None
        for elements in self._api.pages(f"/tasks/{task}/stories", query):
            for story in (decode(element, "stories") for element in elements):
                by = gid_of(story.get("created_by")) if has_gid(story) else ""
                if by == self._me() and marker(key) in str(story.get("text")):
                    found = gid_of(story)
        return found

    def _edit(self, story: str, text: str) -> bool:
        """False: somebody deleted it."""
        try:
            self._api.write("PUT", f"/stories/{story}", {"text": text})
        except NotFound:
            return False
        return True

    def _must_be_among_us(self, task: str) -> None:
        """A guest can read what they follow, and projects of which they, or their team, are members."""
        found = self._api.object(f"/tasks/{task}", opt_fields=READERS)
        memberships = found.get("memberships")
        projects = [one["project"] for one in memberships] if isinstance(memberships, list) else []
        unsafe = [project for project in projects if not self._names_of(project) & set(self._allowed)]
        if (unsafe or not projects) and not self._is_among_us(found, unsafe):
            raise NotCommentable(
                f"{self._api.name}: not all who can read the task {task} can be shown to be of the workspace; name its "
                f"project in sources.{self._api.name}.comment_back to comment there all the same"
            )

    def _is_among_us(self, task: Json, projects: list[Json]) -> bool:
        if not projects:
            return False
        readers = _gids(task.get("followers"))
        for project in projects:
            members = _gids(project.get("members"))
            if not members:
                return False
            readers |= members
            team = project.get("team")
            if project.get("privacy_setting") != "private" and isinstance(team, dict):
                readers |= self._members_of_team(str(team["gid"]))
        return not readers & self._guests()

    def _me(self) -> str:
        if not self._own_id:
            self._own_id = str(self._api.object("/users/me", opt_fields="name").get("gid"))
        return self._own_id


def marker(key: str) -> str:
    """What marks a comment as ours: Asana's text has no hidden form, so it is short and visible."""
    return f"(milepost:{key})"


def _gids(people: object) -> set[str]:
    listed = people if isinstance(people, list) else []
    return {str(one.get("gid")) for one in listed if isinstance(one, dict)}
