"""Cloud Hill College 雲坡書院: a parents' app on trial this week, and a Wi-Fi job that nobody said is theirs."""

from collections.abc import Iterator

from sandbox.lantern_quay.items import ProjectWriter
from sandbox.lantern_quay.office import HONG_KONG, at, day
from sandbox.lantern_quay.tickets import Routine, TicketWriter
from sandbox.lantern_quay.writing import Chapter, Said
from sandbox.plan import ClientPlan, CompanyPlan, ContactPlan, DealPlan, ProjectPlan

COMPANY = "cloud_hill"

# One argument a line would bury the story.
# fmt: off


def chapter(numbers: Iterator[int]) -> Chapter:
    """Its people, two projects, eight pieces of feedback (two of them tasks) and one deal."""
    client = ClientPlan(
        "cloud_hill",
        {"en": "Cloud Hill College", "zh-Hant-HK": "雲坡書院", "zh-Hans-CN": "云坡书院"},
        ("cloudhill.example",), "sandy", tier="bronze", contract_end=day("2026-12-31"),
    )
    company = CompanyPlan(COMPANY, "Cloud Hill College", client.domains, client.id, "sandy", next(numbers))
    written = Chapter(client, [company], _contacts(numbers))
    written.projects = [_parents(numbers), _wifi(numbers)]
    _tickets(TicketWriter(written, numbers, HONG_KONG))
    written.deals = [
        DealPlan(
            next(numbers), "Cloud Hill support 2027", COMPANY, "sandy", "qualifiedtobuy", "180000", "HKD",
            day("2026-12-31"), "ch_ip", "PARENTS",
        ),
    ]
    return written


def _contacts(numbers: Iterator[int]) -> list[ContactPlan]:
    return [
        ContactPlan(
            "ch_ip", "Ip Suk Fan 葉淑芬", "sukfan.ip@cloudhill.example", COMPANY, "Vice Principal",
            frozenset({"asana"}), next(numbers),
        ),
        ContactPlan(
            "ch_tsang", "Tsang Pak Ho 曾柏豪", "pakho.tsang@cloudhill.example", COMPANY, "IT Officer",
            frozenset({"trello"}), next(numbers),
        ),
        ContactPlan(
            "ch_wu", "Wu Man Kei 胡敏琪", "mankei.wu@cloudhill.example", COMPANY, "School Office", number=next(numbers)
        ),
        ContactPlan(
            "ch_reed", "Thomas Reed", "thomas.reed@cloudhill.example", COMPANY, "Head of English", number=next(numbers)
        ),
    ]


def _parents(numbers: Iterator[int]) -> ProjectPlan:
    team = ("lamhoyin", "leung", "chen_jiaxin")
    project = ProjectPlan(
        next(numbers), "asana", "PARENTS", "家長通", "cloud_hill", "jason", at("2026-03-02 10:00"),
        description="通告、回條及請假的家長手機程式。", members=("jason", "kitty", "ch_ip", *team),
    )
    pen = ProjectWriter(project, numbers, HONG_KONG, "zh-Hant-HK", team)
    pen.item(
        "家長通設計驗收", "done", "2026-03-03 10:10", milestone=True, assignee="jason", due="2026-08-12",
        started="2026-07-06 11:15", done="2026-08-17 15:40", labels=("已驗收",),
    )
    pen.item(
        "家長通試用", "doing", "2026-03-03 10:15", milestone=True, assignee="lamhoyin", due="2026-11-27",
        started="2026-11-09 11:25", said=(Said("2026-11-20 15:15", "lamhoyin", "中一兩班的帳戶已發出。"),),
    )
    pen.item("家長通全校推出", "todo", "2026-03-03 10:20", milestone=True, assignee="jason", due="2027-01-08")
    pen.finished(PARENTS_DONE, "2026-03-04", "2026-11-13")
    pen.open(PARENTS_OPEN, "2026-10-20", "2026-11-19", due="2026-12-02")
    pen.due("通告按班別發送", "2026-11-27", estimate=16, spent=4)
    pen.item(
        "回條簽署後仍顯示未交", "done", "2026-10-14 10:50", by="ch_ip", feedback=True, assignee="chen_jiaxin",
        started="2026-10-15 11:20", done="2026-10-22 15:50",
        said=(
            Said("2026-10-14 12:05", "lamhoyin", "已找到原因：簽署時間以格林威治時間比較。"),
            Said("2026-10-22 15:20", "ch_ip", "已正常，謝謝。"),
        ),
    )
    pen.item(
        "通告附件在舊電話打不開", "doing", "2026-11-18 10:40", by="ch_ip", feedback=True, assignee="leung",
        started="2026-11-19 11:30",
        said=(Said("2026-11-18 14:55", "leung", "只在兩年前的系統出現，正在測試較小的檔案。"),),
    )
    return project


def _wifi(numbers: Iterator[int]) -> ProjectPlan:
    team = ("cheungmeiyan", "leung")
    # Neither the config nor a deal says whose this is: the hub may suggest it by what the board says, no more.
    project = ProjectPlan(
        next(numbers), "trello", "WIFI", "Campus Wi-Fi", None, "kitty", at("2026-04-08 11:00"),
        description="New access points in three blocks of Cloud Hill College.", members=("kitty", "ch_tsang", *team),
    )
    pen = ProjectWriter(project, numbers, HONG_KONG, "en", team)
    pen.item(
        "Blocks A and B live", "done", "2026-04-09 10:20", milestone=True, assignee="cheungmeiyan", due="2026-08-28",
        started="2026-07-13 11:10", done="2026-08-27 16:35",
    )
    pen.item("Block C live", "todo", "2026-04-09 10:25", milestone=True)
    pen.finished(WIFI_DONE, "2026-04-10", "2026-10-30")
    pen.open(WIFI_OPEN, "2026-10-21", "2026-11-16")
    return project


def _tickets(pen: TicketWriter) -> None:
    pen.routine(TICKETS)
    pen.told(
        "通告未能依班別發送",
        (
            Said("2026-11-09 10:15", "ch_wu", "通告只能發給全校，不能按班別選擇，請跟進。", "email"),
            Said("2026-11-09 11:40", "sandy", "收到，跟進中", "email"),
        ),
        "waiting_on_us", owner="sandy",
    )
    pen.survey(
        "CSAT", "滿意度問卷", "2", "2026-09-14 11:25", "ch_wu", "兩星：通告只能發給全校，每次都要另發紙本。",
        said=(Said("2026-09-14 14:30", "sandy", "多謝意見，按班別發送已列入下一版，十一月提供。", "email"),),
    )
    pen.survey(
        "CSAT", "滿意度問卷", "2", "2026-11-12 16:20", "ch_reed", "Two stars: half of the menus are in Chinese only.",
        said=(
            Said("2026-11-13 09:50", "sandy", "Thank you for telling us. The menus are being translated now.", "email"),
            Said("2026-11-17 15:30", "sandy", "Showed Thomas the English menus; he is content.", "call"),
        ),
    )
    pen.told(
        "試用家長收不到啟用短訊",
        (Said("2026-11-23 15:30", "ch_wu", "中一乙班有五位家長收不到啟用短訊，請協助。", "email"),),
        "new", owner="sandy",
    )


TICKETS = (
    Routine(
        "2026-04-20 10:45", "ch_ip", "sandy", "家長同意書範本", "請提供收集資料的同意書範本。",
        "附件為中英文範本，紅字部分請校方填寫。",
    ),
    Routine(
        "2026-07-08 14:30", "ch_tsang", "kitty", "Access points in the hall",
        "Can the hall have two more access points?",
        "Yes, within the budget; we add them on 20 July.",
    ),
)

PARENTS_DONE = """
項目啟動會議
家長及教師訪談
介面草圖
登入及帳戶啟用
子女資料連結
通告列表
通告內文及附件
回條簽署
請假申請
推送通知
教師後台
班別資料匯入
繁體及英文切換
私隱影響評估
應用商店帳戶
測試環境
"""

PARENTS_OPEN = """
通告按班別發送
啟用短訊重發
英文選單補譯
試用家長問卷
教師操作手冊
閱讀紀錄報表
全校帳戶匯入
舊電話附件大小
推出當日支援安排
"""

WIFI_DONE = """
Kick-off with the school
Site survey of Block A
Site survey of Block B
Order access points
Cable work Block A
Cable work Block B
Controller set-up
Guest network and captive page
Staff sign-in with school accounts
Content filter for pupils
Load test at assembly
Hand-over notes for Blocks A and B
"""

WIFI_OPEN = """
Site survey of Block C
Asbestos report for Block C
Extra access points in the hall
Spare switch for Block B
Roaming between blocks
Monitoring page for the IT officer
"""
