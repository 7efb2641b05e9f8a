"""The first journey: every tool read, two rules, real messages, one page; the first hour of a BD manager."""

import io
import sqlite3
from collections import defaultdict
from contextlib import closing, redirect_stdout
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, func, or_, select, true
from sqlmodel import SQLModel

from alerts.why import Why, read_why
from cli.demo_summary import found
from cli.hub import Hub, RoundResult
from cli.opening import open_hub
from cli.why_words import print_why
from report.document import Table
from rules.evaluate import Finding
from rules.health.keeping import kept_health
from rules.health.words import sentence
from rules.language.compile import Scope
from rules.views import VIEWS
from rules.views.base import Age, ViewColumn
from rules.views.need import Need
from rules.whose import Whose, read_whose
from sandbox.hubspot import PORTAL
from sandbox.truth import overdue_milestones, seeded, unhandled_feedback
from tests.journey.day import HONG_KONG, Day, day, tuesday
from unify.lookup import find_anything

UNIFIED = (
    *("project", "work_item", "milestone", "account", "person", "identity_link", "client", "company", "contact"),
    *("deal", "feedback", "comment", "change"),
)


def test_everything_that_was_planned_is_found(morning: tuple[Day, RoundResult]) -> None:
    """The sandbox's truth comes from its plan, the hub's from what it read over HTTP: they are equal."""
    opened, result = morning

    assert [(run.source, run.outcome, run.error) for run in result.runs] == [
        (name, "ok", "") for name in ("jira", "trello", "asana", "hubspot")
    ]
    assert found(opened.hub) == seeded(opened.plan)


def named(finding: Finding) -> str:
    """What people call it; a client has its key alone."""
    return str(finding.facts.get("name") or finding.facts.get("subject") or finding.subject)


def test_the_rules_find_the_six_and_the_three_and_no_other(morning: tuple[Day, RoundResult]) -> None:
    """A channel that cries wolf twice is not read again."""
    opened, result = morning
    findings = {outcome.rule.id: sorted(map(named, outcome.findings)) for outcome in result.outcomes}

    assert findings["milestone-overdue"] == overdue_milestones(opened.plan)
    assert findings["feedback-unhandled"] == unhandled_feedback(opened.plan)


STORY = {
    "milestone-due-soon": ["家長通試用"],
    "milestone-at-risk": ["仓储 SIT"],
    "milestone-slipped": [],
    "milestone-without-owner-or-date": ["Block C live"],
    "milestone-on-day-off": [],
    "acceptance-waiting": ["積分 UAT"],
    "workload-over": ["Leung Tsz Him 梁子謙"],
    "effort-over": ["EDI 报关"],
    "payment-milestone-done": [],
    "item-blocked": ["收據打印機驅動"],
    "item-stale": ["回执报文归档"],
    "item-unassigned-due-soon": ["積分短訊"],
    "requirement-changed": [
        "Export one customer's record",
        "Report of false refusals by age",
        "Second reviewer for refused cases",
        "Show when consent was given",
    ],
    "risk-high": ["海关规范可能在十二月更换"],
    "risk-without-response": ["Core freeze in December leaves no window for fixes"],
    "risk-occurred": [],
    "feedback-open-too-long": ["October progress report", "通告未能依班別發送"],
    "feedback-negative": [],
    "feedback-reopened": ["Club house booking shows the wrong month"],
    "client-waited-for": ["積分換領頁面的字太小"],
    "client-silent": ["client/warm_kettle"],
    "client-report-due": ["client/stacked_tower"],
    "cadence-missed": ["client/heron"],
    "contract-ending": ["client/cloud_hill"],
    "deal-at-risk": ["Owners' portal phase 2"],
    "on-time-rate-low": ["on_time/3/2026-10"],
    "satisfaction-low": ["satisfaction/12/2026-10"],
    "risk-response-low": ["risk_response/3/2026-10"],
    "mapping-problems": ["trello"],
    "credential-expiring": ["asana"],
    "source-stale": [],
    "sync-missed": [],
}
"""What else is wrong on Tuesday morning."""


@pytest.mark.parametrize("rule", STORY)
def test_each_rule_finds_what_the_story_tells_and_no_more(morning: tuple[Day, RoundResult], rule: str) -> None:
    """A rule that nobody ever saw fire is not believed when it does."""
    _, result = morning
    outcome = next(outcome for outcome in result.outcomes if outcome.rule.id == rule)

    assert sorted(map(named, outcome.findings)) == STORY[rule]


def test_the_firm_is_measured_as_the_story_tells(morning: tuple[Day, RoundResult]) -> None:
    """9 of 12 promises, clients 85, 80, 70, 100, 40 and 81, 9 of 10 responses to risks, as of the end of October."""
    opened, _ = morning
    kept = {row["key"]: row for row in opened.rows("indicator_month")}
    on_time, risks = kept["on_time/3/2026-10"], kept["risk_response/3/2026-10"]
    satisfaction = kept["satisfaction/12/2026-10"]

    assert [(row["value"], row["met"], row["counted"]) for row in (on_time, risks)] == [(75.0, 9, 12), (90.0, 9, 10)]
    assert satisfaction["value"] == 76.0
    assert satisfaction["details"]["by_client"] == {
        "client/heron": 85.0,
        "client/paper_kite": 80.0,
        "client/slow_boat": 70.0,
        "client/warm_kettle": 100.0,
        "client/cloud_hill": 40.0,
        "client/stacked_tower": 81.0,
    }
    assert all(row["reconstructed"] for row in (on_time, risks, satisfaction))


COLOURS = {
    "red": ["Donor portal", "Mobile app revamp", "Owners' portal"],
    "amber": ["EDI 报关", "仓储系统", "會員積分", "货运小程序", "門店 POS"],
    "green": ["Campus Wi-Fi", "Tenancy migration", "e-KYC", "家長通"],
}
CLIENT_COLOURS = {
    "client/heron": "red",
    "client/paper_kite": "amber",
    "client/slow_boat": "amber",
    "client/warm_kettle": "red",
    "client/cloud_hill": "red",  # two stars of five on 12 Nov
    "client/stacked_tower": "red",
}


def test_each_project_and_client_has_the_colour_that_the_story_tells(morning: tuple[Day, RoundResult]) -> None:
    """Three broken promises of more than three working days; the rest is late by less, at risk, or well."""
    opened, _ = morning
    with opened.hub.reader.connect() as connection:
        kept = kept_health(connection, date(2026, 11, 24))
    by_colour = defaultdict[str, list[str]](list)
    for one in kept.values():
        by_colour[one.colour if one.name else ""].append(one.name)

    assert {colour: sorted(names) for colour, names in by_colour.items() if colour} == COLOURS
    assert {one.key: one.colour for one in kept.values() if not one.name} == CLIENT_COLOURS
    told = next(one for one in kept.values() if one.name == "Mobile app revamp")
    assert sentence("en", told, date(2026, 11, 24)) == (
        "Red: UAT sign-off is 17 wd past the promised 30 Oct and moved twice; "
        "risk 'Core freeze in December leaves no window for fixes' (12) has no response."
    )


@pytest.mark.parametrize(
    ("calendar", "hours"),
    # Hong Kong: Tue 16:00-17:00, Wed 15:00-18:00, Thu 09:00-10:00. Shenzhen had all of Wednesday off.
    [("default", 5.0), ("mainland", 3.0)],
)
def test_no_clock_ran_while_the_typhoon_kept_the_offices_shut(
    morning: tuple[Day, RoundResult], calendar: str, hours: float
) -> None:
    """From Tue 8 Sep 16:00 to Thu 10 Sep 10:00; the story's power cut is the same typhoon's."""
    known = morning[0].hub.moment().calendar(calendar)
    asked, answered = (datetime(2026, 9, day, hour, tzinfo=HONG_KONG) for day, hour in ((8, 16), (10, 10)))

    assert known.between(asked, answered) == timedelta(hours=hours)


def test_marco_knows_everything_from_one_message_without_a_link(morning: tuple[Day, RoundResult]) -> None:
    """Scenario 1: on his phone in the tunnel he knows both clients, how late, and who has it; nothing of others'."""
    opened, _ = morning
    (mail,) = opened.mails_to("marco")
    text = mail.part("plain")

    for part in (
        "Bank of Nine Ferries",
        "UAT sign-off",
        "8 days",
        "Raymond Ho",
        "Stacked Tower",
        "Release 2.1",
        "11 days",
    ):
        assert part in text
    for client in ("Paper Kite", "Slow Boat", "Warm Kettle", "Cloud Hill", "紙鳶", "慢船", "暖壺", "雲坡"):
        assert client not in text


def test_the_figure_two_overdue_opens_exactly_two_rows(morning: tuple[Day, RoundResult]) -> None:
    """Scenario 2: promised, moved, current date and who moved it; page, JSON and message agree."""
    opened, _ = morning
    overdue = opened.today(bd="marco").promises.overdue

    assert [(row.name, row.baseline_on, row.due_on, row.moves, row.moved_by) for row in overdue] == [
        ("Release 2.1", *_days("2026-11-13", "2026-11-13"), 0, None),
        ("UAT sign-off", *_days("2026-10-30", "2026-11-16"), 2, "Raymond Ho 何偉文"),
    ]
    assert opened.today_json(bd="marco")["figures"]["overdue_milestones"] == 2
    assert opened.today_json()["figures"]["overdue_milestones"] == 6


def test_stacked_tower_waits_since_it_wrote_again(morning: tuple[Day, RoundResult]) -> None:
    """Scenario 7: answered on 19 Nov; the client's new message of 20 Nov 10:00 waits 15.0 working hours."""
    opened, _ = morning
    row = next(row for row in opened.today().unhandled if row.client == "client/stacked_tower")

    assert row.waiting_since == tuesday(10).replace(day=20)
    assert row.first_response_at is not None
    assert row.first_response_at.astimezone(tuesday(9).tzinfo).date().isoformat() == "2026-11-19"
    assert row.waited_hours == 15.0


def test_no_column_says_anything_where_what_it_needs_is_not_there(morning: tuple[Day, RoundResult]) -> None:
    """Else a rule could fire that is "not measured"."""
    opened, _ = morning
    moment = opened.hub.moment()
    with opened.hub.reader.connect() as connection:
        for view in VIEWS.values():
            scope = view.scope(moment)
            for column, need in ((one, need) for one in view.columns for need in one.needs):
                says = says_something(column, need, scope)
                without = select(func.count()).select_from(view.source).where(*view.living, need.there.is_not(true()))
                assert connection.scalar(without.where(says)) == 0, (view.name, column.name, need.data)


def says_something(column: ViewColumn, need: Need, scope: Scope) -> ColumnElement[bool]:
    """That a row has a value of it other than what it is without its data."""
    if isinstance(column, Age):
        return or_(column.compare("<=", 0, scope), column.compare(">", 0, scope))
    sql = scope.columns[column.name]
    if column.kind == "flag":
        return sql.is_(true())
    return sql.is_not(None) if need.absent is None else sql != need.absent


def explained(hub: Hub, typed: str) -> tuple[Why, str]:
    """What `milepost why` finds out about that, and what it prints."""
    printed = io.StringIO()
    with hub.reader.connect() as connection, redirect_stdout(printed):
        found = find_anything(connection, typed)
        why = read_why(connection, hub.settings, hub.rules, (), hub.moment(), found)
        print_why(why, hub, everything=False)
    return why, printed.getvalue()


def test_we_answered_that_is_settled_by_the_clock_day_by_day(morning: tuple[Day, RoundResult]) -> None:
    """Scenario 7: the answer of 19 Nov, the new message of 20 Nov, and each day that the client has waited since."""
    opened, _ = morning

    why, printed = explained(opened.hub, "Club house booking shows the wrong month")

    fired = {one.rule: one for one in why.looked if one.verdict == "fires"}
    assert set(fired) == {"feedback-unhandled", "feedback-reopened"}
    (clock,) = fired["feedback-unhandled"].clocks
    assert clock.hours == sum(one.hours for one in clock.days) == 15.0
    for line in (
        "first answer  Thu 19 Nov 10:35",
        "waits since   Fri 20 Nov 10:00",
        "15 working hours since Fri 20 Nov 10:00 (waiting_since",
        "  Fri 20 Nov: 10:00-13:00 3 h; pause; 14:00-18:00 4 h = 7 h\n",
        "  Sat 21 Nov, Sun 22 Nov: off\n",
        "  Mon 23 Nov: 09:00-13:00 4 h; pause; 14:00-18:00 4 h = 8 h\n",
        "  Tue 24 Nov: 0 h\n",
        "  sent 2026-11-24 09:00: email, Marco Yip 葉子朗",
    ):
        assert line in printed


def test_sandy_reads_why_she_heard_nothing_and_what_makes_it_hers(
    morning: tuple[Day, RoundResult], tmp_path: Path
) -> None:
    """Scenario 9: only suggested, no date and no owner, the coordinator was told at nine; one line, and it is hers."""
    opened, _ = morning

    wifi, printed = explained(opened.hub, "Campus Wi-Fi")
    block, of_block = explained(opened.hub, "Block C live")

    (suggested,) = wifi.whose.suggested
    assert (wifi.whose.client, suggested.client, suggested.bd_name) == ("", "client/cloud_hill", "Sandy Mok 莫詠珊")
    for text in (printed, of_block):
        assert "nobody has said whose it is" in text
        line = f'add "{suggested.value}" to projects under [clients.cloud_hill]; then it is Sandy Mok 莫詠珊\'s'
        assert line in text
        assert "  sent 2026-11-24 09:00: email, Kitty Fung 馮潔儀" in text
    (fired,) = (one for one in block.looked if one.verdict == "fires")
    assert fired.title == "Block C live has no owner and no date"

    hers = confirmed(opened.hub, tmp_path, suggested.setting, suggested.value)

    assert (hers.client, hers.bd_name, hers.suggested) == ("client/cloud_hill", "Sandy Mok 莫詠珊", ())


def confirmed(hub: Hub, folder: Path, setting: str, value: str) -> Whose:
    """Whose Block C is in a copy of the hub, once Cloud Hill's list in the config has that value."""
    with (
        closing(sqlite3.connect(hub.settings.folder / "milepost.db")) as stored,
        closing(sqlite3.connect(folder / "milepost.db")) as copied,
    ):
        stored.backup(copied)
    before, header, client = (
        (hub.settings.folder / "milepost.toml").read_text("utf-8").partition("[clients.cloud_hill]")
    )
    config = folder / "milepost.toml"
    config.write_text(before + header + client.replace(f"{setting} = [", f'{setting} = ["{value}", ', 1), "utf-8")
    (folder / "secrets").symlink_to(hub.settings.folder / "secrets")
    with open_hub(config, clock=lambda: tuesday(9), environ={}) as again, again.reader.connect() as connection:
        return read_whose(connection, find_anything(connection, "Block C live").key, again.settings)


def test_what_a_client_said_in_the_crm_is_one_tap_away(morning: tuple[Day, RoundResult]) -> None:
    """Whoever reads of feedback on the page answers it in the CRM: the page leads to the very ticket."""
    opened, _ = morning
    (url,) = {row.url for row in opened.today().unhandled if row.client == "client/stacked_tower"}

    assert url is not None
    assert url.startswith(f"https://app-ap1.hubspot.com/contacts/{PORTAL}/record/0-5/")
    assert url in {
        row.cells[0].href for block in opened.today_page().blocks if isinstance(block, Table) for row in block.rows
    }


def test_each_reads_in_their_own_language(morning: tuple[Day, RoundResult]) -> None:
    """Scenario 8: Kevin in simplified, Sandy in traditional Chinese, in the same hour."""
    opened, _ = morning

    assert "已等待 6 个工作小时（时限 4 小时，超时 2 小时）" in opened.mails_to("kevin")[0].part("plain")
    assert "工作小時" in opened.mails_to("sandy")[0].part("plain")
    assert "客户" not in opened.mails_to("sandy")[0].part("plain")


def test_a_project_that_is_only_suggested_stands_on_top(morning: tuple[Day, RoundResult]) -> None:
    """Campus Wi-Fi looks like Cloud Hill's; nobody has said so, and nobody's BD manager is told about it."""
    opened, _ = morning

    assert [(row.name, row.suggested) for row in opened.today().projects_without_client] == [
        ("Campus Wi-Fi", "client/cloud_hill")
    ]


def test_a_comment_stands_where_only_we_read(morning: tuple[Day, RoundResult]) -> None:
    """Comments ask for an update, neutrally; a version of Jira has no place for one."""
    opened, result = morning
    texts = [one["text"] for vendor in opened.sandbox.vendors.values() for one in vendor.comments_posted]

    assert len(texts) == result.delivered.comments
    assert opened.commented() == sorted(
        {*overdue_milestones(opened.plan), *unhandled_feedback(opened.plan)} - {"Release 2.1"}
    )
    for text in texts:
        assert "days" not in text
        assert "Marco" not in text


def test_no_comment_stands_where_a_guest_reads(tmp_path: Path) -> None:
    """One guest silences their own board and project, and no other."""
    with day(tmp_path) as opened:
        donor, points = opened.plan.project("DONOR"), opened.plan.project("POINTS")
        opened.sandbox.trello.invite(opened.sandbox.trello.project_ref(donor), "ch_tsang", opened.plan.first_sync)
        opened.sandbox.asana.invite(opened.sandbox.asana.project_ref(points), "ch_ip")

        opened.first_round()

        assert set(overdue_milestones(opened.plan)) - set(opened.commented()) == {
            "Release 2.1",
            "收據模組驗收",
            "積分規則上線",
        }


def test_a_second_round_sends_nothing_twice(tmp_path: Path) -> None:
    """The same state of the world is no news."""
    with day(tmp_path) as opened:
        first = opened.first_round()
        received = len(opened.sandbox.mail.received), len(opened.sandbox.slack.messages)

        again = opened.round_at(opened.plan.story_now)

        assert first.delivered.sent > 0
        assert again.delivered.sent == 0
        assert (len(opened.sandbox.mail.received), len(opened.sandbox.slack.messages)) == received


def test_syncing_twice_leaves_the_same_rows(tmp_path: Path) -> None:
    """Twice is once, over all tools and every unified table."""
    with day(tmp_path) as opened:
        opened.hub.sync()
        before = {table: opened.rows(table) for table in UNIFIED}

        opened.hub.sync()

        assert {table: opened.rows(table) for table in UNIFIED} == before
        assert set(UNIFIED) <= set(SQLModel.metadata.tables)


def _days(*texts: str) -> list[object]:
    return [date.fromisoformat(text) for text in texts]
