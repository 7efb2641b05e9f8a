"""The plan of the demo firm holds what the product's documents promise of it."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest

from sandbox import truth
from sandbox.lantern_quay import lantern_quay
from sandbox.lantern_quay.office import HONG_KONG, HONG_KONG_TIME, SHENZHEN, Office, at, day
from sandbox.plan import ItemPlan, MilestonePlan, Plan, ProjectPlan, TicketPlan

HONG_KONG_HOURS = ((time(9), time(13)), (time(14), time(18)))
SHENZHEN_HOURS = ((time(9), time(12)), (time(13), time(18)))


@pytest.fixture(scope="module")
def plan() -> Plan:
    """One plan for all tests, which only read it."""
    return lantern_quay()


def items(plan: Plan) -> Iterator[tuple[ProjectPlan, ItemPlan]]:
    """Every item beside its project."""
    return ((project, item) for project in plan.projects for item in project.items)


def last_client_message(plan: Plan, ticket: TicketPlan) -> datetime | None:
    """The oldest client message that nobody of the staff has answered since."""
    contacts = {contact.id for contact in plan.contacts}
    waiting: datetime | None = None
    for message in ticket.messages:
        waiting = (waiting or message.at) if message.author in contacts else None
    return waiting


def working_hours(office: Office, hours: tuple[tuple[time, time], ...], start: datetime, end: datetime) -> float:
    """Hours of work between two instants, counted span by span."""
    total = timedelta()
    for one in office.days(start.date(), end.date()):
        for opens, closes in hours:
            first = max(start, datetime.combine(one, opens, HONG_KONG_TIME))
            last = min(end, datetime.combine(one, closes, HONG_KONG_TIME))
            total += max(last - first, timedelta())
    return total / timedelta(hours=1)


def working_days_late(office: Office, due: date, today: date) -> int:
    """Working days after `due`, up to and with `today`."""
    return len(office.days(due + timedelta(days=1), today))


def test_the_plan_is_the_same_every_time() -> None:
    """Counts, screenshots and messages must not depend on the day or the run."""
    assert lantern_quay() == lantern_quay()


def test_it_holds_the_promised_totals(plan: Plan) -> None:
    """The totals that the documents give, and that `summary.json` compares with the database."""
    assert truth.seeded(plan) == {
        "projects": 12,
        "work_items": 400,
        "milestones": 40,
        "overdue_milestones": 6,
        "feedback": 60,
        "unhandled_feedback": 3,
        "people": 20,
        "clients": 6,
        "contacts": 24,
        "deals": 9,
    }
    assert len(plan.companies) == 7


@pytest.mark.parametrize(
    ("vendor", "key", "milestones", "count"),
    [
        ("jira", "NFA", 5, 60),
        ("jira", "KYC", 3, 40),
        ("jira", "SBW", 4, 45),
        ("jira", "EDI", 3, 30),
        ("jira", "STO", 4, 35),
        ("trello", "POS", 4, 35),
        ("trello", "DONOR", 3, 25),
        ("trello", "WIFI", 2, 20),
        ("asana", "POINTS", 3, 30),
        ("asana", "FREIGHT", 4, 40),
        ("asana", "PARENTS", 3, 30),
        ("asana", "TENANCY", 2, 10),
    ],
)
def test_each_project_has_its_share(plan: Plan, vendor: str, key: str, milestones: int, count: int) -> None:
    """The table of projects, line by line."""
    project = plan.project(key)

    assert project.vendor == vendor
    assert len(project.items) == count
    assert len(project.milestones) + sum(item.milestone for item in project.items) == milestones


def test_each_client_has_its_share_of_feedback(plan: Plan) -> None:
    """Feedback belongs to the client of the ticket's company, or of the item's project."""
    client_of = {company.id: company.client for company in plan.companies}
    counted = Counter(client_of[ticket.company] for ticket in plan.tickets)
    counted.update(project.client for project, item in items(plan) if item.feedback)

    assert counted == {
        "nine_ferries": 14,
        "paper_kite": 12,
        "slow_boat": 14,
        "warm_kettle": 6,
        "cloud_hill": 8,
        "stacked_tower": 6,
    }


def test_exactly_these_milestones_are_overdue(plan: Plan) -> None:
    """Six, by name; a hub that finds a seventh is wrong."""
    assert truth.overdue_milestones(plan) == sorted(
        ["UAT sign-off", "Release 2.1", "門店試點上線", "收據模組驗收", "小程序提审", "積分規則上線"]
    )


def test_a_milestone_is_overdue_where_its_date_has_passed_and_it_is_open(plan: Plan) -> None:
    """The fate that the plan states agrees with the dates that the vendors serve."""
    for milestone in truth.milestones(plan):
        due = milestone.due
        end = due if isinstance(due, datetime) else due and datetime.combine(due, time.max, HONG_KONG_TIME)
        passed = end is not None and end < plan.first_sync

        assert milestone.overdue == (passed and milestone.status in ("todo", "doing")), milestone.name


@pytest.mark.parametrize(
    ("key", "name", "office", "calendar_days", "working_days"),
    [
        ("NFA", "UAT sign-off", HONG_KONG, 8, 6),
        ("STO", "Release 2.1", HONG_KONG, 11, 7),
        ("POS", "門店試點上線", HONG_KONG, 4, 2),
        ("DONOR", "收據模組驗收", HONG_KONG, 6, 4),
        ("FREIGHT", "小程序提审", SHENZHEN, 1, 1),
    ],
)
def test_it_is_late_by_the_days_that_the_messages_say(
    plan: Plan, key: str, name: str, office: Office, calendar_days: int, working_days: int
) -> None:
    """The very numbers that the product's documents print."""
    due = next(one.due for one in milestones_of(plan.project(key)) if one.name == name)

    assert due is not None
    assert (plan.story_now.date() - due_day(due)).days == calendar_days
    assert working_days_late(office, due_day(due), plan.story_now.date()) == working_days


def milestones_of(project: ProjectPlan) -> list[ItemPlan | MilestonePlan]:
    """The milestones of one project."""
    return [*project.milestones, *(item for item in project.items if item.milestone)]


def due_day(due: date | datetime) -> date:
    """The day of a due date, whichever way it is said."""
    return due.date() if isinstance(due, datetime) else due


def test_the_points_go_live_half_an_hour_before_the_story_begins(plan: Plan) -> None:
    """The one deadline that is an instant."""
    assert plan.item("POINTS", "積分規則上線").due == at("2026-11-24 08:30")


def test_uat_sign_off_was_moved_twice_and_four_of_its_items_are_open(plan: Plan) -> None:
    """What Marco's message says of it."""
    uat = plan.item("NFA", "UAT sign-off")
    children = [item for item in plan.project("NFA").items if item.of == uat.number]

    assert [(move.old, move.new) for move in uat.moves] == [
        (day("2026-10-30"), day("2026-11-06")),
        (day("2026-11-06"), day("2026-11-16")),
    ]
    assert (uat.moves[-1].by, uat.moves[-1].at.date()) == ("raymond", day("2026-11-05"))
    assert len(children) == 31
    assert [item.assignee for item in children if item.status != "done"] == ["raymond"] * 4


def test_the_warehouse_will_not_pass_its_test_in_time(plan: Plan) -> None:
    """18 open, 9 closed in the last 20 working days: 40 needed, 13 left."""
    sit = plan.item("SBW", "仓储 SIT")
    children = [item for item in plan.project("SBW").items if item.of == sit.number]
    today = plan.story_now.date()
    window = SHENZHEN.days(day("2026-10-28"), today)[-20:]
    done = [item.done_at for item in children if item.done_at]

    assert sum(item.status != "done" for item in children) == 18
    assert len(done) == 9
    assert all(window[0] <= instant.date() for instant in done)
    assert len(window) == 20
    assert sit.due == day("2026-12-11")
    assert len(SHENZHEN.days(today + timedelta(days=1), day("2026-12-11"))) == 13


def test_exactly_these_clients_wait_too_long(plan: Plan) -> None:
    """Three, by subject."""
    assert truth.unhandled_feedback(plan) == sorted(
        ["收據列印太慢，門店排隊", "导入运单报错，仓库停了半天", "Club house booking shows the wrong month"]
    )


@pytest.mark.parametrize(
    ("subject", "office", "hours", "waited"),
    [
        ("收據列印太慢，門店排隊", HONG_KONG, HONG_KONG_HOURS, 9.5),
        ("导入运单报错，仓库停了半天", SHENZHEN, SHENZHEN_HOURS, 6.0),
        ("Club house booking shows the wrong month", HONG_KONG, HONG_KONG_HOURS, 15.0),
        ("試用家長收不到啟用短訊", HONG_KONG, HONG_KONG_HOURS, 2.5),
    ],
)
def test_they_wait_for_the_hours_that_the_messages_say(
    plan: Plan, subject: str, office: Office, hours: tuple[tuple[time, time], ...], waited: float
) -> None:
    """The very numbers that the product's documents print."""
    since = last_client_message(plan, plan.ticket(subject))

    assert since is not None
    assert working_hours(office, hours, since, plan.story_now) == waited


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


def test_an_answered_ticket_may_stay_open(plan: Plan) -> None:
    """Cloud Hill was told "收到，跟進中" on 9 November, eleven working days ago, and nothing since."""
    ticket = plan.ticket("通告未能依班別發送")

    assert (ticket.status, ticket.messages[-1].text) == ("waiting_on_us", "收到，跟進中")
    assert working_days_late(HONG_KONG, ticket.received_at.date(), plan.story_now.date()) == 11


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
    numbers += [item.number for _, item in items(plan)] + [ticket.number for ticket in plan.tickets]
    numbers += [message.number for ticket in plan.tickets for message in ticket.messages]
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


def test_everybody_works_somewhere(plan: Plan) -> None:
    """A member of staff without a trace in any tool could not be found by the hub."""
    assert all(person.vendors for person in plan.staff)


def promised_and_done(milestone: ItemPlan | MilestonePlan) -> tuple[date, date | None] | None:
    """The day first promised to the client and the day it was done; None: no promise to a client."""
    if isinstance(milestone, MilestonePlan):
        return (milestone.due, milestone.released_on) if milestone.due else None
    first = milestone.moves[0].old if milestone.moves else milestone.due
    if first is None or milestone.kind == "epic":
        return None
    return due_day(first), milestone.done_at.date() if milestone.done_at else None


@pytest.mark.parametrize(("first", "last"), [("2026-08-01", "2026-10-31"), ("2026-08-21", "2026-11-19")])
def test_nine_of_twelve_promises_were_kept_in_three_months(plan: Plan, first: str, last: str) -> None:
    """By calendar months as well as by the three months to the Friday report of 20 November."""
    promises = [pair for pair in map(promised_and_done, truth.milestones(plan)) if pair]
    inside = [(promised, done) for promised, done in promises if day(first) <= promised <= day(last)]

    assert len(inside) == 12
    assert sum(done is not None and done <= promised for promised, done in inside) == 9
