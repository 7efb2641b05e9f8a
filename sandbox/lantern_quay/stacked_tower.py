"""Stacked Tower Estates 疊樓物業: a release that is late, and a tenant who wrote again; a migration that went well."""

from collections.abc import Iterator

from sandbox.lantern_quay.items import ProjectWriter
from sandbox.lantern_quay.office import HONG_KONG, at, day
from sandbox.lantern_quay.tickets import Routine, TicketWriter
from sandbox.lantern_quay.writing import Chapter, Said, moved
from sandbox.plan import ClientPlan, CompanyPlan, ContactPlan, DealPlan, ProjectPlan

COMPANY = "stacked_tower"

# One argument a line would bury the story.
# fmt: off


def chapter(numbers: Iterator[int]) -> Chapter:
    """Its people, two projects, six pieces of feedback (three of them survey answers) and one deal."""
    client = ClientPlan(
        "stacked_tower",
        {"en": "Stacked Tower Estates", "zh-Hant-HK": "疊樓物業", "zh-Hans-CN": "叠楼物业"},
        ("stackedtower.example",), "marco", tier="silver", report_day=4,
    )
    company = CompanyPlan(COMPANY, "Stacked Tower Estates", client.domains, client.id, "marco", next(numbers))
    written = Chapter(client, [company], _contacts(numbers))
    written.projects = [_owners_portal(numbers), _tenancy(numbers)]
    _tickets(TicketWriter(written, numbers, HONG_KONG))
    written.deals = [
        DealPlan(
            next(numbers), "Owners' portal phase 2", COMPANY, "marco", "contractsent", "740000", "HKD",
            day("2026-11-30"), "st_derek", "STO", (moved("2026-10-14 11:20", "marco", "2026-10-30", "2026-11-30"),),
        ),
    ]
    return written


def _contacts(numbers: Iterator[int]) -> list[ContactPlan]:
    return [
        ContactPlan(
            "st_derek", "Derek Szeto 司徒德", "derek.szeto@stackedtower.example", COMPANY, "Property Manager",
            number=next(numbers),
        ),
        ContactPlan(
            "st_meera", "Meera Kapadia", "meera.kapadia@stackedtower.example", COMPANY, "Tenant Services",
            number=next(numbers),
        ),
        # She wrote for Paper Kite until June: her tickets of that time stay with that company.
        ContactPlan(
            "pk_yuen", "Yuen Ka Wai 阮嘉慧", "kawai.yuen@stackedtower.example", COMPANY, "Operations",
            number=next(numbers),
        ),
    ]


def _owners_portal(numbers: Iterator[int]) -> ProjectPlan:
    project = ProjectPlan(
        next(numbers), "jira", "STO", "Owners' portal", "stacked_tower", "priya", at("2025-12-08 10:00"),
        description="Bills, bookings and notices for the owners of nine estates.",
    )
    pen = ProjectWriter(project, numbers, HONG_KONG, "en", ("arjun", "ngkaho", "chan_kayan"))
    first = pen.version("Release 1.0", "2026-04-30", released="2026-04-30")
    second = pen.version("Release 2.0", "2026-09-30", released="2026-09-30")
    pen.averted(
        "Owners' meetings overload the booking page", (3, 3), "mitigate", "2026-08-10 10:25", "2026-09-04",
        "2026-09-02 16:15", of=second,
    )
    pen.averted(
        "The bank ends cheque clearing for small accounts", (2, 4), "avoid", "2026-09-07 11:30", "2026-10-16",
        "2026-10-15 15:10", of=second,
    )
    late = pen.version("Release 2.1", "2026-11-13", overdue=True)
    pen.finished(FIRST_RELEASE, "2025-12-09", "2026-04-29", of=first, kind="story")
    pen.finished(SECOND_RELEASE, "2026-05-04", "2026-09-29", of=second, kind="story")
    pen.finished(LATE_DONE, "2026-10-05", "2026-11-18", of=late, kind="story")
    pen.open(LATE_OPEN, "2026-10-12", "2026-11-12", of=late, kind="story", assignee="priya")
    owners = pen.item(
        "Owner onboarding", "doing", "2026-10-05 10:10", kind="epic", milestone=True, assignee="priya",
        due="2026-12-22", started="2026-10-13 11:15",
    )
    pen.finished(ONBOARDING_DONE, "2026-10-13", "2026-11-13", of=owners.number)
    pen.open(ONBOARDING_OPEN, "2026-10-27", "2026-11-17", of=owners.number, due="2026-12-07")
    pen.finished(UPKEEP, "2026-07-06", "2026-10-30")
    pen.item(
        "Owners of Block 7 see the bills of Block 1", "done", "2026-10-20 10:05", kind="bug", by="priya",
        assignee="ngkaho", started="2026-10-20 11:30", done="2026-10-23 15:40", of=late,
        said=(Said("2026-10-20 11:15", "priya", "Bills of Block 7 are hidden until the numbering is mended."),),
    )
    return project


def _tenancy(numbers: Iterator[int]) -> ProjectPlan:
    team = ("lamhoyin", "priya", "leung")
    project = ProjectPlan(
        next(numbers), "asana", "TENANCY", "Tenancy migration", "stacked_tower", "kitty", at("2026-06-01 10:00"),
        description="Tenancy records from the old system.", closed=True, members=("kitty", *team),
    )
    pen = ProjectWriter(project, numbers, HONG_KONG, "en", team)
    pen.delivery("2026-08-28", done="2026-08-28")
    pen.item(
        "Migrated records accepted", "done", "2026-06-02 10:15", milestone=True, assignee="priya", due="2026-08-14",
        started="2026-08-03 11:10", done="2026-08-13 16:25", labels=("Accepted",),
    )
    pen.finished(MIGRATION, "2026-06-02", "2026-08-28")
    return project


def _tickets(pen: TicketWriter) -> None:
    pen.routine(TICKETS)
    pen.survey("CES", "How easy was it to work with us?", "7", "2026-07-15 14:30", "st_derek")
    pen.survey("CES", "How easy was it to work with us?", "7", "2026-07-16 10:05", "st_meera")
    pen.survey(
        "CES", "How easy was it to work with us?", "3", "2026-07-16 15:20", "pk_yuen",
        "The caretakers' accounts took three weeks.",
        said=(
            Said("2026-07-17 10:40", "marco", "I am sorry; new caretakers get theirs in two days now.", "email"),
        ),
    )
    pen.told(
        "Club house booking shows the wrong month",
        (
            Said("2026-11-18 15:20", "st_meera", "The booking calendar opens on December for all owners.", "email"),
            Said("2026-11-19 10:35", "marco", "A fix went out this morning, please reload the page.", "email"),
            Said("2026-11-20 10:00", "st_meera", "Still the same on my phone and on two others.", "email"),
        ),
        "waiting_on_us", owner=None, unhandled=True,
    )
    pen.told(
        "October progress report",
        (
            Said("2026-11-10 11:05", "st_derek", "We have not received the report for October.", "email"),
            Said("2026-11-10 12:15", "marco", "Kitty is finishing it; I will send it to you this month.", "email"),
        ),
        "waiting_on_us", owner="marco",
    )


TICKETS = (
    Routine(
        "2026-09-16 11:10", "pk_yuen", "marco", "Training for the new caretakers", "Five caretakers start in October.",
        "A session on 6 October at 14:30 is free; shall I book it?",
    ),
)

FIRST_RELEASE = """
Kick-off and estate list
Owner sign-in with one-time code
Bills and payment status
Online payment
Notices by estate
Caretaker's daily log
Complaint form with photographs
Traditional Chinese texts 繁體文案
Pilot at Estate 3
"""

SECOND_RELEASE = """
Club house booking
Parking permits
Visitor registration
Minutes of owners' meetings
Payment reminders
Cashier page for cheques
Export to the accounting system
"""

LATE_DONE = """
Booking cancelled by the office
Deposit for the function room
Waiting list
Booking rules per estate
"""

LATE_OPEN = """
Refund of deposits
Booking calendar by month
Booking by proxy
"""

ONBOARDING_DONE = """
Letter to owners
Activation codes for Estate 5
"""

ONBOARDING_OPEN = """
Help desk hours
Activation codes for Estates 6 to 9
Video for elderly owners
"""

UPKEEP = """
Renew certificates
Upgrade the database
Restore test
"""

MIGRATION = """
Inventory of the old tables
Field mapping
Trial run with Estate 1
Clean duplicate tenants
Trial run with all estates
Sign-off of the trial
Cut-over weekend
Read-only copy of the old system
Hand-over notes
"""
