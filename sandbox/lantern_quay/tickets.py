"""How clients' questions and marks are written down: most are answered within the hour, some are told in full."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from random import Random
from typing import Literal, NamedTuple

from sandbox.lantern_quay.office import Office, at, moment
from sandbox.lantern_quay.writing import Chapter, Said, messages
from sandbox.plan import Message, SurveyPlan, TicketPlan


class Routine(NamedTuple):
    """An ordinary ticket: asked, answered within the working day, closed when it was solved."""

    at: str
    contact: str
    owner: str
    subject: str
    text: str
    answer: str


class TicketWriter:
    """Fills a client's chapter with tickets of the CRM."""

    def __init__(self, chapter: Chapter, numbers: Iterator[int], office: Office) -> None:
        self._chapter = chapter
        self._numbers = numbers
        self._office = office
        self._chance = Random(chapter.client.id)

    def routine(self, tickets: Sequence[Routine]) -> None:
        """Tickets that were answered in time and are closed."""
        for ticket in tickets:
            received = at(ticket.at)
            answered = received + timedelta(minutes=self._chance.randint(12, 55))
            closed = moment(self._office.after(received.date(), self._chance.randint(1, 4)), time(16, 5))
            said = (
                Message(ticket.contact, received, ticket.text, "email", next(self._numbers)),
                Message(ticket.owner, answered, ticket.answer, "email", next(self._numbers)),
            )
            self._add(ticket.subject, said, "closed", self._chance.choice(("LOW", "MEDIUM")), ticket.owner, closed)

    def told(
        self,
        subject: str,
        said: Sequence[Said],
        status: Literal["new", "waiting_on_contact", "waiting_on_us", "closed"],
        *,
        owner: str | None,
        priority: Literal["LOW", "MEDIUM", "HIGH", "URGENT"] | None = "MEDIUM",
        closed: str | None = None,
        unhandled: bool = False,
        company: str | None = None,
    ) -> None:
        """A ticket whose life is told in full."""
        closed_at = at(closed) if closed else None
        self._add(subject, messages(self._numbers, said), status, priority, owner, closed_at, unhandled, company)

    def survey(
        self,
        kind: Literal["CSAT", "NPS", "CES"],
        subject: str,
        value: str,
        when: str,
        contact: str,
        text: str = "",
        *,
        said: Sequence[Said] = (),
        company: str | None = None,
    ) -> None:
        """A contact's answer to a survey, and what we said to it."""
        self._chapter.surveys.append(
            SurveyPlan(
                next(self._numbers),
                kind,
                subject,
                value,
                text,
                at(when),
                contact,
                company or self._chapter.companies[0].id,
                messages(self._numbers, said),
            )
        )

    def _add(
        self,
        subject: str,
        said: tuple[Message, ...],
        status: Literal["new", "waiting_on_contact", "waiting_on_us", "closed"],
        priority: Literal["LOW", "MEDIUM", "HIGH", "URGENT"] | None,
        owner: str | None,
        closed_at: datetime | None,
        unhandled: bool = False,
        company: str | None = None,
    ) -> None:
        first = said[0]
        ticket = TicketPlan(
            next(self._numbers),
            subject,
            first.text,
            first.at,
            first.author,
            company or self._chapter.companies[0].id,
            status,
            priority,
            owner,
            closed_at,
            said,
            unhandled,
        )
        self._chapter.tickets.append(ticket)
