"""What happens after the first round: people act in their tools, and the hub follows, once."""

import threading
from datetime import timedelta
from pathlib import Path

from cli.decide import answered
from cli.demo import news
from cli.opening import open_hub
from sandbox.http import Fault
from sandbox.plan import Message
from sandbox.story import OUTAGE
from tests.journey.day import AT_ONCE, Day, day, tuesday

WAITING = "收據列印太慢，門店排隊"
DONOR = "收據模組驗收"


def alert_of(opened: Day, name: str, rule: str = "") -> dict[str, object]:
    """The alert about the thing of that name; where there are several, that of `rule`."""
    known = [row for row in opened.rows("alert") if name in (row["facts"].get("name"), row["facts"].get("subject"))]
    (found,) = (row for row in known if rule in ("", row["rule"]))
    return found


def test_answered_by_whatsapp_ends_the_alert_for_all(tmp_path: Path) -> None:
    """Scenario 5: one note in the CRM, a first response of 0.75 working hours, and the next message waits anew."""
    with day(tmp_path) as opened:
        opened.first_round()
        opened.clock.set(tuesday(9, 10))
        answered(opened.hub, WAITING, tuesday(17, 15).replace(day=20), "WhatsApp", "sandy")

        opened.round_at(tuesday(9, 20))

        assert alert_of(opened, WAITING)["state"] == "resolved"
        assert len(opened.mails_to("sandy")) == 2
        ticket = opened.row("feedback", subject=WAITING)
        assert ticket["response_basis"] == "manual"
        assert ticket["first_response_at"] - ticket["received_at"] == timedelta(minutes=45)
        notes = [note for note in opened.sandbox.hubspot.comments_posted if "WhatsApp" in note["text"]]
        assert len(notes) == 1

        number = opened.plan.ticket(WAITING).number
        again = Message("pk_poon", tuesday(9, 30), "仍然很慢", "email", 95_001)
        opened.sandbox.hubspot.add_message(number, again)
        opened.round_at(tuesday(9, 40))

        assert opened.row("feedback", subject=WAITING)["waiting_since"] == tuesday(9, 30)


def test_a_ticked_card_resolves_its_alert_within_one_sync(tmp_path: Path) -> None:
    """Scenario 6: where it was told, once, with its true reason; the round after says nothing more."""
    with day(tmp_path) as opened:
        opened.first_round()
        told = len(opened.mails_to("sandy"))
        opened.sandbox.trello.complete(opened.plan.item("DONOR", DONOR).number, "jason", tuesday(10, 12))

        opened.round_at(tuesday(10, 20))

        alert = alert_of(opened, DONOR, "milestone-overdue")
        assert (alert["state"], alert["resolve_reason"]) == ("resolved", "done")
        news = opened.mails_to("sandy")[told:]
        assert len(news) == 1
        assert "謝俊傑" in news[0].part("plain")
        assert alert_of(opened, DONOR, "payment-milestone-done")["state"] == "firing"

        opened.round_at(tuesday(10, 30))

        assert len(opened.mails_to("sandy")) == told + 1


def test_an_outage_raises_no_alarm_and_is_said(tmp_path: Path) -> None:
    """Scenario 10: no feedback alert from old data, the page greys those figures, on recovery nothing is sent twice;
    the coordinator alone hears of the outage and of its end."""
    with day(tmp_path) as opened:
        opened.first_round()
        sent = len(opened.sandbox.mail.received)
        coordinator = opened.plan.person(opened.hub.settings.coordinator).email

        def since() -> list[tuple[list[str], str]]:
            return [
                (list(mail.recipients), str(mail.message["Subject"])) for mail in opened.sandbox.mail.received[sent:]
            ]

        down = Fault(OUTAGE, 503, {}, '{"status":"error"}', times=1_000_000)
        opened.sandbox.hubspot.app.faults.append(down)

        during = opened.round_at(tuesday(10, 40))

        assert [run.outcome for run in during.runs if run.source == "hubspot"] == ["failed"]
        assert during.failed
        assert [to for to, _ in since()] == [[coordinator]]
        shown = opened.today()
        assert [row.name for row in shown.sources if row.stale] == ["hubspot"]
        assert all(row.stale for row in shown.unhandled)
        assert any("HubSpot: not read since Tue 24 Nov 08:50" in told for told in opened.today_page().notices)
        states = [row["state"] for row in opened.rows("alert") if row["rule"] == "feedback-unhandled"]
        assert states == ["firing"] * 3

        opened.sandbox.hubspot.app.faults.remove(down)
        after = opened.round_at(tuesday(10, 55))

        assert not after.failed
        assert [to for to, _ in since()] == [[coordinator]] * 2
        assert all("HubSpot" in subject for _, subject in since())


def test_what_nobody_takes_by_eleven_goes_to_the_head_of_bd(tmp_path: Path) -> None:
    """The critical ones of the morning: she reads who did not take them, and Marco that they went up."""
    with day(tmp_path) as opened:
        opened.first_round()
        marco = len(opened.mails_to("marco"))
        opened.round_at(tuesday(10, 59))
        assert opened.mails_to("winnie") == []

        opened.round_at(tuesday(11, 0))

        [mail] = opened.mails_to("winnie")
        assert "Not taken by Marco Yip 葉子朗 in time, so it comes to you." in mail.part("plain")
        assert len(opened.mails_to("marco")) == marco + 1


def test_the_demo_tells_an_outage_once_and_its_end(tmp_path: Path) -> None:
    """In sentences of the story: who watches must not take a line of the log, with today's date, for a mistake."""
    with day(tmp_path) as opened:
        opened.first_round()
        down = Fault(OUTAGE, 503, {}, '{"status":"error"}', times=1_000_000)
        opened.sandbox.hubspot.app.faults.append(down)
        away: set[str] = set()

        told = [list(news(opened.hub, opened.round_at(tuesday(10, minute)), away)) for minute in (38, 48)]
        opened.sandbox.hubspot.app.faults.remove(down)
        told.append(list(news(opened.hub, opened.round_at(tuesday(10, 58)), away)))

    (first, *others), second, third = told
    coordinator_is_told = "messages and comments sent: 1"
    assert first.startswith("HubSpot cannot be read, and what was read before stays: ")
    assert others == [coordinator_is_told]
    assert (second, third) == ([], ["HubSpot is back", coordinator_is_told])


def test_a_guest_who_joins_a_board_finds_nothing_of_what_was_said_among_ourselves(tmp_path: Path) -> None:
    """The comments there are taken back within one sync, and those elsewhere stay."""
    with day(tmp_path) as opened:
        opened.first_round()
        before = opened.commented()
        donor, points = opened.plan.project("DONOR"), opened.plan.project("POINTS")
        opened.sandbox.trello.invite(opened.sandbox.trello.project_ref(donor), "ch_tsang", tuesday(10, 12))
        opened.sandbox.asana.invite(opened.sandbox.asana.project_ref(points), "ch_ip")

        opened.round_at(tuesday(10, 20))

        assert set(before) - set(opened.commented()) == {DONOR, "積分規則上線"}


def test_a_comment_that_waits_is_not_written_once_comments_are_switched_off(tmp_path: Path) -> None:
    """It only reads unless `comment_back` says otherwise, from the moment at which somebody says so."""
    with day(tmp_path) as opened:
        opened.hub.sync()
        opened.clock.set(opened.plan.story_now)
        opened.hub.evaluate()
        config = tmp_path / "milepost.toml"
        config.write_text(config.read_text("utf-8").replace("comment_back = true", "comment_back = false"), "utf-8")

        with open_hub(config, clock=opened.clock, stop=threading.Event(), environ={}, patience=AT_ONCE) as silent:
            delivered = silent.deliver()

        assert (delivered.comments, opened.commented()) == (0, [])
        assert {row["state"] for row in opened.rows("delivery") if row["kind"] == "comment"} == {"dropped"}
