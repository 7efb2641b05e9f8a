"""What a whole channel reads: whom each client waits for, and of a confidential client its code alone."""

from datetime import date

import pytest

from alerts.messages import Ending, Line
from config.settings import ClientSettings
from rules.evaluate import Finding
from tests.alerts import firm
from tests.alerts.firm import feedback, milestone
from tests.alerts.writing import group, item, reader, writer


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
