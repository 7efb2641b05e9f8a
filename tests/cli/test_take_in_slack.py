"""A press in Slack, from its message through the websocket to the alert, and back into the message."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import pytest

from alerts.channels.base import Permanent
from alerts.channels.slack_socket import check_address
from cli.desk import HubDesk
from cli.findings import Finding
from cli.hub import Hub
from cli.opening import open_hub
from cli.sockets import button_findings, listening
from sandbox.server import Sandbox
from sandbox.slack import CHANNEL, TOKEN
from sandbox.slack_socket import APP_TOKEN, SocketMode, buttons_of
from sandbox.slack_wire import Posted
from tests.cli.home import Home, small_firm, write_settings
from tests.factories import at, staff
from unify.engine import writing

NOW = at("2026-11-24 10:00")
SLACK = """
[channels.bd_slack]
kind = "slack"
url = "{url}"
token = "file:SLACK_TOKEN"
app_token = "file:SLACK_APP_TOKEN"
channel = "{channel}"
"""
LEE, MAY, ZOE = "lee@acme.example", "may@acme.example", "zoe@acme.example"
"""Zoe is in Slack, and nobody under [people]."""


@dataclass
class Desk:
    """A hub that listens to Slack after a first round, and what it was asked to do soon."""

    hub: Hub
    home: Home
    soon: list[str]

    @property
    def socket(self) -> SocketMode:
        """Slack's side."""
        return self.home.sandbox.slack.socket

    def message(self, whose: str) -> Posted:
        """The one message to that person."""
        slack = self.home.sandbox.slack
        [posted] = [one for one in slack.messages if one.channel == "D" + slack.user_id(whose)[1:]]
        return posted

    def labels(self, whose: str) -> list[str]:
        """What the buttons of the message to that person are called, in order."""
        message = self.message(whose).as_slack(with_metadata=False)
        return [button["text"]["text"] for button in buttons_of(message)]

    def press(self, who: str, action: str, of: str = "") -> None:
        """`who` presses in the message to them, or to `of`; returns when what that led to has gone out."""
        slack = self.home.sandbox.slack
        with self.worked_off():
            slack.press(who, self.message(of or who), action)

    def send(self, **values: dict[str, Any]) -> dict[str, Any]:
        """Send the form that is open; what was acknowledged."""
        before = len(self.told())
        if wrong := self.socket.submit(self.socket.views[-1], values):
            return wrong
        until(lambda: len(self.told()) > before)
        if "evaluate" in self.soon:
            self.hub.evaluate()
        self.hub.deliver()
        return {}

    @contextmanager
    def worked_off(self) -> Iterator[None]:
        """Wait until a press has had a consequence, and let it out."""
        before = self._seen()
        yield
        until(lambda: self._seen() > before)
        self.hub.deliver()

    def _seen(self) -> int:
        return len(self.soon) + len(self.socket.ephemerals) + len(self.socket.views)

    def told(self) -> list[str]:
        """What those who pressed were told alone."""
        return [one.text for one in self.socket.ephemerals]

    def alert(self, fingerprint: str) -> dict[str, Any]:
        """An alert as stored."""
        [found] = [row for row in self.home.rows("alert") if row["fingerprint"] == fingerprint]
        return found

    def finding(self) -> Finding:
        """What `doctor` says of the connection."""
        with self.hub.reader.connect() as connection:
            [found] = button_findings(connection, self.hub.settings, self.hub.wall())
        return found


RELEASE = "milestone-overdue:delivery/versions/30007"
PILOT = "milestone-overdue:boards/cards/6ae7eea000ca0000000000c9"
RECEIPTS = "feedback-unhandled:delivery/issues/10102"


def until(holds: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    waiting = threading.Event()
    for _ in range(500):
        if holds():
            return
        waiting.wait(0.02)
    raise AssertionError("it did not come about")


@dataclass
class Morning:
    """A home after its first round, which told BD managers in Slack; each test begins there."""

    home: Home
    database: bytes
    messages: list[Posted]


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    """One first round for all."""
    folder = tmp_path_factory.mktemp("morning")
    plan = replace(small_firm(), staff=[*small_firm().staff, staff("zoe", 9)])
    with Sandbox(plan, lambda: NOW, ("jira", "trello")) as sandbox:
        write_settings(folder, sandbox)
        home = Home(folder, sandbox)
        (folder / "SLACK_TOKEN").write_text(TOKEN, "utf-8")
        (folder / "SLACK_APP_TOKEN").write_text(APP_TOKEN, "utf-8")
        slack = SLACK.format(url=sandbox.url("slack"), channel=CHANNEL)
        home.change("\n[[routes]]", f"{slack}\n[[routes]]")
        home.change('"email:bd"', '"bd_slack:bd"')
        with open_hub(home.config, clock=lambda: NOW) as hub:
            hub.run()
        yield Morning(home, home.database.read_bytes(), sandbox.slack.messages)


@contextmanager
def at_the_desk(morning: Morning, app_token: str = APP_TOKEN) -> Iterator[Desk]:
    """A desk of that morning, nothing done yet."""
    home, slack = morning.home, morning.home.sandbox.slack
    for left in home.folder.glob("milepost.db*"):
        left.unlink()
    home.database.write_bytes(morning.database)
    slack.messages, slack.socket.ephemerals, slack.socket.views = deepcopy(morning.messages), [], []
    slack.socket.acknowledged.clear()
    (home.folder / "SLACK_APP_TOKEN").write_text(app_token, "utf-8")
    soon: list[str] = []
    stop = threading.Event()
    with (
        open_hub(home.config, clock=lambda: NOW, stop=stop) as hub,
        listening(hub, HubDesk(hub, soon.append)),
    ):
        yield Desk(hub, home, soon)
        stop.set()
        slack.socket.drop()


@pytest.fixture
def desk(morning: Morning) -> Iterator[Desk]:
    """A desk that is connected."""
    with at_the_desk(morning) as made:
        assert made.socket.connected.wait(10)
        yield made


def test_one_tap_takes_an_alert_and_the_message_says_who_has_it(desk: Desk) -> None:
    """Scenario 1: whoever reads it next sees that it is in hand; the next button is what only they can know."""
    assert desk.labels(LEE) == ["Take it", "Take it"]
    desk.press(LEE, "take:0")

    taken = desk.alert(RELEASE)
    assert (taken["state"], taken["held_by"]) == ("acknowledged", "lee")
    assert "\n*Taken by Lee, Tue 24 Nov 10:00.*\n" in desk.message(LEE).text
    assert desk.labels(LEE) == ["New date agreed", "Take it"]
    assert (desk.told(), desk.soon) == ([], ["deliver"])
    assert [event["actor"] for event in desk.home.rows("alert_event")][-1] == "lee"


def test_a_second_press_changes_nothing_and_is_told(desk: Desk) -> None:
    """A phone without signal sends a tap twice; somebody may press in what they saw before."""
    slack, seen = desk.home.sandbox.slack, desk.message(LEE).as_slack(with_metadata=False)
    for _ in range(2):
        with desk.worked_off():
            slack.socket.press(slack.user_id(LEE), desk.message(LEE).channel, seen, "take:0")

    assert desk.told() == ["Nothing to change: Taken by Lee, Tue 24 Nov 10:00."]
    assert [event["to_state"] for event in desk.home.rows("alert_event")].count("acknowledged") == 1


def test_whoever_is_nobody_of_ours_is_told_who_may(desk: Desk) -> None:
    """A channel is read by more than those who answer for it."""
    desk.press(ZOE, "take:0", of=LEE)

    assert desk.told() == ["Only those listed as people of this hub can do that: May, Lee."]
    assert desk.alert(RELEASE)["state"] == "firing"


def test_a_date_the_client_accepted_is_asked_for_and_ends_the_alert(desk: Desk) -> None:
    """Scenario 3, in Slack: a form with date and reference; what is left out is said in it, and nothing is recorded."""
    desk.press(LEE, "take:0")
    desk.press(LEE, "agreed:0")
    wrong = desk.send(on={"selected_date": "2026-11-30"})
    assert wrong == {"response_action": "errors", "errors": {"reference": "Please fill this in."}}
    assert desk.home.rows("agreement") == []

    desk.send(on={"selected_date": "2026-11-30"}, reference={"value": "CR-012"})

    [kept] = desk.home.rows("agreement")
    assert (kept["agreed_on"].isoformat(), kept["reference"], kept["recorded_by"]) == ("2026-11-30", "CR-012", "lee")
    assert desk.alert(RELEASE)["resolve_reason"] == "date agreed"
    assert "~Release 2.1 is 11 days late (May); tell the client today (done? tick it).~" in desk.message(LEE).text
    assert desk.labels(LEE) == ["Take it"]
    assert desk.told() == ["Recorded."]


def test_a_date_is_no_coordinators_to_record_and_they_hear_whose_it_is(desk: Desk) -> None:
    """Who agreed it with the client is who knows it: a typed guess would end the alert. They are not offered to, and
    where they find a button all the same they are told."""
    assert desk.labels(MAY) == ["Take it", "Snooze"]
    desk.press(LEE, "take:0")
    desk.press(MAY, "agreed:0", of=LEE)
    desk.send(on={"selected_date": "2026-11-30"}, reference={"value": "CR-012"})

    assert desk.home.rows("agreement") == []
    assert desk.told() == [
        "A coordinator records no date for a client: who agreed it with them does, their BD manager, the head of BD or "
        "the director"
    ]
    assert desk.alert(RELEASE)["state"] == "acknowledged"


def test_answered_elsewhere_is_when_and_how_and_ends_the_alert(desk: Desk) -> None:
    """Scenario 5: by WhatsApp on Friday 17:15; nobody opens a tool for that."""
    desk.press(LEE, "take:1")
    desk.press(LEE, "answered:1")
    friday = at("2026-11-20 17:15")
    desk.send(at={"selected_date_time": int(friday.timestamp())}, how={"value": "WhatsApp"})

    [kept] = desk.home.rows("answer")
    assert (kept["answered_at"], kept["how"], kept["recorded_by"]) == (friday, "WhatsApp", "lee")
    ended = desk.alert(RECEIPTS)
    assert (ended["state"], ended["resolve_reason"]) == ("resolved", "answered elsewhere")


def test_a_snooze_keeps_to_what_its_maker_may_decide(desk: Desk) -> None:
    """A coordinator snoozes for two working days; the limit is said to whoever wanted more."""
    desk.press(MAY, "snooze")
    desk.send(until={"selected_date": "2026-12-24"})
    assert desk.alert(PILOT)["state"] == "firing"
    assert desk.told()[0].startswith("A coordinator snoozes for 2 working days, till Thu 26 Nov here")

    desk.press(MAY, "snooze")
    desk.send(until={"selected_date": "2026-11-26"})

    assert desk.alert(PILOT)["held_until"] == at("2026-11-26 09:00")
    assert "Snoozed by May until Thu 26 Nov 09:00." in desk.message(MAY).text
    assert desk.labels(MAY) == ["Take it"]


def test_a_press_is_acknowledged_while_the_database_is_busy(desk: Desk) -> None:
    """Slack waits for three seconds; a sync may hold the database for longer."""
    with desk.worked_off(), writing(desk.hub.engine):
        desk.home.sandbox.slack.press(LEE, desk.message(LEE), "take:0")
        assert len(desk.socket.acknowledged) == 1
        assert desk.soon == []

    assert desk.alert(RELEASE)["state"] == "acknowledged"


def test_a_lost_connection_comes_back_and_doctor_says_how_it_stands(desk: Desk) -> None:
    """Slack ends each after some hours, and networks do so whenever they like."""
    until(lambda: desk.finding().level == "ok")
    assert str(desk.finding()) == "bd_slack: buttons: connected to Slack"
    before = desk.socket.opened
    desk.socket.drop()
    until(lambda: desk.socket.opened == before + 1)
    desk.press(LEE, "take:0")

    assert desk.alert(RELEASE)["state"] == "acknowledged"


def test_a_refused_app_token_says_what_to_do_and_stands_in_no_log(
    morning: Morning, caplog: pytest.LogCaptureFixture
) -> None:
    """The rest of the hub works on; whoever presses would wait in vain."""
    caplog.set_level(logging.DEBUG)
    with at_the_desk(morning, app_token="xapp-canary-4711") as desk:
        until(lambda: "refused" in desk.finding().text)
        assert desk.finding().text == (
            "not connected to Slack: Slack, apps.connections.open: the token is refused: make a new one"
        )

    assert "canary-4711" not in caplog.text
    assert sum("buttons in Slack do nothing" in record.message for record in caplog.records) == 1


@pytest.mark.parametrize(
    ("address", "url", "is_taken"),
    [
        ("wss://wss-primary.slack.com/link/?ticket=1", "https://slack.com/api/", True),
        ("wss://wss-primary.slack.com:443/link/?ticket=1", "https://slack.com/api/", True),
        ("wss://wss-primary.slack.com:8443/link/?ticket=1", "https://slack.com/api/", False),
        ("ws://wss-primary.slack.com/link/?ticket=1", "https://slack.com/api/", False),
        ("wss://slack.com.evil.example/link/", "https://slack.com/api/", False),
        ("wss://evilslack.com/link/", "https://slack.com/api/", False),
        ("ws://127.0.0.1:8080/link/", "https://slack.com/api/", False),
        ("", "https://slack.com/api/", False),
        ("ws://127.0.0.1:8080/link/", "http://127.0.0.1:9090/api/", True),
        ("ws://elsewhere.example/link/", "http://127.0.0.1:9090/api/", False),
    ],
)
def test_only_an_encrypted_websocket_of_slacks_own_is_opened(address: str, url: str, is_taken: bool) -> None:
    """An answer may name any host; slack-sdk would follow it, and without encryption on any port but 443."""
    try:
        check_address(address, url)
    except Permanent:
        assert not is_taken
    else:
        assert is_taken
