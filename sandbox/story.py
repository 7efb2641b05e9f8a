"""What happens on Tuesday 24 November after the first round, and the clock by which it happens."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sandbox.http import Fault
from sandbox.lantern_quay.office import at, day
from sandbox.plan import Message
from sandbox.server import Sandbox

OUTAGE = "^[A-Z]+ /"
"""Every request meets it."""


class StoryClock:
    """Tells the story's time: real time since it was last set, times `speed` (0 holds it). Safe between threads."""

    def __init__(self, start: datetime, speed: float = 0.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._monotonic = monotonic
        self._base = start.astimezone(UTC)
        self._speed = speed
        self._since = monotonic()

    def __call__(self) -> datetime:
        """The story's present, aware, in UTC."""
        with self._lock:
            return self._now()

    def set(self, now: datetime) -> None:
        """Jump there and go on at the same speed."""
        with self._lock:
            self._base, self._since = now.astimezone(UTC), self._monotonic()

    def run(self, speed: float) -> None:
        """Go on from the present at that many story seconds a second."""
        with self._lock:
            self._base, self._since = self._now(), self._monotonic()
            self._speed = speed

    def seconds_until(self, then: datetime) -> float | None:
        """Real seconds until the story gets there; 0 where it is past, None while the clock is held."""
        with self._lock:
            left = (then - self._now()).total_seconds()
            if left <= 0:
                return 0.0
            return left / self._speed if self._speed else None

    def _now(self) -> datetime:
        return self._base + timedelta(seconds=(self._monotonic() - self._since) * self._speed)


@dataclass(frozen=True)
class Event:
    """Something happens in a vendor's tool; `what` tells it to whoever watches the demo."""

    at: datetime
    vendor: str
    what: str
    action: Callable[[Sandbox, datetime], None]


class Story:
    """The events of the tools that the sandbox has, each of which happens once."""

    def __init__(self, sandbox: Sandbox, events: Sequence[Event]) -> None:
        self._sandbox = sandbox
        known = [event for event in events if event.vendor in sandbox.vendors]
        self._ahead = sorted(known, key=lambda event: event.at)

    @property
    def next_at(self) -> datetime | None:
        """When the next thing happens; None: the story is told."""
        return self._ahead[0].at if self._ahead else None

    def advance(self, now: datetime) -> list[Event]:
        """Let everything happen that is due by `now`, each at its own time; returns it in order."""
        happened = []
        while self._ahead and self._ahead[0].at <= now:
            event = self._ahead.pop(0)
            event.action(self._sandbox, event.at)
            happened.append(event)
        return happened


def tuesday() -> Sequence[Event]:
    """The day of the demo."""
    return (
        Event(at("2026-11-24 09:12"), "hubspot", "周敏 answers 赵磊 of Slow Boat Freight", _zhou_min_answers),
        Event(at("2026-11-24 09:25"), "hubspot", "Wu Man Kei of Cloud Hill College writes again", _cloud_hill_asks),
        Event(at("2026-11-24 09:40"), "jira", "Raymond Ho moves UAT sign-off to 30 November", _uat_is_moved),
        Event(at("2026-11-24 10:12"), "trello", "Jason Tse ticks 收據模組驗收", _donor_card_is_ticked),
        Event(at("2026-11-24 10:30"), "hubspot", "HubSpot goes down", _hubspot_goes_down),
        Event(at("2026-11-24 11:20"), "hubspot", "Marco Yip answers Stacked Tower, unseen as yet", _marco_answers),
        Event(at("2026-11-24 12:30"), "hubspot", "HubSpot is back", _hubspot_is_back),
        Event(at("2026-11-24 13:20"), "jira", "周敏 notes that the customs change their rules", _customs_change_rules),
        Event(at("2026-11-24 14:05"), "asana", "王雪 finishes 小程序提审", _mini_program_is_submitted),
        Event(at("2026-11-24 15:10"), "hubspot", "Sandy Mok calls Poon Wing Lam of Paper Kite", _sandy_calls),
        Event(at("2026-11-24 16:20"), "hubspot", "Sandy Mok answers Wu Man Kei", _sandy_answers),
        Event(at("2026-11-24 17:10"), "asana", "Leung Tsz Him finishes 積分規則上線", _points_are_live),
    )


# The numbers of today's messages start where no number of a plan comes near.


def _zhou_min_answers(sandbox: Sandbox, now: datetime) -> None:
    words = "赵经理，导入已恢复：模板第 7 列格式变了。今天上午派人到仓库确认。"
    message = Message("zhoumin", now, words, "email", 90_001)
    sandbox.hubspot.add_message(sandbox.plan.ticket("导入运单报错，仓库停了半天").number, message)


def _cloud_hill_asks(sandbox: Sandbox, now: datetime) -> None:
    message = Message("ch_wu", now, "請問按班別發通告的功能何時可用？今日有活動要通知。", "email", 90_002)
    sandbox.hubspot.add_message(sandbox.plan.ticket("通告未能依班別發送").number, message)


def _uat_is_moved(sandbox: Sandbox, now: datetime) -> None:
    sandbox.jira.move_due(sandbox.plan.item("NFA", "UAT sign-off").number, day("2026-11-30"), "raymond", now)


def _donor_card_is_ticked(sandbox: Sandbox, now: datetime) -> None:
    sandbox.trello.complete(sandbox.plan.item("DONOR", "收據模組驗收").number, "jason", now)


def _hubspot_goes_down(sandbox: Sandbox, now: datetime) -> None:
    body = '{"status":"error","message":"Service unavailable","category":"SERVICE_UNAVAILABLE"}'
    sandbox.hubspot.app.faults.append(Fault(OUTAGE, 503, {"content-type": "application/json"}, body, times=1_000_000))


def _marco_answers(sandbox: Sandbox, now: datetime) -> None:
    words = "The calendar now opens on the present month; I saw it on three phones myself."
    message = Message("marco", now, words, "email", 90_003)
    sandbox.hubspot.add_message(sandbox.plan.ticket("Club house booking shows the wrong month").number, message)


def _hubspot_is_back(sandbox: Sandbox, now: datetime) -> None:
    faults = sandbox.hubspot.app.faults
    faults[:] = [fault for fault in faults if fault.where != OUTAGE]


def _customs_change_rules(sandbox: Sandbox, now: datetime) -> None:
    risk = sandbox.plan.item("EDI", "海关规范可能在十二月更换").number
    sandbox.jira.add_label(risk, "occurred", "zhoumin", now)


def _mini_program_is_submitted(sandbox: Sandbox, now: datetime) -> None:
    sandbox.asana.complete(sandbox.plan.item("FREIGHT", "小程序提审").number, "wangxue", now)


def _sandy_calls(sandbox: Sandbox, now: datetime) -> None:
    message = Message("sandy", now, "已致電潘詠琳：明早換上快速打印機，驅動月底更新。", "call", 90_004)
    sandbox.hubspot.add_message(sandbox.plan.ticket("收據列印太慢，門店排隊").number, message)


def _sandy_answers(sandbox: Sandbox, now: datetime) -> None:
    message = Message("sandy", now, "胡小姐，按班別發送星期五可用，今日的通告我們先代為發出。", "email", 90_005)
    sandbox.hubspot.add_message(sandbox.plan.ticket("通告未能依班別發送").number, message)


def _points_are_live(sandbox: Sandbox, now: datetime) -> None:
    sandbox.asana.complete(sandbox.plan.item("POINTS", "積分規則上線").number, "leung", now)
