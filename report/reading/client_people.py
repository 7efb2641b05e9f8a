"""Whom we know at one client, what is being sold to them, and what they have yet to accept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from report.asked import Asked
from rules.rule import DAY_HOURS
from rules.views import MILESTONE
from rules.views.deal import DEAL
from rules.views.reader import ViewReader
from unify.derived import CONTACT, fetch


@dataclass(frozen=True, slots=True)
class ClientPerson:
    """A contact of the CRM."""

    key: str
    name: str
    job_title: str | None
    emails: Sequence[str]
    url: str | None
    source: str


@dataclass(frozen=True, slots=True)
class ClientDeal:
    """A contract being won, won or lost: without its amount, which no page tells."""

    key: str
    name: str
    url: str | None
    source: str
    stage: str
    stage_category: str
    close_on: date | None
    close_passed: bool
    owner_name: str | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """A milestone that is done and waits for the client's acceptance; `working_days` since it was done."""

    key: str
    name: str
    url: str | None
    source: str
    project: str | None
    project_name: str | None
    committed_on: date | None
    done_at: datetime | None
    working_days: float | None


def read_people(asked: Asked, client: str) -> Sequence[ClientPerson]:
    """By name."""
    contact = CONTACT.c
    columns = (contact.key, contact.name, contact.job_title, contact.emails, contact.url, contact.source)
    known = select(*columns).where(contact.client_key == client, contact.deleted_at.is_(None))
    return [ClientPerson(**row) for row in fetch(asked.connection, known.order_by(contact.name, contact.key))]


def read_deals(views: ViewReader, client: str) -> Sequence[ClientDeal]:
    """Open ones first, the nearest first; then what is won or lost, the latest first."""
    names = tuple(ClientDeal.__dataclass_fields__)
    rows = views.rows(DEAL, names, lambda scope: scope.columns["client"] == client)
    deals = [ClientDeal(**{**row, "close_passed": bool(row["close_passed"])}) for row in rows]
    open_ones = [deal for deal in deals if deal.stage_category == "open"]
    over = [deal for deal in deals if deal.stage_category != "open"]
    return [
        *sorted(open_ones, key=lambda deal: deal.close_on or date.max),
        *sorted(over, key=lambda deal: deal.close_on or date.min, reverse=True),
    ]


def read_delivered(views: ViewReader) -> Sequence[Delivered]:
    """Of whom `views` allows, the longest waiting first."""
    names = ("key", "name", "url", "source", "project", "project_name", "committed_on", "done_at", "calendar")
    rows = views.rows(MILESTONE, names, lambda scope: scope.columns["acceptance_awaited"], age="hours_since_done")
    found = []
    for row in rows:
        hours = row["hours_since_done"]
        known = {name: value for name, value in row.items() if name not in ("calendar", "hours_since_done")}
        found.append(Delivered(**known, working_days=None if hours is None else round(hours / DAY_HOURS, 1)))
    return sorted(found, key=lambda row: (-(row.working_days or 0), row.key))
