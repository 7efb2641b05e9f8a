"""What fires besides: by client, the worst first, with why it matters; and what a source holds back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from config.settings import Language
from report.page import Page, render
from report.structured import as_json
from tests.alerts.firm import TUESDAY, hk, put
from tests.report.browser import Seen, seen
from tests.report.firm import alert, feedback, milestone, read
from unify.doubts import Doubt
from unify.tallies import Tally

KITES: Mapping[str, Any] = {"client": "client/kite", "bd": "person/sandy"}
NOBODYS: Mapping[str, Any] = {"client": None, "bd": None, "client_names": None}


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

    groups = Page.of(read(engine), "en").alerts

    assert [(group.client, group.bd, [alike.severity for alike in group.kinds]) for group in groups] == [
        ("Paper Kite Stores", "莫詠珊", ["high"]),
        ("Bank of Nine Ferries", "Marco Yip", ["warning", "info"]),
        ("No client", "", ["high"]),
        ("Our own matters", "", ["high"]),
    ]
    assert [line.title.split()[0] for alike in groups[1].kinds for line in alike.rows] == ["C", "B", "A"]


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
    assert [row.key for row in shown.moved_past_promise] == [moved["key"]]
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

    assert [row["key"] for row in as_json(whole, person="marco")["other_alerts"]] == ["mine"]
    assert len(whole.alerts) == 4
    assert "hers" not in render(Page.of(whole, "en", person="marco"))


@pytest.mark.parametrize(
    ("language", "heading", "severity", "found"),
    [
        ("en", "Other alerts", "high", "found Tue 24 Nov 09:00"),
        ("zh-Hant-HK", "其他警示", "高", "11月24日（二）09:00 發現"),
        ("zh-Hans-CN", "其他提醒", "高", "11月24日（二）09:00 发现"),
    ],
)
def test_each_says_how_bad_what_why_since_when_and_where(
    engine: Engine, language: Language, heading: str, severity: str, found: str
) -> None:
    """In the reader's language; whose it is stands above, and is not said again."""
    url = "https://acme.example/browse/NFA-1"
    put(engine, "alert", alert("risk-high", "Core freeze", "high", url=url, owner_name="Raymond Ho"))
    shown = read(engine)

    [group] = Page.of(shown, language).alerts
    [alike] = group.kinds
    [line] = alike.rows

    assert (alike.severity, group.found, line.url, line.tool) == (severity, found, url, "Jira")
    assert "Core freeze" in line.title
    assert "Nine Ferries" not in line.title
    assert alike.why
    assert "Raymond Ho" in alike.about
    text = seen(shown, language).text
    for part in (heading, line.title, alike.why, alike.about, found):
        assert part in text
    assert as_json(shown)["other_alerts"][0]["why"][language] == alike.why


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

    [group] = Page.of(read(engine), "en").alerts
    text = seen(read(engine)).text

    assert [(alike.severity, alike.count) for alike in group.kinds] == [("high", 1), ("info", 1), ("info", 3)]
    wishes = group.kinds[-1]
    assert (wishes.about, [line.about for line in wishes.rows]) == ("e-KYC · owner: Ng Ka Ho", ["", "", ""])
    assert (group.count, text.count(wishes.why), text.count(wishes.about)) == (5, 2, 3)
    assert text.count("found Tue 24 Nov 09:00") == 1


def test_alike_alerts_say_apart_what_they_do_not_share(engine: Engine) -> None:
    """Who must act, and since when, is never that of the neighbour."""
    put(
        engine,
        "alert",
        alert("item-blocked", "A", owner_name="Ng Ka Ho"),
        alert("item-blocked", "B", owner_name="Raymond Ho", since=hk(24, 10)),
        alert("item-stale", "C", "info", since=hk(24, 10)),
    )

    [group] = Page.of(read(engine), "en").alerts
    blocked, stale = group.kinds

    assert group.found == blocked.found == blocked.about == ""
    assert [line.about for line in blocked.rows] == [
        "Mobile app · owner: Ng Ka Ho · found Tue 24 Nov 09:00",
        "Mobile app · owner: Raymond Ho · found Tue 24 Nov 10:00",
    ]
    assert stale.found == "found Tue 24 Nov 10:00"


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

    [group] = Page.of(read(engine), language).alerts

    assert group.kinds[0].rows[0].title == shown


def test_a_long_list_is_folded_and_counted_whole(engine: Engine) -> None:
    """A client with forty stale items, or of whom every rule tells, must not hide the next client."""
    rules = ("item-blocked", "client-silent", "contract-ending", "risk-high", "effort-over", "deal-at-risk")
    put(
        engine,
        "alert",
        *(alert("item-stale", f"task {number}", "high") for number in range(7)),
        *(alert(rule, "other", contract_end_on="2026-12-31") for rule in rules),
    )

    page = seen(read(engine))

    folded = [part for part in page.texts if part.endswith(" more")]
    assert folded == ["2 more", "2 more"]
    assert "13 other alerts" in page.text
    assert sum(page.text.lower().count(f"task {number} ") for number in range(7)) == 7


def test_where_nothing_else_fires_the_page_says_nothing_of_it(engine: Engine) -> None:
    """An empty list is one more thing to read."""
    shown = read(engine)

    assert "alerts" not in Page.of(shown, "en").figures
    assert "Other alerts" not in seen(shown).text


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
    shown = read(engine)
    doubted = replace(shown.sources[0], doubts=(DOUBT,), incomplete=TALLIES)
    whole = replace(shown, sources=[doubted, *shown.sources[1:]])
    if person:
        whole = replace(whole, people={**whole.people, person: "Marco Yip"})

    text = Seen(render(Page.of(whole, "en", person=person))).text
    told = as_json(whole, person=person)["sources"][0]

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

    [group] = Page.of(read(engine), "en").alerts

    about = [line.about for alike in group.kinds for line in alike.rows]
    said = ["taken by May Chan", "snoozed by root until Thu 26 Nov 09:00", "snoozed by root until its date moves"]
    assert [words in text for words, text in zip(said, about, strict=True)] == [True, True, True]
