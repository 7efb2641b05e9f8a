"""The calendar of promised days: as Outlook and Google read it, for whom it was signed and nobody else."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import pytest
from icalendar import Calendar
from sqlalchemy import Engine

from report.feed import PATH, Feed, FeedAddresses
from report.server import Health, server
from tests.alerts.firm import TUESDAY, change, hk, put, settings
from tests.report.asking import Asking
from tests.report.firm import milestone

KEY = "k" * 43
HUB = "https://hub.example"
SEEN = {"changed_here_at": hk(20)}
GO_LIVE = {"name": "Go-live", "due_on": date(2026, 12, 18), **SEEN}


@pytest.fixture
def asking(engine: Engine) -> Asking:
    """A day promised to the bank, one of Paper Kite, one promised to nobody."""
    put(
        engine,
        "milestone",
        milestone(1, **GO_LIVE),
        milestone(
            2, name="Pilot", client_key="client/kite", bd_person="person/sandy", due_on=date(2026, 12, 4), **SEEN
        ),
        milestone(3, name="Code freeze", due_on=date(2026, 12, 1), client_facing=False),
    )
    return Asking(engine)


ROLES = {"marco": "bd", "sandy": "bd", "may": "coordinator"}


def address(person: str = "marco", made_at: datetime = TUESDAY, key: str = KEY) -> str:
    """Where the feed of `person` is."""
    return FeedAddresses(key, HUB).address(person, ROLES.get(person), made_at).removeprefix(HUB)


def answer(asking: Asking, path: str, **known: Any) -> httpx.Response:
    """What a calendar program is answered there; nobody has signed in."""
    site = asking.site()
    site = replace(site, moment=cache(site.moment), settings=settings(**known), reader_of=lambda _: pytest.fail("who?"))
    served = server(health=Health, pages=Feed(site, FeedAddresses(KEY, HUB)).routes())

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(served)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            return await client.get(path)

    return asyncio.run(asked())


def events(asking: Asking, person: str = "marco", **known: Any) -> list[Any]:
    """What stands in the calendar of `person`."""
    told = answer(asking, address(person), **known)
    assert told.status_code == 200, told.text
    return list(Calendar.from_ical(told.content).walk("VEVENT"))


def test_a_promise_is_a_day_with_an_end_that_is_the_day_after(asking: Asking) -> None:
    """Without an hour: Outlook and Google would show one in the wrong zone. It makes nobody busy."""
    [day] = events(asking)

    assert (day.decoded("dtstart"), day.decoded("dtend")) == (date(2026, 12, 18), date(2026, 12, 19))
    assert b"DTSTART;VALUE=DATE:20261218" in answer(asking, address()).content
    assert (day["TRANSP"], day["X-MICROSOFT-CDO-BUSYSTATUS"], day["STATUS"]) == ("TRANSPARENT", "FREE", "CONFIRMED")


def test_each_reader_has_their_own_clients_days_in_their_language(asking: Asking) -> None:
    """And those who see all have all that was promised; what no client was promised stands nowhere."""
    assert [day["SUMMARY"] for day in events(asking, "sandy")] == ["Paper Kite Stores：Pilot"]
    assert [day["SUMMARY"] for day in events(asking, "may")] == ["Paper Kite Stores: Pilot", "BANK: Go-live"]


def test_a_confidential_client_is_a_code(engine: Engine, asking: Asking) -> None:
    """The calendar lies on other firms' machines: neither the name, nor the project that is called after it."""
    change(engine, "milestone", milestone(1)["key"], name="Bank of Nine Ferries go-live")
    text = answer(asking, address(), public_url=HUB).text

    assert "SUMMARY:BANK: BANK go-live" in text
    assert "Nine Ferries" not in text
    assert "Mobile app" not in text


def test_it_tells_no_contact(asking: Asking) -> None:
    """Whoever knows the address reads it."""
    for person in ("marco", "may"):
        text = answer(asking, address(person)).text
        for private in ("@lanternquay", "Marco", "ATTENDEE", "ORGANIZER", "mailto"):
            assert private not in text


def test_a_change_is_the_same_event_with_a_higher_number(engine: Engine, asking: Asking) -> None:
    """Google takes no change without; an agreement that is recorded is one."""
    [before] = events(asking)
    agreed = {"agreed_on": date(2026, 12, 20), "reference": "CR-1", "recorded_at": TUESDAY, "recorded_by": "marco"}
    put(engine, "agreement", {"milestone_key": milestone(1)["key"], **agreed})
    [after] = events(asking)

    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] - before["SEQUENCE"] == (TUESDAY - hk(20)).total_seconds()
    assert (before["LAST-MODIFIED"].dt, after["LAST-MODIFIED"].dt) == (hk(20), TUESDAY)


def test_what_is_done_is_ticked_and_what_is_cancelled_says_so(engine: Engine, asking: Asking) -> None:
    """A calendar strikes it out, or drops it."""
    put(engine, "milestone", milestone(4, name="Pilot", status_category="done", **SEEN))
    put(engine, "milestone", milestone(5, name="Training", status_category="cancelled", **SEEN))
    said = {str(day["SUMMARY"]): str(day["STATUS"]) for day in events(asking)}

    assert said == {"✓ BANK: Pilot": "CONFIRMED", "BANK: Training": "CANCELLED", "BANK: Go-live": "CONFIRMED"}


def test_the_same_days_are_the_same_bytes(asking: Asking) -> None:
    """Nothing in it comes from the moment it is asked: else each reading would be a change."""
    assert answer(asking, address()).content == answer(asking, address()).content


@pytest.mark.parametrize("name", ["a\r\nATTENDEE:mailto:x@evil.example", "nul\x00", "客" * 200, "a;b,c\\n"])
def test_a_name_stays_a_name(engine: Engine, asking: Asking, name: str) -> None:
    """A tool's title begins no property of ours."""
    change(engine, "milestone", milestone(1)["key"], name=name)
    [day] = events(asking)

    assert set(day) & {"ATTENDEE", "ORGANIZER"} == set()
    assert str(day["SUMMARY"]).startswith("BANK: ")


@pytest.mark.parametrize(
    "path",
    [
        f"{PATH}nothing.ics",
        address()[:-8] + "x.ics",
        address(key="another" * 9),
        address("nobody"),
        address("marco", TUESDAY - timedelta(hours=2)),
    ],
)
def test_an_address_that_is_not_ours_or_was_taken_back_is_not_there(engine: Engine, asking: Asking, path: str) -> None:
    """Cut, changed, of another key, of somebody who left, or older than when they were signed out everywhere."""
    since = TUESDAY - timedelta(hours=1)
    put(engine, "login", {"name": "marco", "created_at": since, "sessions_valid_since": since})

    assert answer(asking, path).status_code == 404
    assert answer(asking, address()).status_code == 200


@pytest.mark.parametrize("role", ["head", "director", "coordinator"])
def test_another_role_takes_the_address_back(asking: Asking, role: str) -> None:
    """It lies on another firm's machine, given for the days of one's own clients: it must not come to tell all."""
    people = settings().people
    promoted = people | {"marco": people["marco"].model_copy(update={"role": role})}

    assert answer(asking, address(), people=promoted).status_code == 404
    assert answer(asking, address("sandy"), people=promoted).status_code == 200
