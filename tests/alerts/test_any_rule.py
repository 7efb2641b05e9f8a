"""A rule without words of its own is told all the same: by its title, its reason and the facts that all have."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from alerts.facts import Facts
from alerts.messages import End, Ending
from alerts.routing import People, Subject, route
from config.language import LANGUAGES
from config.settings import Language, Route, RouteMatch
from rules.evaluate import Finding
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, feedback, hk, milestone, of
from tests.alerts.writing import coordinator, group, item, reader, writer

RAYMOND = "person/raymond@lanternquay.example"
BOAT = {"client": "client/boat", "client_names": {"en": "Slow Boat Freight", "zh-Hans-CN": "慢船物流"}}
AT_RISK = of(
    "milestone-at-risk",
    "warning",
    **BOAT,
    name="仓储 SIT",
    bd="person/kevin",
    bd_name="罗建明",
    owner_name="周敏",
    project_name="仓储系统",
    deadline_on="2026-12-11",
    deadline_at="2026-12-11T15:59:59.999999+00:00",
    baseline_on="2026-12-11",
    moves=0,
    open_items=18,
    total_items=27,
    closed_lately=9,
    days_behind=27,
)
OTHER = of("milestone-at-risk", "warning", key="delivery/issue/2", closed_lately=1, open_items=9, total_items=9)
SLIPPED = of("milestone-slipped", "critical", deadline_on="2026-11-30", moved_without_agreement=True, moves=3)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "Slow Boat Freight: 仓储 SIT at risk…\n"
            "Slow Boat Freight: 仓储 SIT at risk, about 27 working days late at this pace\n"
            "Slow Boat Freight, 仓储系统\n"
            "Due Fri 11 Dec: 18 items open, 9 done in the last 20 working days. "
            "Agree what to drop or a new date before the client finds out.\n"
            "With: 周敏.\n"
            "Open in Jira (log-in needed): https://lanternquay.atlassian.example/browse/NFA-1\n"
            "Jira, read 08:52 (8 min ago).",
        ),
        (
            "zh-Hans-CN",
            "【预警】慢船物流：仓储 SIT 按当前进度约晚…\n"
            "【预警】慢船物流：仓储 SIT 按当前进度约晚 27 个工作日\n"
            "项目：仓储系统\n"
            "截止 12月11日（五）：剩余 18 项，近 20 个工作日完成 9 项；请先确定取舍或新日期，再告知客户\n"
            "负责人：周敏\n"
            "在 Jira 打开（需登录）：https://lanternquay.atlassian.example/browse/NFA-1\n"
            "数据：Jira 08:52（8 分钟前）",
        ),
    ],
)
def test_alone_it_has_the_form_of_every_message(language: Language, text: str) -> None:
    """Client first, what and how bad; why and what next; who has it; how fresh."""
    assert writer().one(item(AT_RISK), reader(language)).as_text() == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_among_others_the_client_is_named_once(language: Language) -> None:
    """Every entry of a client stands below its name."""
    client = {"en": "Slow Boat Freight", "zh-Hant-HK": "Slow Boat Freight", "zh-Hans-CN": "慢船物流"}[language]
    message = writer().many([item(AT_RISK), item(OTHER)], reader(language), dict.fromkeys(_keys(), ("", "")))

    (entry,) = (entry for entry in message.entries if entry.fingerprint == _keys()[0])
    matter, particulars = (line.text for line in entry.lines)
    assert entry.client == client
    assert client not in matter + particulars
    assert "仓储 SIT" in matter
    assert "周敏" in matter


@pytest.mark.parametrize(
    ("language", "heading", "line"),
    [
        (
            "en",
            "May go wrong",
            "Slow Boat Freight: 仓储 SIT at risk, about 27 working days late at this pace (周敏).",
        ),
        ("zh-Hans-CN", "预警", "慢船物流：仓储 SIT 按当前进度约晚 27 个工作日（周敏）"),
    ],
)
def test_what_may_go_wrong_stands_below_what_has(language: Language, heading: str, line: str) -> None:
    """One client needs the reader today; the other may, later."""
    message = writer().many([item(AT_RISK), item(milestone())], reader(language), {})

    assert [head for head, _ in message.groups][-1] == heading
    assert [one.text for one in message.entries[-1].lines] == [line]
    assert message.title == writer().many([item(milestone()), item(milestone(2))], reader(language), {}).title


def test_what_may_go_wrong_is_told_before_what_is_only_to_be_known() -> None:
    """Where a phone has no room for both."""
    late = [item(milestone(number, name=f"Release {number}")) for number in (2, 3)]
    known = [item(of("milestone-without-owner-or-date", "info", key=f"delivery/issue/{n}")) for n in range(10, 20)]

    message = writer().many([*known, item(AT_RISK), *late], reader("en"), {})

    assert message.entries[-1].early
    assert message.entries[-1].lines != ()
    assert any(not entry.lines for entry in message.entries)


def test_a_second_alert_on_one_thing_is_told_after_what_may_go_wrong() -> None:
    """Who waits 15 hours wrote again: the reader knows. However much room others leave."""
    again = replace(feedback(), rule="feedback-reopened")
    told = set()
    for count in range(8):
        late = [item(milestone(number, name=f"Release {'x' * number}")) for number in range(2, 2 + count)]
        message = writer().many([item(again), item(feedback()), item(AT_RISK), *late], reader("en"), {})
        shown = {entry.fingerprint.partition(":")[0] for entry in message.entries if entry.lines}
        told.add(("milestone-at-risk" in shown, "feedback-reopened" in shown))

    assert {(True, True), (False, False)} <= told
    assert (False, True) not in told


def test_a_message_about_nothing_but_what_may_go_wrong_counts_its_clients() -> None:
    """There is nothing above it to stand below."""
    message = writer().many([item(AT_RISK), item(OTHER)], reader("en"), {})

    assert message.title == "Tue 24 Nov: 2 clients need you"
    assert not any(entry.early for entry in message.entries)


def test_what_may_go_wrong_is_no_reason_to_leave_a_day_unsettled() -> None:
    """What had to be done is done: the title says so, and no tick says that all is over."""
    message = writer().many([item(AT_RISK), item(milestone())], reader("en"), {})

    settled = message.with_end(f"milestone-overdue:{milestone().subject}", End("Marked done.", "Done: UAT"))

    assert settled.title == "Tue 24 Nov: nothing left to do"
    assert not settled.settled


def _keys() -> list[str]:
    return [f"{one.rule}:{one.subject}" for one in (AT_RISK, OTHER)]


def test_a_group_does_not_hear_the_name_of_a_confidential_client() -> None:
    """Neither in the rule's title nor in its reason."""
    named = of("milestone-at-risk", "warning", name="SIT at Bank of Nine Ferries", open_items=3, closed_lately=1)

    text = writer().one(item(named), group("en")).as_text()

    assert "Ferries" not in text
    assert "BANK" in text


def test_who_has_a_client_is_its_bd_manager() -> None:
    """ "With: nobody" would send the reader looking for an owner whom no client has."""
    facts = {**BOAT, "key": "client/boat", "bd": "person/kevin", "bd_name": "罗建明", "contract_end_on": "2026-12-31"}
    ending = Finding("contract-ending", "client/boat", "crm", "client/boat", "warning", facts)

    assert "With: 罗建明." in writer().one(item(ending), reader("en")).as_text()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "梁子謙: 40.5 h of work against 32 h…\n"
            "梁子謙: 40.5 h of work against 32 h this week\n"
            "Week of Mon 23 Nov. Move a date or a person while there is still a choice.",
        ),
        (
            "zh-Hant-HK",
            "梁子謙 本週工作量 40.5 小時，超出 32…\n"
            "梁子謙 本週工作量 40.5 小時，超出 32 小時上限\n"
            "11月23日（一）起一週。請趁仍可調動時改期或調配人手。",
        ),
        (
            "zh-Hans-CN",
            "【超负荷】梁子謙 本周工作量 40.5…\n"
            "【超负荷】梁子謙 本周工作量 40.5 小时，上限 32 小时\n"
            "11月23日（一）起一周；请趁还能调整时改期或调人",
        ),
    ],
)
def test_nobody_has_a_persons_week_but_the_person(language: Language, text: str) -> None:
    """ "With: nobody" below somebody's name would be wrong."""
    week = {"week_on": "2026-11-23", "this_week": True, "over_capacity": True}
    facts = {"name": "梁子謙", **week, "items": 5, "remaining_hours": 40.5, "capacity_hours": 32.0}
    over = Finding("workload-over", "person/leung/2026-11-23", "", None, "warning", facts)

    assert writer().one(item(over), reader(language)).as_text() == text


@pytest.mark.parametrize(
    ("finding", "on", "told"),
    [
        (AT_RISK, "milestone", ["person/kevin"]),
        (replace(AT_RISK, severity="info"), "milestone", [RAYMOND, "person/may"]),
        (of("milestone-at-risk", "high", client_facing=False), "milestone", [RAYMOND, "person/may"]),
        (AT_RISK, "workload", ["person/may"]),
        (AT_RISK, "source", ["person/may"]),
    ],
    ids=["a client's", "to be known", "no client's", "people", "the hub"],
)
def test_who_is_told(finding: Finding, on: str, told: list[str]) -> None:
    """A route to `bd`: what touches a client goes to who owns the client, all else stays among those who mend it."""
    people = People(firm.settings(), {RAYMOND: ("Raymond Ho", "raymond@lanternquay.example")})
    client = (finding.client or "").removeprefix("client/")
    subject = Subject(finding.rule, on, finding.severity, finding.source, client, Facts(finding.facts))

    assert [target.reader.key for target in route(firm.settings(), people, subject)] == told


def test_a_moved_date_is_told_once_as_the_end_of_what_was_overdue(hub: Hub) -> None:
    """A date that is moved without the client turns one alert into another; whoever heard of the first hears once."""
    firm.put(hub.engine, "milestone", firm.milestone_row())
    hub.tell(milestone())
    firm.change(
        hub.engine,
        "milestone",
        "delivery/issue/1",
        due_on=date(2026, 11, 30),
        deadline_on=date(2026, 11, 30),
        deadline_at=hk(30, 23),
    )

    done = hub.tell(SLIPPED, at=TUESDAY + timedelta(minutes=50))
    later = hub.tell(SLIPPED, at=TUESDAY + timedelta(minutes=60))

    assert [event.reason for event in done.events] == ["fired", "date moved"]
    assert [message.kind for message in done.messages] == ["resolved"]
    assert later.messages == []


def test_a_date_that_was_moved_before_it_was_overdue_is_news(hub: Hub) -> None:
    """Nobody was told of anything yet; and its end is told to those who were."""
    firm.put(hub.engine, "milestone", firm.milestone_row(deadline_on=date(2026, 11, 30), deadline_at=hk(30, 23)))

    told = hub.tell(SLIPPED)
    agreed = {"agreed_on": date(2026, 11, 30)}
    firm.change(hub.engine, "milestone", "delivery/issue/1", **agreed)
    over = hub.tell(at=TUESDAY + timedelta(minutes=10))

    assert [message.message.title for message in told.messages] == ["Bank…: UAT… now Mon 30 Nov, not agreed"]
    assert [event.reason for event in over.events] == ["date agreed"]
    assert [message.kind for message in over.messages] == ["resolved"]


def test_what_was_only_to_be_known_ends_without_a_word(hub: Hub) -> None:
    """Due soon is over when the day has come: no news for anybody."""
    firm.put(hub.engine, "milestone", firm.milestone_row())
    hub.tell(of("milestone-due-soon", "info"))
    hub.tell(of("milestone-due-soon", "info"), at=TUESDAY + timedelta(days=1))

    over = hub.tell(at=TUESDAY + timedelta(days=1, minutes=10))

    assert [event.reason for event in over.events] == ["cleared"]
    assert over.messages == []


def test_what_turned_worse_is_not_said_to_have_ended(hub: Hub) -> None:
    """At risk until yesterday, overdue since midnight: one message, and it is the bad news."""
    firm.put(hub.engine, "milestone", firm.milestone_row())
    hub.tell(of("milestone-at-risk", "high"))

    over = hub.tell(milestone(), at=TUESDAY + timedelta(minutes=10))

    assert [message.kind for message in over.messages] == ["alert"]


def test_what_turned_worse_for_others_is_said_to_have_ended(hub: Hub) -> None:
    """Marco reads no mail about the bank's overdue dates: for him the risk that he was told of is over."""
    hub.settings = firm.settings(
        routes=(Route(match=RouteMatch(rule="milestone-overdue"), to=("email:sandy",)), Route(to=("email:bd",)))
    )
    firm.put(hub.engine, "milestone", firm.milestone_row())
    hub.tell(of("milestone-at-risk", "high"))

    over = hub.tell(milestone(), at=TUESDAY + timedelta(minutes=10))

    assert [(message.kind, message.reader.name) for message in over.messages] == [
        ("resolved", "Marco Yip"),
        ("alert", "莫詠珊"),
    ]


def test_what_was_worse_before_it_was_only_to_be_known_is_said_to_have_ended(hub: Hub) -> None:
    """Whoever was alarmed hears the end of it, also when it had calmed down, and when it is told a day later."""
    firm.put(hub.engine, "milestone", firm.milestone_row())
    hub.tell(of("milestone-at-risk", "high"))
    hub.tell(of("milestone-at-risk", "info"), at=TUESDAY + timedelta(minutes=1))

    at_night = hub.tell(at=hk(24, 22))
    in_the_morning = hub.tell(at=hk(25, 9))

    assert at_night.messages == []
    assert [(message.kind, message.reader.name) for message in in_the_morning.messages] == [("resolved", "Marco Yip")]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "No longer so: 仓储 SIT at risk, about 27 working days late at this pace. Nothing more to do."),
        ("zh-Hant-HK", "情況已解除：仓储 SIT 或會延誤，按現時進度約遲 27 個工作天。毋須再跟進。"),
        ("zh-Hans-CN", "已不再成立：【预警】仓储 SIT 按当前进度约晚 27 个工作日，无需处理"),
    ],
)
def test_what_ends_of_itself_names_the_matter(language: Language, text: str) -> None:
    """Several rules may speak of one milestone: whoever was told knows which of them is over."""
    message = writer().ended([item(AT_RISK, Ending("cleared"))], coordinator(language))

    assert text in message.as_text()
