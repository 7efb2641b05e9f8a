"""The JSON API: an address for each page, and an OpenAPI document made of the types of their values."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, get_type_hints

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from report.api.problem import Problem, problem
from report.exports.values import values_of
from report.pages import PAGES
from report.pages.kind import PageKind
from report.site import Site
from report.speech import TEXTS
from unify.engine import StoreError

PATH = "/api"
_NAME = {"type": "string", "maxLength": 200}
PARAMETERS: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "client": (_NAME, "A client: its name under [clients]."),
    "bd": (_NAME, "A BD manager, whose clients alone it is about: a name under [people]."),
    "source": (_NAME, "A tool: its name under [sources]."),
    "health": (_NAME, "A colour: red, amber, green, grey."),
    "severity": (_NAME, "How bad: critical, high, warning, info."),
    "status": (_NAME, "A state, as the page offers it."),
    "rating": (_NAME, "Of a risk: probability and impact, as 3x4."),
    "q": (_NAME, "A part of a name."),
    "sort": (_NAME, "A column's key, with - before it downwards."),
    "zoom": (_NAME, "How much time a chart shows: month or quarter."),
    "month": ({"type": "string", "pattern": r"^20\d\d-(0[1-9]|1[0-2])$"}, "A month: 2026-10."),
    "page": ({"type": "integer", "minimum": 1, "maximum": 999_999}, "Of a long list: which hundred of it."),
}
"""What `report.filters.Filters` takes from an address."""


_PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {
        "description": HTTPStatus(code).phrase,
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }
    for code in (400, 401, 404, 503)
}


def api(site: Site) -> FastAPI:
    """The application, to be mounted at `PATH`. Who may ask, and of what, is for `site` to say."""
    app = FastAPI(
        title="Milepost",
        version=version("milepost"),
        description="What the pages of the report show, as values. Read only.",
        docs_url=None,
        redoc_url=None,
        exception_handlers={HTTPException: _refused, StoreError: _unreadable},
    )
    for kind in PAGES:
        app.add_api_route(
            f"/{kind.key}" if kind.path == "/" else kind.path.replace("{of}", "{of:path}"),
            _answers(site, kind),
            response_model=get_type_hints(kind.read)["return"],
            responses=_PROBLEMS,
            operation_id=kind.key,
            summary=TEXTS.say("en", f"page.{kind.key}"),
            openapi_extra={"parameters": _parameters(kind)},
        )
    return app


def _answers(site: Site, kind: PageKind) -> Callable[[Request], Response]:
    values = values_of(kind)

    def answer(request: Request) -> Response:
        with site.asked(request) as asked:
            if kind.is_of_people and not asked.reader.sees_people:
                raise HTTPException(404)
            return Response(values.dump_json(kind.read(asked)), media_type="application/json")

    return answer


def _parameters(kind: PageKind) -> list[dict[str, Any]]:
    of = {"name": "of", "in": "path", "required": True, "schema": {"type": "string"}, "description": "Its key."}
    heeded = [
        {"name": name, "in": "query", "required": False, "schema": schema, "description": words}
        for name, (schema, words) in PARAMETERS.items()
        if name in kind.filters
    ]
    return heeded if kind.is_in_menu else [of, *heeded]


async def _refused(_: Request, refused: Exception) -> Response:
    assert isinstance(refused, HTTPException)
    return problem(refused.status_code, refused.detail, refused.headers)


async def _unreadable(_: Request, _failed: Exception) -> Response:
    return problem(503, "The report cannot be read now; the hub's log says why.")
