"""Paper Kite Stores 紙鳶百貨: tills that print too slowly, and a points scheme that should be live since 08:30."""

from collections.abc import Iterator

from sandbox.lantern_quay.items import ProjectWriter
from sandbox.lantern_quay.office import HONG_KONG, at, day
from sandbox.lantern_quay.tickets import Routine, TicketWriter
from sandbox.lantern_quay.writing import Chapter, Said
from sandbox.plan import ClientPlan, CompanyPlan, ContactPlan, DealPlan, ProjectPlan

COMPANY = "paper_kite"

# One argument a line would bury the story.
# fmt: off


def chapter(numbers: Iterator[int]) -> Chapter:
    """Its people, two projects, twelve pieces of feedback (three of them items), two deals, and a twin in the CRM."""
    client = ClientPlan(
        "paper_kite",
        {"en": "Paper Kite Stores", "zh-Hant-HK": "紙鳶百貨", "zh-Hans-CN": "纸鸢百货"},
        ("paperkite.example",), "sandy", tier="silver",
    )
    companies = [
        CompanyPlan(COMPANY, "Paper Kite Stores", client.domains, client.id, "sandy", next(numbers)),
        CompanyPlan(
            "paper_kite_twin", "Paper Kite Stores (HK) Ltd", ("paperkite-hk.example",), None, "sandy", next(numbers)
        ),
    ]
    written = Chapter(client, companies, _contacts(numbers))
    written.projects = [_tills(numbers), _points(numbers)]
    _tickets(TicketWriter(written, numbers, HONG_KONG))
    written.deals = [
        DealPlan(
            next(numbers), "門店 POS", COMPANY, "sandy", "closedwon", "960000", "HKD", day("2025-12-10"), "pk_poon",
            "POS",
        ),
        DealPlan(
            next(numbers), "會員積分第二期", COMPANY, "sandy", "presentationscheduled", "420000", "HKD",
            day("2027-01-29"), "pk_fok", "POINTS",
        ),
    ]
    return written


def _contacts(numbers: Iterator[int]) -> list[ContactPlan]:
    return [
        ContactPlan(
            "pk_poon", "Poon Wing Lam 潘詠琳", "winglam.poon@paperkite.example", COMPANY, "Store Operations",
            number=next(numbers),
        ),
        ContactPlan(
            "pk_fok", "Fok Chi Ming 霍志明", "chiming.fok@paperkite.example", COMPANY, "Marketing", number=next(numbers)
        ),
        ContactPlan(
            "pk_kong", "Kong Sau Ying 江秀英", "sauying.kong@paperkite.example", COMPANY, "Finance",
            number=next(numbers),
        ),
        # A mailbox that several people write from: it may identify the client, never a person.
        ContactPlan("pk_support", "Paper Kite Support", "support@paperkite.example", COMPANY, number=next(numbers)),
    ]


def _tills(numbers: Iterator[int]) -> ProjectPlan:
    team = ("leung", "cheungmeiyan", "lamhoyin")
    project = ProjectPlan(
        next(numbers), "trello", "POS", "門店 POS", "paper_kite", "jason", at("2025-12-08 11:00"),
        description="二十二間門店的新收銀系統。", members=("jason", "kitty", *team),
    )
    pen = ProjectWriter(project, numbers, HONG_KONG, "zh-Hant-HK", team)
    pen.item(
        "硬件安裝完成", "done", "2025-12-09 10:20", milestone=True, assignee="leung", due="2026-07-10",
        started="2026-05-04 11:20", done="2026-07-10 16:40",
    )
    pen.item(
        "收銀流程驗收", "done", "2025-12-09 10:25", milestone=True, assignee="lamhoyin", due="2026-08-07",
        started="2026-07-13 11:10", done="2026-08-11 15:30",
        said=(Said("2026-08-07 16:10", "jason", "尚欠退貨流程，客戶同意星期二再驗。"),),
    )
    pen.item(
        "門店試點上線", "doing", "2025-12-09 10:30", milestone=True, assignee="lamhoyin", due="2026-11-20",
        started="2026-10-05 11:30", overdue=True,
        said=(Said("2026-11-19 16:20", "lamhoyin", "打印機驅動仍未收到供應商的新版，試點門店暫用舊機。"),),
    )
    pen.item(
        "全線門店推出", "todo", "2025-12-09 10:35", milestone=True, assignee="jason", due="2027-01-22",
    )
    pen.finished(TILLS_DONE, "2025-12-10", "2026-10-30")
    pen.open(TILLS_OPEN, "2026-10-12", "2026-11-19", due="2026-11-30")
    pen.item(
        "收據打印機驅動", "doing", "2026-10-14 10:15", assignee="cheungmeiyan", started="2026-10-15 11:40",
        labels=("blocked", "外判"), description="供應商須提供新版驅動，否則每張收據要九秒。",
        said=(
            Said("2026-11-11 11:20", "cheungmeiyan", "受阻：供應商的驅動在新機上不能用，已報障。"),
            Said("2026-11-18 15:05", "cheungmeiyan", "供應商覆：月底前有新版。"),
        ),
    )
    pen.item(
        "門店網絡備援方案", "doing", "2026-11-09 10:40", assignee="leung", started="2026-11-10 11:15",
        status_name="待客戶回覆", said=(Said("2026-11-16 14:30", "jason", "方案已寄出，等客戶選擇。"),),
    )
    pen.item(
        "舊收銀機回收", "todo", "2026-11-04 10:05", assignee="lamhoyin", odd={"due": "+051502-03-14T04:00:00.000Z"},
        description="日期由舊試算表匯入。",
    )
    pen.item(
        "店員反映：退貨後抽屜不會彈出", "done", "2026-09-07 10:20", feedback=True, assignee="cheungmeiyan",
        started="2026-09-08 11:10", done="2026-09-16 15:20",
        said=(Said("2026-09-07 14:40", "cheungmeiyan", "已重現，下一版修正。"),),
    )
    pen.item(
        "店長希望日結表可按收銀員分列", "doing", "2026-11-12 10:10", feedback=True, assignee="lamhoyin",
        started="2026-11-16 11:05", said=(Said("2026-11-12 15:25", "jason", "已告知店長：十二月版本提供。"),),
    )
    return project


def _points(numbers: Iterator[int]) -> ProjectPlan:
    team = ("lamhoyin", "leung", "chen_jiaxin")
    project = ProjectPlan(
        next(numbers), "asana", "POINTS", "會員積分", "paper_kite", "kitty", at("2026-02-02 10:00"),
        description="會員儲分、換領及短訊通知。", members=("kitty", "jason", *team),
    )
    pen = ProjectWriter(project, numbers, HONG_KONG, "zh-Hant-HK", team)
    pen.item(
        "積分系統設計確認", "done", "2026-02-03 10:15", milestone=True, assignee="kitty", due="2026-04-24",
        started="2026-03-02 11:10", done="2026-04-23 16:30", labels=("已驗收",),
    )
    pen.item(
        "積分 UAT", "done", "2026-02-03 10:20", milestone=True, assignee="lamhoyin", due="2026-11-13",
        started="2026-10-12 11:30", done="2026-11-10 17:05",
        said=(Said("2026-11-10 17:10", "lamhoyin", "全部案例通過，等客戶書面驗收。"),),
    )
    pen.item(
        "積分規則上線", "doing", "2026-02-03 10:25", milestone=True, assignee="leung", due="2026-11-24 08:30",
        started="2026-11-16 11:20", overdue=True,
        said=(Said("2026-11-23 17:20", "leung", "規則已上載，明早開店前啟用。"),),
    )
    pen.finished(POINTS_DONE, "2026-02-04", "2026-11-06")
    pen.open(POINTS_OPEN, "2026-10-26", "2026-11-19", due="2026-12-01")
    pen.due("退貨扣回積分", "2026-11-25", estimate=16, spent=4)
    pen.due("積分報表每月匯出", "2026-11-26", estimate=8, spent=0)
    pen.item(
        "積分短訊", "todo", "2026-11-09 10:30", by="kitty", due="2026-11-26", description="到期前七日提醒會員。"
    )
    pen.item(
        "會員反映：退貨後積分沒有扣回", "doing", "2026-11-13 10:20", by="kitty", feedback=True, assignee="chen_jiaxin",
        started="2026-11-16 11:45", said=(Said("2026-11-13 12:15", "leung", "已確認規則遺漏退貨情況，下週補上。"),),
    )
    return project


def _tickets(pen: TicketWriter) -> None:
    pen.routine(TICKETS)
    pen.survey("CSAT", "紙鳶滿意度問卷", "4", "2026-08-28 12:15", "pk_kong")
    pen.told(
        "積分換領頁面的字太小",
        (
            Said("2026-11-16 10:40", "pk_fok", "年長會員看不清換領頁面，可否放大？", "email"),
            Said("2026-11-16 14:20", "sandy", "可以，下一版會放大並加粗，十二月初上線。", "email"),
        ),
        "waiting_on_contact", owner="sandy", priority="LOW",
    )
    pen.told(
        "收據列印太慢，門店排隊",
        (Said("2026-11-20 16:30", "pk_poon", "收據列印太慢，門店排隊", "email"),),
        "new", owner=None, unhandled=True,
    )


TICKETS = (
    Routine(
        "2025-12-18 11:10", "pk_yuen", "sandy", "試點門店名單", "請問試點需要多少間門店？",
        "三間便可：旺角、荃灣及沙田。",
    ),
    Routine(
        "2026-03-09 10:30", "pk_yuen", "sandy", "收銀員培訓日期", "四月的培訓可否安排在早上開店前？",
        "可以，四月十四日至十六日早上八時半。",
    ),
    Routine(
        "2026-05-20 14:40", "pk_support", "jason", "沙田店收銀機無法開機", "沙田店二號機今早無法開機。",
        "火牛損壞，下午四時前更換。",
    ),
    Routine(
        "2026-07-22 15:15", "pk_poon", "sandy", "八達通付款偶然失敗", "星期日有三宗付款失敗，客人要再拍卡。",
        "已查明是讀卡器逾時，設定今晚更新。",
    ),
    Routine(
        "2026-09-28 10:50", "pk_support", "jason", "荃灣店價錢牌列印錯位", "標籤右邊一行被切去。",
        "紙張設定已改，請再試印。",
    ),
    Routine(
        "2026-10-27 16:05", "pk_fok", "sandy", "積分活動海報資料", "請提供換領規則的最後版本。",
        "附件為十月廿六日版本，紅字為改動。",
    ),
)

TILLS_DONE = """
項目啟動會議
門店網絡勘察
商品資料匯入
條碼格式統一
現金抽屜接駁
八達通讀卡器接駁
信用卡終端接駁
會員卡掃描
店員登入及權限
每日結算
退貨及換貨流程
折扣及優惠碼
發票及收據範本
離線銷售及補傳
庫存即時扣減
總部價格下發
收銀員培訓教材
三間試點門店安裝
"""

TILLS_OPEN = """
試點門店每日對帳
颱風停業日的結算
夜間批次改為凌晨三時
收據加印積分結餘
門店盤點介面
備用機配置
全線門店安裝時間表
舊系統資料封存
"""

POINTS_DONE = """
項目啟動會議
積分規則訪談
會員資料清理
積分帳本設計
消費儲分介面
換領流程
積分有效期計算
生日雙倍積分
會員等級
總部後台查詢
人手調整及審批
與收銀系統對接
資料遷移演練
壓力測試
私隱聲明更新
測試案例編寫
客戶測試環境
"""

POINTS_OPEN = """
換領頁面放大字體
退貨扣回積分
積分報表每月匯出
門店換領培訓
會員常見問題
舊積分轉換公告
短訊供應商合約
後台權限覆核
"""
