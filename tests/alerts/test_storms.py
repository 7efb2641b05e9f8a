"""Very many new alerts of one source at once: one message for each reader, a question, and no comment for a day."""

from alerts.storms import MOST
from rules.evaluate import Finding
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import hk, milestone


def storm(count: int = MOST + 1) -> list[Finding]:
    """So many milestones that are overdue all at once."""
    return [milestone(number) for number in range(1, count + 1)]


def named(hub: Hub) -> list[tuple[str, str]]:
    """Who got which message."""
    return [(one.reader.name, one.message.title) for one in hub.mail.sent]


def test_the_coordinator_is_asked_once_and_each_reader_has_one_message(hub: Hub) -> None:
    """A date that was typed once for a whole project is one mistake, not twenty-six calls to clients."""
    hub.tell(milestone(99), at=hk(23, 17))
    hub.mail.sent.clear()

    for minute in range(2):
        hub.tell(milestone(99), *storm(), at=hk(24, 9, minute))

    assert [name for name, _ in named(hub)] == ["Marco Yip", "May Chan"]
    [marco], [may] = hub.mail.of("marco"), hub.mail.of("may")
    assert "Very many at once from Jira" in marco.message.body()
    assert may.message.title == "Jira: 26 new alerts at once"
    assert "Comments in Jira wait until Wed 25 Nov 09:00." in may.message.body()


def test_its_comments_wait_for_a_working_day_and_what_is_over_by_then_leaves_none(hub: Hub) -> None:
    """Twenty-six comments on cards cannot be unread again."""
    hub.settings = firm.settings(
        sources={**hub.settings.sources, "delivery": firm.source("delivery", "jira", comment_back=("APP",))}
    )
    project = {"key": "delivery/project/10", "source": "delivery", "vendor_id": "10", "short": "APP", "name": "App"}
    firm.put(hub.engine, "project", project)
    firm.put(hub.engine, "milestone", *(firm.milestone_row(number) for number in range(1, MOST + 2)))
    hub.round(milestone(99), at=hk(23, 17))
    held = hub.round(*storm(), at=hk(24))
    assert held.comments == []
    assert set(held.uncommented.values()) == {"very many came at once: it waits for a working day"}

    hub.round(*storm(2), at=hk(24, 11))
    later = hub.round(*storm(2), at=hk(25, 9, 30))

    assert sorted(written.on for written in later.comments) == ["delivery/issue/1", "delivery/issue/2"]


def test_as_many_as_a_busy_morning_has_are_no_storm(hub: Hub) -> None:
    """The end of a quarter is no mistake."""
    hub.tell(milestone(99), at=hk(23, 17))

    hub.tell(milestone(99), *storm(MOST), at=hk(24))

    assert "May Chan" not in [name for name, _ in named(hub)]


def test_a_first_look_is_no_storm(hub: Hub) -> None:
    """Whoever has all of it sent at once (`first_run`) asked for that."""
    hub.tell(*storm(), at=hk(24))

    assert "May Chan" not in [name for name, _ in named(hub)]
