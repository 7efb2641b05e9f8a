"""A message about one matter: its title, what it quotes, where it leads; and how it ended."""

from dataclasses import replace
from datetime import date

import pytest

from alerts.messages import Ending, Line
from alerts.phone_size import fitting, titled
from config.settings import Language
from tests.alerts import firm
from tests.alerts.firm import TUESDAY, feedback, hk, milestone
from tests.alerts.writing import SEVERAL, coordinator, item, reader, writer


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


def test_the_command_that_records_an_answer_names_the_ticket_and_can_be_pasted() -> None:
    """The coordinator types it as it stands; a vendor's id cannot end it."""
    plain, odd = (
        writer().one(item(feedback(1, key=key)), coordinator("en")) for key in ("crm/ticket/1", "crm/ticket/1; rm x")
    )

    assert "milepost answered crm/ticket/1 --at" in plain.body()
    assert "milepost answered 'crm/ticket/1; rm x' --at" in odd.body()


def test_a_quotation_is_cut_at_120_characters() -> None:
    """An alert is not the place to read a letter."""
    said = writer().one(item(feedback(text="很" * 400)), reader("zh-Hant-HK")).body()

    assert said.count("很") == 119


def test_no_link_leads_to_us_unless_we_can_be_reached() -> None:
    """A loopback address is a dead link on a phone."""
    found = [item(finding) for finding in SEVERAL]
    public = writer(firm.settings(public_url="https://milepost.lanternquay.example"))

    assert not any(line.url for line in writer().many(found, reader("en"), {}).footer)
    assert (
        Line("Open the report", "https://milepost.lanternquay.example") in public.many(found, reader("en"), {}).footer
    )


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
