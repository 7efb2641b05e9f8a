"""What a group hears of a confidential client: its code, and nothing by which anybody could be known."""

from dataclasses import replace
from datetime import date

import pytest

from alerts.messages import Ending, Message
from config.language import LANGUAGES
from config.settings import Language
from rules.evaluate import Finding
from tests.alerts.firm import feedback, hk, milestone, of
from tests.alerts.writing import group, item, reader, writer

SECRETS = ("nine ferries", "九渡", "bella tam", "customer names", "front page", "e-kyc", "call their cto", "http")
"""Of the bank: its names, its people, their words, its projects, our plans for it, and where all that is."""


def of_feedback(rule: str) -> Finding:
    """What that rule found about a message of the bank's."""
    found = feedback(
        client="client/bank",
        client_names={"en": "Bank of Nine Ferries"},
        author="Bella Tam",
        subject="Customer names shown on the front page",
        text="Bella Tam: customer names shown on the front page",
        project_name="e-KYC",
        score=20,
        open_hours=40.0,
    )
    return replace(found, rule=rule)


def of_risk(rule: str) -> Finding:
    """What that rule found about a risk of the bank's project."""
    return of(
        rule, "high", name="Core freeze", response_plan="call their CTO, Bella Tam", project_name="e-KYC", score=20
    )


FOUND = [
    *map(of_feedback, ("client-waited-for", "feedback-open-too-long", "feedback-negative", "feedback-reopened")),
    *map(of_risk, ("risk-high", "risk-occurred")),
    of("effort-over", "high", name="e-KYC", spent_hours=300.0, budget_hours=280.0, open_items=1, total_items=9),
    milestone(project_name="e-KYC", moved_by_name="Bella Tam"),
    of("milestone-slipped", "high", moved_by_name="Bella Tam", committed_on="2026-10-30", moved_without_agreement=True),
]


def texts(message: Message) -> str:
    return message.as_text().casefold()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("found", FOUND, ids=lambda found: str(found.rule))
def test_no_rule_tells_a_group_whose_words_they_are(found: Finding, language: Language) -> None:
    """A title may ask for the author, the subject or the plan; alone, among others, and when it is over."""
    over = item(found, Ending("cleared"))
    told = [
        writer().one(item(found), group(language)),
        writer().many([item(found), item(milestone(9, client="client/kite", url=None))], group(language), {}),
        writer().ended([over], group(language)),
        writer().ended([over, over], group(language)),
        writer().summary([item(found)], group(language)),
    ]

    for text in map(texts, told):
        assert "bank" in text
        assert not [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize(
    ("language", "what"), [("en", "a message"), ("zh-Hant-HK", "一則訊息"), ("zh-Hans-CN", "一条消息")]
)
def test_in_the_place_of_a_subject_stands_what_kind_of_thing_it_is(language: Language, what: str) -> None:
    """What is left out leaves a whole sentence."""
    assert what in writer().one(item(of_feedback("feedback-reopened")), group(language)).as_text()


def test_its_own_manager_reads_all_of_it() -> None:
    """Only groups are kept from it."""
    text = texts(writer().one(item(of_feedback("client-waited-for")), reader("en")))

    assert "nine ferries" in text
    assert "customer names" in text


@pytest.mark.parametrize(
    "ending",
    [
        Ending("done", "Bella Tam", hk(24, 8)),
        Ending("cancelled", "Bella Tam", hk(24, 8)),
        Ending("date moved", "Bella Tam", hk(24, 8), date(2026, 11, 30)),
    ],
    ids=lambda ending: str(ending.reason),
)
def test_a_group_reads_who_ended_it_only_where_that_is_one_of_us(ending: Ending) -> None:
    """Clients tick and move things too, on boards that they share."""

    def told(by: str, to: Language = "en") -> str:
        return writer().ended([item(milestone(), replace(ending, by=by))], group(to)).as_text()

    assert "Bella Tam" not in told("Bella Tam")
    assert "Raymond Ho" in told("Raymond Ho")
    assert "May Chan" in told("May Chan")
