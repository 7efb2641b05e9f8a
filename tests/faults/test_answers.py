"""Answers that are none: refusals, errors, garbage, pages of somebody else's.

What passes is waited out within the run; what does not ends the run with its reason, and the next one makes it whole.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest

from connectors.governor import FLOOR_S, PATIENCE
from sandbox.http import Reply
from tests.faults.firm import NOW
from tests.faults.rig import Rig

HTML = "<!doctype html><title>Sign in</title><form action=/login></form>"


def http_date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)


def test_nothing_goes_wrong(rig: Rig) -> None:
    """The yardstick itself: without a fault the database says what the plan says."""
    run = rig.sync()

    assert (run.outcome, run.error, run.warnings) == ("ok", "", ())
    rig.must_be_true()


@pytest.mark.parametrize(
    ("headers", "at_least_s"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": http_date(NOW.replace(minute=0, second=9)), "Date": http_date(NOW.replace(minute=0))}, 9),
        ({"Retry-After": "0"}, FLOOR_S),
        ({}, FLOOR_S),
        ({"Retry-After": "soon"}, FLOOR_S),
    ],
    ids=["seconds", "date", "zero", "absent", "nonsense"],
)
def test_a_limit_is_waited_out_as_long_as_the_vendor_says(
    rig: Rig, headers: Mapping[str, str], at_least_s: float
) -> None:
    """Never shorter, and never not at all: who comes back at once is limited again."""
    rig.break_items(status=429, headers=headers)

    assert rig.sync().outcome == "ok"

    assert len(rig.hub.waits) == 1
    assert at_least_s <= rig.hub.waits[0] <= at_least_s * 1.3 + 1
    rig.must_be_true()


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_vendor_that_stumbles_is_asked_again(rig: Rig, status: int) -> None:
    """Twice, with a pause that grows; the run does not notice."""
    rig.break_items(status=status, body=HTML, headers={"Content-Type": "text/html"}, times=2)

    assert rig.sync().outcome == "ok"

    assert len(rig.hub.waits) == 2
    assert rig.hub.waits[0] >= FLOOR_S
    rig.must_be_true()


@pytest.mark.parametrize("status", [429, 503])
def test_a_vendor_that_stays_away_ends_the_run_within_its_patience(rig: Rig, status: int) -> None:
    """What was read before stays; the next run goes on."""
    rig.break_items(status=status, times=1000)

    run = rig.sync()

    assert run.outcome == "failed"
    assert run.error
    # Each call has its patience: two projects may be read side by side, and Trello and Asana are asked for a smaller
    # page before they are given up.
    assert sum(rig.hub.waits) <= 2 * 2 * PATIENCE.total_seconds()
    rig.recover()


def truncated(reply: Reply) -> Reply:
    return Reply(reply.status, reply.headers, reply.body[: len(reply.body) * 2 // 3])


def as_log_in_page(reply: Reply) -> Reply:
    return Reply(200, {"content-type": "text/html; charset=utf-8"}, HTML.encode())


def as_html_called_json(reply: Reply) -> Reply:
    return Reply(200, {**reply.headers, "content-type": "application/json"}, HTML.encode())


def emptied(reply: Reply) -> Reply:
    return Reply(200, reply.headers, b"")


def nulled(reply: Reply) -> Reply:
    return Reply(200, reply.headers, b"null")


def as_another_shape(reply: Reply) -> Reply:
    return Reply(200, reply.headers, b'{"message": "hello"}')


@pytest.mark.parametrize("alter", [truncated, as_log_in_page, as_html_called_json, emptied, nulled, as_another_shape])
def test_an_answer_that_is_no_answer_ends_the_run_and_removes_nothing(rig: Rig, alter: Any) -> None:
    """A log-in page or half a list must never look like an empty project: nothing that is stored is touched."""
    assert rig.sync().outcome == "ok"
    rig.people.edit(0, NOW)
    rig.break_items(status=0, alter=alter, times=1000)

    run = rig.sync()

    assert run.outcome == "failed"
    assert "<" not in run.error
    rig.recover()


@pytest.mark.parametrize("times", [1, 1000])
def test_garbage_under_the_name_of_gzip_is_asked_for_again(rig: Rig, times: int) -> None:
    """A broken proxy in between; the error names no byte of it."""
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    rig.break_items(status=200, headers=headers, body=b"\x00\xffgarbage", times=times)

    run = rig.sync()

    assert run.outcome == ("ok" if times == 1 else "failed")
    assert "garbage" not in run.error
    rig.recover()


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_is_not_followed(rig: Rig, status: int) -> None:
    """The credential goes to the configured host and nowhere else."""
    rig.break_items(status=status, headers={"Location": "http://127.0.0.1:1/login"})

    run = rig.sync()

    assert run.outcome == "failed"
    assert "redirect" in run.error
    rig.recover()


def test_a_token_revoked_half_way_ends_the_run_and_removes_nothing(rig: Rig) -> None:
    """What cannot be seen any more is not deleted. Jira then answers searches with 200 and nothing."""
    assert rig.sync().outcome == "ok"
    rig.people.edit(0, NOW)
    rig.break_items(status=0, meanwhile=rig.revoke)

    run = rig.sync()

    assert run.outcome == "failed"
    assert "env:SECRET" in run.error
    rig.grant()
    rig.recover()


@pytest.mark.parametrize("rig", ["jira"], indirect=True)
@pytest.mark.parametrize("said", ["AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED, AUTHENTICATED_FAILED"])
def test_what_jira_answers_to_anybody_is_not_taken_for_the_truth(rig: Rig, said: str) -> None:
    """A site that allows anonymous reading shows an empty list to a wrong credential, with status 200."""
    assert rig.sync().outcome == "ok"
    headers = {"X-Seraph-LoginReason": said, "Content-Type": "application/json"}
    rig.break_items(status=200, headers=headers, body='{"issues": [], "isLast": true}')
    rig.people.edit(0, NOW)

    run = rig.sync()

    assert run.outcome == "failed"
    assert "refuses" in run.error
    rig.recover()
