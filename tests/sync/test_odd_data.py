"""Whatever a vendor puts into a record's fields, that record alone is poorer by it: over HTTP, through every step."""

import json
import re
from collections.abc import Callable, Iterator, MutableMapping
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.asana import AsanaSandbox
from sandbox.hubspot import HubspotSandbox
from sandbox.jira import JiraSandbox
from sandbox.lantern_quay import lantern_quay
from sandbox.trello import TrelloSandbox
from tests.connectors.serving import serving
from tests.sync.test_vendors import NOW, Dump, dump, remap, settings_of, sync
from tests.unify.tiny import new_database, rows

RECORDS = {
    "asana": r"/(tasks|batch|projects)$|/stories$|/workspace_memberships$",
    "hubspot": r"/(contacts|companies|deals|tickets|notes|emails|calls|meetings|communications|feedback_submissions)"
    r"(/search)?$|/crm/owners/",
    "jira": r"/search(/jql)?$|/changelog/bulkfetch$|/versions$|/comment$",
    "trello": r"/cards/all$|/actions$|/batch$|/memberships$",
}
"""Answers that hold records."""

KEPT = {
    *("id", "gid", "issueId", "idBoard", "key", "updated", "hs_lastmodifieddate", "lastmodifieddate"),
    *("isTemplate", "cardRole", "is_rendered_as_separator"),
}
"""What makes an element a record, says that it is no work, or is what the vendor itself sorts by."""

ODD = {
    "null": "null",
    "text": '"\\u5341"',
    "nul": '"a\\u0000b"',
    "half a character": '"\\ud83d"',
    "no date": '"not a date"',
    "year 51502": '"51502-01-01T00:00:00.000Z"',
    "year 1": '"0001-01-01T00:00:00+14:00"',
    "date without a zone": '"2026-11-20T09:00:00"',
    "10^30": "1" + "0" * 30,
    "10^5000": "1" + "0" * 5000,
    "infinity": "1e999",
    "NaN": "NaN",
    "list": '[1, null, "x", {"id": []}]',
    "object": '{"id": {"x": 1}, "name": ["y"]}',
    "flag": "true",
    "no UTF-8": '"\xff"',
}


class Spoiler:
    """Answers as `app` does, but for every other record of a list: there an odd value stands wherever `spoil` says."""

    def __init__(self, app: ASGIApp, records: str, spoil: Callable[[Any, str], Any]) -> None:
        self._app = app
        self._records = records
        self._spoil = spoil
        self._odd = cycle(ODD)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun: MutableMapping[str, Any] = {}
        body = b""

        async def keep(message: MutableMapping[str, Any]) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                begun.update(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            is_spoilt = begun["status"] == 200 and re.search(self._records, scope["path"]) is not None
            answer = self._spoilt(body) if is_spoilt else body
            headers = [(name, value) for name, value in begun["headers"] if name.lower() != b"content-length"]
            begun["headers"] = [*headers, (b"content-length", str(len(answer)).encode())]
            await send(begun)
            await send({"type": "http.response.body", "body": answer})

        await self._app(scope, receive, keep)

    def _spoilt(self, body: bytes) -> bytes:
        """Marks stand for the odd values until the answer is text: no encoder would write some of them."""
        answer = json.loads(body)
        for listed in lists_of_records(answer):
            for number in range(1, len(listed), 2):
                listed[number] = self._spoil(listed[number], f"odd value: {next(self._odd)}")
        text = json.dumps(answer)
        for name, value in ODD.items():
            text = text.replace(json.dumps(f"odd value: {name}"), value)
        return text.encode("latin-1")


def lists_of_records(answer: Any) -> Iterator[list[Any]]:
    """The list that an answer is or holds; of a batch, that of each part, or the parts' records."""
    if isinstance(answer, list):
        if all(isinstance(one, dict) and "200" in one for one in answer):
            answer[:] = records = [one["200"] for one in answer]
            yield records
            answer[:] = [{"200": one} for one in records]
        else:
            yield answer
    elif isinstance(answer, dict):
        for name in ("issues", "values", "comments", "data", "results", "issueChangeLogs"):
            held = answer.get(name)
            if isinstance(held, list) and held and "status_code" in held[0]:
                for part in held:
                    yield from lists_of_records(part["body"])
            elif isinstance(held, list):
                yield held


def everywhere(value: Any, odd: str) -> Any:
    """Every leaf below, but for what makes it a record."""
    if isinstance(value, dict):
        return {name: one if name in KEPT else everywhere(one, odd) for name, one in value.items()}
    return [everywhere(one, odd) for one in value] if isinstance(value, list) else odd


def on_top(value: Any, odd: str) -> Any:
    """Every field of the record itself, or of the object that holds its fields."""
    if not isinstance(value, dict):
        return odd
    return {
        name: one if name in KEPT else on_top(one, odd) if name in ("fields", "properties") else odd
        for name, one in value.items()
    }


def app_of(kind: str) -> ASGIApp:
    vendors = {"asana": AsanaSandbox, "hubspot": HubspotSandbox, "jira": JiraSandbox, "trello": TrelloSandbox}
    made: Any = vendors[kind]
    app: ASGIApp = made.from_plan(lantern_quay(), lambda: NOW).app
    return app


def rows_of(engine: Engine) -> Dump:
    """But for what several records tell of one account, each another odd thing: the last one read is believed."""
    return {name: found for name, found in dump(engine).items() if name not in ("mapping_problem", "account")}


@pytest.mark.parametrize("spoil", [everywhere, on_top])
@pytest.mark.parametrize("kind", list(RECORDS))
def test_odd_values_cost_their_fields_alone(kind: str, spoil: Callable[[Any, str], Any], tmp_path: Path) -> None:
    """The run is good, every record is kept, each odd field is named, and what is not odd reads as it did.

    So it does when it is mapped again from what was stored.
    """
    whole, spoilt = new_database(tmp_path, "whole.db"), new_database(tmp_path, "spoilt.db")
    with serving(app_of(kind)) as url:
        assert sync(whole, settings_of(kind, url)).outcome == "ok"
    with serving(Spoiler(app_of(kind), RECORDS[kind], spoil)) as url:
        source = settings_of(kind, url)
        result = sync(spoilt, source)

    assert (result.outcome, result.error) == ("ok", "")
    table = "feedback" if kind == "hubspot" else "work_item"
    kept = set(rows(spoilt, table, "key", "created_at"))
    before = set(rows(whole, table, "key", "created_at"))
    assert {key for key, _ in kept} == {key for key, _ in before}
    assert len(kept & before) >= len(before) // 2
    named = {reason for (reason,) in rows(spoilt, "mapping_problem", "reason")}
    assert not any("our mapper failed" in reason for reason in named)
    assert len(named) >= 5

    made = rows_of(spoilt)
    remap(spoilt, source)
    assert rows_of(spoilt) == made
    whole.dispose()
    spoilt.dispose()
