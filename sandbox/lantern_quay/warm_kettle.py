"""Warm Kettle Foundation 暖壺基金會: a small donor portal whose last module was accepted by phone; nobody ticked it."""

from collections.abc import Iterator

from sandbox.lantern_quay.items import PAYMENT, ProjectWriter
from sandbox.lantern_quay.office import HONG_KONG, at, day
from sandbox.lantern_quay.tickets import Routine, TicketWriter
from sandbox.lantern_quay.writing import Chapter, Said
from sandbox.plan import ClientPlan, CompanyPlan, ContactPlan, DealPlan, ProjectPlan

COMPANY = "warm_kettle"

# One argument a line would bury the story.
# fmt: off


def chapter(numbers: Iterator[int]) -> Chapter:
    """Its people, one project, six pieces of feedback (one of them a card) and one deal."""
    client = ClientPlan(
        "warm_kettle",
        {"en": "Warm Kettle Foundation", "zh-Hant-HK": "暖壺基金會", "zh-Hans-CN": "暖壶基金会"},
        ("warmkettle.example",), "sandy", tier="bronze",
    )
    company = CompanyPlan(COMPANY, "Warm Kettle Foundation", client.domains, client.id, "sandy", next(numbers))
    written = Chapter(client, [company], _contacts(numbers))
    written.projects = [_donor_portal(numbers)]
    tickets = TicketWriter(written, numbers, HONG_KONG)
    tickets.routine(TICKETS)
    tickets.survey("CSAT", "暖壺滿意度問卷", "5", "2026-08-12 14:25", "wk_choi")
    written.deals = [
        DealPlan(
            next(numbers), "Donor portal", COMPANY, "sandy", "closedwon", "280000", "HKD", day("2026-01-06"),
            "wk_choi", "DONOR",
        ),
    ]
    return written


def _contacts(numbers: Iterator[int]) -> list[ContactPlan]:
    return [
        ContactPlan(
            "wk_choi", "Choi Lai Wah 蔡麗華", "laiwah.choi@warmkettle.example", COMPANY, "General Secretary",
            number=next(numbers),
        ),
        ContactPlan(
            "wk_sit", "Sit Kwok Hung 薛國雄", "kwokhung.sit@warmkettle.example", COMPANY, "Treasurer",
            number=next(numbers),
        ),
        # Free mail says nothing of a client. The underscore is deliberate: Gmail gives out no such address.
        ContactPlan(
            "wk_ada", "Ada Lok 樂靜雯", "ada_lok.volunteer@gmail.com", COMPANY, "Volunteer", number=next(numbers)
        ),
    ]


def _donor_portal(numbers: Iterator[int]) -> ProjectPlan:
    team = ("leung", "cheungmeiyan")
    project = ProjectPlan(
        next(numbers), "trello", "DONOR", "Donor portal", "warm_kettle", "jason", at("2026-01-07 11:00"),
        description="網上捐款、收據及年結。", members=("jason", "kitty", *team),
    )
    pen = ProjectWriter(project, numbers, HONG_KONG, "zh-Hant-HK", team)
    pen.item(
        "網上捐款上線", "done", "2026-01-08 10:10", milestone=True, assignee="leung", due="2026-05-29",
        started="2026-03-02 11:20", done="2026-05-28 16:20",
    )
    pen.item(
        "收據模組驗收", "doing", "2026-01-08 10:15", milestone=True, assignee="jason", due="2026-11-18",
        started="2026-10-05 11:10", overdue=True, labels=(PAYMENT,),
        said=(Said("2026-10-26 16:30", "jason", "已約客戶十一月中以電話驗收。"),),
    )
    pen.item(
        "年結報表交付", "todo", "2026-01-08 10:20", milestone=True, assignee="cheungmeiyan", due="2027-01-11",
    )
    pen.finished(PORTAL_DONE, "2026-01-09", "2026-11-13")
    pen.open(PORTAL_OPEN, "2026-10-19", "2026-11-17", due="2026-12-08")
    pen.item(
        "捐款人生日卡", "cancelled", "2026-04-13 10:25", assignee="cheungmeiyan",
        said=(Said("2026-06-08 14:50", "jason", "客戶決定不做，封存。"),),
    )
    pen.item(
        "捐款人反映收據郵件進了垃圾郵件", "done", "2026-06-15 10:35", feedback=True, assignee="leung",
        started="2026-06-16 11:10", done="2026-06-24 15:35",
        said=(Said("2026-06-15 12:10", "leung", "寄件網域未設簽署，今日加上。"),),
    )
    return project


TICKETS = (
    Routine(
        "2026-02-10 10:30", "wk_choi", "sandy", "捐款金額選項", "可否加一個五十元的選項？", "可以，今日加入。"
    ),
    Routine(
        "2026-04-22 15:20", "wk_ada", "sandy", "義工帳戶登入", "我收不到登入電郵。",
        "已用您留下的電郵重新發出，請查收。",
    ),
    Routine(
        "2026-06-03 11:15", "wk_sit", "sandy", "五月捐款報表", "請提供五月的捐款明細以便入帳。",
        "已放到後台「報表」頁，可直接下載。",
    ),
    Routine(
        "2026-10-26 15:10", "wk_sit", "sandy", "年結所需欄位", "年結報表要加上收據編號一欄。",
        "可以，會在年結模組一併加入。",
    ),
)

PORTAL_DONE = """
項目啟動會議
捐款頁面設計
信用卡捐款
轉數快捐款
每月定額捐款
捐款人登記
捐款人資料匯入
收據編號規則
收據範本
收據電郵寄送
退款處理
義工帳戶
後台查詢
私隱聲明
收據補發
"""

PORTAL_OPEN = """
年結報表欄位
年結匯出格式
捐款趨勢圖
後台操作手冊
備份還原演練
"""
