"""What is true of a plan, told from its fates: no calendar is asked and no payload is read."""

from sandbox.plan import ItemPlan, MilestonePlan, Plan, SurveyPlan, TicketPlan


def milestones(plan: Plan) -> list[ItemPlan | MilestonePlan]:
    """Every milestone: versions, delivery dates, and the items that are one themselves."""
    return [
        *(milestone for project in plan.projects for milestone in project.milestones),
        *(item for project in plan.projects for item in project.items if item.milestone),
    ]


def crm_feedback(plan: Plan) -> list[TicketPlan | SurveyPlan]:
    """What of it is in the CRM."""
    return [*plan.tickets, *plan.surveys]


def feedback(plan: Plan) -> list[TicketPlan | SurveyPlan | ItemPlan]:
    """Every piece of feedback: tickets, answers to surveys, and the items that carry a feedback label."""
    items = (item for project in plan.projects for item in project.items if item.feedback)
    return [*crm_feedback(plan), *items]


def overdue_milestones(plan: Plan) -> list[str]:
    """The names of those whose promise has passed on the story date, sorted."""
    return sorted(milestone.name for milestone in milestones(plan) if milestone.overdue)


def unhandled_feedback(plan: Plan) -> list[str]:
    """The subjects of what waits longer than its limit on the story date, sorted."""
    return sorted(one.name if isinstance(one, ItemPlan) else one.subject for one in feedback(plan) if one.unhandled)


def seeded(plan: Plan) -> dict[str, int]:
    """How many of everything the hub must find in its database after the first round."""
    return {
        "projects": len(plan.projects),
        "work_items": sum(len(project.items) for project in plan.projects),
        "milestones": len(milestones(plan)),
        "overdue_milestones": len(overdue_milestones(plan)),
        "feedback": len(feedback(plan)),
        "unhandled_feedback": len(unhandled_feedback(plan)),
        "people": len(plan.staff),
        "clients": len(plan.clients),
        "contacts": len(plan.contacts),
        "deals": len(plan.deals),
    }
