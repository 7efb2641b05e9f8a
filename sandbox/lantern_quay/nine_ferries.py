"""Bank of Nine Ferries 九渡銀行: a mobile app whose UAT drags on, and an e-KYC project that recovered."""

from collections.abc import Iterator

from sandbox.lantern_quay.items import ProjectWriter
from sandbox.lantern_quay.office import HONG_KONG, at, day
from sandbox.lantern_quay.tickets import Routine, TicketWriter
from sandbox.lantern_quay.writing import Chapter, Said, moved
from sandbox.plan import ClientPlan, CompanyPlan, ContactPlan, DealPlan, ProjectPlan, Vendor

COMPANY = "nine_ferries"
CLIENT = "heron"

# One argument a line would bury the story.
# fmt: off


def chapter(numbers: Iterator[int]) -> Chapter:
    """Its people, two projects, fourteen pieces of feedback (three of them items) and two deals."""
    client = ClientPlan(
        CLIENT,
        {"en": "Bank of Nine Ferries", "zh-Hant-HK": "九渡銀行", "zh-Hans-CN": "九渡银行"},
        ("nineferries.example",),
        "marco",
        confidential=True, code="HERON", tier="gold", cadence="weekly", cadence_by="meeting",
    )
    company = CompanyPlan(COMPANY, "Bank of Nine Ferries", client.domains, client.id, "marco", next(numbers))
    written = Chapter(client, [company], _contacts(numbers))
    written.projects = [_mobile_app(numbers), _e_kyc(numbers)]
    _tickets(TicketWriter(written, numbers, HONG_KONG))
    written.deals = [
        DealPlan(
            next(numbers), "Mobile app revamp", COMPANY, "marco", "closedwon", "4200000", "HKD", day("2025-12-03"),
            "nf_olivia", "NFA",
        ),
        DealPlan(
            next(numbers), "e-KYC second phase", COMPANY, "marco", "contractsent", "1850000", "HKD", day("2026-12-31"),
            "nf_vincent", "KYC",
        ),
    ]
    return written


def _contacts(numbers: Iterator[int]) -> list[ContactPlan]:
    portal: frozenset[Vendor] = frozenset({"jira"})
    return [
        ContactPlan(
            "nf_olivia", "Olivia Kwan 關凱琳", "olivia.kwan@nineferries.example", COMPANY, "Head of Digital",
            number=next(numbers),
        ),
        ContactPlan(
            "nf_vincent", "Vincent Tong 湯永康", "vincent.tong@nineferries.example", COMPANY, "Product Owner",
            portal, next(numbers),
        ),
        ContactPlan(
            "nf_hoiyan", "Shum Hoi Yan 岑凱欣", "hoiyan.shum@nineferries.example", COMPANY, "UAT Lead",
            portal, next(numbers),
        ),
        ContactPlan(
            "nf_graham", "Graham Pike", "graham.pike@nineferries.example", COMPANY, "IT Security", number=next(numbers)
        ),
        ContactPlan(
            "nf_elsie", "Elsie Mak 麥靜儀", "elsie.mak@nineferries.example", COMPANY, "Branch Operations",
            number=next(numbers),
        ),
    ]


def _mobile_app(numbers: Iterator[int]) -> ProjectPlan:
    project = ProjectPlan(
        next(numbers), "jira", "NFA", "Mobile app revamp", CLIENT, "raymond", at("2025-12-01 10:00"),
        description="New mobile app of the bank: accounts, payments, notices.",
    )
    pen = ProjectWriter(project, numbers, HONG_KONG, "en", ("leung", "chan_kayan", "ngkaho", "arjun", "cheungmeiyan"))
    accounts = pen.version("R1 Accounts and balances", "2026-03-27", released="2026-03-27")
    payments = pen.version("R2 Payments and FPS", "2026-08-28", released="2026-08-28")
    live = pen.version("Go-live", "2026-12-18")
    pen.finished(ACCOUNTS, "2025-12-02", "2026-03-25", of=accounts, kind="story")
    pen.finished(PAYMENTS, "2026-04-08", "2026-08-27", of=payments, kind="story")
    push = pen.item(
        "Push notifications", "done", "2026-06-22 10:10", kind="epic", milestone=True, assignee="raymond",
        due="2026-09-18", started="2026-07-06 11:00", done="2026-09-16 16:20",
    )
    pen.finished(PUSH, "2026-07-06", "2026-09-16", of=push.number)
    uat = pen.item(
        "UAT sign-off", "doing", "2026-07-13 10:30", kind="milestone", milestone=True, assignee="raymond",
        due="2026-11-16", started="2026-09-21 09:40", overdue=True,
        description="The bank signs that the app may go live. Promised for 30 October.",
        moves=(
            moved("2026-10-29 17:20", "raymond", "2026-10-30", "2026-11-06"),
            moved("2026-11-05 18:05", "raymond", "2026-11-06", "2026-11-16"),
        ),
        said=(
            Said("2026-10-29 17:25", "raymond", "Core test data arrived two days late; moving sign-off by one week."),
            Said("2026-11-13 11:40", "leung", "27 of 31 scenarios passed. The last four need the December core build."),
        ),
    )
    pen.finished(UAT_PASSED, "2026-09-14", "2026-11-13", of=uat.number)
    pen.open(UAT_OPEN, "2026-09-21", "2026-11-12", of=uat.number, assignee="raymond")
    pen.open(GO_LIVE, "2026-10-12", "2026-11-10", of=live, due="2026-12-10")
    pen.due("Store listing and screenshots", "2026-11-26", estimate=12, spent=3.5, left=8.5)
    pen.item(
        "Core freeze in December leaves no window for fixes", "todo", "2026-11-02 11:15", assignee="raymond",
        labels=("risk", "probability-3", "impact-4"), of=live,
        description="The core is frozen from 14 December. Probability 3, impact 4. No response agreed yet.",
    )
    pen.item(
        "Fingerprint login fails after an update", "done", "2026-08-03 10:05", kind="bug", feedback=True,
        by="nf_hoiyan", assignee="chan_kayan", started="2026-08-04 11:00", done="2026-08-07 16:30", of=payments,
        said=(
            Said("2026-08-03 15:10", "leung", "Seen on two of our phones as well; a fix is on its way."),
            Said("2026-08-07 14:20", "nf_hoiyan", "Works on all branch phones now, thank you."),
        ),
    )
    pen.item(
        "轉賬收據的中文姓名顯示為問號", "doing", "2026-11-17 11:20", kind="bug", feedback=True,
        by="nf_hoiyan", assignee="arjun", started="2026-11-18 11:30",
        said=(
            Said("2026-11-17 14:45", "leung", "已重現：收據範本用了舊字型，今日更換。"),
            Said("2026-11-20 10:30", "nf_hoiyan", "多謝，另有「䶮」字仍顯示為方格。"),
            Said("2026-11-20 12:10", "arjun", "Rare characters come with the next font; on the test build on Tuesday."),
        ),
    )
    return project


def _e_kyc(numbers: Iterator[int]) -> ProjectPlan:
    project = ProjectPlan(
        next(numbers), "jira", "KYC", "e-KYC", CLIENT, "raymond", at("2026-01-12 10:00"),
        description="Opening an account with an identity card and a selfie.",
    )
    pen = ProjectWriter(project, numbers, HONG_KONG, "en", ("ngkaho", "arjun", "cheungmeiyan", "chan_kayan"))
    first = pen.version("e-KYC 1.0", "2026-07-17", released="2026-07-17")
    second = pen.version("e-KYC 1.1", "2026-10-09", released="2026-10-09")
    pen.finished(KYC_FIRST, "2026-01-13", "2026-07-16", of=first, kind="story")
    for title in KYC_ADDED_IN_JULY:
        pen.finished(title, "2026-07-03", "2026-07-31", of=second, kind="story")
    pen.finished(KYC_SECOND, "2026-07-20", "2026-10-08", of=second, kind="story")
    pen.averted(
        "Face match slows down at month end", (3, 4), "mitigate", "2026-07-20 10:20", "2026-08-14", "2026-08-12 16:30",
        of=second,
    )
    pen.averted(
        "Passport chips of one country cannot be read", (2, 4), "avoid", "2026-08-03 11:10", "2026-09-18",
        "2026-09-17 15:20", of=second,
    )
    pen.averted(
        "Images leave Hong Kong in the nightly copy", (2, 5), "transfer", "2026-08-24 10:40", "2026-10-02",
        "2026-10-06 14:50", of=second,
    )
    walk = pen.item(
        "Regulator walkthrough", "doing", "2026-09-07 10:15", kind="milestone", milestone=True, assignee="raymond",
        due="2026-12-04", started="2026-10-12 10:00",
        said=(Said("2026-11-16 15:30", "kitty", "Room and attendees confirmed with the bank for 4 December."),),
    )
    pen.finished(WALK_DONE, "2026-10-12", "2026-11-20", of=walk.number)
    pen.open(WALK_OPEN, "2026-10-26", "2026-11-19", of=walk.number, due="2026-11-30")
    for title in KYC_ADDED_IN_NOVEMBER:
        pen.item(
            title, "todo", "2026-11-10 15:20", by="raymond", assignee="ngkaho", kind="story", of=walk.number,
            labels=("change request",),
        )
    pen.item(
        "Selfie step is refused in bright light", "done", "2026-09-02 14:40", kind="bug", feedback=True,
        by="nf_vincent", assignee="ngkaho", started="2026-09-03 11:10", done="2026-09-11 15:15", of=second,
        said=(Said("2026-09-02 16:20", "ngkaho", "We can see it on the branch tablets; the threshold is too strict."),),
    )
    return project


def _tickets(pen: TicketWriter) -> None:
    pen.routine(TICKETS)
    pen.survey("NPS", "Would you recommend us?", "9", "2026-09-29 17:40", "nf_olivia")
    pen.survey("NPS", "Would you recommend us?", "8", "2026-09-30 09:20", "nf_vincent")
    pen.told(
        "Push notice shows a stranger's name",
        (
            Said(
                "2026-11-21 22:40", "nf_olivia",
                "A customer received a notice with another customer's name. Please call me at once.", "email",
            ),
            Said(
                "2026-11-21 23:02", "marco",
                "Notices are switched off since 22:58. Raymond is looking for the cause; next news by 01:00.", "email",
            ),
            Said("2026-11-22 00:45", "marco", "Told Olivia the cause: a token kept after switching accounts.", "call"),
        ),
        "waiting_on_contact", owner="marco", priority="URGENT",
    )
    pen.told(
        "When may the branches test statements older than seven years?",
        (
            Said("2026-11-18 09:50", "nf_elsie", "Branches ask when the old statements can be tested.", "email"),
            Said(
                "2026-11-18 11:25", "marco", "They need the December core build; I will confirm the day with Raymond.",
                "email",
            ),
        ),
        "waiting_on_us", owner="marco",
    )


TICKETS = (
    Routine(
        "2026-01-15 10:20", "nf_vincent", "marco", "Who signs the design of the login page?",
        "Please tell us who signs for you, and until when you need our remarks.",
        "Raymond signs for us; your remarks by Friday 23 January are early enough.",
    ),
    Routine(
        "2026-02-05 14:30", "nf_graham", "marco", "Security questionnaire for suppliers",
        "The yearly questionnaire is attached, due at the end of the month.",
        "Received, thank you; Ken fills it in this week.",
    ),
    Routine(
        "2026-03-18 11:05", "nf_hoiyan", "marco", "Pilot phones for the Central branch",
        "We have twelve phones for the pilot. Which version do they need?",
        "Any of the last three versions will do; I am sending the list.",
    ),
    Routine(
        "2026-04-01 15:10", "nf_olivia", "marco", "Easter freeze of our systems",
        "Nothing may be deployed from 2 to 8 April.",
        "Noted; the next build comes on Thursday 9 April.",
    ),
    Routine(
        "2026-06-24 16:10", "nf_graham", "marco", "Penetration test report",
        "When do we get the report of the June test?",
        "On 3 July, with the two findings already mended.",
    ),
    Routine(
        "2026-07-03 09:40", "nf_vincent", "marco", "Four more documents for e-KYC",
        "The regulator wants four more document types in scope.",
        "Received; we will answer with the effort on Tuesday.",
    ),
    Routine(
        "2026-10-22 14:50", "nf_olivia", "marco", "Is 30 October for UAT sign-off still safe?",
        "The steering meeting wants to know whether 30 October holds.",
        "We are at 22 of 31 scenarios; I will call you on Monday with Raymond's view.",
    ),
)

ACCOUNTS = """
Kick-off and release plan
Login with device binding
Account list and balances
Transaction history with search
Session time-out after five minutes
Card art for savings and current accounts
Traditional Chinese texts 繁體文案
Accessibility review of the first screens
Crash reporting
Pilot build for branch staff
"""

PAYMENTS = """
FPS transfer by mobile number
FPS transfer by e-mail address
Payee list and limits
Two-factor confirmation of large transfers
Bill payment for utilities
Receipt shared as an image
Daily limit settings
Load test of the payment gateway
"""

PUSH = """
Push token registration
Notice of an incoming transfer
Opt-out page for marketing notices
Quiet hours for notices
"""

UAT_PASSED = """
Log in on a new device
Log in after a password reset
Lock after five wrong PINs
Balances match the core at 23:59
History older than twelve months
Search the history by amount
FPS to a new payee
FPS above the daily limit is refused
FPS to a wrong phone number
Bill due on a public holiday
Scheduled transfer on a Sunday
Cancel a scheduled transfer
Receipt shows the payee in Chinese
Two-factor code expires after 60 seconds
Time-out leaves no data on the screen
Screen reader reads the balances
Large font on small phones
Switch language while signed in
Notice of an incoming transfer arrives
Opt out of marketing notices
Update over an old version
Sign in while roaming
Airplane mode during a transfer
Two transfers in the same second
Statement download as PDF
Freeze and unfreeze a card
Contact page numbers
"""

UAT_OPEN = """
Statement older than seven years
Joint account with two signatories
Close an account with a scheduled transfer
Push notice after switching accounts
"""

GO_LIVE = """
Store listing and screenshots
Go-live runbook
"""

KYC_FIRST = """
Kick-off with Compliance
Identity card capture
Card number check digit
Selfie with liveness
Face match threshold
Address proof upload
Name in Chinese and English
Refusal reasons in plain words
Audit trail of each step
Retention of images for seven years
Branch hand-over of refused cases
Simplified Chinese texts 简体文案
Screening against the sanctions list
Pilot with 200 staff accounts
"""

KYC_ADDED_IN_JULY = (
    "Travel permit capture",
    "New-style identity card",
    "Passport with chip",
    "Non-permanent resident card",
)

KYC_SECOND = """
Read the passport chip by NFC
Glare detection
Retry without starting again
Video call for difficult cases
Dashboard for Compliance
Nightly export to the archive
Consent text version 3
"""

WALK_DONE = """
Data flow diagram
List of subprocessors
Script of the walkthrough
"""

WALK_OPEN = """
Sample of refused cases
Model drift figures for the third quarter
Answers to the regulator's first questions
"""

KYC_ADDED_IN_NOVEMBER = (
    "Show when consent was given",
    "Export one customer's record",
    "Second reviewer for refused cases",
    "Report of false refusals by age",
)
