"""Jira Cloud (REST API v3) and Jira Data Center (v2), through the `jira` SDK.

- API: https://developer.atlassian.com/cloud/jira/platform/rest/v3/, Data Center's /rest/api/2; checked November 2026.
- Sign-in: Cloud by e-mail and API token (Basic); Data Center by personal access token (Bearer), or user and password.
- Limits: Cloud 100 GET and 100 POST a second and tenant, 429 with Retry-After; Data Center as its admin says.
- Paging: Cloud's search by token until `isLast` (an empty page with a token is not the end); Data Center's by
  `updated`, with offsets only inside one minute; lists by `startAt`.
- Asked of the SDK: sign-in, its session and its addresses. Its own paging asks for `/field` before every page and loses
  the vendor's bytes; its `Comment.update` follows an address that the vendor gives.
- Not read: boards, sprints, worklogs, attachments, issue links.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, Self
from urllib.parse import quote

from pydantic import model_validator

from config.settings import Secret, SourceSettings
from connectors import jira_payload as payloads
from connectors.answers import id_of
from connectors.base import (
    AccessDenied,
    Account,
    Cursor,
    NotCommentable,
    NotFound,
    Page,
    Problem,
    Record,
    Ref,
    Stream,
)
from connectors.governor import Governor
from connectors.jira_comments import JiraComments
from connectors.jira_fields import custom_fields
from connectors.jira_issues import JiraIssues
from connectors.jira_position import Position
from connectors.jira_ranges import LARGE, JiraRanges, Pieces
from connectors.jira_site import AT_ONCE, JiraSite
from connectors.scope import count

Json = dict[str, Any]

LIMITS = ("50/1 second",)
"""Half of what Cloud lets a tenant's tools ask together."""

COMMENTED = "issues"
"""The stream whose records take comments."""

PROJECTS_PAGE = 100
MOST_KEYS = 50
"""How many keys of projects one request takes."""


class JiraSettings(SourceSettings):
    """A Jira site. Cloud: `email` and `token`; Data Center: `token` alone (PAT), or `user` and `password`."""

    kind: Literal["jira"] = "jira"
    url: str
    token: Secret | None = None  # type: ignore[assignment]  # wider here: Data Center may sign in by password
    email: str = ""
    user: str = ""
    password: Secret | None = None

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> Self:
        by_password = bool(self.user and self.password)
        if by_password == (self.token is not None) or (self.email and self.token is None):
            raise ValueError("give email and token (Cloud), token alone (Data Center), or user and password")
        return self

    @property
    def who(self) -> str:
        """Who signs in; "" where the token says it by itself."""
        return self.email or self.user

    @property
    def credential(self) -> Secret:
        """The one secret that signs in."""
        chosen = self.token or self.password
        assert chosen is not None
        return chosen


class Jira:
    """Vocabulary, projects, versions, and issues with their comments and the history of four fields."""

    def __init__(self, settings: JiraSettings, governor: Governor, *, large: int = LARGE) -> None:
        """A project with more issues than `large` is read in pieces at first."""
        self.settings = settings
        self._site = JiraSite(settings.name, settings.url, settings.who, settings.credential, governor)
        self._issues = JiraIssues(self._site, settings.since)
        self._ranges = JiraRanges(self._site, self._issues, large)
        self._comments = JiraComments(self._site)
        self._listed: list[payloads.Sliced] | None = None
        self._insights: dict[str, Json] = {}
        self._looked: set[str] = set()
        """Projects whose insight has served."""
        self._fields: list[Mapping[str, Any]] | None = None

    # --- the contract

    def check(self) -> Account:
        """Address, credential and permission, in that order: each fails with its own words."""
        info, me = self._site.info, self._site.me
        seen, unseen = len(self._projects()), self._unseen()
        if not seen and not unseen:
            raise AccessDenied(f"{self._site.name}: {self._site.who} sees no project: give it Browse Projects in Jira")
        notes = [self._site.not_visible(key) for key in unseen]
        name, site = str(me.get("displayName", "")), str(info["baseUrl"])
        named = [(str(one.get("name", "")), one) for one in self._projects()]
        names = {str(one[id]): called for called, one in named for id in ("key", "id") if id in one}
        sees = count(seen, "project")
        return Account(payloads.user_id(me), name, {site: site}, sees, projects=names, notes=notes)

    def streams(self) -> Sequence[Stream]:
        """Comments of service projects are a stream of their own: only there does `jsdPublic` mean anything, and a
        comment does not say which project it belongs to."""
        return (
            Stream("fields", vocabulary=True),
            Stream("statuses", vocabulary=True),
            Stream("issuetypes", vocabulary=True),
            Stream("projects", is_scope=True),
            Stream("versions", at_once=AT_ONCE),
            Stream("issues", at_once=AT_ONCE, heeds_since=True, children=("comments", "request_comments", "histories")),
        )

    def parts(self, stream: str) -> Sequence[str]:
        """Keys of projects for versions and issues; those that the config names even where they are not visible, so
        that reading them says so, and lost permission is no deletion."""
        if stream not in ("versions", "issues"):
            return ("",)
        if self.settings.projects:
            return self.settings.projects
        return [str(project["key"]) for project in self._projects() if project.get("archived") is not True]

    def read(self, stream: str, part: str, cursor: Cursor | None) -> Iterator[Page]:
        """Issues oldest change first from `cursor` on; all other streams whole, each time."""
        match stream:
            case "fields":
                listed = self._list("field")
                self._fields = [one.payload for one in listed if isinstance(one.payload, dict)]
                yield _whole_page("fields", listed)
            case "statuses":
                yield _whole_page("statuses", self._list("status"))
            case "issuetypes":
                yield _whole_page("issuetypes", self._list("issuetype"))
            case "projects":
                self._listed = None
                yield _whole_page("projects", self._list_projects())
                for key in self.settings.projects:  # a list that lacks one is not whole: nothing is missed by it
                    self._must_see(key)
            case "versions":
                self._must_see(part)
                yield _whole_page("versions", self._list(f"project/{quote(part)}/versions"))
            case "issues":
                self._must_see(part)
                yield from self._read_issues(part, cursor)
            case _:
                raise ValueError(f"jira has no stream {stream!r}")

    def living_ids(self, stream: str, part: str) -> Iterator[Sequence[str]]:
        """Ids of the issues in scope; of other streams, whose every read is whole, what that read shows."""
        if stream != "issues":
            for page in self.read(stream, part, None):
                yield [record.id for record in page.records]
            return
        self._must_see(part)
        yield from self._issues.living_ids(part)

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Issues of each project, as the list of projects shows on Cloud; it knows nothing of `since`."""
        if self.settings.since:
            return {}
        told = {key: insight.get("totalIssueCount") for key, insight in self._insights.items()}
        return {("issues", key): number for key, number in told.items() if isinstance(number, int)}

    def comment(self, on: Ref, text: str | None, key: str, known: str | None) -> str | None:
        """Our one comment for `key`; internal where a client could read it.

        Raises NotCommentable on what is no issue, NotFound for an issue that is gone, AccessDenied.
        """
        if on.stream != COMMENTED:
            raise NotCommentable(f"{self._site.name}: Jira has no comments on {on.stream}")
        if text is None:
            self._comments.take_back(on, key, known)
            return None
        return self._comments.put(on, text, key, known)

    def _projects(self) -> list[Json]:
        return [one.payload for one in self._list_projects()]

    def _list_projects(self) -> list[payloads.Sliced]:
        """The projects in scope that the account sees; asked for once between two reads of the stream."""
        if self._listed is None:
            wanted = set(self.settings.projects)
            found = (payloads.sliced(one) for one in self._project_elements())
            listed = [one for one in found if isinstance(one.payload, dict) and isinstance(one.payload.get("key"), str)]
            self._listed = [one for one in listed if not wanted or one.payload["key"] in wanted]
            insights = {one.payload["key"]: one.payload.get("insight") for one in self._listed}
            self._looked.clear()
            self._insights = {key: told for key, told in insights.items() if isinstance(told, dict)}
        return self._listed

    def _project_elements(self) -> Iterator[Any]:
        if not self._site.is_cloud:
            yield from payloads.page(self._site.get("project", {"expand": "lead,description"}), "").elements
            return
        asked: Json = {
            "maxResults": PROJECTS_PAGE,
            "expand": "lead,description,insight",
            "status": ["live", "archived"],
        }
        if len(self.settings.projects) <= MOST_KEYS:
            asked["keys"] = list(self.settings.projects)
        start = 0
        while True:
            try:
                answer = payloads.page(self._site.get("project/search", {**asked, "startAt": start}), "values")
            except NotFound:  # none of the keys
                return
            yield from answer.elements
            start += len(answer.elements)
            if answer.is_last or not answer.elements:
                return

    def _unseen(self) -> list[str]:
        """Keys that the config names, of projects that the account does not see."""
        seen = {project["key"] for project in self._projects()}
        return [key for key in self.settings.projects if key not in seen]

    def _must_see(self, part: str) -> None:
        """A search in a project that cannot be seen may simply be empty, and would pass for deletion."""
        if part in self._unseen():
            raise NotFound(f"{self._site.name}: {self._site.not_visible(part)}")

    def _read_issues(self, part: str, cursor: Cursor | None) -> Iterator[Page]:
        """What changed since; a large project in pieces, until it was read whole once."""
        begun, pieces, insight = Position.load(cursor), Pieces.load(cursor), self._insight(part)
        if insight.get("totalIssueCount") == 0 or (begun is not None and begun.shows_quiet(insight)):
            return
        if begun is None:
            pieces = pieces or self._ranges.cut(part, insight)
        if pieces is not None:
            yield from self._ranges.read(part, pieces, self._custom_fields())
        else:
            yield from self._issues.read(part, begun, self._custom_fields())

    def _insight(self, part: str) -> Json:
        """What the list of projects, read just before, shows of one. The evidence serves once."""
        insight = {} if part in self._looked else self._insights.get(part, {})
        self._looked.add(part)
        return insight

    def _custom_fields(self) -> tuple[str, ...]:
        if self._fields is None:
            self._fields = [one.payload for one in self._list("field") if isinstance(one.payload, dict)]
        found = custom_fields(
            self._fields, self.settings.client_field, self.settings.risk_fields, self.settings.accepted_field
        )
        return tuple(found.ids())

    def _list(self, path: str) -> list[payloads.Sliced]:
        """The elements of an answer that is a bare list."""
        return [payloads.sliced(one) for one in payloads.page(self._site.get(path), "").elements]


def _whole_page(stream: str, listed: Sequence[payloads.Sliced]) -> Page:
    """All of a small stream."""
    records = [Record(stream, id_, None, one.payload, body=one.body) for one in listed if (id_ := id_of(one.payload))]
    odd = [Problem(stream, "", "", "is not an object with an id") for one in listed if not id_of(one.payload)]
    return Page(records, None, [(stream, None)], odd)
