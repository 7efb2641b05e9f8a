"""A message offers what its reader may decide, and nothing else: who presses in vain presses no more."""

import pytest

from alerts.acts import Verb, verbs
from alerts.channels.base import Outgoing
from alerts.channels.slack_form import form
from alerts.delegation import Role
from alerts.links import Links
from alerts.messages import Message
from alerts.routing import Reader
from config.settings import PersonSettings, Settings
from tests.alerts import firm
from tests.alerts.firm import TUESDAY, feedback, milestone
from tests.alerts.writing import group, item, writer

EVERYTHING: tuple[Verb, ...] = ("take", "agreed", "snooze")
ROLES: dict[Role, tuple[Verb, ...]] = {
    "lead": (),
    "admin": (),
    "coordinator": ("take", "snooze"),
    "bd": EVERYTHING,
    "head": EVERYTHING,
    "director": EVERYTHING,
}
"""What each may do about a milestone of others."""


def house() -> Settings:
    """The firm, with somebody of each role who owns nothing."""
    people = firm.settings().people
    others: dict[str, PersonSettings] = {
        role: PersonSettings(name=role, email=f"{role}@lanternquay.example", role=role) for role in ROLES
    }
    return firm.settings(people={**people, **others})


def told(by: str) -> Message:
    """The message about a late milestone to that person."""
    return writer(house()).one(item(milestone()), Reader(f"person/{by}", by, f"{by}@lanternquay.example", "en"))


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_offered_what_it_may_decide(role: Role) -> None:
    """In Slack and by the links of a mail alike."""
    message = told(role)
    reader = Reader(f"person/{role}", role, f"{role}@lanternquay.example", "en")
    links = Links("k" * 43, "https://hub.example", house().people).offers(Outgoing("k", reader, message), TUESDAY)
    buttons = [one for block in form(message, buttons=True)["blocks"] for one in block.get("elements", ())]

    assert verbs(message.entries[0]) == ROLES[role]
    assert len(links) == len(ROLES[role])
    assert [one["action_id"] for one in buttons if one["type"] == "button"] == [f"{verb}:0" for verb in ROLES[role]]


def test_a_lead_can_take_what_is_theirs() -> None:
    """Whoever has the work says so; how long it can wait others say."""
    reader = Reader("person/lead", "lead", "lead@lanternquay.example", "en")
    message = writer(house()).one(item(milestone(owner="person/lead")), reader)

    assert verbs(message.entries[0]) == ("take",)


@pytest.mark.parametrize("role", ROLES)
def test_anybody_can_say_that_a_client_was_answered(role: Role) -> None:
    """Whoever rang them knows."""
    reader = Reader(f"person/{role}", role, f"{role}@lanternquay.example", "en")

    assert "answered" in verbs(writer(house()).one(item(feedback()), reader).entries[0])


def test_of_a_group_nobody_knows_who_presses() -> None:
    """All of it is offered there, and a refusal says who may."""
    message = writer(house()).one(item(milestone()), group("en"))

    assert verbs(message.entries[0]) == EVERYTHING


def test_whoever_is_none_of_the_people_is_offered_nothing() -> None:
    """No press of theirs could be told from a stranger's."""
    assert verbs(told("somebody").entries[0]) == ()


def test_what_is_offered_is_kept_with_the_message() -> None:
    """It waits in the outbox, and is changed in place for days."""
    message = told("coordinator")

    assert Message.from_json(message.to_json()) == message
    assert verbs(Message.from_json(message.to_json()).entries[0]) == ("take", "snooze")
