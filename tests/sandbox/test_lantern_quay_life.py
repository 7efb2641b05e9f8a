"""The year of the demo firm could have happened: nobody acts before the cause, without an account, or on a holiday."""

from datetime import datetime, time

import pytest

from sandbox import truth
from sandbox.lantern_quay import lantern_quay
from sandbox.lantern_quay.office import HONG_KONG, HONG_KONG_TIME, SHENZHEN
from sandbox.plan import Plan
from tests.sandbox.reading import items, last_client_message


@pytest.fixture(scope="module")
def plan() -> Plan:
    """One plan for all tests, which only read it."""
    return lantern_quay()


def test_the_plan_is_the_same_every_time() -> None:
    """Counts, screenshots and messages must not depend on the day or the run."""
    assert lantern_quay() == lantern_quay()


def test_a_milestone_is_overdue_where_its_date_has_passed_and_it_is_open(plan: Plan) -> None:
    """The fate that the plan states agrees with the dates that the vendors serve."""
    for milestone in truth.milestones(plan):
        due = milestone.due
        end = due if isinstance(due, datetime) else due and datetime.combine(due, time.max, HONG_KONG_TIME)
        passed = end is not None and end < plan.first_sync

        assert milestone.overdue == (passed and milestone.status in ("todo", "doing")), milestone.name


def test_every_other_ticket_is_answered_or_closed(plan: Plan) -> None:
    """So that a correct hub finds the three and no other."""
    waiting = {
        ticket.subject for ticket in plan.tickets if ticket.status != "closed" and last_client_message(plan, ticket)
    }

    assert waiting - set(truth.unhandled_feedback(plan)) == {"試用家長收不到啟用短訊"}


def test_every_labelled_item_is_answered_or_done(plan: Plan) -> None:
    """An open one has been answered by the team after the client last wrote."""
    staff = {person.id for person in plan.staff}
    for _, item in items(plan):
        if item.feedback and item.status != "done":
            assert item.messages, item.name
            assert item.messages[-1].author in staff, item.name


def test_a_closed_ticket_was_answered_before_it_was_closed(plan: Plan) -> None:
    """Nobody closes what they have not answered."""
    for ticket in plan.tickets:
        assert (ticket.closed_at is not None) == (ticket.status == "closed"), ticket.subject
        if ticket.closed_at:
            assert last_client_message(plan, ticket) is None, ticket.subject
            assert ticket.messages[-1].at < ticket.closed_at < plan.first_sync, ticket.subject


def test_no_client_writes_after_an_item_was_set_done(plan: Plan) -> None:
    """Even a thank-you behind its end is a message that nobody answers: the feedback would wait again."""
    contacts = {contact.id for contact in plan.contacts}
    for _, item in items(plan):
        if item.feedback and item.done_at:
            assert all(one.at < item.done_at for one in item.messages if one.author in contacts), item.name


def test_nothing_happens_out_of_order_or_after_the_first_sync(plan: Plan) -> None:
    """A history runs forward: made, moved, begun, spoken of, done."""
    for project, item in items(plan):
        happened = [change.at for change in item.status_changes]
        spoken = [message.at for message in item.messages]

        assert project.created_at < item.created_at, item.name
        assert happened == sorted(happened), item.name
        assert spoken == sorted(spoken), item.name
        assert all(item.created_at < one < plan.first_sync for one in happened + spoken), item.name
        assert (item.done_at is not None) == (item.status == "done"), item.name
        assert item.updated_at is not None
        assert item.updated_at < plan.first_sync, item.name


def test_moves_of_a_date_join_up(plan: Plan) -> None:
    """Each move starts where the one before ended, and the last ends at the present date."""
    for _, item in items(plan):
        for one, following in zip(item.moves, item.moves[1:], strict=False):
            assert one.new == following.old, item.name
        if item.moves:
            assert item.moves[-1].new == item.due, item.name


def test_all_numbers_are_unique(plan: Plan) -> None:
    """The vendors' apps make their ids from them."""
    numbers = [person.number for person in plan.staff] + [contact.number for contact in plan.contacts]
    numbers += [company.number for company in plan.companies] + [deal.number for deal in plan.deals]
    numbers += [project.number for project in plan.projects]
    numbers += [milestone.number for project in plan.projects for milestone in project.milestones]
    numbers += [item.number for _, item in items(plan)] + [one.number for one in truth.crm_feedback(plan)]
    numbers += [message.number for one in truth.crm_feedback(plan) for message in one.messages]
    numbers += [message.number for _, item in items(plan) for message in item.messages]

    assert len(numbers) == len(set(numbers))


def test_everybody_who_acts_in_a_tool_has_an_account_there(plan: Plan) -> None:
    """An author that the tool does not know could not have written."""
    tools = {person.id: person.vendors for person in plan.staff}
    tools |= {contact.id: contact.vendors for contact in plan.contacts}
    for project, item in items(plan):
        actors = {item.assignee, item.reporter} - {None}
        actors |= {message.author for message in item.messages} | {move.by for move in item.moves}
        actors |= {change.by for change in item.status_changes}
        for actor in actors:
            assert actor is not None
            assert project.vendor in tools[actor], (item.name, actor)
    for project in plan.projects:
        assert all(project.vendor in tools[member] for member in (*project.members, project.owner)), project.key


def test_only_owners_of_the_crm_answer_its_tickets(plan: Plan) -> None:
    """A reply in the CRM comes from one of its users."""
    owners = {person.id for person in plan.staff if "hubspot" in person.vendors}
    contacts = {contact.id for contact in plan.contacts}
    for ticket in plan.tickets:
        assert {message.author for message in ticket.messages} <= owners | contacts, ticket.subject
        assert ticket.owner is None or ticket.owner in owners, ticket.subject
        assert ticket.contact == ticket.messages[0].author, ticket.subject
    for survey in plan.surveys:
        assert survey.contact in contacts, survey.subject
        assert {message.author for message in survey.messages} <= owners, survey.subject


def test_everybody_works_somewhere(plan: Plan) -> None:
    """A member of staff without a trace in any tool could not be found by the hub."""
    assert all(person.vendors for person in plan.staff)


def test_people_work_on_the_working_days_of_their_office(plan: Plan) -> None:
    """Holidays, the typhoon and make-up days show in the history; one urgent ticket came on a Saturday night."""
    staff = {person.id for person in plan.staff}
    for project, item in items(plan):
        office = SHENZHEN if project.client == "slow_boat" else HONG_KONG
        acts = [message.at for message in item.messages if message.author in staff]
        acts += [change.at for change in item.status_changes] + [move.at for move in item.moves]
        assert all(office.works_on(one.date()) for one in acts), (item.name, acts)
    for survey in plan.surveys:
        office = SHENZHEN if survey.company == "slow_boat" else HONG_KONG
        assert all(office.works_on(message.at.date()) for message in survey.messages), survey.subject
    for ticket in plan.tickets:
        office = SHENZHEN if ticket.company == "slow_boat" else HONG_KONG
        acts = [message.at for message in ticket.messages if message.author in staff]
        assert ticket.priority == "URGENT" or all(office.works_on(one.date()) for one in acts), ticket.subject
