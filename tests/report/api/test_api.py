"""The JSON API: typed, documented by itself, and for each reader what the pages are."""

import asyncio
from dataclasses import fields, replace
from datetime import date
from functools import cache
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import Phase, given, settings
from sqlalchemy import Engine

from report.api.app import PARAMETERS, api
from report.asked import Reader
from report.filters import Filters
from report.pages import PAGES
from report.pages.kind import PageKind
from tests.alerts.firm import put
from tests.report.asking import EVERYBODY, MARCO, Asking
from tests.report.firm import milestone, project


@pytest.fixture
def asking(engine: Engine) -> Asking:
    """The bank's app is late; a shop of Paper Kite's is not."""
    put(engine, "project", project(12, name="POS", client_key="client/kite"))
    late = {"project_key": "delivery/project/10", "baseline_on": date(2026, 10, 30), "moves": 2}
    put(engine, "milestone", milestone(1, name="UAT sign-off", **late))
    return Asking(engine)


def app(asking: Asking, reader: Reader = EVERYBODY) -> FastAPI:
    """As `reader` meets it; its calendars are made once, not for each request."""
    site = asking.as_(reader).site()
    return api(replace(site, moment=cache(site.moment)))


def get(served: FastAPI, *paths: str) -> list[httpx.Response]:
    """The answers to GETs."""

    async def answers() -> list[httpx.Response]:
        transport = httpx.ASGITransport(served)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return [await client.get(path) for path in paths]

    return asyncio.run(answers())


def where(kind: PageKind) -> str:
    """The address of the values of a page."""
    return "/today" if kind.path == "/" else kind.path


def test_each_page_answers_with_its_values(asking: Asking) -> None:
    """By the same filters as the page."""
    whole, narrowed = get(app(asking), "/portfolio", "/portfolio?client=kite")

    assert {row["name"] for row in whole.json()["projects"]} == {"Mobile app revamp", "POS"}
    assert [row["name"] for row in narrowed.json()["projects"]] == ["POS"]


def test_a_bd_manager_is_told_of_own_clients_alone(asking: Asking) -> None:
    """By no address, and of no single person of ours."""
    served = app(asking, MARCO)
    for kind in (kind for kind in PAGES if kind.is_in_menu):
        for answer in get(served, *(f"{where(kind)}{query}" for query in ("", "?client=kite", "?bd=sandy"))):
            assert answer.status_code == (404 if kind.is_of_people else 200)
            assert "POS" not in answer.text
            assert "Paper Kite" not in answer.text
    assert get(served, "/clients/kite")[0].json() == get(served, "/clients/nobody")[0].json()


def test_a_wish_that_means_nothing_is_a_problem_in_words(asking: Asking) -> None:
    """As RFC 9457 has it, for programs as for those who write them."""
    wrong, absent = get(app(asking), "/timeline?month=October", "/nothing")

    assert wrong.headers["content-type"] == "application/problem+json"
    assert wrong.json() == {"title": "Bad Request", "status": 400, "detail": wrong.json()["detail"]}
    assert "2026-10" in wrong.json()["detail"]
    assert absent.json()["status"] == absent.status_code == 404


def test_the_answers_are_what_the_openapi_document_says(asking: Asking) -> None:
    """For whatever an address asks for: schemathesis makes them up."""
    schema: Any = schemathesis.openapi.from_asgi("/openapi.json", app(asking))
    operations = [found.ok() for found in schema.get_all_operations()]

    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(max_examples=2, derandomize=True, deadline=None, database=None, phases=[Phase.generate])
        def is_as_documented(case: Any) -> None:
            case.call_and_validate(headers={"accept": "application/json"})

        is_as_documented()
    assert len(operations) == len(PAGES)


def test_the_document_names_its_types_and_every_filter_that_a_page_heeds(asking: Asking) -> None:
    """A client can be generated from it."""
    [answer] = get(app(asking), "/openapi.json")
    told = answer.json()
    [ok] = told["paths"]["/portfolio"]["get"]["responses"]["200"]["content"].values()

    assert ok["schema"] == {"$ref": "#/components/schemas/Portfolio"}
    assert set(told["paths"]["/portfolio"]["get"]["responses"]) >= {"200", "400", "401", "404", "503"}
    for kind in PAGES:
        named = {one["name"] for one in told["paths"][where(kind)]["get"]["parameters"]}
        assert named - {"of"} == kind.filters


def test_every_filter_is_described() -> None:
    """Whatever a page may come to heed."""
    assert set(PARAMETERS) == {field.name for field in fields(Filters)}
