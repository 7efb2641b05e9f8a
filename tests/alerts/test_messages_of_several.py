"""A message about several matters: by client, the worst first, each with what to do; what has no room is counted."""

from dataclasses import replace

import pytest

from alerts.messages import End, Line
from alerts.routing import Reader
from config.language import LANGUAGES
from rules.evaluate import Finding
from tests.alerts import firm
from tests.alerts.firm import feedback, hk, milestone
from tests.alerts.writing import AT_RISK, SEVERAL, UNPROMISED, WROTE_AGAIN, coordinator, item, reader, writer


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


def test_where_one_has_no_client_the_title_counts_the_matters() -> None:
    """Nobody can say how many clients those are."""
    sent = writer().many([item(finding) for finding in (*SEVERAL, UNPROMISED)], reader("en"), {})

    assert sent.title == "Tue 24 Nov: 5 matters need you"
    assert len(sent.told) == 5


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


def test_every_client_is_named_before_anybodys_second_alert() -> None:
    """One client in flames does not hide the others."""
    flames = [milestone(number, name=f"Release {number}", days_overdue=90) for number in range(1, 31)]
    others = [milestone(31, client="client/kite", days_overdue=1), feedback(1, client="client/boat")]

    sent = writer().many([item(finding) for finding in (*flames, *others)], reader("en"), {})

    assert [head for head, _ in sent.groups] == ["Bank of Nine Ferries", "Paper Kite Stores", "Slow Boat Freight"]
    named = sum(bool(entry.lines) for entry in sent.entries)
    assert sent.more == Line(f"and {32 - named} more: May Chan can list them.")
    assert named > 3


def test_each_client_that_the_title_counts_has_a_line() -> None:
    """The second of "2 clients" stood nowhere, where the first had as much that was worse as there is room for."""
    late = [milestone(number, name=f"Part {number} of the portal, which is long") for number in range(1, 15)]
    moved = firm.of("milestone-slipped", "warning", key="delivery/issue/99", client="client/boat")

    sent = writer().many([item(found) for found in (*late, moved)], reader("en"), {})

    assert "2 clients" in sent.title
    assert {entry.client for entry in sent.entries if entry.lines} == {"Bank of Nine Ferries", "Slow Boat Freight"}


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


def test_what_may_go_wrong_and_is_nobodys_client_begins_with_the_matter() -> None:
    """Somebody's load is of no client, of no project and of no tool."""
    load = replace(
        AT_RISK, source="", client=None, facts={**AT_RISK.facts, "client": None, "project_name": None, "source": ""}
    )

    sent = writer().many([item(milestone()), item(load)], reader("en"), {})

    assert sent.entries[-1].lines[0].text.startswith("Go-live")


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


def test_a_message_whose_links_found_no_room_asks_for_no_log_in() -> None:
    many = [milestone(number, name=f"Part {number} of the portal, which is long") for number in range(1, 15)]

    few, more = (writer().many([item(one) for one in found], reader("en"), {}).as_text() for found in (many[:2], many))

    assert "log-in" in few
    assert "log-in" not in more
