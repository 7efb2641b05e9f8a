"""The hub's own failure: noticed by others when it is silent, and told to the coordinator when it is not."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from alerts.channels.base import Channel, Outgoing, Permanent
from cli.alarm import Alarm
from cli.opening import open_hub
from config.settings import ChannelSettings, PersonSettings, Route, Settings
from tests.alerts.firm import Inbox
from tests.alerts.test_outbox import email
from tests.cli.home import Home
from unify.engine import StoreError

MORNING = datetime(2026, 11, 24, 1, tzinfo=UTC)


# --- the heartbeat


def beats(home: Home, url: str) -> None:
    """One round that `serve` makes."""
    home.change('team_domains = ["acme.example"]', f'team_domains = ["acme.example"]\nheartbeat_url = "{url}"')
    with open_hub(home.config) as hub:
        [evaluate] = [job for job in hub.jobs(lambda name: None) if job.name == "evaluate"]
        evaluate.run()


def test_a_good_round_calls_the_heartbeats_address(home: Home) -> None:
    """Whoever watches it notices when it stays away."""
    beats(home, f"{home.sandbox.url('jira')}/heartbeat-s3cret")

    assert str(home.sandbox.jira.app.log[-1]) == "GET /heartbeat-s3cret"


def test_a_heartbeat_that_nobody_takes_is_a_warning_in_status(home: Home) -> None:
    """Nothing of the round's; and the address may be a secret."""
    beats(home, f"{home.sandbox.inbox_url}s3cret")
    said = home.run("status")

    assert "no heartbeat since" in said.out
    assert "status 404" in said.out
    assert "s3cret" not in said.out + said.err
    home.change(f"{home.sandbox.inbox_url}s3cret", home.sandbox.inbox_url)
    with open_hub(home.config) as hub:
        hub.beat(())
    assert home.run("status", "--json").json["heartbeat"] is None


def test_a_heartbeats_address_must_be_safe(home: Home) -> None:
    """As every address that we call."""
    home.change("team_domains", 'heartbeat_url = "http://watch.example/s3cret"\nteam_domains')

    said = home.run("status")

    assert said.code == 2
    assert 'begins with "https://"' in said.err
    assert "s3cret" not in said.err


# --- rounds that fail


@dataclass
class Firm:
    """May, whom two channels reach, and the time."""

    now: datetime = MORNING
    channels: dict[str, Inbox] = field(default_factory=lambda: {"first": Inbox(), "second": Inbox()})

    def alarm(self, *, working: bool = True) -> Alarm:
        may = PersonSettings(name="May Chan", email="may@acme.example")
        names: dict[str, ChannelSettings] = {name: email() for name in self.channels}
        settings = Settings(coordinator="may", people={"may": may}, channels=names, routes=(Route(to=("first:bd",)),))
        given: dict[str, Channel] = {**self.channels}
        return Alarm(settings, given, lambda: self.now, lambda text: text.replace("s3cret", "***"), lambda *_: working)

    def fail(self, alarm: Alarm, minutes: int, error: Exception) -> None:
        """One failing round a minute."""

        def run() -> None:
            raise error

        for _ in range(minutes):
            with pytest.raises(type(error)):
                alarm.around("evaluate", run)()
            self.now += timedelta(minutes=1)

    def told(self) -> list[Outgoing]:
        return [sent for channel in self.channels.values() for sent in channel.sent]


FULL = StoreError("The database has no room left on its disk (s3cret)")


def test_rounds_that_go_on_failing_are_told_once_and_once_when_they_work_again() -> None:
    """A minute's trouble is nobody's business."""
    firm = Firm()
    alarm = firm.alarm()
    firm.fail(alarm, 10, FULL)
    before = len(firm.told())
    firm.fail(alarm, 60, FULL)
    alarm.around("deliver", lambda: None)()
    alarm.around("evaluate", lambda: None)()
    alarm.around("evaluate", lambda: None)()

    assert before == 0
    assert [sent.message.title for sent in firm.told()] == [
        "Milepost fails since Tue 24 Nov 09:00",
        "Milepost works again",
    ]
    assert "It says: The database has no room left on its disk (***)" in firm.told()[0].message.as_text()
    assert firm.told()[0].reader.email == "may@acme.example"


def test_a_channel_that_fails_too_is_passed_over() -> None:
    """Any that works will do."""
    firm = Firm()
    firm.channels["first"].failures = [Permanent("the token was revoked")]
    firm.fail(firm.alarm(), 12, FULL)

    assert [len(channel.sent) for channel in firm.channels.values()] == [0, 1]


def test_nobody_is_woken_by_it() -> None:
    """It waits for the coordinator's working time."""
    firm = Firm()
    firm.fail(firm.alarm(working=False), 60, FULL)

    assert firm.told() == []


def test_a_mistake_of_ours_is_told_without_its_words() -> None:
    """They may hold anything."""
    firm = Firm()
    firm.fail(firm.alarm(), 12, KeyError("a client's name"))

    assert "KeyError (see the log)" in firm.told()[0].message.as_text()
