"""The CRM's share of an invented firm: owners, pipelines, companies, contacts, deals, and tickets with their lives."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sandbox.hubspot_state import HubspotState, Json, object_id, stamp
from sandbox.plan import CompanyPlan, ContactPlan, DealPlan, Plan, Staff, SurveyPlan, TicketPlan

OFFICE = ZoneInfo("Asia/Hong_Kong")
BEGUN = datetime(2025, 11, 24, 9, 0, tzinfo=OFFICE)
"""When the firm began to use the CRM: what the plan gives no time was made then, a minute after the other."""


TICKET_STAGES = (
    ("1", "New", "OPEN"),
    ("2", "Waiting on contact", "OPEN"),
    ("3", "Waiting on us", "OPEN"),
    ("4", "Closed", "CLOSED"),
)
_STAGE_OF = {"new": "1", "waiting_on_contact": "2", "waiting_on_us": "3", "closed": "4"}

DEAL_STAGES = (
    ("appointmentscheduled", "Appointment Scheduled", "0.2", "false"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4", "false"),
    ("presentationscheduled", "Presentation Scheduled", "0.6", "false"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8", "false"),
    ("contractsent", "Contract Sent", "0.9", "false"),
    ("closedwon", "Closed Won", "1.0", "true"),
    ("closedlost", "Closed Lost", "0.0", "true"),
)

PROJECT_PROPERTY = "delivery_project"
"""A property of the firm's own: the key of the project that a deal pays for."""


def owner_id(number: int) -> str:
    """What `hubspot_owner_id` holds of that staff member; not the id of the user."""
    return str(7_000 + number)


def from_plan(plan: Plan) -> HubspotState:
    """The plan's CRM up to now: owners, companies, contacts, deals, tickets, surveys and what was said on them."""
    state = HubspotState()
    owners = {person.id: owner_id(person.number) for person in plan.staff if "hubspot" in person.vendors}
    state.owners = [_owner(person) for person in plan.staff if person.id in owners]
    ids = object_ids(plan)
    for company in plan.companies:
        state.add("companies", ids[company.id], _early(company.number), _company(company, owners))
    for contact in plan.contacts:
        state.add("contacts", ids[contact.id], _early(contact.number), _contact(contact))
        state.associate("contacts", ids[contact.id], "companies", ids[contact.company])
    for deal in plan.deals:
        _add_deal(state, deal, ids, owners)
    for ticket in plan.tickets:
        _add_ticket(state, ticket, ids, owners)
    for survey in plan.surveys:
        _add_survey(state, survey, ids, owners)
    return state


def object_ids(plan: Plan) -> dict[str, str]:
    """The records of the plan's companies and contacts."""
    ids = {company.id: object_id(company.number) for company in plan.companies}
    return ids | {contact.id: object_id(contact.number) for contact in plan.contacts}


def _early(number: int) -> datetime:
    return BEGUN + timedelta(minutes=number)


def _owner(person: Staff) -> Json:
    first, _, last = person.name.partition(" ")
    return {
        "id": owner_id(person.number),
        "email": person.email,
        "firstName": first,
        "lastName": last,
        "type": "PERSON",
        "userId": 61_000 + person.number,
        "teams": [],
        "createdAt": stamp(BEGUN),
        "updatedAt": stamp(BEGUN),
        "archived": False,
    }


def _company(company: CompanyPlan, owners: Mapping[str, str]) -> dict[str, str | None]:
    return {
        "name": company.name,
        "domain": company.domains[0] if company.domains else None,
        "hs_additional_domains": ";".join(company.domains[1:]) or None,
        "hubspot_owner_id": owners.get(company.owner),
    }


def _contact(contact: ContactPlan) -> dict[str, str | None]:
    first, _, last = contact.name.partition(" ")
    return {
        "email": contact.email,
        "firstname": first,
        "lastname": last or None,
        "jobtitle": contact.title or None,
        "lifecyclestage": "customer",
    }


def _add_deal(state: HubspotState, deal: DealPlan, ids: Mapping[str, str], owners: Mapping[str, str]) -> None:
    stage = next(one for one in DEAL_STAGES if one[0] == deal.stage)
    planned = deal.moves[0].old if deal.moves else deal.close_on
    made = state.add(
        "deals",
        object_id(deal.number),
        _early(deal.number),
        {
            "dealname": deal.name,
            "amount": deal.amount,
            "deal_currency_code": deal.currency,
            "pipeline": "default",
            "dealstage": deal.stage,
            "closedate": stamp(_end_of(planned)),
            "hs_is_closed": stage[3],
            "hs_is_closed_won": str(deal.stage == "closedwon").lower(),
            "hubspot_owner_id": owners.get(deal.owner),
            PROJECT_PROPERTY: deal.project,
        },
    )
    for move in deal.moves:
        state.update("deals", made, move.at, {"closedate": stamp(_end_of(move.new))}, owners.get(move.by))
    state.associate("deals", made["id"], "companies", ids[deal.company])
    if deal.contact:
        state.associate("deals", made["id"], "contacts", ids[deal.contact])


def _end_of(day: date | None) -> datetime | None:
    return datetime.combine(day, time(18), OFFICE) if day else None


def _add_ticket(state: HubspotState, ticket: TicketPlan, ids: Mapping[str, str], owners: Mapping[str, str]) -> None:
    """The ticket as it was made, then everything that was said, then its end."""
    made = state.add(
        "tickets",
        object_id(ticket.number),
        ticket.received_at,
        {
            "subject": ticket.subject,
            "content": ticket.text,
            "hs_pipeline": "0",
            "hs_pipeline_stage": "1",
            "hs_ticket_priority": ticket.priority,
            "hubspot_owner_id": owners.get(ticket.owner or ""),
            "hs_is_closed": "false",
        },
    )
    state.associate("tickets", made["id"], "contacts", ids[ticket.contact])
    state.associate("tickets", made["id"], "companies", ids[ticket.company])
    for message in ticket.messages:
        by_client = message.author not in owners
        owner = owners.get(ticket.owner or "") if by_client else owners[message.author]
        state.converse(made, message, by_client=by_client, owner=owner)
    if ticket.closed_at:
        state.close(made, ticket.closed_at)
    else:
        last = ticket.messages[-1] if ticket.messages else None
        by = owners.get(last.author) if last else None
        at = last.at if last else ticket.received_at
        state.update("tickets", made, at, {"hs_pipeline_stage": _STAGE_OF[ticket.status]}, by)


def _add_survey(state: HubspotState, survey: SurveyPlan, ids: Mapping[str, str], owners: Mapping[str, str]) -> None:
    """The answer to it, and what we said to the contact: HubSpot hangs that on people, never on a survey."""
    made = state.add(
        "feedback_submissions",
        object_id(survey.number),
        survey.received_at,
        {
            "hs_survey_type": survey.kind,
            "hs_survey_name": survey.subject,
            "hs_value": survey.value,
            "hs_content": survey.text or None,
            "hs_submission_timestamp": stamp(survey.received_at),
        },
    )
    state.associate("feedback_submissions", made["id"], "contacts", ids[survey.contact])
    for message in survey.messages:
        kind, logged = state.log(message, by_client=False, owner=owners[message.author], subject=survey.subject)
        state.associate(kind, logged["id"], "contacts", ids[survey.contact])
        state.associate(kind, logged["id"], "companies", ids[survey.company])


def pipelines(kind: str) -> list[Json]:
    """The one pipeline of deals or of tickets."""
    if kind == "deals":
        stages = [
            _stage(number, id, label, {"probability": probability, "isClosed": closed})
            for number, (id, label, probability, closed) in enumerate(DEAL_STAGES)
        ]
        return [_pipeline("default", "Sales Pipeline", stages)]
    stages = [
        _stage(number, id, label, {"ticketState": state, "isClosed": str(state == "CLOSED").lower()})
        for number, (id, label, state) in enumerate(TICKET_STAGES)
    ]
    return [_pipeline("0", "Support Pipeline", stages)]


def _stage(number: int, id: str, label: str, metadata: Json) -> Json:
    return {"id": id, "label": label, "displayOrder": number, "metadata": metadata, "archived": False} | _MADE


def _pipeline(id: str, label: str, stages: Iterable[Json]) -> Json:
    return {"id": id, "label": label, "displayOrder": 0, "stages": list(stages), "archived": False} | _MADE


_MADE = {"createdAt": stamp(BEGUN), "updatedAt": stamp(BEGUN)}
