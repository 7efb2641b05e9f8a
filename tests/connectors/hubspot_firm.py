"""A small firm's CRM for tests: a company, a contact, and tickets of several ages."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

from pydantic import SecretStr

from config.settings import Secret
from connectors.hubspot import HubspotSettings
from sandbox.hubspot import TOKEN, HubspotSandbox
from sandbox.plan import CompanyPlan, DealPlan, Message, Plan, TicketPlan, Vendor
from tests.factories import LEE, MAY, SAM, STORY_NOW, at, plan

CRM: frozenset[Vendor] = frozenset({"hubspot"})

_numbers = count(3000)


def ticket(subject: str, received: str, *said: Message, **more: Any) -> TicketPlan:
    """A ticket of Sam's, of the harbour company, with a number of its own; `said` follows the first message."""
    received_at = at(received)
    first = Message("sam", received_at, f"{subject}?", "email", next(_numbers))
    number = more.pop("number", None) or next(_numbers)
    return TicketPlan(number, subject, first.text, received_at, "sam", "harbour", messages=(first, *said), **more)


def said(author: str, when: str, text: str, kind: Any = "email") -> Message:
    """Something said on a ticket."""
    return Message(author, at(when), text, kind, next(_numbers))


def firm(*tickets: TicketPlan) -> Plan:
    """May and Lee own what Sam of the Harbour asks."""
    return replace(
        plan(people=(replace(MAY, vendors=CRM), replace(LEE, vendors=CRM)), contacts=(SAM,)),
        companies=[CompanyPlan("harbour", "Harbour Ltd", ("harbour.example",), None, "may", 101)],
        tickets=list(tickets),
        deals=[
            DealPlan(120, "Portal", "harbour", "may", "contractsent", "5", "HKD", at("2026-12-31 00:00").date(), "sam")
        ],
    )


def sandbox(*tickets: TicketPlan, missing_scopes: tuple[str, ...] = ()) -> HubspotSandbox:
    """Their portal; every request and every change comes a second later than the one before."""
    seconds = count()
    return HubspotSandbox.from_plan(
        firm(*tickets), lambda: STORY_NOW + timedelta(seconds=next(seconds)), missing_scopes
    )


def settings(**replaced: Any) -> HubspotSettings:
    """A source called crm."""
    if "token" in replaced:
        replaced["token"] = Secret(reference="env:HUBSPOT_TOKEN", value=SecretStr(replaced["token"]))
    token = Secret(reference="env:HUBSPOT_TOKEN", value=SecretStr(TOKEN))
    told: dict[str, Any] = {"name": "crm", "token": token} | replaced
    return HubspotSettings(**told)
