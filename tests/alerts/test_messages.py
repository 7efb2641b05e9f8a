"""The words: each message in each language beside its golden file, within the bounds of a phone, safe with any text.

`MILEPOST_GOLDEN=write` writes the files anew; look at what changed before committing it.
"""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import messages as messages_module
from alerts.ahead import Due
from alerts.channels.slack_form import form
from alerts.facts import Facts
from alerts.messages import TEXTS, End, Ending, Item, Line, Message
from alerts.phone_size import BODY_CHARS, BODY_LINES, fitting, titled
from alerts.plain_text import one_line, safe_url
from alerts.planning import said_by
from alerts.quiet_words import quiet_line
from alerts.routing import Reader
from alerts.week_figures import WeekFigures
from alerts.week_words import week_message
from alerts.writer import Writer
from config.language import LANGUAGES
from config.settings import ClientSettings, Language, Settings
from rules.evaluate import Finding
from rules.titles import Reading
from tests.alerts import firm
from tests.alerts.firm import TUESDAY, feedback, hk, milestone

GOLDEN = Path(__file__).parent / "golden"


def writer(settings: Settings | None = None, stale: tuple[str, ...] = ()) -> Writer:
    return Writer(settings or firm.settings(), firm.freshness(TUESDAY, stale), firm.working_time(), TUESDAY)


def item(finding: Finding, ending: Ending | None = None) -> Item:
    rule = firm.rule(finding.rule)
    client = (finding.client or "").removeprefix("client/")
    return Item(
        f"{finding.rule}:{finding.subject}",
        rule.view.name,
        finding.rule,
        finding.source,
        client,
        finding.severity,
        Facts(finding.facts),
        hk(19),
        lambda language, facts: said_by(rule, facts, Reading(language, firm.HK, TUESDAY.astimezone(firm.HK).date())),
        ending,
    )


def reader(language: Language) -> Reader:
    return Reader("person/marco", "Marco Yip", "marco@lanternquay.example", language)


def coordinator(language: Language) -> Reader:
    return Reader("person/may", "May Chan", "may@lanternquay.example", language)


def group(language: Language) -> Reader:
    return Reader("", "", "", language)


SLOW_BOAT = {
    "client": "client/boat",
    "bd_name": "罗建明",
    "owner_name": "周敏",
    "author": "赵磊",
    "severity": "high",
    "text": "导入运单报错，仓库停了半天",
    "waiting_since": hk(23, 11).isoformat(),
    "limit_hours": 4.0,
    "waited_hours": 6.0,
}
SEVERAL = (
    milestone(1),
    milestone(2, name="Release 2.1", client="client/kite", days_overdue=11, owner_name="Priya Nair", bd_name="莫詠珊"),
    feedback(1, client="client/kite", waited_hours=15.0),
    feedback(2, **SLOW_BOAT),
)
TODAY = {"working_days_overdue": 0, "deadline_on": "2026-11-24", "moves": 0, "total_items": 0, "owner_name": None}
UNPROMISED = milestone(5, client=None, name="Block C", due_at=hk(24, 8, 30).isoformat(), days_overdue=0, **TODAY)

DUE = [
    Due("Pen test", "bank", date(2026, 11, 25), True),
    Due("家長通試用", "kite", date(2026, 11, 27), False),
]
WEEK = WeekFigures(
    new=4,
    solved=6,
    open=9,
    on_time={"value": 75.0, "met": 9, "counted": 12},
    answers={"value": 3.0, "details": {"p90": 9.0, "or_more": False, "p90_or_more": True}},
    decided={"snoozed": 3, "silenced": 1},
)
PATH = (date(2026, 10, 30), date(2026, 11, 6), date(2026, 11, 16), date(2026, 11, 30))
AT_RISK = firm.of(
    "milestone-at-risk",
    "warning",
    key="delivery/issue/9",
    name="Go-live",
    open_items=18,
    closed_lately=9,
    days_behind=27,
    total_items=27,
)
WROTE_AGAIN = {
    "author": "Meera Kapadia",
    "received_at": hk(18, 15, 20).isoformat(),
    "first_response_at": hk(19, 10, 35).isoformat(),
    "waiting_since": hk(20, 10).isoformat(),
    "waited_hours": 15.0,
}


def messages(language: Language) -> dict[str, Message]:
    """One of every kind that there is."""
    to, write = reader(language), writer()
    ends = {
        "done": (milestone(), Ending("done", "謝俊傑", hk(24, 10, 12))),
        "answered": (feedback(), Ending("answered", "Kitty Fung", hk(23, 17, 15))),
        "answered elsewhere": (feedback(), Ending("answered elsewhere", "莫詠珊", hk(20, 17, 15), how="WhatsApp")),
        "closed": (feedback(), Ending("closed", at=hk(24, 8))),
        "cancelled": (milestone(), Ending("cancelled", "Raymond Ho", hk(24, 8))),
        "date agreed": (milestone(), Ending("date agreed", new_on=date(2026, 11, 30), how="CR-012")),
        "date moved": (milestone(), Ending("date moved", "Raymond Ho", hk(24, 9, 40), date(2026, 11, 30), path=PATH)),
        "date moved, nobody knows from where": (
            milestone(),
            Ending("date moved", at=hk(23, 9, 40), new_on=date(2026, 11, 30)),
        ),
        "date removed": (milestone(), Ending("date removed", "Raymond Ho", hk(24, 9, 40))),
        "gone": (milestone(), Ending("gone")),
        "cleared": (milestone(), Ending("cleared")),
    }
    return {
        "overdue": write.one(item(milestone()), to),
        "overdue since this morning, no client": write.one(item(UNPROMISED), to, ("no_bd", "Mobile app revamp")),
        "overdue by the agreed date": write.one(
            item(milestone(agreed_on="2026-11-16", moves=1, status_category="unknown", status="Parked")), to
        ),
        "overdue, in a group": write.one(item(milestone(name="Bank of Nine Ferries UAT")), group(language)),
        "feedback": write.one(item(feedback()), to),
        "feedback, for the coordinator": write.one(item(feedback()), coordinator(language)),
        "feedback, who wrote again": write.one(item(feedback(4, **WROTE_AGAIN)), to),
        "feedback, high": write.one(item(feedback(2, **SLOW_BOAT)), to),
        "feedback of a confidential client, in a group": write.one(
            item(feedback(3, client="client/bank")), group(language)
        ),
        "several": write.many([item(finding) for finding in SEVERAL], to, {}),
        "several, with what may go wrong and what is due": write.many(
            [item(finding) for finding in (*SEVERAL[:2], AT_RISK)], to, {}, DUE
        ),
        "several, in a group, a source stale": writer(stale=("boards",)).many(
            [item(finding) for finding in SEVERAL], group(language), {}
        ),
        "nothing new": quiet_line(write, to, [], [], failed=0, is_last=True),
        "nothing new, some open": quiet_line(
            write, to, [item(found) for found in SEVERAL], DUE, failed=0, is_last=False
        ),
        "nothing new, not all checked": quiet_line(writer(stale=("boards",)), to, [], DUE[:1], failed=2, is_last=False),
        "the week": week_message(write, to, WEEK, date(2026, 11, 20), DUE, ahead="due.next", target="90"),
        "the week, of which little is known": week_message(
            write, to, WeekFigures(0, 1, 1, None, None, {}), date(2026, 11, 20), [], ahead="due.week", target=""
        ),
        "first look": write.summary([item(finding) for finding in SEVERAL], to),
        **{f"ended: {name}": write.ended([item(found, ending)], to) for name, (found, ending) in ends.items()},
        "ended: two": write.ended([item(found, ending) for found, ending in list(ends.values())[:2]], to),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_messages_say_what_their_golden_file_says(language: Language) -> None:
    """So that a change of words is seen as words."""
    told = messages(language)
    said = "\n".join(f"# {name}\n{sent.as_text()}\n" for name, sent in told.items())
    said += "".join(f"\n# {name}, in Slack\n{form(sent)['text']}\n" for name, sent in told.items() if sent.count)
    comments = [
        writer(firm.settings(language=language)).comment(item(finding))
        for finding in (milestone(), UNPROMISED, feedback(bd=None), feedback(bd=None, project="crm/project/1"))
    ]
    said += "\n# comments\n" + "\n".join(comments) + "\n"
    path = GOLDEN / f"messages.{language}.txt"
    if os.environ.get("MILEPOST_GOLDEN") == "write":
        path.write_text(said, "utf-8")

    assert said == path.read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_fits_a_phone(language: Language) -> None:
    """The title before the cut, the body within 600 characters and eight lines."""
    for name, sent in messages(language).items():
        width = sum(40 / 22 if east_asian_width(char) in "WF" else 1 for char in sent.title)
        assert width <= 40.01, name
        assert len(sent.body()) <= BODY_CHARS, name
        assert len(sent.lines) < BODY_LINES, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_with_every_line_there_is_fits_a_phone_uncut(language: Language) -> None:
    """However many sources could not be checked: a promise cut to fifty characters tells nobody anything."""
    crowded = item(milestone(status_category="unknown", status="Parked"))
    sent = writer(stale=("boards", "crm")).one(crowded, reader(language), ("no_bd", "Mobile app revamp"))

    assert len(sent.lines) < BODY_LINES
    assert not any(line.text.endswith("…") for line in sent.lines)
    assert all(label in sent.lines[-1].text for label in ("Jira", "Trello", "HubSpot"))


@pytest.mark.parametrize(
    ("found", "step"),
    [
        pytest.param(milestone(1), "; tell the client today (done? tick it).", id="late"),
        pytest.param(milestone(1, days_overdue=0), "; ask whether it is done (if so, tick it).", id="since today"),
        pytest.param(feedback(1, client="client/bank"), "; answer today.", id="waits"),
        pytest.param(milestone(1, client_facing=False), "; tick it if done, else update its date.", id="ours"),
    ],
)
def test_each_matter_of_several_ends_with_its_own_next_step(found: Finding, step: str) -> None:
    """In the tunnel there is no link to follow; what nobody promised a client is no matter for the client."""
    other = milestone(9, client="client/kite", severity="info")

    sent = writer().many([item(found), item(other)], reader("en"), {})

    assert [entry.lines[0].text.endswith(step) for entry in sent.entries if entry.client != "Paper Kite Stores"] == [
        True
    ]


def test_a_clients_matters_stand_together_below_its_name_and_the_title_counts_the_clients() -> None:
    """The manager thinks of three clients, not of four alerts; the worst client comes first, and its worst alert."""
    sent = writer().many([item(finding) for finding in SEVERAL], reader("en"), {})

    assert sent.title == "Tue 24 Nov: 3 clients need you"
    assert [(head, len(entries)) for head, entries in sent.groups] == [
        ("Paper Kite Stores", 2),
        ("Bank of Nine Ferries", 1),
        ("Slow Boat Freight", 1),
    ]


def test_each_matter_of_several_has_its_particulars_and_leads_to_its_tool() -> None:
    """Due when, promised when, moved, agreed, in which project: what the manager would open the tool for."""
    sent = writer().many([item(milestone()), item(feedback())], reader("en"), {})

    assert [entry.lines[1] for entry in sent.entries] == [
        Line(
            "Due Mon 16 Nov; promised 30 Oct, moved twice, not agreed; Mobile app revamp.",
            "https://lanternquay.atlassian.example/browse/NFA-1",
            "Jira",
        ),
        Line('"收據列印太慢"', "https://app.hubspot.example/ticket/1", "HubSpot"),
    ]


def test_who_wrote_and_who_has_it_are_told_apart() -> None:
    """ "Release 2.1 is late (Priya Nair); wrote again" had Priya write; "(nobody)" had nobody do what?"""
    again = item(feedback(4, **WROTE_AGAIN))

    told = writer().many([item(milestone()), again], reader("en"), {}).entries[1].lines[0].text

    assert told == (
        "Meera Kapadia wrote again Fri 10:00, waits 15 working hours, 7 h over our limit of 8 h; nobody has it; "
        "answer today."
    )


def test_particulars_give_way_before_matters_do() -> None:
    """Four of one client, and all are named: the dates of the last ones can be looked up."""
    found = [item(milestone(number, name=f"Release {number}", days_overdue=60 - number)) for number in range(1, 5)]

    sent = writer().many(found, reader("en"), {})

    told = [len(entry.lines) for entry in sent.entries]
    assert told == sorted(told, reverse=True)
    assert (told[0], told[-1]) == (2, 1)


@pytest.mark.parametrize(
    ("client", "what", "title"),
    [
        ("Bank of Nine Ferries", "UAT", "Bank of Nine Ferries: UAT is blocked"),
        ("Bank of Nine Ferries", "UAT sign-off by all branches", "Bank of Nine Ferries: UAT… is blocked"),
        ("Slow Boat Freight", "回执报文归档与查询", "Slow Boat: 回执报文归档与查询 is blocked"),
        ("", "The whole of the data migration, second part", "The whole of the data… is blocked"),
    ],
)
def test_a_title_is_cut_in_its_names_and_not_in_its_news(client: str, what: str, title: str) -> None:
    """A lock screen that shows whose and which, and not what happened, is a riddle."""
    said = fitting(lambda name, thing: f"{name}: {thing} is blocked" if name else f"{thing} is blocked", client, what)

    assert said == title


def test_where_one_has_no_client_the_title_counts_the_matters() -> None:
    """Nobody can say how many clients those are."""
    sent = writer().many([item(finding) for finding in (*SEVERAL, UNPROMISED)], reader("en"), {})

    assert sent.title == "Tue 24 Nov: 5 matters need you"
    assert len(sent.told) == 5


@pytest.mark.parametrize(
    ("found", "title", "heads"),
    [
        (
            [milestone(1), milestone(2, client="client/tower")],
            "Marco Yip: 2 clients need you",
            ["BANK", "Stacked Tower"],
        ),
        (
            [milestone(1), feedback()],
            "Tue 24 Nov: 2 clients need us",
            ["Marco Yip: BANK", "莫詠珊: Paper Kite Stores"],
        ),
        (
            [milestone(1, client_facing=False), milestone(2)],
            "Tue 24 Nov: 1 client needs us",
            ["Marco Yip: BANK", "Raymond Ho: BANK"],
        ),
    ],
)
def test_a_group_reads_whom_each_client_waits_for(found: list[Finding], title: str, heads: list[str]) -> None:
    """ "2 clients need you", to a whole channel, needs nobody; a title that names the one reader names them for all."""
    clients = {**firm.settings().clients, "tower": ClientSettings(name="Stacked Tower", bd="marco")}
    write = writer(firm.settings(clients=clients))

    sent = write.many([item(finding) for finding in found], group("en"), {})

    assert sent.title == title
    assert sorted(head for head, _ in sent.groups) == heads


@pytest.mark.parametrize(
    ("settled", "title"),
    [
        ([], "Tue 24 Nov: 2 clients need you"),
        ([1], "Tue 24 Nov: 2 clients need you"),
        ([1, 2], "Tue 24 Nov: 1 client needs you"),
        ([1, 2, 3], "Tue 24 Nov: nothing left to do"),
    ],
)
def test_a_title_that_counts_says_what_is_true_once_some_are_over(settled: list[int], title: str) -> None:
    """A client who still waits for one thing still needs somebody."""
    found = [item(milestone(1)), item(milestone(2)), item(milestone(3, client="client/kite"))]
    sent = writer().many(found, reader("en"), {})

    for number in settled:
        sent = sent.with_end(f"milestone-overdue:delivery/issue/{number}", End("Marked done.", "Done: UAT"))

    assert (sent.title, sent.settled) == (title, len(settled) == 3)


@pytest.mark.parametrize(
    ("ending", "settled"),
    [
        (Ending("done"), True),
        (Ending("date agreed", new_on=date(2026, 11, 30)), True),
        (Ending("date moved", new_on=date(2026, 11, 30)), False),
        (Ending("date removed"), False),
        (Ending("cancelled"), False),
    ],
)
def test_what_ended_with_a_next_step_is_not_settled(ending: Ending, settled: bool) -> None:
    """ "Agree it with the client" below a tick is not read."""
    end = writer().end(item(milestone(), ending), reader("en"))

    assert end.settled is settled
    assert ("Next:" in end.text) is not settled


def test_every_client_is_named_before_anybodys_second_alert() -> None:
    """One client in flames does not hide the others."""
    flames = [milestone(number, name=f"Release {number}", days_overdue=90) for number in range(1, 31)]
    others = [milestone(31, client="client/kite", days_overdue=1), feedback(1, client="client/boat")]

    sent = writer().many([item(finding) for finding in (*flames, *others)], reader("en"), {})

    assert [head for head, _ in sent.groups] == ["Bank of Nine Ferries", "Paper Kite Stores", "Slow Boat Freight"]
    named = sum(bool(entry.lines) for entry in sent.entries)
    assert sent.more == Line(f"and {32 - named} more: May Chan can list them.")
    assert named > 3


def test_each_reason_why_a_reader_gets_it_is_told_with_every_name() -> None:
    """May owns what nobody else does: the message says of what, not of the first one alone."""
    found = [item(milestone(1)), item(milestone(2)), item(milestone(3)), item(feedback())]
    why = [("no_bd", "App"), ("no_bd", "Block C"), ("no_owner", "Portal"), ("no_bd", "App")]
    notes = {one.fingerprint: note for one, note in zip(found, why, strict=True)}

    sent = writer().many(found, coordinator("en"), notes)

    assert [line.text for line in sent.footer[:2]] == [
        "No BD manager for App, Block C: please name one.",
        "No owner for Portal: please name one.",
    ]


@pytest.mark.parametrize(
    ("day", "english", "traditional", "simplified"),
    [
        (24, "wrote again today 08:00", "今日 08:00 再次來訊", "今天 08:00 再次来信"),
        (23, "wrote again Mon 08:00", "星期一 08:00 再次來訊", "周一 08:00 再次来信"),
        (20, "wrote again Fri 08:00", "上星期五 08:00 再次來訊", "上周五 08:00 再次来信"),
        (9, "wrote again Mon 9 Nov 08:00", "11月9日（一）08:00 再次來訊", "11月9日（一）08:00 再次来信"),
    ],
)
def test_a_client_who_had_an_answer_and_wrote_again_is_told_as_that(
    day: int, english: str, traditional: str, simplified: str
) -> None:
    """ "We answered that!" is what the manager would say otherwise. A day is named as long as that is plain."""
    again = feedback(1, first_response_at=hk(8).isoformat(), waiting_since=hk(day, 8).isoformat())
    found = [item(milestone()), item(again)]

    for language, told in zip(LANGUAGES, (english, traditional, simplified), strict=True):
        assert told in writer().many(found, reader(language), {}).body()


def test_the_command_that_records_an_answer_names_the_ticket_and_can_be_pasted() -> None:
    """The coordinator types it as it stands; a vendor's id cannot end it."""
    plain, odd = (
        writer().one(item(feedback(1, key=key)), coordinator("en")) for key in ("crm/ticket/1", "crm/ticket/1; rm x")
    )

    assert "milepost answered crm/ticket/1 --at" in plain.body()
    assert "milepost answered 'crm/ticket/1; rm x' --at" in odd.body()


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "Slow Boat: Release 2.1 is 11 days late"),
        ("zh-Hant-HK", "Slow Boat：Release 2.1 逾期 11 日"),
        ("zh-Hans-CN", "【逾期】慢船物流：Release 2.1 已 11 天"),
    ],
)
def test_a_name_that_ends_in_a_number_is_set_off_from_the_days(language: Language, title: str) -> None:
    """ "Release 2.1 11 days late" is read twice."""
    release = milestone(name="Release 2.1", client="client/boat", days_overdue=11)

    assert writer().one(item(release), reader(language)).title == title


@pytest.mark.parametrize(
    ("client", "what", "shown"),
    [
        pytest.param("Warm Kettle", "UAT sign-off", ("Warm Kettle", "UAT sign-off"), id="room for both"),
        pytest.param(
            "Bank of Nine Ferries", "UAT sign-off", ("Bank of Nine Ferries", "UAT…"), id="the milestone first"
        ),
        pytest.param("Stacked Tower Estates", "Release 2.1", ("Stacked Tower", "Release 2.1"), id="but for its number"),
        pytest.param("慢船物流", "导入运单报错，仓库停了半天，无人理", ("慢船物流", "导入运单报错…"), id="by clauses"),
        pytest.param("Bank of Sea", "Release 2.1 of the app", ("Bank of Sea", "Release 2.1…"), id="its end"),
        pytest.param(
            "Stacked Tower Estates", "Release 2.1 of the portal", ("Stacked Tower", "Release 2.1…"), id="both"
        ),
    ],
)
def test_a_title_cuts_whole_words_only(client: str, what: str, shown: tuple[str, str]) -> None:
    """ "Stacked…: Release" is nobody's client, and "仓库停了…" nobody's complaint."""

    def say(key: str, **values: object) -> str:
        return f"{values['client']}: {values['what']} 11 days late"

    assert titled(say, "title", client, what) == f"{shown[0]}: {shown[1]} 11 days late"


def test_what_a_title_had_no_room_for_stands_in_the_body() -> None:
    """Cut in the subject, whole below."""
    sent = writer().one(item(milestone()), reader("en"))

    assert sent.title == "Bank of Nine Ferries: UAT… 8 days late"
    assert sent.told[0].text == "UAT sign-off; Bank of Nine Ferries, Mobile app revamp"


def test_a_group_reads_whom_a_single_alert_waits_for() -> None:
    """Everybody's is nobody's."""
    assert writer().one(item(milestone()), group("en")).told[0].text == "For Marco Yip."
    assert writer().one(item(milestone()), reader("en")).told[0].text != "For Marco Yip."


def test_a_reference_names_no_confidential_client_to_a_group() -> None:
    """People write what they like into a reference."""
    agreed = Ending("date agreed", new_on=date(2026, 11, 30), how="minutes, Bank of Nine Ferries")

    assert writer().ended([item(milestone(), agreed)], group("en")).told == (
        Line("The client agreed to Mon 30 Nov (minutes, BANK)."),
    )


def test_an_alert_that_ends_on_its_first_day_counts_no_days() -> None:
    """ "Open 0 working days as an alert" says nothing to anybody."""
    today = replace(item(milestone(), Ending("done", "謝俊傑", hk(24, 8, 50))), since=TUESDAY)

    assert writer().ended([today], reader("en")).told == (
        Line("Marked done by 謝俊傑 08:50, 8 days after the due date. Nothing more to do."),
    )


def test_whoever_moved_an_inner_date_is_not_sent_to_the_client() -> None:
    """Nobody promised it to anybody: the notice tells what happened, and no more."""
    moved = Ending("date moved", "Raymond Ho", hk(24, 9, 40), date(2026, 11, 30))
    inner = item(milestone(client_facing=False), moved)

    assert "client" not in writer().ended([inner], reader("en")).body().casefold()


def test_no_link_leads_to_us_unless_we_can_be_reached() -> None:
    """A loopback address is a dead link on a phone."""
    found = [item(finding) for finding in SEVERAL]
    public = writer(firm.settings(public_url="https://milepost.lanternquay.example"))

    assert not any(line.url for line in writer().many(found, reader("en"), {}).footer)
    assert (
        Line("Open the report", "https://milepost.lanternquay.example") in public.many(found, reader("en"), {}).footer
    )


def test_a_confidential_client_is_named_to_its_manager_and_nowhere_else() -> None:
    """By its code in a group: no name, no project, no author, no words, no link."""
    told = [milestone(name="九渡銀行 UAT for BANK OF NINE FERRIES"), feedback(1, client="client/bank")]
    alone = [writer().one(item(finding), group("en")) for finding in told]
    together = [writer().many([item(finding) for finding in told], group("en"), {})]
    for sent in alone + together:
        text = f"{sent.title}\n{sent.body()}".casefold()
        assert "bank" in text
        for secret in ("nine ferries", "九渡", "潘詠琳", "收據", "revamp", "http"):
            assert secret not in text


def test_a_group_hears_of_a_confidential_client_that_it_waits_and_no_more() -> None:
    """Among others there is no room to say more, and its subject is the client's."""
    found = [item(feedback(number, client="client/bank", waited_hours=9.0)) for number in (1, 2)]

    sent = writer().many(found, group("zh-Hant-HK"), {})

    told = "客戶上星期五 16:30 來訊，已等候 9 工作小時（時限 8 小時，超出 1 小時）；未指派負責人，請今日回覆。"
    assert [entry.lines for entry in sent.entries] == [(Line(told),)] * 2


def test_a_quotation_is_cut_at_120_characters() -> None:
    """An alert is not the place to read a letter."""
    said = writer().one(item(feedback(text="很" * 400)), reader("zh-Hant-HK")).body()

    assert said.count("很") == 119


def test_twenty_alerts_still_fit_and_the_rest_is_counted() -> None:
    """The worst are named, and nobody believes these are all."""
    found = [item(milestone(number, name=f"Release {number}", days_overdue=number)) for number in range(1, 21)]

    sent = writer().many(found, reader("en"), {})

    assert "Release 20" in sent.lines[0].text
    assert sent.more is not None
    assert sent.more.text.startswith("and ")
    assert len(sent.entries) == 20


@pytest.mark.parametrize(
    ("public_url", "to", "line"),
    [
        ("", reader("en"), Line("and 15 more, 5 that may go wrong: May Chan can list them.")),
        ("", coordinator("en"), Line("and 15 more, 5 that may go wrong: milepost alerts list")),
        (
            "https://milepost.example",
            reader("en"),
            Line("and 15 more, 5 that may go wrong", "https://milepost.example"),
        ),
    ],
)
def test_how_to_see_the_rest_is_told_in_the_way_of_its_reader(public_url: str, to: Reader, line: Line) -> None:
    """A manager has no command line, and "and 20 more" alone is a dead end. What only may go wrong is counted apart:
    the title counts what needs somebody."""
    broken = [item(milestone(number, name=f"Release {number}")) for number in range(1, 21)]
    early = [item(replace(AT_RISK, subject=f"delivery/issue/{number}")) for number in range(30, 35)]

    sent = writer(firm.settings(public_url=public_url)).many([*broken, *early], to, {})

    assert sent.more is not None
    assert replace(sent.more, label="") == line
    assert len([line for line in sent.foot if line.url]) == (1 if public_url else 0)


def test_the_rest_is_found_in_full_where_there_is_room() -> None:
    """A mail loses neither dates nor moves that stand in Slack; no matter is told in full twice."""
    found = [item(milestone(number, name=f"Release {number}")) for number in range(1, 8)]

    sent = writer().many(found, reader("en"), {})

    assert sent.with_room().more == Line("and 2 more: below.")
    below = sent.below()
    assert below is not None
    heading, [(head, entries)] = below
    assert (heading.text, head, len(entries)) == ("In full. Links need a log-in.", "Bank of Nine Ferries", 7)
    assert all("Due Mon 16 Nov; promised 30 Oct" in entry.lines[1].text and entry.lines[1].url for entry in entries)


def test_of_very_many_a_mail_tells_the_worst_in_full_and_where_the_others_are() -> None:
    """It is to stay light, and its row in the outbox too."""
    found = [item(milestone(number, name=f"Release {number}")) for number in range(1, 61)]

    sent = writer().many(found, reader("en"), {})

    assert sent.with_room().more == sent.more
    assert sum(bool(entry.whole) for entry in sent.entries) == 20


def test_the_comment_in_the_tool_names_nobody() -> None:
    """A client may read it one day."""
    late, waits = (
        writer().comment(item(found)) for found in (milestone(), feedback(bd=None, project="boards/board/1"))
    )

    assert late == "Due Mon 16 Nov has passed; please update the date or the status. (Milepost)"
    assert waits == "Waiting for an answer since Fri 20 Nov 16:30. (Milepost)"


def test_the_note_in_the_crm_says_who_waits_and_since_when() -> None:
    """Whoever opens the company's page sees no ticket beside the note."""
    assert writer().comment(item(feedback(bd=None))) == (
        "潘詠琳 has waited for an answer since Fri 20 Nov 16:30. (Milepost)"
    )


def test_what_was_due_this_morning_is_not_said_to_be_of_a_day_that_passed() -> None:
    """At nine, of half past eight."""
    assert writer().comment(item(UNPROMISED)) == ("Due today 08:30; please update the date or the status. (Milepost)")


@pytest.mark.parametrize(
    ("people", "begins"),
    [
        pytest.param({"owner": "person/kevin", "bd": "person/sandy"}, "截止日 11月16日（一）已过", id="the owner's"),
        pytest.param({"owner": "person/x", "bd": "person/sandy"}, "到期日 11月16日（一）已過", id="the BD manager's"),
        pytest.param({"owner": None, "bd": "person/marco"}, "Due Mon 16 Nov has passed", id="the organisation's"),
    ],
)
def test_the_comment_is_in_the_language_of_those_who_must_act(people: dict[str, Any], begins: str) -> None:
    """A team in Shenzhen reads Chinese, whatever the organisation's language is."""
    assert writer().comment(item(milestone(**people))).startswith(begins)


def test_a_message_comes_back_from_the_outbox_as_it_was() -> None:
    """What was decided is what is sent."""
    for language in LANGUAGES:
        for sent in messages(language).values():
            assert Message.from_json(sent.to_json()) == sent


def test_every_text_is_said_somewhere() -> None:
    """A text that nobody says is not kept."""
    house = Path(messages_module.__file__).parents[1]
    said_in = [*(house / "alerts").rglob("*.py"), *(house / "cli").glob("*.py")]
    code = "\n".join(path.read_text("utf-8") for path in said_in)
    composed = (
        "act.",
        "note.",
        "times.",
        "nth.",
        "level.",
        "late.",
        "ended.",
        "outage.why.",
        "daily.title_",
        "due.",
        "weekly.",
    )  # the rest of the key is a value
    unsaid = [
        key
        for key in TEXTS.keys()  # noqa: SIM118  a method of the catalog
        if f'"{key.removesuffix("_no_client")}"' not in code and not key.startswith(composed)
    ]

    assert unsaid == []


_ANY = st.text(max_size=400)


@given(_ANY, _ANY, _ANY, st.sampled_from(LANGUAGES))
def test_whatever_a_vendor_writes_stays_in_its_line_and_within_bounds(
    name: str, text: str, author: str, language: Language
) -> None:
    """Titles are hostile: no line of theirs can look like one of ours."""
    hostile: dict[str, Any] = {"owner_name": author, "project_name": text, "status": text}
    for sent in (
        writer().one(item(milestone(name=name, **hostile)), reader(language)),
        writer().one(item(feedback(subject=name, text=text, author=author)), reader(language)),
        writer().many([item(milestone(name=name, **hostile)), item(feedback(text=text))], reader(language), {}),
        writer().many([item(milestone(1, name=name)), item(milestone(2, name=text, **hostile))], reader(language), {}),
    ):
        assert len(sent.body()) <= BODY_CHARS
        assert len(sent.body().splitlines()) <= len(sent.lines) < BODY_LINES
        assert len(sent.title.splitlines()) == 1


@given(_ANY)
def test_one_line_is_one_line(text: str) -> None:
    """No break, no control character, nothing that turns the direction of writing."""
    line = one_line(text)

    assert len(line.splitlines()) <= 1
    assert one_line(line) == line


@given(st.one_of(_ANY, _ANY.map("https://tool.example/".__add__)))
def test_a_link_is_http_or_nothing(text: str) -> None:
    """A vendor's address can neither run something nor end the markup around it."""
    url = safe_url(text)

    assert url == "" or url.startswith(("http://", "https://"))
    assert not set(url) & set(' <>"|\\\n\r')


def test_each_client_that_the_title_counts_has_a_line() -> None:
    """The second of "2 clients" stood nowhere, where the first had as much that was worse as there is room for."""
    late = [milestone(number, name=f"Part {number} of the portal, which is long") for number in range(1, 15)]
    moved = firm.of("milestone-slipped", "warning", key="delivery/issue/99", client="client/boat")

    sent = writer().many([item(found) for found in (*late, moved)], reader("en"), {})

    assert "2 clients" in sent.title
    assert {entry.client for entry in sent.entries if entry.lines} == {"Bank of Nine Ferries", "Slow Boat Freight"}


def test_a_message_whose_links_found_no_room_asks_for_no_log_in() -> None:
    many = [milestone(number, name=f"Part {number} of the portal, which is long") for number in range(1, 15)]

    few, more = (writer().many([item(one) for one in found], reader("en"), {}).as_text() for found in (many[:2], many))

    assert "log-in" in few
    assert "log-in" not in more


def test_what_may_go_wrong_and_is_nobodys_client_begins_with_the_matter() -> None:
    """Somebody's load is of no client, of no project and of no tool."""
    load = replace(
        AT_RISK, source="", client=None, facts={**AT_RISK.facts, "client": None, "project_name": None, "source": ""}
    )

    sent = writer().many([item(milestone()), item(load)], reader("en"), {})

    assert sent.entries[-1].lines[0].text.startswith("Go-live")
