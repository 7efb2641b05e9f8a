"""The messages that the trade's own examples show, word for word: what those who read them were promised.

Left out of them is what has no function yet: the buttons, who hears of it next, what may go wrong, what is due. Where
an example lets the reader press a button, the text says who can do it for them; people go by their whole names.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from alerts.messages import Ending, Message
from alerts.writer import Writer
from config.settings import ClientSettings, Language
from rules.evaluate import Finding
from tests.alerts import firm
from tests.alerts.firm import TUESDAY, feedback, freshness, hk, milestone
from tests.alerts.writing import PATH, item, reader

HK: Language = "zh-Hant-HK"
CN: Language = "zh-Hans-CN"


def client(en: str, traditional: str, simplified: str) -> ClientSettings:
    return ClientSettings(name={"en": en, "zh-Hant-HK": traditional, "zh-Hans-CN": simplified})


CLIENTS = {
    "bank": client("Nine Ferries", "九渡銀行", "九渡银行"),
    "kite": client("Paper Kite", "紙鳶百貨", "纸鸢百货"),
    "boat": client("Slow Boat", "慢船物流", "慢船物流"),
    "kettle": client("Warm Kettle", "暖壺", "暖壶"),
    "tower": client("Stacked Tower", "疊樓物業", "叠楼物业"),
}
UAT: dict[str, Any] = {"url": "", "client": "client/bank"}
LATE: dict[str, Any] = {"url": "", "project_name": ""}
RELEASE: dict[str, Any] = {**LATE, "client": "client/tower", "name": "Release 2.1", "owner_name": "Priya Nair"}
WAITS: dict[str, Any] = {"url": "", "client": "client/kite", "author": "潘詠琳"}
ZHAO: dict[str, Any] = {
    "url": "",
    "client": "client/boat",
    "author": "赵磊",
    "owner_name": "周敏",
    "severity": "high",
    "subject": "导入运单报错",
    "text": "导入运单报错，仓库停了半天",
    "waiting_since": hk(23, 11).isoformat(),
    "limit_hours": 4.0,
    "waited_hours": 6.0,
}
TOWER: dict[str, Any] = {
    "client": "client/tower",
    "url": "",
    "author": "Meera Kapadia",
    "subject": "Booking",
    "waiting_since": hk(20, 10).isoformat(),
    "first_response_at": hk(19, 10).isoformat(),
    "waited_hours": 15.0,
}
RECEIPTS: dict[str, Any] = {"client": "client/kettle", "name": "收據模組驗收", "deadline_on": "2026-11-18"}


def writer(minutes: int = 8) -> Writer:
    """The hub at 09:00, everything read so many minutes ago."""
    read_at = TUESDAY - timedelta(minutes=minutes)
    read = {name: replace(found, read_at=read_at) for name, found in freshness(TUESDAY).items()}
    return Writer(firm.settings(clients=CLIENTS), read, firm.working_time(), TUESDAY)


def alone(finding: Finding, language: Language, minutes: int = 8) -> Message:
    return writer(minutes).one(item(finding), reader(language))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            """Nine Ferries: UAT sign-off 8 days late
Nine Ferries, Mobile app revamp
Due Mon 16 Nov, now 6 working days late. First promised Fri 30 Oct; moved twice, last by Raymond Ho on Thu 5 Nov. \
No date agreed with the client on record.
Open: 4 of 31 items (Raymond Ho).
Next: get a date from Raymond Ho, then tell the client. If it is done, have it ticked in the tool.
Jira, read 08:52 (8 min ago).""",
        ),
        (
            HK,
            """九渡銀行：UAT sign-off 逾期 8 日
九渡銀行，Mobile app revamp
原定 11月16日（一），已逾期 6 個工作天。最初承諾 10月30日（五），其後改期兩次，最近一次由 Raymond Ho 於 11月5日更改；\
未有客戶同意新日期的記錄。
尚餘 4 項（共 31 項），負責人 Raymond Ho。
建議先向 Raymond Ho 確認日期，再通知客戶；如已完成，請於工具標示。
資料：Jira 08:52（8 分鐘前）。""",
        ),
        (
            CN,
            """【逾期】九渡银行：UAT sign-off 8 天
项目：Mobile app revamp
截止 11月16日（一），已逾期 6 个工作日；首次承诺 10月30日，改期 2 次（最近：Raymond Ho，11月5日），无客户确认记录
剩余 4/31 项，负责人 Raymond Ho
请今天与 Raymond Ho 确认新日期，并告知客户；已完成的请在工具中勾选
数据：Jira 08:52（8 分钟前）""",
        ),
    ],
)
def test_an_overdue_milestone(language: Language, said: str) -> None:
    """Client first, then what, how late, who has it, what happens next, how fresh."""
    assert alone(milestone(**UAT), language).as_text() == said


@pytest.mark.parametrize(
    ("language", "facts", "said"),
    [
        (
            "en",
            WAITS | {"author": "Poon Wing Lam"},
            """Paper Kite waits 9.5 working hours
Poon Wing Lam (Paper Kite), Fri 20 Nov 16:30: "收據列印太慢，門店排隊"
Waits 9.5 working hours, 1.5 h over our limit of 8 h (until Mon 23 Nov 16:30). No answer that the client can see.
With: nobody.
Next: answer, or have May Chan mark it "answered elsewhere".
HubSpot, read 08:55.""",
        ),
        (
            HK,
            WAITS,
            """紙鳶百貨已等候回覆 9.5 工作小時
潘詠琳，11月20日（五）16:30：「收據列印太慢，門店排隊」
已等候 9.5 工作小時，時限 8 小時（至 11月23日（一）16:30），超出 1.5 小時；未有客戶可見的回覆。
負責人：未指派
請回覆客戶；如已用電話或 WhatsApp 回覆，請通知 May Chan 標示「已另行回覆」。
資料：HubSpot 08:55。""",
        ),
        (
            CN,
            ZHAO,
            """【待回复】慢船物流：超时 2 小时
赵磊，11月23日（一）11:00：“导入运单报错，仓库停了半天”
级别：高；已等待 6 个工作小时，时限 4 小时（至 11月23日（一）16:00），超时 2 小时，未回复
负责人：周敏
请今天回复客户；已在微信/电话回复的，请告知 May Chan 标记“已另行回复”
数据：HubSpot 08:55""",
        ),
    ],
)
def test_feedback_that_waits(language: Language, facts: dict[str, Any], said: str) -> None:
    """Who wrote what, since when, and until when an answer was owed; read so lately, the clock says enough.

    Beyond the examples every language says how long they wait and how far beyond the limit: the page counts the one,
    and a title the other.
    """
    assert alone(feedback(**facts), language, minutes=5).as_text() == said


@pytest.mark.parametrize(
    ("language", "title", "said"),
    [
        (
            "en",
            "Nine Ferries: UAT sign-off now 30 Nov",
            """Third move: 30 Oct → 6 Nov → 16 Nov → Mon 30 Nov, 21 working days after the first promise. \
By Raymond Ho, today 09:40.
Client's agreement: none on record.
Next: agree it with the client or ask for the old date.""",
        ),
        (
            HK,
            "九渡銀行：UAT sign-off 改至 11月30日",
            """第三次改期：10月30日 → 11月6日 → 11月16日 → 11月30日（一），較最初承諾遲 21 個工作天。\
由 Raymond Ho 於今日 09:40 更改。
客戶同意：未有記錄。
請與客戶商議，或要求維持原定日期。""",
        ),
        (
            CN,
            # The example itself is two columns wider than what a phone shows; the whole name stands below.
            "【延期】九渡银行：UAT… 改至 11月30日",
            """九渡银行：UAT sign-off
第 3 次改期：10-30 → 11-06 → 11-16 → 11-30（一），较首次承诺晚 21 个工作日
操作：Raymond Ho，今天 09:40
客户确认：无
请与客户确认新日期""",
        ),
    ],
)
def test_a_date_that_was_moved_without_the_client(language: Language, title: str, said: str) -> None:
    """A moved date turns one alert into another piece of news, never into silence."""
    moved = Ending("date moved", "Raymond Ho", hk(24, 9, 40), date(2026, 11, 30), path=PATH)

    sent = writer().ended([item(milestone(**UAT), moved)], reader(language))

    assert (sent.title, "\n".join(line.text for line in sent.told)) == (title, said)


@pytest.mark.parametrize(
    ("language", "found", "said"),
    [
        (
            "en",
            [
                milestone(1, **LATE, client="client/bank"),
                milestone(2, **RELEASE, days_overdue=7),
                feedback(1, **TOWER),
            ],
            """Tue 24 Nov: 2 clients need you
Nine Ferries: UAT sign-off 8 days late (Raymond Ho); tell the client today (done? tick it). \
Due Mon 16 Nov; promised 30 Oct, moved twice, not agreed.
Stacked Tower: Release 2.1 is 7 days late (Priya Nair); tell the client today (done? tick it). \
Due Mon 16 Nov; promised 30 Oct, moved twice, not agreed.
Stacked Tower: Meera Kapadia wrote again Fri 10:00, waits 15 working hours, 7 h over our limit of 8 h; nobody has it; \
answer today. "Booking"
All sources read since 08:50.""",
        ),
        (
            HK,
            [
                milestone(1, **LATE, client="client/bank"),
                milestone(2, **RELEASE, days_overdue=7),
                feedback(1, **TOWER),
            ],
            """11月24日（二）：2 位客戶需要你跟進
九渡銀行：UAT sign-off 逾期 8 日（Raymond Ho），請今日通知客戶；如已完成請標示。\
原定 11月16日（一）；最初承諾 10月30日，改期兩次，未經客戶同意。
疊樓物業：Release 2.1 逾期 7 日（Priya Nair），請今日通知客戶；如已完成請標示。\
原定 11月16日（一）；最初承諾 10月30日，改期兩次，未經客戶同意。
疊樓物業：Meera Kapadia 上星期五 10:00 再次來訊，已等候 15 工作小時（時限 8 小時，超出 7 小時）；未指派負責人，\
請今日回覆。「Booking」
資料均於 08:50 後更新。""",
        ),
        (
            CN,
            [
                feedback(1, **ZHAO),
                milestone(
                    1,
                    **LATE,
                    client="client/boat",
                    name="小程序提审",
                    days_overdue=1,
                    owner_name="王雪",
                    severity="warning",
                ),
            ],
            """11月24日（二）：1 个客户需跟进
慢船物流：赵磊周一 11:00 来信，已等待 6 个工作小时（时限 4 小时，超时 2 小时）；负责人 周敏，请今天回复；“导入运单报错”
慢船物流：小程序提审逾期 1 天（王雪），请今天告知客户；已完成请勾选；截止 11月16日（一）；首次承诺 10月30日，\
改期 2 次，客户未确认
数据 08:50 后更新""",
        ),
    ],
)
def test_the_daily_line(language: Language, found: list[Finding], said: str) -> None:
    """Each matter with its own step and its dates. A name that ends in a number is set off from the days by a word.

    The example has one line for a client: there nobody could tell who wrote, and who has which.
    """
    sent = writer(minutes=10).many([item(finding) for finding in found], reader(language), {})

    assert sent.as_text() == said


@pytest.mark.parametrize(
    ("language", "title", "said"),
    [
        (
            "en",
            "Done: Warm Kettle, 收據模組驗收",
            "Marked done by Jason Tse 10:12, 6 days after the due date; open 3 working days as an alert. "
            "Nothing more to do.",
        ),
        (HK, "已完成：暖壺，收據模組驗收", "謝俊傑於 10:12 標示完成，較原定日期遲 6 日。毋須再跟進。"),
        (CN, "【已解除】暖壶：收據模組驗收", "謝俊傑 10:12 标记完成，晚 6 天，无需处理"),
    ],
)
def test_a_milestone_that_was_done(language: Language, title: str, said: str) -> None:
    """Why it ended, and that nothing is left to do."""
    by = "Jason Tse" if language == "en" else "謝俊傑"
    done = item(milestone(**RECEIPTS), Ending("done", by, hk(24, 10, 12)))

    sent = writer().ended([done], reader(language))

    assert (sent.title, [line.text for line in sent.told]) == (title, [said])


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Due Mon 16 Nov has passed; please update the date or the status. (Milepost)"),
        (HK, "到期日 11月16日（一）已過，請更新日期或狀態。（Milepost）"),
        (CN, "截止日 11月16日（一）已过，请更新日期或状态。（Milepost）"),
    ],
)
def test_the_comment_in_the_tool(language: Language, said: str) -> None:
    """It names no escalation, no lateness, no client mood and no BD manager."""
    settings = firm.settings(language=language)

    assert Writer(settings, {}, firm.working_time(), TUESDAY).comment(item(milestone())) == said
