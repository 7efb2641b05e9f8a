"""A rehearsal: the coordinator alone reads what everybody would have got, and then how much of it was noise."""

from datetime import date, datetime, timedelta

import pytest
from pydantic import SecretStr

from alerts.channels.mail import EmailSettings
from alerts.channels.wecom import WeComSettings
from alerts.noise import Telling, noise
from config.settings import PersonSettings, Route, Secret, SourceSettings
from connectors.base import Ref
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import feedback, hk, milestone, working_time

CALENDAR = working_time()["default"]


def commented() -> dict[str, SourceSettings]:
    """The firm's sources; in Jira comments may be written."""
    return {**firm.settings().sources, "delivery": firm.source("delivery", "jira", comment_back=True)}


class Posted:
    """A tool that keeps what we write into it."""

    def __init__(self) -> None:
        self.texts: list[str | None] = []

    def comment(self, on: Ref, text: str | None, key: str, known: str | None) -> str:
        self.texts.append(text)
        return "1"


@pytest.fixture
def hub(hub: Hub) -> Hub:
    """The firm's hub in a rehearsal until Wednesday evening."""
    hub.settings = firm.settings(rehearsal_until=date(2026, 11, 25), sources=commented())
    return hub


def told(hub: Hub) -> list[str]:
    """Who got a new message, in order."""
    return [one.reader.name for one in hub.mail.sent]


def test_in_a_rehearsal_the_coordinator_alone_reads_what_each_would_have_got(hub: Hub) -> None:
    """Nobody stops to read a channel because of rules that were never tried; the tools stay as they are too."""
    firm.put(hub.engine, "milestone", firm.milestone_row())
    done = hub.tell(milestone(), feedback(), at=hk(24))
    hub.tell(milestone(), feedback(), at=hk(24, 9, 1))

    assert told(hub) == ["May Chan", "May Chan"]
    first = [one.message.entries[0].lines[0].text for one in hub.mail.sent]
    assert sorted(first) == [
        "Rehearsal: this would have gone to Marco Yip.",
        "Rehearsal: this would have gone to 莫詠珊.",
    ]
    assert hub.mail.sent[0].message.title == "Bank of Nine Ferries: UAT… 8 days late"
    assert done.comments == []


def test_after_it_everybody_hears_of_what_is_open_and_the_coordinator_what_was_noise(hub: Hub) -> None:
    """Once: by rule and by reader."""
    firm.put(hub.engine, "feedback", firm.feedback_row())
    hub.tell(milestone(), feedback(), at=hk(24))
    hub.tell(milestone(), at=hk(24, 11))
    hub.mail.sent.clear()

    for minute in range(2):
        hub.tell(milestone(), at=hk(26, 9, minute))

    assert sorted(told(hub)) == ["Marco Yip", "May Chan"]
    [report] = [one.message for one in hub.mail.of("may")]
    assert report.title == "Rehearsal over: 2 of 2 would have been noise"
    assert "Over by themselves within a working day: 1; nobody acted on them: 1; told again: 0." in report.body()
    assert "milestone-overdue: 1 of 1" in report.body()
    assert "Marco Yip: 1 of 1" in report.body()


def test_in_a_rehearsal_nothing_goes_up(hub: Hub) -> None:
    """The head would be told, when it is over, that Marco did not take what he never heard of."""
    head = PersonSettings(name="Winnie Lau", email="winnie@lanternquay.example", role="head")
    hub.settings = hub.settings.model_copy(update={"people": {**hub.settings.people, "winnie": head}})
    for day, hour in ((24, 9), (24, 11), (25, 16), (26, 9)):
        hub.tell(milestone(), at=hk(day, hour))

    assert "Winnie Lau" not in told(hub)
    assert [alert["level"] for alert in firm.alerts(hub.engine)] == [0]

    hub.tell(milestone(), at=hk(26, 11))
    assert told(hub)[-1] == "Winnie Lau"


def test_what_is_urgent_is_copied_at_once_and_once(hub: Hub) -> None:
    """At night, whoever is on duty: it waited for Monday, and then came for each reader and each quarter of an hour."""
    hub.settings = hub.settings.model_copy(update={"on_duty": ("kevin",)})
    for minute in range(0, 120, 5):
        hub.tell(feedback(severity="critical", urgent=True), at=hk(21, 22, 40) + timedelta(minutes=minute))
        assert told(hub) == ["May Chan"]

    assert [one.message.entries[0].lines[0].text for one in hub.mail.sent] == [
        "Rehearsal: this would have gone to 莫詠珊, 罗建明."
    ]
    hub.tell(feedback(severity="critical", urgent=True), at=hk(23))
    assert told(hub) == ["May Chan"]


def test_in_a_rehearsal_no_group_reads_anything(hub: Hub) -> None:
    """Neither its own messages nor what was written for the head, with a confidential client's name in it."""
    url = Secret(reference="env:G", value=SecretStr("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k"))
    mail = {"name": "email", "host": "localhost", "security": "none", "from": "hub@lanternquay.example"}
    bank = hub.settings.clients["bank"].model_copy(update={"code": "CL-07"})
    changed = {
        "channels": {"team": WeComSettings(name="team", webhook=url), "email": EmailSettings.model_validate(mail)},
        "clients": {**hub.settings.clients, "bank": bank},
        "routes": (Route(to=("team",)),),
    }
    hub.settings = hub.settings.model_copy(update=changed)
    team = hub.others["team"] = firm.Inbox()
    hub.tell(milestone(), feedback(severity="critical", urgent=True), at=hk(24))

    assert team.sent == []
    assert set(told(hub)) == {"May Chan"}
    assert any("CL-07" in one.message.body() for one in hub.mail.sent)


def test_what_waits_when_a_rehearsal_begins_goes_to_the_coordinator(hub: Hub) -> None:
    """Marco's message from before, and the comment, which is written when it is over."""
    rehearsal, posted = hub.settings, Posted()
    hub.commenters = {"delivery": posted}
    hub.settings = firm.settings(sources=commented())
    firm.put(hub.engine, "milestone", firm.milestone_row())
    firm.put(hub.engine, "account", {"key": "delivery/user/1", "source": "delivery", "side": "team", "active": True})
    assert len(hub.round(milestone(), at=hk(24)).comments) == 1

    hub.settings = rehearsal
    hub.deliver()
    for minute in (1, 2):
        hub.tell(milestone(), at=hk(24, 9, minute))
    assert (told(hub), posted.texts) == (["May Chan"], [])

    hub.tell(milestone(), at=hk(26))
    assert told(hub)[1:] == ["Marco Yip", "May Chan"]
    assert len(posted.texts) == 1


def test_without_a_rehearsal_nothing_is_said_of_one(hub: Hub) -> None:
    """A day that has passed before anything was rehearsed is none."""
    hub.settings = firm.settings(rehearsal_until=date(2026, 11, 20))

    hub.tell(milestone(), at=hk(24))

    assert told(hub) == ["Marco Yip"]


@pytest.mark.parametrize(
    ("reason", "ended_at", "by_itself", "now", "why"),
    [
        pytest.param("first", None, True, hk(24, 17), "", id="too early to say"),
        pytest.param("first", None, True, hk(25), "idle", id="nobody acted for a working day"),
        pytest.param("first", None, False, hk(30), "", id="somebody took it"),
        pytest.param("first", hk(24, 16), True, hk(30), "over", id="over by itself the same day"),
        pytest.param("first", hk(26), True, hk(30), "idle", id="over by itself, later"),
        pytest.param("first", hk(24, 16), False, hk(30), "", id="done"),
        pytest.param("repeat", hk(24, 16), False, hk(30), "repeated", id="told again"),
    ],
)
def test_what_is_noise(reason: str, ended_at: datetime | None, by_itself: bool, now: datetime, why: str) -> None:
    """Told on Tuesday morning."""
    assert noise(Telling("r", "Marco", reason, hk(24), ended_at, by_itself), now, CALENDAR) == why
