"""Sending: nothing is lost, nothing is sent twice that could be known, and failures are seen."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from alerts.channels.base import Outgoing, Permanent, Receipt, Transient
from alerts.channels.mail import EmailSettings
from alerts.comments import queue_comment
from alerts.outbox import DELIVERY
from alerts.parking import retry
from config.settings import PersonSettings, Route, RouteMatch
from connectors.base import Ref
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, Inbox, feedback, milestone

NIGHT = firm.hk(21, 22, 40)
"""Saturday evening."""


class Crash(BaseException):
    """The power goes off."""


class CrashingInbox(Inbox):
    """Takes the message, and then the power goes off before anybody can write that down."""

    crashes = 1

    def send(self, outgoing: Outgoing) -> Receipt:
        receipt = super().send(outgoing)
        if self.crashes:
            self.crashes -= 1
            raise Crash
        return receipt


class HangingInbox(Inbox):
    """Somebody wants to stop, and the server neither takes the message nor lets go of it."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__()
        self._stop = stop
        self.over = threading.Event()

    def send(self, outgoing: Outgoing) -> Receipt:
        self._stop.set()
        self.over.wait(60)
        return super().send(outgoing)


def try_again(hub: Hub) -> str:
    """`milepost deliveries retry` of the one that is parked."""
    [parked] = firm.deliveries(hub.engine, state="parked")
    with hub.engine.begin() as connection:
        return retry(connection, hub.settings, parked["id"], hub.wall)


def email() -> EmailSettings:
    return EmailSettings.model_validate(
        {"name": "email", "host": "127.0.0.1", "security": "none", "from": "hub@x.example"}
    )


@pytest.mark.parametrize(("can_be_asked", "copies"), [(False, 2), (True, 1)])
def test_a_crash_after_sending_repeats_at_most_that_one_and_loses_none(
    hub: Hub, can_be_asked: bool, copies: int
) -> None:
    """Where the receiver can be asked for our key, not even that one is doubled."""
    hub.mail = CrashingInbox(can_be_asked=can_be_asked)
    hub.round(milestone(), feedback())
    with pytest.raises(Crash):
        hub.deliver()

    hub.wait(timedelta(minutes=6))
    hub.deliver()

    assert len(hub.mail.of("marco")) == copies
    assert len(hub.mail.of("sandy")) == 1
    assert {row["state"] for row in firm.deliveries(hub.engine)} == {"sent"}
    assert len({sent.key for sent in hub.mail.of("marco")}) == 1


def test_nothing_else_is_sent_by_a_channel_while_one_is_in_flight(hub: Hub) -> None:
    """Two processes share the outbox: neither sends what the other has in its hands, nor beside it."""
    hub.mail = CrashingInbox()
    hub.round(milestone(), feedback())
    with pytest.raises(Crash):
        hub.deliver()

    assert hub.deliver().sent == 0


def test_a_transient_failure_waits_longer_each_time(hub: Hub) -> None:
    """By real time, whatever the story's clock says; and as long as the receiver asks for."""
    hub.mail.failures = [Transient("away"), Transient("away"), Transient("busy", retry_after=timedelta(hours=1))]
    hub.round(milestone())
    tried = []
    for minute in range(120):
        hub.wall = hub.wall.replace(hour=minute // 60, minute=minute % 60)
        left = len(hub.mail.failures)
        hub.deliver()
        if len(hub.mail.failures) < left or hub.mail.sent:
            tried.append(minute)
        if hub.mail.sent:
            break

    assert tried == [0, 1, 2, 62]


def test_a_channel_that_is_told_to_wait_sends_nothing_until_then(hub: Hub) -> None:
    """429 with Retry-After is said of the channel: the next message, and the next round's, would be refused too."""
    hub.mail.failures = [Transient("too many messages", retry_after=timedelta(minutes=10))]
    hub.tell(milestone(), feedback())
    hub.wait(timedelta(minutes=9))
    hub.tell(milestone(), feedback(), feedback(2, bd="person/kevin"), at=TUESDAY + timedelta(minutes=9))
    assert hub.mail.sent == []

    hub.wait(timedelta(minutes=2))
    hub.deliver()
    assert len(hub.mail.sent) == 3


def test_one_refused_recipient_keeps_the_channel_going(hub: Hub) -> None:
    """A mail server that greylists one address is not busy."""
    hub.mail.failures = [Transient("marco@lanternquay.example was refused for now (450)")]
    hub.tell(milestone(), feedback())
    hub.deliver()

    assert [sent.reader.name for sent in hub.mail.sent] == ["莫詠珊"]


def test_a_permanent_failure_is_parked_and_the_next_channel_tells(hub: Hub) -> None:
    """The reader is told all the same, once, and somebody can see what is broken."""
    chat = Inbox(failures=[Permanent("the token was revoked")])
    hub.others = {"chat": chat}
    hub.settings = firm.settings(routes=(Route(to=("chat:bd", "email:bd")),))

    hub.round(milestone())
    done = hub.deliver()
    hub.tell(milestone(), at=TUESDAY + timedelta(minutes=1))

    assert done.parked == ["chat: the token was revoked"]
    assert [(row["channel"], row["state"]) for row in firm.deliveries(hub.engine, kind="alert")] == [
        ("chat", "parked"),
        ("email", "sent"),
    ]
    assert len(hub.mail.of("marco")) == 1


def test_a_group_that_cannot_be_reached_is_no_dead_end_the_coordinator_is_told(hub: Hub) -> None:
    """Never nobody: May hears of it, and why, by a channel that no route names; and she hears when it is over."""
    hub.others = {"chat": Inbox(failures=[Permanent("the channel is archived")])}
    hub.settings = firm.settings(routes=(Route(to=("chat",)),), channels={"email": email()})
    firm.put(hub.engine, "milestone", firm.milestone_row(status_category="done"))

    hub.round(milestone())
    hub.deliver()
    hub.deliver()
    hub.tell(milestone(), at=TUESDAY + timedelta(minutes=1))
    sent, broken = hub.mail.sent
    hub.tell(at=TUESDAY + timedelta(minutes=2))

    assert (sent.reader.name, sent.message.lines[0].text) == (
        "May Chan",
        "This could not be sent to chat, so you get it.",
    )
    assert "Bank of Nine" in sent.message.title  # confidential in groups alone
    assert broken.message.title == "Does not deliver: chat"
    assert [notice.reader.name for _, notice, _ in hub.mail.updated] == ["May Chan"]


def test_of_a_groups_message_the_coordinator_is_told_what_no_person_was(hub: Hub) -> None:
    """Marco has the bank's alert by mail; the one that only the group was to read is May's."""
    hub.others = {"chat": Inbox(failures=[Permanent("the channel is archived")])}
    bank = Route(match=RouteMatch(client="bank"), to=("chat", "email:bd"))
    hub.settings = firm.settings(routes=(bank, Route(to=("chat",))))

    hub.round(milestone(), feedback())
    hub.deliver()
    hub.deliver()

    assert [(sent.reader.name, len(sent.message.entries)) for sent in hub.mail.sent] == [
        ("Marco Yip", 1),
        ("May Chan", 1),
    ]
    assert hub.mail.of("may")[0].message.title == "Paper Kite waits 9.5 working hours"


def test_what_is_tried_again_and_fails_again_is_not_told_twice(hub: Hub) -> None:
    """The next channel has told it already."""
    hub.others = {"chat": Inbox(failures=[Permanent("the token was revoked")] * 2)}
    hub.settings = firm.settings(routes=(Route(to=("chat:bd", "email:bd")),))
    hub.round(milestone())
    hub.deliver()
    hub.deliver()

    assert try_again(hub) == ""
    assert hub.deliver().parked == ["chat: the token was revoked"]
    hub.deliver()

    assert len(hub.mail.sent) == 1


def test_what_was_told_by_the_second_channel_ends_there_too(hub: Hub) -> None:
    """The end belongs where the alert was read."""
    hub.others = {"chat": Inbox(failures=[Permanent("the token was revoked")])}
    hub.settings = firm.settings(routes=(Route(to=("chat:bd", "email:bd")),))
    firm.put(hub.engine, "milestone", firm.milestone_row(status_category="done"))

    hub.tell(milestone())
    hub.tell(at=TUESDAY + timedelta(minutes=1))

    assert len(hub.mail.updated) == 1


def test_after_many_attempts_a_message_is_given_up_and_the_next_channel_tells(hub: Hub) -> None:
    """A day of time-outs is as good as a refusal."""
    chat = Inbox(failures=[Transient("away")] * 30)
    hub.others = {"chat": chat}
    hub.settings = firm.settings(routes=(Route(to=("chat:bd", "email:bd")),))
    hub.round(milestone())
    for _ in range(25):
        hub.deliver()
        hub.wait(timedelta(hours=1))

    assert len(hub.mail.sent) == 1
    [parked] = firm.deliveries(hub.engine, state="parked")
    assert parked["last_error"] == "given up after 20 attempts: away"


def test_one_channels_failure_keeps_no_other_from_telling(hub: Hub) -> None:
    """Not even a bug of ours in one channel; what is written down of it holds no secret."""

    class Broken(Inbox):
        def send(self, outgoing: Outgoing) -> Receipt:
            raise Transient("refused for s3cret")

    hub.others = {"chat": Broken()}
    hub.settings = firm.settings(routes=(Route(match=RouteMatch(client="bank"), to=("chat",)), Route(to=("email:bd",))))
    hub.tell(milestone(), feedback())

    assert len(hub.mail.sent) == 1
    assert [row["last_error"] for row in firm.deliveries(hub.engine, channel="chat")] == ["refused for ***"]


def test_a_channel_that_left_the_config_parks_what_waits_for_it(hub: Hub) -> None:
    """Visible, not lost."""
    hub.settings = firm.settings(routes=(Route(to=("gone:bd",)),))
    hub.round(milestone())

    assert hub.deliver().parked == ["gone: there is no channel gone in the config any more"]


def test_what_is_over_before_it_could_be_sent_is_never_sent(hub: Hub) -> None:
    """The mail server was away: nobody is told of what was settled meanwhile, nor that it was."""
    firm.put(hub.engine, "milestone", firm.milestone_row(status_category="done"))
    hub.mail.failures = [Transient("away")]
    hub.tell(milestone())
    hub.tell(at=TUESDAY + timedelta(minutes=1))
    hub.wait(timedelta(hours=1))
    hub.deliver()

    assert (hub.mail.sent, hub.mail.updated) == ([], [])
    assert [row["state"] for row in firm.deliveries(hub.engine)] == ["dropped"]


def test_a_message_that_may_have_arrived_is_followed_by_its_end(hub: Hub) -> None:
    """Whoever might have read the alert must hear that it is over."""
    firm.put(hub.engine, "milestone", firm.milestone_row(status_category="done"))
    hub.mail.failures = [Transient("timed out", in_doubt=True)]
    hub.tell(milestone())
    hub.tell(at=TUESDAY + timedelta(minutes=1))
    hub.wait(timedelta(hours=1))
    hub.deliver()

    assert (len(hub.mail.sent), len(hub.mail.updated)) == (1, 1)
    assert hub.mail.asked == [hub.mail.sent[0].key]


def test_an_end_that_comes_while_its_message_is_on_the_way_is_shown_in_it(hub: Hub) -> None:
    """The attempt fails, and what it writes down of that forgets nothing that a round wrote meanwhile."""

    class Slow(Inbox):
        def send(self, outgoing: Outgoing) -> Receipt:
            if not hub.wall.minute:
                hub.round(at=TUESDAY + timedelta(minutes=1))
                raise Transient("timed out", in_doubt=True)
            return super().send(outgoing)

    firm.put(hub.engine, "milestone", firm.milestone_row(status_category="done"))
    hub.mail = Slow()
    hub.tell(milestone())
    hub.wait(timedelta(minutes=5))
    hub.deliver()

    [(_, _, shown)] = hub.mail.updated
    assert shown.settled


def test_an_address_that_is_not_ours_parks_the_delivery_and_says_so(hub: Hub) -> None:
    """Vendor data must not choose recipients; the coordinator is told instead."""
    firm.put(hub.engine, "person", {"key": "person/x", "name": "潘詠琳", "email": "poon@paperkite.example"})
    hub.settings = firm.settings(routes=(Route(to=("email:owner",)),))
    hub.tell(milestone(owner="person/x"))
    hub.tell(milestone(owner="person/x"), at=TUESDAY + timedelta(minutes=1))

    assert [(sent.reader.name, sent.message.lines[0].text) for sent in hub.mail.sent] == [
        ("May Chan", "潘詠琳 has no address of ours, so you get this.")
    ]
    [parked] = firm.deliveries(hub.engine, state="parked")
    assert parked["last_error"] == "潘詠琳 is none of [people] and has no address in team_domains"


def test_an_address_that_is_not_ours_is_not_mailed_by_trying_again(hub: Hub) -> None:
    """Whoever types the command is told what would have to change; the recipient rule is not theirs to skip."""
    firm.put(hub.engine, "person", {"key": "person/x", "name": "潘詠琳", "email": "poon@paperkite.example"})
    hub.settings = firm.settings(routes=(Route(to=("email:owner",)),))
    hub.tell(milestone(owner="person/x"))

    said = try_again(hub)
    hub.deliver()

    assert said == (
        "delivery 1 stays parked: 潘詠琳 is none of [people] and has no address in team_domains. If they are to get "
        "messages, add them to [people], or the domain of their address to team_domains"
    )
    assert [sent.reader.name for sent in hub.mail.sent] == ["May Chan"]
    [parked] = firm.deliveries(hub.engine, state="parked")
    assert parked["recipient"] == "person/x"


def test_who_was_added_to_the_people_gets_what_was_parked(hub: Hub) -> None:
    """What the refusal says to do helps."""
    firm.put(hub.engine, "person", {"key": "person/x", "name": "潘詠琳", "email": "poon@paperkite.example"})
    hub.settings = firm.settings(routes=(Route(to=("email:owner",)),))
    hub.tell(milestone(owner="person/x"))

    poon = PersonSettings(name="潘詠琳", email="Poon@paperkite.example")
    hub.settings = firm.settings(people={**hub.settings.people, "poon": poon})
    said = try_again(hub)
    hub.deliver()

    assert said == ""
    assert [sent.reader.email for sent in hub.mail.sent] == ["may@lanternquay.example", "poon@paperkite.example"]


def test_who_stopped_being_ours_before_it_was_sent_gets_nothing(hub: Hub) -> None:
    """The rule holds when a message is sent, whenever it was planned; by no other channel either. May is told."""
    firm.put(hub.engine, "person", {"key": "person/x", "name": "潘詠琳", "email": "poon@agency.example"})
    chat = Inbox(failures=[Transient("away")])
    hub.others = {"chat": chat}
    routes = (Route(to=("chat:owner", "email:owner")),)
    hub.settings = firm.settings(routes=routes, team_domains=("lanternquay.example", "agency.example"))
    hub.tell(milestone(owner="person/x"))

    hub.settings = firm.settings(routes=routes)
    hub.wait(timedelta(hours=1))
    done = hub.deliver()
    waiting = firm.deliveries(hub.engine, state="waiting")
    hub.tell(milestone(owner="person/x"), at=TUESDAY + timedelta(hours=1))

    assert done.parked == ["chat: 潘詠琳 is none of [people] and has no address in team_domains"]
    assert waiting == []
    assert [sent.reader.name for sent in (*chat.sent, *hub.mail.sent)] == ["May Chan"]


def test_a_mended_address_serves_what_waits(hub: Hub) -> None:
    """`deliveries list` said 550; what was mended in the config is what is tried again."""
    hub.mail.failures = [Permanent("no such person (550)")]
    hub.round(milestone())
    hub.deliver()

    marco = hub.settings.people["marco"].model_copy(update={"email": "marco.yip@lanternquay.example"})
    hub.settings = firm.settings(people={**hub.settings.people, "marco": marco})
    try_again(hub)
    hub.deliver()

    assert [sent.reader.email for sent in hub.mail.sent] == ["marco.yip@lanternquay.example"]


def test_parked_deliveries_can_be_tried_again(hub: Hub) -> None:
    """`milepost deliveries retry`, once the token is mended."""
    hub.mail.failures = [Permanent("user and password are refused")]
    hub.round(milestone())
    hub.deliver()

    assert try_again(hub) == ""
    hub.deliver()

    assert len(hub.mail.sent) == 1


def test_two_processes_send_each_message_once(hub: Hub) -> None:
    """`milepost run` beside `serve`: the outbox is shared."""
    hub.round(*(milestone(number, bd=f"person/{who}") for number, who in enumerate(("marco", "sandy", "kevin"))))
    threads = [threading.Thread(target=hub.deliver) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hub.deliver()

    assert len(hub.mail.sent) == len({sent.key for sent in hub.mail.sent}) == 3


class SlowTool:
    """A tool that finds no comment of ours, and then takes its time to take one."""

    def __init__(self) -> None:
        self.posted: list[str] = []
        self.asked, self.answers = threading.Event(), threading.Event()

    def comment(self, on: Ref, text: str | None, key: str, known: str | None) -> str | None:
        stands = key in self.posted
        self.asked.set()
        self.answers.wait(60)
        if not stands:
            self.posted.append(key)
        return key


def test_what_takes_longer_than_a_claim_is_sent_by_nobody_else(hub: Hub) -> None:
    """`milepost run` beside `serve`, and a vendor with minutes to each answer: two comments under one key."""
    hub.commenters = {"delivery": (tool := SlowTool())}
    with hub.engine.begin() as connection:
        queue_comment(connection, "k1", "delivery/issue/1", "The date has passed.", TUESDAY)
    serve = threading.Thread(target=hub.deliver)
    serve.start()
    tool.asked.wait(60)

    others = 0
    for _ in range(2):
        [row] = firm.deliveries(hub.engine)
        hub.wait(timedelta(minutes=4))
        wait_for_a_claim_longer_than(hub, row["not_before"])
        others += hub.deliver().sent
    tool.answers.set()
    serve.join()

    assert (tool.posted, others) == (["k1"], 0)
    assert [row["state"] for row in firm.deliveries(hub.engine)] == ["sent"]


def wait_for_a_claim_longer_than(hub: Hub, until: datetime) -> None:
    """Another thread renews it; ten seconds at most."""
    pause = threading.Event()
    for _ in range(200):
        [row] = firm.deliveries(hub.engine)
        if row["not_before"] > until:
            return
        pause.wait(0.05)
    raise TimeoutError(f"nobody renewed the claim that ends at {until}")


def test_a_stop_waits_for_no_channel_that_hangs(hub: Hub) -> None:
    """What was on its way may have arrived: it is kept, and the receiver is asked before it is repeated."""
    hub.mail = hanging = HangingInbox(hub.stop)
    hub.round(milestone())

    done = hub.deliver()

    (row,) = firm.deliveries(hub.engine)
    assert (hanging.over.is_set(), done.sent, row["state"], row["payload"]["in_doubt"]) == (False, 0, "waiting", True)
    hanging.over.set()


@pytest.mark.parametrize(
    ("reader", "state"),
    [({"phone": "+852 2345 6789"}, "sent"), ({"key": None}, "parked")],
    ids=["knows more", "knows less"],
)
def test_what_another_version_wrote_stops_no_channel(hub: Hub, reader: dict[str, str | None], state: str) -> None:
    """After a step back to the version before: what it can read goes out, the rest is parked, and rounds go on."""
    hub.round(milestone())
    [row] = firm.deliveries(hub.engine)
    written = {**row["payload"]["reader"], **reader}
    kept = {name: value for name, value in written.items() if value is not None}
    with hub.engine.begin() as connection:
        connection.execute(update(DELIVERY).values(payload={**row["payload"], "reader": kept, "channels": ["email"]}))
    for minute in (1, 2):
        hub.tell(milestone(), feedback(), at=TUESDAY + timedelta(minutes=minute))

    assert len(hub.mail.of("sandy")) == 1
    assert firm.deliveries(hub.engine)[0]["state"] == state


def test_a_channel_that_is_mended_at_midnight_wakes_nobody(hub: Hub) -> None:
    """What could not be sent before the reader went home comes with the next morning."""
    hub.mail.failures = [Transient("away")]
    hub.tell(milestone(), at=firm.hk(24, 17, 59))

    for now, wait in ((firm.hk(25, 0), 6), (firm.hk(25, 8, 59), 9), (firm.hk(25), 1)):
        hub.wait(timedelta(hours=wait))
        hub.now = now
        hub.deliver()
        assert len(hub.mail.sent) == (now == firm.hk(25))


def test_what_came_with_the_next_morning_is_told_again_a_working_day_after_that(hub: Hub) -> None:
    """Not a minute later: it was written on the day before, and read on this one."""
    hub.mail.failures = [Transient("away")]
    hub.tell(feedback(), at=firm.hk(24, 17, 59))

    for now, wait, sent in ((firm.hk(25), 16, 1), (firm.hk(25, 9, 1), 1, 1), (firm.hk(26), 24, 2)):
        hub.wait(timedelta(hours=wait))
        hub.tell(feedback(), at=now)
        assert len(hub.mail.sent) == sent


def test_what_is_urgent_is_sent_whenever_its_channel_is_mended(hub: Hub) -> None:
    hub.mail.failures = [Transient("away")]
    hub.tell(firm.feedback(severity="critical", urgent=True), at=firm.hk(24, 17, 59))

    hub.wait(timedelta(hours=6))
    hub.now = firm.hk(25, 0)
    hub.deliver()

    assert hub.mail.sent


def test_where_its_channel_is_away_the_next_one_tells_it_half_a_minute_later(hub: Hub) -> None:
    """It waited eight hours for its turn; of what is not urgent nobody needs to know that soon."""
    hub.settings = firm.settings(routes=(Route(to=("email:bd", "chat:bd")),), on_duty=("sandy",))
    chat = Inbox()
    hub.mail.failures, hub.others = [Transient("away")] * 100, {"chat": chat}
    hub.tell(milestone(), at=firm.hk(20, 15))
    hub.wait(timedelta(hours=1))
    for minute in range(16):
        hub.tell(feedback(severity="critical", urgent=True), at=NIGHT + timedelta(minutes=minute))
        hub.wait(timedelta(minutes=1))
        assert len(chat.sent) == min(minute, 1)

    assert [one.reader.name for one in chat.sent] == ["莫詠珊"]


def test_while_no_channel_takes_it_no_repeat_is_queued(hub: Hub) -> None:
    """Else a night's worth of them would come at once, when the server is back."""
    hub.settings = firm.settings(on_duty=("sandy",))
    hub.mail.failures = [Transient("away")] * 20
    for minute in range(0, 180, 5):
        hub.tell(feedback(severity="critical", urgent=True), at=NIGHT + timedelta(minutes=minute))
        hub.wait(timedelta(minutes=5))
    assert [row["attempts"] > 5 for row in firm.deliveries(hub.engine)] == [True]

    hub.mail.failures.clear()
    hub.wait(timedelta(hours=1))
    for minute in range(180, 200, 5):
        hub.tell(feedback(severity="critical", urgent=True), at=NIGHT + timedelta(minutes=minute))

    assert len(hub.mail.sent) == 2  # what waited, and what is due since
