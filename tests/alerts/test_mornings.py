"""The morning line of those whom nothing new needs: who gets it, for how long, and what it tells."""

from datetime import date, timedelta
from typing import Any

import pytest

from alerts.actions import acknowledge
from alerts.ahead import Due
from alerts.messages import Message
from alerts.phone_size import BODY_CHARS, BODY_LINES, TITLE_WIDTH, width_of
from alerts.quiet_words import quiet_line
from config.language import LANGUAGES
from config.settings import PersonSettings, Route
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, feedback, hk, milestone
from tests.alerts.writing import item, reader, writer

MONDAY = hk(23)
MARCO: dict[str, Any] = {"name": "Marco Yip", "email": "marco@lanternquay.example"}


@pytest.fixture
def firm_hub(hub: Hub) -> Hub:
    """Marco answers for the bank, and Milepost has known it since Monday."""
    firm.put(hub.engine, "client", {"key": "client/bank", "bd_person": "person/marco", "names": {"": "Bank"}})
    hub.tell(at=MONDAY)
    return hub


def marco(hub: Hub, **choice: Any) -> None:
    people = {**firm.settings().people, "marco": PersonSettings(**MARCO, **choice)}
    hub.settings = firm.settings(people=people)


def lines(hub: Hub) -> list[Message]:
    return [outgoing.message for outgoing in hub.mail.of("marco")]


def test_nobody_has_a_line_on_the_day_that_we_come_to_know_them(firm_hub: Hub) -> None:
    """What was there before us is the coordinator's to look at first."""
    firm_hub.tell(at=MONDAY + timedelta(hours=5))

    assert lines(firm_hub) == []


def test_who_is_told_nothing_else_reads_that_nothing_needs_them(firm_hub: Hub) -> None:
    """Silence must never mean broken: once, in the first round of their working day."""
    firm_hub.tell(at=TUESDAY - timedelta(minutes=1))
    firm_hub.tell(at=TUESDAY)
    firm_hub.tell(at=TUESDAY + timedelta(minutes=1))
    firm_hub.tell(at=TUESDAY + timedelta(hours=6))

    assert [message.as_text() for message in lines(firm_hub)] == [
        "Tue 24 Nov: nothing needs you\nDue this week: none.\nAll sources read since 08:52."
    ]


def test_who_is_told_of_an_alert_has_had_their_line(firm_hub: Hub) -> None:
    """Not two messages for one morning; what comes later in the day is told by itself."""
    firm_hub.tell(milestone(), at=TUESDAY)
    firm_hub.tell(milestone(), at=TUESDAY + timedelta(minutes=1))

    assert [row["kind"] for row in firm.deliveries(firm_hub.engine)] == ["alert"]


def test_what_rang_at_night_is_no_morning_line(firm_hub: Hub) -> None:
    """Woken at two and having it in hand, he still reads at nine how the rest stands."""
    rang = feedback(urgent=True, severity="critical", client="client/bank", bd="person/marco")
    firm_hub.tell(rang, at=TUESDAY - timedelta(hours=7))
    with firm_hub.engine.begin() as connection:
        acknowledge(connection, firm_hub.settings, "feedback-unhandled:crm/ticket/1", "marco", firm_hub.now)

    firm_hub.tell(rang, at=TUESDAY)

    assert [row["kind"] for row in firm.deliveries(firm_hub.engine, recipient="person/marco")] == ["alert", "nothing"]


def test_what_was_told_before_and_is_open_is_counted(firm_hub: Hub) -> None:
    """ "Nothing needs you" would be untrue."""
    firm_hub.tell(milestone(), at=TUESDAY)
    firm_hub.tell(milestone(), at=hk(25))

    assert lines(firm_hub)[-1].as_text() == (
        "Wed 25 Nov: nothing new, 1 still open\nTold before and still open, 1: Bank of Nine Ferries.\n"
        "Due this week: none.\nAll sources read since 08:52."
    )


def test_a_line_tells_what_their_clients_were_promised_for_the_rest_of_the_week(firm_hub: Hub) -> None:
    """Open, client-facing, theirs, not next Monday's, and not what is told as late in the same message."""
    of_the_bank = {"client_key": "client/bank", "bd_person": "person/marco", "client_facing": True, "counted": True}
    rows: list[tuple[str, date, dict[str, Any]]] = [
        ("UAT sign-off", date(2026, 11, 27), {}),
        ("Pen test", date(2026, 11, 24), {}),
        ("Late since half past eight", date(2026, 11, 24), {"deadline_at": hk(24, 8, 30)}),
        ("Yesterday's", date(2026, 11, 23), {}),
        ("Next week's", date(2026, 11, 30), {}),
        ("Done", date(2026, 11, 26), {"status_category": "done"}),
        ("Ours alone", date(2026, 11, 26), {"client_facing": False}),
        ("Sandy's", date(2026, 11, 26), {"bd_person": "person/sandy"}),
        ("Deleted", date(2026, 11, 26), {"deleted_at": MONDAY}),
    ]
    for number, (name, on, more) in enumerate(rows):
        row = firm.milestone_row(number, name=name, deadline_on=on, **{**of_the_bank, **more})
        firm.put(firm_hub.engine, "milestone", row)

    firm_hub.tell(at=TUESDAY)

    assert lines(firm_hub)[0].lines[0].text == (
        "Due this week: Pen test (Bank of Nine Ferries) Tue 24 Nov; UAT sign-off (Bank of Nine Ferries) Fri 27 Nov."
    )


def mornings(hub: Hub, last: date) -> list[date]:
    """The days until `last` on which Marco had a line, with a round at nine on each of them."""
    at = TUESDAY
    while at.date() <= last:
        hub.tell(at=at)
        at += timedelta(days=1)
    return [row["created_at"].date() for row in firm.deliveries(hub.engine, kind="nothing")]


def test_a_line_comes_on_the_first_twenty_working_days(firm_hub: Hub) -> None:
    """Five weeks in which nothing needs him; the last one says that it is."""
    had = mornings(firm_hub, date(2026, 12, 31))

    assert (len(had), had[0], had[-1]) == (20, date(2026, 11, 24), date(2026, 12, 21))
    assert [day.weekday() for day in had if day.weekday() > 4] == []
    told = ["From now on" in message.body() for message in lines(firm_hub)]
    assert told == [False] * 19 + [True]


@pytest.mark.parametrize(("choice", "count"), [(True, 21), (False, 0)])
def test_afterwards_by_choice(firm_hub: Hub, choice: bool, count: int) -> None:
    """`daily_line` of [people]: always, or never; asked of a person, since no manager reads a config."""
    marco(firm_hub, daily_line=choice)

    assert len(mornings(firm_hub, date(2026, 12, 22))) == count


def test_a_line_that_cannot_be_told_says_so_whatever_was_chosen(firm_hub: Hub) -> None:
    """No line would mean that nothing needs him, and nobody knows that."""
    marco(firm_hub, daily_line=False)

    firm_hub.tell(at=TUESDAY, stale=("boards",))

    [line] = lines(firm_hub)
    assert line.title == "Tue 24 Nov: not everything was checked"
    assert "Not checked: Trello, last read Tue 24 Nov 07:00." in line.body()


def test_a_check_that_failed_is_told_too(firm_hub: Hub) -> None:
    """By its number: who can see which is named."""
    firm_hub.round(at=TUESDAY, failed="milestone-at-risk")
    firm_hub.deliver()

    [line] = lines(firm_hub)
    assert line.title == "Tue 24 Nov: not everything was checked"
    assert "1 check could not be made; May Chan can see which." in line.body()


def test_who_is_away_has_no_line(firm_hub: Hub) -> None:
    """Nobody reads that nothing needs them on a beach."""
    away = PersonSettings.model_validate({**MARCO, "away": ["2026-11-24..2026-11-27"], "cover": "sandy"})
    firm_hub.settings = firm.settings(people={**firm.settings().people, "marco": away})

    firm_hub.tell(at=TUESDAY)

    assert lines(firm_hub) == []


def test_who_cannot_be_reached_by_any_route_has_no_line(firm_hub: Hub) -> None:
    """A firm whose routes lead to a group alone."""
    firm_hub.settings = firm.settings(routes=(Route(to=("email:coordinator",)),))

    firm_hub.tell(at=TUESDAY)

    assert lines(firm_hub) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stale", [(), ("boards", "crm", "delivery")])
def test_a_line_with_all_that_there_is_fits_a_phone(language: Any, stale: tuple[str, ...]) -> None:
    """However much is open and due: the rest is counted."""
    found = [
        item(feedback(number, client=f"client/{name}")) for number in range(9) for name in ("bank", "kite", "boat")
    ]
    due = [Due(f"Milestone {number} with a long name", "kite", date(2026, 11, 27), True) for number in range(40)]

    line = quiet_line(writer(stale=stale), reader(language), found, due, failed=3, is_last=True)

    assert width_of(line.title) <= TITLE_WIDTH + 0.01
    assert len(line.body()) <= BODY_CHARS
    assert len(line.lines) < BODY_LINES
    assert " +3" in line.body()
