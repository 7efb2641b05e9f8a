"""A client goes to another BD manager for good, and its open alerts with it."""

from alerts.actions import snooze
from config.settings import Route
from rules.evaluate import Finding
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import hk, milestone
from unify.engine import writing


def sandys(number: int) -> Finding:
    """The bank's milestone once Sandy is its BD manager."""
    return milestone(number, bd="person/sandy", bd_name="莫詠珊")


def test_open_alerts_follow_the_client_with_one_message_to_the_new_one(hub: Hub) -> None:
    """Three alerts are one message, which says from whom; and Marco hears nothing more of them, not even the end."""
    for number in (1, 2, 3):
        firm.put(hub.engine, "milestone", firm.milestone_row(number, status_category="done"))
    hub.tell(milestone(1), milestone(2), milestone(3), at=hk(24))

    for minute in range(2):
        hub.tell(sandys(1), sandys(2), sandys(3), at=hk(24, 10, minute))
    hub.tell(sandys(1), at=hk(24, 11))

    [message] = [one.message for one in hub.mail.of("sandy")]
    assert len(message.entries) == 3
    assert "由 Marco Yip 移交予你。" in message.body().replace("由Marco", "由 Marco")
    assert len(hub.mail.of("marco")) == 1
    assert [one.reader.key for _, one, _ in hub.mail.updated] == ["person/sandy"]


def test_a_client_that_comes_back_is_told_to_its_old_manager_again(hub: Hub) -> None:
    """A mistake in the config that was mended after an hour: he has had its alerts, and hears how they end."""
    firm.put(hub.engine, "milestone", firm.milestone_row(status_category="done"))
    hub.tell(milestone(), at=hk(24))
    hub.tell(sandys(1), at=hk(24, 10))
    hub.tell(milestone(), at=hk(24, 11))
    hub.tell(at=hk(24, 12))

    assert [one.reader.key for _, one, _ in hub.mail.updated] == ["person/marco"]
    assert [len(hub.mail.of(name)) for name in ("marco", "sandy")] == [1, 1]


def test_what_is_snoozed_is_told_to_the_new_one_once(hub: Hub) -> None:
    """Marco knew why it could wait; Sandy does not even know that there is something, nor who put it off till when."""
    done = hub.tell(milestone(), at=hk(24))
    with writing(hub.engine) as connection:
        fingerprint, until = done.events[0].fingerprint, hk(30)
        snooze(connection, hub.settings, firm.working_time(), fingerprint, "marco", hk(24, 10), until)

    for day in (25, 26, 27):
        hub.tell(sandys(1), at=hk(day))

    [message] = [one.message for one in hub.mail.of("sandy")]
    assert "Marco Yip 已設定 11月30日（一）09:00 再提醒。" in message.body()
    assert len(hub.mail.of("marco")) == 1
    [alert] = firm.alerts(hub.engine)
    assert alert["state"] == "snoozed"


def test_whoever_reads_it_in_another_role_too_hears_the_end(hub: Hub) -> None:
    """May was the bank's BD manager and coordinates still: she hears every alert of it, and that it is over."""
    hub.settings = firm.settings(routes=(Route(to=("email:bd", "email:coordinator")),))
    firm.put(hub.engine, "milestone", firm.milestone_row(status_category="done"))
    hub.tell(milestone(bd="person/may", bd_name="May Chan"), at=hk(24))
    hub.tell(milestone(), at=hk(24, 10))

    hub.tell(at=hk(24, 12))

    assert sorted(one.reader.name for _, one, _ in hub.mail.updated) == ["Marco Yip", "May Chan"]
