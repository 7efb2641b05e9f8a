"""The plan of the demo firm holds the facts and figures that the product's documents promise of it."""

from collections import Counter
from datetime import date, time, timedelta

import pytest

from sandbox import truth
from sandbox.lantern_quay import lantern_quay
from sandbox.lantern_quay.office import HONG_KONG, SHENZHEN, Office, at, day
from sandbox.plan import ItemPlan, MilestonePlan, Plan
from tests.sandbox.reading import due_day, items, last_client_message, milestones_of, working_days_late, working_hours

HONG_KONG_HOURS = ((time(9), time(13)), (time(14), time(18)))
SHENZHEN_HOURS = ((time(9), time(12)), (time(13), time(18)))


@pytest.fixture(scope="module")
def plan() -> Plan:
    """One plan for all tests, which only read it."""
    return lantern_quay()


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
    """Feedback belongs to the client of the company that gave it, or of the item's project."""
    client_of = {company.id: company.client for company in plan.companies}
    counted = Counter(client_of[one.company] for one in truth.crm_feedback(plan))
    counted.update(project.client for project, item in items(plan) if item.feedback)

    assert counted == {
        "heron": 14,
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


def test_a_teacher_was_content_with_little_and_was_spoken_to(plan: Plan) -> None:
    """Two stars of five on 12 November, answered the next day: so that nobody waits for an answer today."""
    [survey] = [one for one in plan.surveys if one.contact == "ch_reed"]

    assert (survey.kind, survey.value, survey.received_at) == ("CSAT", "2", at("2026-11-12 16:20"))
    assert survey.messages[0].at == at("2026-11-13 09:50")


def test_an_answered_ticket_may_stay_open(plan: Plan) -> None:
    """Cloud Hill was told "收到，跟進中" on 9 November, eleven working days ago, and nothing since."""
    ticket = plan.ticket("通告未能依班別發送")

    assert (ticket.status, ticket.messages[-1].text) == ("waiting_on_us", "收到，跟進中")
    assert working_days_late(HONG_KONG, ticket.received_at.date(), plan.story_now.date()) == 11


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


def test_the_urgent_ticket_was_answered_within_half_an_hour(plan: Plan) -> None:
    """Saturday 21 November, 22:40: a stranger's name in a push notice."""
    (urgent,) = [ticket for ticket in plan.tickets if ticket.priority == "URGENT"]

    assert [message.at for message in urgent.messages[:2]] == [at("2026-11-21 22:40"), at("2026-11-21 23:02")]


def test_two_of_one_name_in_two_scripts_share_no_evidence(plan: Plan) -> None:
    """The hub may suggest that they are one; nothing that a tool shows may decide it."""
    jira, asana = plan.person("chan_kayan"), plan.person("chen_jiaxin")

    assert (jira.name, asana.name) == ("陳嘉欣", "陈嘉欣")
    assert not jira.vendors & asana.vendors
    assert "jira" in jira.email_hidden_in
    assert jira.email != asana.email
    assert not {jira.id, asana.id} & {person.id for person, _ in plan.configured_people()}
    assigned = {item.assignee for _, item in items(plan)}
    assert {jira.id, asana.id} <= assigned


def test_the_config_names_every_account_whose_mail_is_hidden(plan: Plan) -> None:
    """Trello hides all of them, Jira some; without the config these accounts would be strangers."""
    named = {person.id: hidden for person, hidden in plan.configured_people()}

    assert named["leung"] == ["jira", "trello"]
    assert all("trello" in named[person.id] for person in plan.staff if "trello" in person.vendors)
    assert named["marco"] == []


def test_each_client_has_one_company_and_the_twin_has_none(plan: Plan) -> None:
    """The twin's name is nearly the same, its domain is not: it may be suggested, never linked."""
    assert [len(plan.companies_of(client.id)) for client in plan.clients] == [1] * 6
    (twin,) = [company for company in plan.companies if company.client is None]
    client_domains = {domain for client in plan.clients for domain in client.domains}

    assert twin.name == "Paper Kite Stores (HK) Ltd"
    assert not client_domains & set(twin.domains)


def test_a_contact_who_moved_leaves_her_old_tickets_behind(plan: Plan) -> None:
    """Yuen Ka Wai wrote for Paper Kite until June and writes for Stacked Tower now."""
    written = [(ticket.received_at < at("2026-06-01 00:00"), ticket.company) for ticket in plan.tickets]
    hers = [pair for pair, ticket in zip(written, plan.tickets, strict=True) if ticket.contact == "pk_yuen"]

    assert sorted(hers) == [(False, "stacked_tower"), (True, "paper_kite"), (True, "paper_kite")]
    assert next(contact.company for contact in plan.contacts if contact.id == "pk_yuen") == "stacked_tower"


def test_warm_kettle_was_last_in_touch_on_26_october(plan: Plan) -> None:
    """Four weeks of silence, in either direction."""
    said = [message.at for ticket in plan.tickets if ticket.company == "warm_kettle" for message in ticket.messages]

    assert max(said).date() == day("2026-10-26")


def test_a_date_that_no_calendar_holds_is_served_as_it_is(plan: Plan) -> None:
    """One card carries a due date in the year 51502, and one stands in a list of an unusual name."""
    assert plan.item("POS", "舊收銀機回收").odd == {"due": "+051502-03-14T04:00:00.000Z"}
    assert plan.item("POS", "門店網絡備援方案").status_name == "待客戶回覆"


def test_one_milestone_has_neither_date_nor_owner(plan: Plan) -> None:
    """Block C of a project that no client is said to own."""
    block = plan.item("WIFI", "Block C live")

    assert (block.milestone, block.due, block.assignee, plan.project("WIFI").client) == (True, None, None, None)
