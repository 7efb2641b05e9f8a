"""The requests of a Jira site that are about comments: reading and writing."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.http import answer
from sandbox.jira_dialect import page
from sandbox.jira_state import Json, stamp

if TYPE_CHECKING:
    from sandbox.jira_api import JiraApi


class CommentRoutes:
    """Belongs to one site's API."""

    def __init__(self, api: "JiraApi") -> None:
        self._api = api

    def routes(self) -> list[Route]:
        """What it answers."""
        return [
            Route("/issue/{id}/comment", self._comments, methods=["GET"]),
            Route("/issue/{id}/comment", self._post_comment, methods=["POST"]),
            Route("/issue/{id}/comment/{comment}", self._put_comment, methods=["PUT"]),
            Route("/issue/{id}/comment/{comment}", self._delete_comment, methods=["DELETE"]),
        ]

    async def _comments(self, request: Request) -> Response:
        issue = self._api.state.issue(request.path_params["id"])
        if issue is None:
            return self._api.no_issue()
        rows = list(self._api.state.comments.get(issue["id"], []))
        if request.query_params.get("orderBy") == "-created":
            rows.reverse()
        return self._api.say(page(request, rows, "comments", cap=100, default=100))

    async def _post_comment(self, request: Request) -> Response:
        issue = self._api.state.issue(request.path_params["id"])
        if issue is None:
            return self._api.no_issue()
        asked = await request.json()
        properties = asked.get("properties", [])
        internal = any(one["key"] == "sd.public.comment" and one["value"].get("internal") is True for one in properties)
        service = issue["fields"]["project"].get("projectTypeKey") == "service_desk"
        refusal = self._bad_body(request, asked)
        if refusal is not None:
            return refusal
        made = self._api.state.comment(
            issue,
            self._api.clock(),
            self._api.account["accountId"],
            asked["body"],
            public=not (internal and service and self._api.internal_notes),
        )
        self._api.written.append(made)
        return self._api.say(made, 201)

    def _bad_body(self, request: Request, asked: Json) -> Response | None:
        """v3 takes a document, v2 text."""
        wanted = dict if "/api/3/" in request.url.path else str
        if isinstance(asked.get("body"), wanted):
            return None
        return answer({"errorMessages": [], "errors": {"comment": "Comment body is not valid!"}}, 400)

    async def _put_comment(self, request: Request) -> Response:
        found = self._comment(request)
        if found is None:
            return self._api.error(404, f"Can not find a comment for the id: {request.path_params['comment']}.")
        asked = await request.json()
        refusal = self._bad_body(request, asked)
        if refusal is not None:
            return refusal
        found |= {"body": asked["body"], "updated": stamp(self._api.clock())}
        return self._api.say(found)

    async def _delete_comment(self, request: Request) -> Response:
        found = self._comment(request)
        if found is None:
            return self._api.error(404, f"Can not find a comment for the id: {request.path_params['comment']}.")
        for written in self._api.state.comments.values():
            written[:] = [one for one in written if one is not found]
        self._api.written = [one for one in self._api.written if one is not found]
        return Response(status_code=204)

    def _comment(self, request: Request) -> Json | None:
        every = (one for written in self._api.state.comments.values() for one in written)
        return next((one for one in every if one["id"] == request.path_params["comment"]), None)
