"""A promised date changes: agreed with the client, or only moved in the tool. Neither ends in silence."""

from datetime import date
from pathlib import Path

from cli.decide import agreed
from report.document import Table
from report.filters import Filters
from report.reading.months import read_months
from report.rows import IndicatorRow
from tests.journey.day import Day, day, tuesday

UAT = "UAT sign-off"
PROMISED = date(2026, 10, 30)
NEW_DATE = date(2026, 11, 30)
OCTOBER = date(2026, 10, 1)


def october(opened: Day) -> IndicatorRow:
    """October's promises kept on time, as the page's JSON has them."""
    wanted = ("on_time", 1, OCTOBER, None)
    with opened.hub.asking(Filters()) as asked:
        months = read_months(asked)
    [row] = [row for row in months if (row.indicator, row.months, row.first_on, row.client) == wanted]
    return row


def endings(opened: Day) -> list[tuple[str, str, str]]:
    """Of the alerts about UAT sign-off: which rule's ended, why, and by whom."""
    ended = [row for row in opened.rows("alert_event") if row["to_state"] == "resolved"]
    uat = opened.row("milestone", name=UAT)["key"]
    return [
        (row["fingerprint"].removesuffix(f":{uat}"), row["reason"], row["actor"])
        for row in ended
        if row["fingerprint"].endswith(f":{uat}")
    ]


def test_an_agreed_date_ends_the_alert_and_not_the_record(tmp_path: Path) -> None:
    """Scenario 3: over as "date agreed" for all who were told, under the name of who recorded it; the slip is counted
    from the first promise, and October's figure still has it late: the agreement came after the day had passed."""
    with day(tmp_path) as opened:
        opened.first_round()
        before = october(opened)
        told = {name: len(opened.mails_to(name)) for name in ("marco", "kitty", "raymond", "sandy")}
        [in_group] = opened.sandbox.slack.messages
        opened.clock.set(tuesday(9, 10))

        agreed(opened.hub, UAT, NEW_DATE, "CR-012", "marco")
        opened.hub.evaluate()
        opened.hub.deliver()

        assert endings(opened) == [("milestone-overdue", "date agreed", "Marco Yip 葉子朗")]
        assert {name: [mail.message["Subject"] for mail in opened.mails_to(name)[n:]] for name, n in told.items()} == {
            "marco": ["Date agreed: Bank of Nine Ferries, UAT…"],
            "kitty": [],
            "raymond": [],
            "sandy": [],
        }
        assert "The client agreed to Mon 30 Nov (CR-012); recorded by Marco Yip 葉子朗 09:10." in in_group.text
        [uat] = [row for row in opened.today().promises.soon if row.name == UAT]
        assert (uat.baseline_on, uat.deadline_on, uat.slip_working_days) == (PROMISED, NEW_DATE, 21)
        assert october(opened) == before
        assert uat.key in before.details["missed"]
        assert before.reconstructed


def test_a_date_that_is_only_moved_is_another_alert_until_the_client_agrees(tmp_path: Path) -> None:
    """Scenario 4, then 3: "moved, not agreed" and no silence, neither ticked nor counted as over in the group while its
    next step stands; the page stays red, October's figure as it was; the log names who moved and who agreed."""
    with day(tmp_path) as opened:
        opened.first_round()
        before = october(opened)
        [in_group] = opened.sandbox.slack.messages
        opened.sandbox.jira.move_due(opened.plan.item("NFA", UAT).number, NEW_DATE, "raymond", tuesday(9, 40))
        opened.round_at(tuesday(9, 50))

        moved = ("milestone-overdue", "date moved", "Raymond Ho 何偉文")
        assert endings(opened) == [moved]
        slipped = opened.row("alert", rule="milestone-slipped")
        assert (slipped["state"], slipped["severity"]) == ("firing", "critical")
        assert "Third move: 30 Oct → 6 Nov → 16 Nov → Mon 30 Nov" in opened.mails_to("marco")[-1].part("plain")
        assert in_group.blocks[0]["text"]["text"] == "Marco Yip 葉子朗: 2 clients need you"
        for line in (
            "Next: agree it with the client",
            "~UAT sign-off 8 days late",
            "All sources read since 09:50.",
        ):
            assert line in in_group.text
        page = opened.today_page()
        assert {figure.key: figure.tone for figure in page.figures}["moved"] == "red"
        tables = {block.anchor: list(block.rows) for block in page.blocks if isinstance(block, Table)}
        [[name, _, _, current, past, *_]] = [row.cells for row in tables["moved"]]
        assert (name.text, current.warn, past.notes) == (UAT, "not agreed with the client", ["17 working days"])
        changes = {row.cells[0].text: row.cells[1].text for row in tables["changes"] if row.group == "Dates moved"}
        assert changes == {UAT: "Mon 16 Nov → Mon 30 Nov"}
        assert october(opened) == before

        agreed(opened.hub, UAT, NEW_DATE, "CR-012", "marco")
        opened.round_at(tuesday(10))
        opened.round_at(tuesday(10, 10))

        assert in_group.blocks[0]["text"]["text"] == "Marco Yip 葉子朗: 1 client needs you"
        assert "The client agreed to Mon 30 Nov (CR-012); recorded by Marco Yip 葉子朗 09:50." in in_group.text
        assert "Next:" not in in_group.text
        assert len(opened.sandbox.slack.messages) == 1
        assert [mail.message["Subject"].partition(":")[0] for mail in opened.mails_to("marco")[1:]] == [
            "Bank of Nine Ferries",
            "Date agreed",
        ]
        by_marco = [(rule, "date agreed", "Marco Yip 葉子朗") for rule in ("milestone-slipped", "milestone-overdue")]
        assert endings(opened) == [moved, *by_marco]
        assert october(opened) == before
