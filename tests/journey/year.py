"""The demo firm as its tools showed it on another day of its year."""

from dataclasses import replace
from datetime import date, datetime

from sandbox.plan import DealPlan, ItemPlan, Plan, ProjectPlan, SurveyPlan, TicketPlan


def as_of(plan: Plan, at: datetime) -> Plan:
    """What of `plan` had happened by then. Fates (`overdue`, `unhandled`) stay those of the story's own day, and labels
    and assignees, of which a plan tells no history."""
    return replace(
        plan,
        first_sync=at,
        story_now=at,
        projects=[_project(project, at) for project in plan.projects if project.created_at <= at],
        tickets=[_ticket(ticket, at) for ticket in plan.tickets if ticket.received_at <= at],
        surveys=[_survey(survey, at) for survey in plan.surveys if survey.received_at <= at],
        deals=[_deal(deal, at) for deal in plan.deals],
        closures=[one for one in plan.closures if one.told_at <= at],
    )


def _project(project: ProjectPlan, at: datetime) -> ProjectPlan:
    return replace(
        project,
        items=[_item(item, at) for item in project.items if item.created_at <= at],
        milestones=[
            replace(one, status="todo", released_on=None) if one.released_on and one.released_on > at.date() else one
            for one in project.milestones
        ],
    )


def _item(item: ItemPlan, at: datetime) -> ItemPlan:
    if item.updated_at is not None and item.updated_at <= at:
        return item
    changes = tuple(change for change in item.status_changes if change.at <= at)
    ahead = item.status_changes[len(changes) :]
    said = tuple(message for message in item.messages if message.at <= at)
    moves = tuple(move for move in item.moves if move.at <= at)
    happened = [change.at for change in changes] + [message.at for message in said] + [move.at for move in moves]
    return replace(
        item,
        status=ahead[0].old if ahead else item.status,
        done_at=item.done_at if item.done_at and item.done_at <= at else None,
        due=next((move.old for move in item.moves if move.at > at), item.due),
        updated_at=max(happened, default=item.created_at),
        status_changes=changes,
        messages=said,
        moves=moves,
    )


def _ticket(ticket: TicketPlan, at: datetime) -> TicketPlan:
    said = tuple(message for message in ticket.messages if message.at <= at)
    if said == ticket.messages and (ticket.closed_at is None or ticket.closed_at <= at):
        return ticket
    return replace(ticket, status="waiting_on_us" if len(said) > 1 else "new", closed_at=None, messages=said)


def _survey(survey: SurveyPlan, at: datetime) -> SurveyPlan:
    return replace(survey, messages=tuple(message for message in survey.messages if message.at <= at))


def _deal(deal: DealPlan, at: datetime) -> DealPlan:
    moves = tuple(move for move in deal.moves if move.at <= at)
    closes = next((move.old for move in deal.moves if move.at > at), deal.close_on)
    return replace(deal, close_on=closes if isinstance(closes, date) else deal.close_on, moves=moves)
