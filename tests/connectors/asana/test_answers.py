"""Answers that are odd, too large, cut off or late."""

from typing import Any

import pytest

from connectors.base import VendorChanged, VendorUnavailable
from sandbox.asana import AsanaSandbox
from sandbox.asana_state import Json
from sandbox.http import Fault
from tests.connectors.asana.firm import OLD, PART, PRINTER, Clock, Connect, calls, connecting, many, run, tasks
from tests.connectors.contract import records
from tests.factories import plan, project


def test_an_offset_that_expired_begins_the_list_again(clock: Clock) -> None:
    """What came before comes once more; nothing is missing."""
    box = AsanaSandbox.from_plan(plan(project("asana", many(250))), clock)
    serve = box._tasks
    served: list[Any] = []

    def expiring(query: Any, path: str = "/tasks") -> Json:
        served.append(query)
        if len(served) == 3:
            box.offsets.expire()
        return serve(query, path)

    box._tasks = expiring  # type: ignore[method-assign]  # the vendor's state at that very moment
    with connecting(box) as connect:
        pages = run(connect())

    assert len(tasks(pages)) == 250
    assert len(served) == 6
    assert pages[-1].whole == [("tasks", None)]


def test_offsets_that_always_expire_are_an_error_not_an_end(clock: Clock) -> None:
    """A list that cannot be read to its end proves nothing about what is gone."""
    box = AsanaSandbox.from_plan(plan(project("asana", many(150))), clock)
    with connecting(box) as connect:
        connector = connect()
        connector.check()
        box.offsets.take = lambda what, token: None  # type: ignore[method-assign]  # all tokens are too old

        with pytest.raises(VendorChanged, match="expired"):
            list(connector.living_ids("tasks", connector.parts("tasks")[0]))


def test_a_page_too_large_for_asana_is_asked_for_in_smaller_ones(sandbox: AsanaSandbox, connect: Connect) -> None:
    """A hundred tasks with all their fields may end in a 504, as often as one asks."""
    connector = connect()
    connector.check()
    sandbox.faults.append(Fault(r"GET /tasks$", status=504, times=8))

    assert len(tasks(list(connector.read("tasks", PART, None)))) == 3
    assert "limit=25" in next(seen.query for seen in reversed(sandbox.app.log) if seen.path == "/tasks")


def test_an_outage_is_the_vendors(sandbox: AsanaSandbox, connect: Connect) -> None:
    """Smaller pages do not help: wait."""
    connector = connect()
    connector.check()
    sandbox.faults.append(Fault(r"GET /tasks$", status=503, times=1000))

    with pytest.raises(VendorUnavailable, match="503"):
        list(connector.read("tasks", PART, None))


def test_a_part_of_a_batch_that_failed_is_asked_for_by_itself(sandbox: AsanaSandbox, connect: Connect) -> None:
    """The batch is a 200 all the same."""
    act = sandbox._action
    refused = {"status_code": 500, "headers": {}, "body": {"errors": [{"message": "Server Error", "phrase": "6 sad"}]}}
    seen: list[Json] = []

    def stumbling(action: Json) -> Json:
        seen.append(action)
        return refused if len(seen) == 1 else act(action)

    sandbox._action = stumbling  # type: ignore[method-assign]  # the vendor's state at that very moment

    found = records(run(connect()))

    assert "Two cases are left." in [record.payload.get("text") for record in found.values()]
    assert any(call.endswith("/stories") for call in calls(sandbox))


@pytest.mark.parametrize("status", [429, 503])
def test_a_batch_that_was_refused_is_sent_again(sandbox: AsanaSandbox, connect: Connect, status: int) -> None:
    """It is a POST that only reads: repeating it changes nothing."""
    sandbox.faults.append(Fault(r"POST /batch", status=status, headers={"Retry-After": "30"}))

    found = records(run(connect()))

    assert "Two cases are left." in [record.payload.get("text") for record in found.values()]
    assert calls(sandbox).count("POST /batch") == 2


def test_no_break_spaces_and_half_characters_arrive_as_they_were_sent(sandbox: AsanaSandbox, connect: Connect) -> None:
    """The SDK would make plain spaces of the first; the second refuses the fast decoder, and must not cost the page."""
    sandbox.state.task(PRINTER.number)["name"] = "Printer\u00a0driver"
    sandbox.state.task(OLD.number)["notes"] = "\ud83d alone"

    found = tasks(run(connect()))

    assert "Printer\u00a0driver" in found
    assert found["Kick-off"].payload["notes"] == "\ud83d alone"
    assert b"\\ud83d alone" in found["Kick-off"].body


def test_an_element_that_is_no_record_is_reported(sandbox: AsanaSandbox, connect: Connect) -> None:
    """The others are read."""
    serve = sandbox._tasks

    def odd(query: Any, path: str = "/tasks") -> Json:
        page = serve(query, path)
        return page | {"data": [*page["data"], {"name": "no gid"}, "text"]}

    sandbox._tasks = odd  # type: ignore[method-assign]  # the vendor's state at that very moment

    pages = run(connect())

    assert len(tasks(pages)) == 3
    assert [problem.stream for page in pages for problem in page.problems] == ["tasks"]


@pytest.mark.parametrize("body", ["[]", "{}", '{"data":7}', "oops"])
def test_an_answer_of_another_shape_is_ours_to_mend(sandbox: AsanaSandbox, connect: Connect, body: str) -> None:
    """It must never pass for an empty list."""
    connector = connect()
    connector.check()
    sandbox.faults.append(Fault(r"GET /tasks$", status=200, headers={"Content-Type": "application/json"}, body=body))

    with pytest.raises(VendorChanged):
        list(connector.read("tasks", PART, None))


def test_what_asana_is_about_to_change_is_logged_once(
    sandbox: AsanaSandbox, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """It says so in a header, on every answer."""
    change = {"Content-Type": "application/json", "Asana-Change": "name=new_goals;affected=true"}
    body = '{"data":[],"next_page":null}'
    sandbox.faults.append(Fault(r"GET /tasks$", status=200, headers=change, body=body, times=2))
    connector = connect()
    connector.check()

    for _ in range(2):
        list(connector.read("tasks", PART, None))

    assert [record.getMessage() for record in caplog.records if "new_goals" in record.getMessage()] == [
        "work: Asana announces a change: name=new_goals;affected=true"
    ]
