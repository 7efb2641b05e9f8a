"""The coordinator hears of a source that cannot be read once, and once more when it is back; nobody else ever."""

from dataclasses import replace
from datetime import datetime

import pytest

from alerts.channels.base import Permanent
from alerts.messages import Message
from alerts.phone_size import BODY_CHARS, BODY_LINES, TITLE_WIDTH, width_of
from alerts.round import Round, run_round
from config.language import LANGUAGES
from config.settings import Language, PersonSettings, Route
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import hk, milestone
from unify.breaker import Broken
from unify.freshness import Freshness

WHY = ("denied", "limited", "away", "changed", "absent", "ours")
ERROR = "api.hubapi.com answered 503 to GET /crm/objects/2026-09/tickets"


def look(
    hub: Hub, at: datetime, why: str = "away", broken: tuple[str, ...] = (), failed: tuple[str, ...] = ()
) -> Round:
    """A round at `at`: `broken` were last read two hours ago; of `failed` only the last try was in vain."""
    known = firm.freshness(at, broken)
    freshness = {
        name: replace(one, error=ERROR, broken=Broken(3, why, at)) if name in (*broken, *failed) else one
        for name, one in known.items()
    }
    return run(hub, freshness, at)


def run(hub: Hub, freshness: dict[str, Freshness], at: datetime) -> Round:
    hub.now = at
    done = run_round(hub.engine, hub.settings, firm.outcomes(milestone()), freshness, firm.working_time(), at)
    hub.deliver()
    return done


def told(hub: Hub) -> list[Message]:
    """What May received, then what was answered to it."""
    answers = [outgoing for _, outgoing, _ in hub.mail.updated if outgoing.reader.key == "person/may"]
    return [outgoing.message for outgoing in (*hub.mail.of("may"), *answers)]


def titles(hub: Hub) -> list[str]:
    return [message.title for message in told(hub)]


def test_an_outage_is_told_once_and_its_end_once(hub: Hub) -> None:
    """Else a night of HubSpot's would be forty mails."""
    for minute in (0, 10, 40):
        look(hub, hk(24, 10, minute), broken=("crm",))
    for minute in (50, 55):
        look(hub, hk(24, 10, minute))

    assert [title for title in titles(hub) if "HubSpot" in title] == ["Cannot be read: HubSpot", "Read again: HubSpot"]
    first = told(hub)[0].body()
    assert "HubSpot does not answer. Nothing to do" in first
    assert "Last read Tue 24 Nov 08:00" in first
    assert ERROR in first


def test_the_next_outage_is_told_again(hub: Hub) -> None:
    """Another day, another cause."""
    look(hub, hk(24, 10), broken=("crm",))
    look(hub, hk(24, 11))
    look(hub, hk(25, 10), "denied", broken=("crm",))

    assert titles(hub) == ["Cannot be read: HubSpot", "Cannot be read: HubSpot", "Read again: HubSpot"]
    assert "then: milepost sync crm" in told(hub)[1].body()


def test_a_hiccup_is_nobodys_business(hub: Hub) -> None:
    """What was read a few minutes ago is still believed."""
    look(hub, hk(24, 10), failed=("crm",))
    look(hub, hk(24, 10, 10))

    assert titles(hub) == []


def test_several_at_once_are_one_message(hub: Hub) -> None:
    """The network is down: that is one thing, whatever it does to the tools; they may come back one by one."""
    look(hub, hk(24, 10), broken=("crm", "boards"))
    look(hub, hk(24, 11), broken=("crm",))
    look(hub, hk(24, 12))

    assert titles(hub) == ["Cannot be read: Trello, HubSpot", "Read again: Trello", "Read again: HubSpot"]


def test_nobody_is_woken(hub: Hub) -> None:
    """At night there is nothing to do about it, and by nine it is mostly over."""
    look(hub, hk(24, 3), broken=("crm",))
    look(hub, hk(24, 8), broken=())

    look(hub, hk(24, 9))

    assert titles(hub) == []


def test_what_is_over_before_it_could_be_sent_is_never_told(hub: Hub) -> None:
    """The mail server was away with the network: two mails about nothing would come at once."""
    hub.now = hk(24, 10)
    known = firm.freshness(hub.now, ("crm",))
    known["crm"] = replace(known["crm"], error=ERROR)
    run_round(hub.engine, hub.settings, [], known, firm.working_time(), hub.now)

    look(hub, hk(24, 11))

    assert titles(hub) == []
    assert [row["state"] for row in firm.deliveries(hub.engine, kind="outage")] == ["dropped"]


def test_only_the_coordinator_hears_of_it(hub: Hub) -> None:
    """A BD manager cannot mend a token, and stops reading what is not for them."""
    look(hub, hk(24, 10), broken=("crm",))

    assert [row["recipient"] for row in firm.deliveries(hub.engine, kind="outage")] == ["person/may"]


def test_a_part_that_is_missing_is_told_as_such(hub: Hub) -> None:
    """The source answers; its figures are marked all the same until somebody mends the settings."""
    known = firm.freshness(hk(24, 10), ("delivery",))
    known["delivery"] = replace(known["delivery"], error="the hub does not see the project OLD")

    run(hub, known, hk(24, 10))

    assert "not all that the settings name is there" in told(hub)[0].body()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("why", WHY)
@pytest.mark.parametrize("broken", [("crm",), ("delivery", "boards", "crm")], ids=len)
def test_every_reason_fits_a_phone_in_every_language(
    hub: Hub, language: Language, why: str, broken: tuple[str, ...]
) -> None:
    """What is wrong and what to do, seen without scrolling; of one source and of all."""
    may = PersonSettings(name="May Chan", email="may@lanternquay.example", language=language)
    hub.settings = firm.settings(people={**firm.settings().people, "may": may})
    look(hub, hk(24, 10), why, broken=broken)
    look(hub, hk(24, 11))

    assert len(told(hub)) == 2
    for message in told(hub):
        assert width_of(message.title) <= TITLE_WIDTH
        assert len(message.body()) <= BODY_CHARS
        assert len(message.lines) < BODY_LINES
        assert all(firm.freshness(hub.now)[name].label in message.body() for name in broken)


def test_where_the_first_channel_fails_the_end_follows_by_the_other(hub: Hub) -> None:
    """It answers what the coordinator has in hand."""
    chat = firm.Inbox()
    hub.others["chat"] = chat
    hub.settings = firm.settings(routes=(Route(to=("chat:bd", "email:bd")),))
    chat.failures += [Permanent("no such user")] * 2  # for Marco, who hears of his milestone, and for May
    look(hub, hk(24, 10), broken=("crm",))

    look(hub, hk(24, 11))

    assert [title for title in titles(hub) if "HubSpot" in title] == ["Cannot be read: HubSpot", "Read again: HubSpot"]
