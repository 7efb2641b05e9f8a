"""The requests of a Jira site that are about comments: reading and writing."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.http import answer
from sandbox.jira_dialect import page
from sandbox.jira_site import JiraSite
from sandbox.jira_state import Json, stamp


class CommentRoutes:
    """Those of one site."""

    def __init__(self, site: JiraSite) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        """What it answers."""
        return [
            Route("/issue/{id}/comment", self._comments, methods=["GET"]),
            Route("/issue/{id}/comment", self._post_comment, methods=["POST"]),
            Route("/issue/{id}/comment/{comment}", self._put_comment, methods=["PUT"]),
            Route("/issue/{id}/comment/{comment}", self._delete_comment, methods=["DELETE"]),
        ]

    async def _comments(self, request: Request) -> Response:
        issue = self._site.state.issue(request.path_params["id"])
        if issue is None:
            return self._site.no_issue()
        rows = list(self._site.state.comments.get(issue["id"], []))
        if request.query_params.get("orderBy") == "-created":
            rows.reverse()
        return self._site.say(page(request, rows, "comments", cap=100, default=100))

    async def _post_comment(self, request: Request) -> Response:
        issue = self._site.state.issue(request.path_params["id"])
        if issue is None:
            return self._site.no_issue()
        asked = await request.json()
        properties = asked.get("properties", [])
        internal = any(one["key"] == "sd.public.comment" and one["value"].get("internal") is True for one in properties)
        service = issue["fields"]["project"].get("projectTypeKey") == "service_desk"
        refusal = self._bad_body(request, asked)
        if refusal is not None:
            return refusal
        made = self._site.state.comment(
            issue,
            self._site.clock(),
            self._site.account["accountId"],
            asked["body"],
            public=not (internal and service and self._site.internal_notes),
        )
        self._site.written.append(made)
        return self._site.say(made, 201)

    def _bad_body(self, request: Request, asked: Json) -> Response | None:
        """v3 takes a document, v2 text."""
        wanted = dict if "/api/3/" in request.url.path else str
        if isinstance(asked.get("body"), wanted):
            return None
        return answer({"errorMessages": [], "errors": {"comment": "Comment body is not valid!"}}, 400)

    async def _put_comment(self, request: Request) -> Response:
        found = self._comment(request)
        if found is None:
            return self._site.error(404, f"Can not find a comment for the id: {request.path_params['comment']}.")
        asked = await request.json()
        refusal = self._bad_body(request, asked)
        if refusal is not None:
            return refusal
        found |= {"body": asked["body"], "updated": stamp(self._site.clock())}
        return self._site.say(found)

    async def _delete_comment(self, request: Request) -> Response:
        found = self._comment(request)
        if found is None:
            return self._site.error(404, f"Can not find a comment for the id: {request.path_params['comment']}.")
        for written in self._site.state.comments.values():
            written[:] = [one for one in written if one is not found]
        self._site.written = [one for one in self._site.written if one is not found]
        return Response(status_code=204)

    def _comment(self, request: Request) -> Json | None:
        every = (one for written in self._site.state.comments.values() for one in written)
        return next((one for one in every if one["id"] == request.path_params["comment"]), None)
