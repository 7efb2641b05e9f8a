"""What fires besides: by client, the worst first, with why it matters; and what a source holds back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from config.settings import Language
from report.document import Row, Table
from report.pages.today import FOLDED
from report.reading.own_sources import narrowed
from report.reading.today import Today, read_today
from report.structured import as_json
from tests.alerts.firm import TUESDAY, hk, put
from tests.report.asking import MARCO
from tests.report.browser import document, figures, html, seen
from tests.report.firm import alert, asked, feedback, milestone, read
from unify.doubts import Doubt
from unify.tallies import Tally

KITES: Mapping[str, Any] = {"client": "client/kite", "bd": "person/sandy"}
NOBODYS: Mapping[str, Any] = {"client": None, "bd": None, "client_names": None}


def rows(engine: Engine, language: Language = "en", **how: Any) -> list[Row]:
    """The list of them, as it stands on the page."""
    block = next(block for block in document(engine, language, **how).blocks if block.anchor == "alerts")
    assert isinstance(block, Table)
    return list(block.rows)


def test_they_stand_by_client_the_gravest_first_and_our_own_last(engine: Engine) -> None:
    """A reader begins at the top: what is worst for a client, and the hub's own troubles when there is time."""
    put(
        engine,
        "alert",
        alert("credential-expiring", "boards", "high", **NOBODYS),
        alert("item-stale", "A", "info"),
        alert("item-blocked", "B", since=hk(24, 10)),
        alert("item-blocked", "C"),
        alert("risk-high", "D", "high", **KITES),
        alert("milestone-without-owner-or-date", "E", "high", **NOBODYS),
    )

    told = rows(engine)

    assert [(row.group, row.cells[1].value) for row in told] == [
        ("Paper Kite Stores · BD manager: 莫詠珊", "high"),
        *[("Bank of Nine Ferries · BD manager: Marco Yip", severity) for severity in ("warning", "warning", "info")],
        ("No client", "high"),
        ("Our own matters", "high"),
    ]
    assert [row.cells[0].text.split()[0] for row in told[1:4]] == ["C", "B", "A"]


def test_what_has_a_list_of_its_own_is_not_told_twice_and_nobodys_load_at_all(engine: Engine) -> None:
    """Overdue, unhandled, unread, and moved past the promise: told twice is believed half. And the page is anybody's:
    who of us has too much to do is for the coordinator."""
    moved = milestone(1, due_on=TUESDAY.date().replace(month=12), baseline_on=TUESDAY.date().replace(month=10), moves=1)
    again = feedback(1, first_response_at=hk(19, 15))
    put(engine, "milestone", moved)
    put(engine, "feedback", again)
    put(
        engine,
        "alert",
        alert("milestone-overdue", "A"),
        alert("feedback-unhandled", "B"),
        alert("source-stale", "boards", **NOBODYS),
        alert("milestone-slipped", moved["key"]),
        alert("milestone-slipped", "moved ahead of its day"),
        alert("feedback-reopened", again["key"]),
        alert("feedback-reopened", "not late yet"),
        {**alert("item-blocked", "over"), "state": "resolved"},
        alert("a-rule-that-is-off", "C"),
        alert("workload-over", "person/leung", **NOBODYS),
    )

    shown = read(engine)

    assert [(row.rule, row.key) for row in shown.alerts] == [
        ("feedback-reopened", "not late yet"),
        ("milestone-slipped", "moved ahead of its day"),
    ]
    assert [row.key for row in shown.promises.moved] == [moved["key"]]
    assert [row.key for row in shown.unhandled] == [again["key"]]


def test_a_bd_manager_sees_their_clients_and_neither_ours_nor_internal_dates(engine: Engine) -> None:
    """Nobody's epic is paraded as a promise, and nobody reads there of other people's clients."""
    put(
        engine,
        "alert",
        alert("item-blocked", "mine"),
        alert("milestone-at-risk", "internal", client_facing=False),
        alert("item-blocked", "hers", **KITES),
        alert("mapping-problems", "boards", **NOBODYS),
    )

    whole = read(engine)

    assert len(whole.alerts) == 4
    for how in ({"bd": "marco"}, {"client": "bank"}, {"reader": MARCO}):
        assert [row.key for row in read(engine, **how).alerts] == ["mine"]
        assert "hers" not in html(engine, **how)


@pytest.mark.parametrize(
    ("language", "heading", "severity", "found"),
    [
        ("en", "Other alerts", "high", "Tue 24 Nov 09:00"),
        ("zh-Hant-HK", "其他警示", "高", "11月24日（二）09:00"),
        ("zh-Hans-CN", "其他提醒", "高", "11月24日（二）09:00"),
    ],
)
def test_each_says_how_bad_what_why_since_when_and_where(
    engine: Engine, language: Language, heading: str, severity: str, found: str
) -> None:
    """In the reader's language; whose it is stands above, and is not said again."""
    url = "https://acme.example/browse/NFA-1"
    put(engine, "alert", alert("risk-high", "Core freeze", "high", url=url, owner_name="Raymond Ho"))

    [row] = rows(engine, language)
    name, graveness, why, at = row.cells

    assert (graveness.text, at.text, name.href) == (severity, found, url)
    assert "Core freeze" in name.text
    assert "Nine Ferries" not in name.text
    assert why.text
    assert name.notes[0].startswith("Jira · ")
    assert "Raymond Ho" in name.notes[0]
    text = seen(engine, language).text
    for part in (heading, name.text, why.text, name.notes[0], found):
        assert part in text
    with asked(engine) as one:
        assert as_json(read_today(one), one)["other_alerts"][0]["why"][language] == why.text


def test_what_alerts_of_one_rule_and_client_share_is_said_once(engine: Engine) -> None:
    """Four alike on a phone are four names and one reason, not four screens."""
    owned: Mapping[str, Any] = {"owner_name": "Ng Ka Ho", "project_name": "e-KYC"}
    put(
        engine,
        "alert",
        *(alert("requirement-changed", f"Wish {number}", "info", **owned) for number in range(3)),
        alert("requirement-changed", "Wish of a client's board", "high", **owned),
        alert("item-stale", "Archive", "info", **owned),
    )

    told, text = rows(engine), seen(engine).text

    assert [row.cells[1].text for row in told] == ["high", "info", "info", "", ""]
    wishes = told[2:]
    assert [row.cells[0].notes[0] for row in wishes] == ["e-KYC · owner: Ng Ka Ho", "", ""]
    why = wishes[0].cells[2].text
    assert [row.cells[2].value for row in wishes] == [why] * 3
    assert (text.count(why), text.count("e-KYC · owner: Ng Ka Ho")) == (2, 3)
    assert text.count("Tue 24 Nov 09:00") == 1


def test_alike_alerts_say_apart_what_they_do_not_share(engine: Engine) -> None:
    """Who must act, and since when, is never that of the neighbour."""
    put(
        engine,
        "alert",
        alert("item-blocked", "A", owner_name="Ng Ka Ho"),
        alert("item-blocked", "B", owner_name="Raymond Ho", since=hk(24, 10)),
        alert("item-stale", "C", "info", since=hk(24, 10)),
    )

    told = [(row.cells[0].notes[0], row.cells[3].text) for row in rows(engine)]

    assert told == [
        ("Mobile app · owner: Ng Ka Ho", "Tue 24 Nov 09:00"),
        ("Mobile app · owner: Raymond Ho", "Tue 24 Nov 10:00"),
        ("Mobile app", "Tue 24 Nov 10:00"),
    ]


@pytest.mark.parametrize(
    ("language", "rule", "name", "shown"),
    [
        ("en", "risk-high", "Core freeze", "Risk: Core freeze"),
        ("zh-Hant-HK", "risk-high", "Core freeze", "風險：Core freeze"),
        ("zh-Hans-CN", "risk-high", "Core freeze", "【风险】Core freeze"),
        ("en", "item-blocked", "High street branch", "High street branch is blocked"),
        ("zh-Hant-HK", "item-blocked", "高鐵票務", "高鐵票務 受阻"),
        ("en", "contract-ending", "", "The contract ends on Thu 31 Dec"),
        ("en", "item-blocked", "e-KYC sign-off", "e-KYC sign-off is blocked"),
        ("en", "item-blocked", "iOS app", "iOS app is blocked"),
    ],
)
def test_a_title_begins_with_a_capital_and_does_not_say_the_badge_again(
    engine: Engine, language: Language, rule: str, name: str, shown: str
) -> None:
    """“high high risk: …” reads as a slip, and so does a line that lost its beginning; names stay as they are."""
    put(engine, "alert", alert(rule, name, "high", contract_end_on="2026-12-31"))

    [row] = rows(engine, language)

    assert row.cells[0].text == shown


def test_a_long_list_is_folded_and_counted_whole(engine: Engine) -> None:
    """A client with forty stale items, or of whom every rule tells, must not hide the next client."""
    rules = ("item-blocked", "client-silent", "contract-ending", "risk-high", "effort-over", "deal-at-risk")
    put(
        engine,
        "alert",
        *(alert("item-stale", f"task {number}", "high") for number in range(7)),
        *(alert(rule, "other", contract_end_on="2026-12-31") for rule in rules),
    )

    first, whole = rows(engine), rows(engine, status="alerts", client="bank")

    assert [row.cells[0].text for row in first][-1] == "8 more"
    assert first[-1].cells[0].href == "/?client=bank&status=alerts"
    assert len(first) == FOLDED + 1
    assert sum(row.cells[0].text.startswith("Task ") for row in whole) == 7
    assert len(whole) == len(rows(engine, page=0)) == 13
    assert "13 other alerts" in seen(engine).text


def test_of_one_severity_only_those_are_left(engine: Engine) -> None:
    """The figure counts all; above the list stands how many of each there are."""
    put(engine, "alert", alert("item-blocked", "A"), alert("risk-high", "B", "high"), alert("item-stale", "C", "info"))

    assert [row.cells[1].text for row in rows(engine, severity="high")] == ["high"]
    assert "high 1, warning 1, info 1" in seen(engine, severity="high").text
    assert figures(engine, severity="high")["alerts"].value == 3


def test_where_nothing_else_fires_the_page_says_nothing_of_it(engine: Engine) -> None:
    """An empty list is one more thing to read."""
    assert "alerts" not in figures(engine)
    assert "Other alerts" not in seen(engine).text


# --- what a source holds back ---------------------------------------------------------------------------------------

DOUBT = Doubt("cards", "b1", 40, 90, ("c1",), hk(23, 3))
TALLIES = (Tally("items", "APP", there=12, here=10, is_standing=True), Tally("items", "WEB", absent=("7",)))


@pytest.mark.parametrize(
    ("person", "said"),
    [
        (
            None,
            (
                "40 records are missing in Jira since Mon 23 Nov 03:00 and are kept here: were they deleted, or a "
                "permission lost? “milepost status” tells what to do",
                "3 records differ between Jira and here: “milepost status” tells where",
            ),
        ),
        (
            "marco",
            (
                "40 records are missing in Jira since Mon 23 Nov 03:00 and are kept here; May Chan finds out why",
                "not all that is in Jira is the same here; May Chan finds out why",
            ),
        ),
    ],
)
def test_what_is_missing_or_differs_is_said_of_its_source(
    engine: Engine, person: str | None, said: tuple[str, ...]
) -> None:
    """Who reads a figure is told what it may rest on; in which board, only who looks after all of them."""

    def held_back(shown: Today) -> Today:
        doubted = replace(shown.sources[0], doubts=(DOUBT,), incomplete=TALLIES)
        return replace(shown, sources=[narrowed(doubted, 0) if person else doubted, *shown.sources[1:]])

    text = seen(engine, change=held_back, bd=person or "").text
    with asked(engine, bd=person or "") as one:
        told = as_json(held_back(read_today(one)), one)["sources"][0]

    for line in said:
        assert line in text
    assert [doubt["part"] for doubt in told["doubts"]] == (["b1"] if person is None else [""])
    assert [tally["absent"] for tally in told["incomplete"]] == ([[], ["7"]] if person is None else [[], []])


def test_whoever_has_an_alert_is_named_and_until_when(engine: Engine) -> None:
    """The reader need not ask who is on it; what has not fired yet is nobody's business."""
    taken = {"state": "acknowledged", "held_by": "may", "held_at": TUESDAY}
    snoozed = {"state": "snoozed", "held_by": "root", "held_at": TUESDAY, "held_until": hk(26)}
    put(
        engine,
        "alert",
        alert("item-blocked", "A") | taken,
        alert("item-blocked", "B") | snoozed,
        alert("item-blocked", "C") | {**snoozed, "held_until": None},
        alert("item-blocked", "D") | {"state": "pending"},
    )

    about = [row.cells[0].notes[0] for row in rows(engine)]
    said = ["taken by May Chan", "snoozed by root until Thu 26 Nov 09:00", "snoozed by root until its date moves"]
    assert [words in text for words, text in zip(said, about, strict=True)] == [True, True, True]
