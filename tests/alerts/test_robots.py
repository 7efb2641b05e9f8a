"""The robots of chat groups over HTTP: one contract for all, each vendor's signature, limits and refusals."""

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from alerts.channels import dingtalk, feishu
from alerts.channels.base import Outgoing, Permanent, Transient
from alerts.channels.kinds import CHANNEL_KINDS, open_channel
from alerts.channels.pace import Pace
from alerts.channels.posting import encoded
from alerts.channels.robot import Robot, RobotSettings
from alerts.messages import End, Entry, Line, Message
from alerts.routing import Reader
from config.settings import Route, Secret
from sandbox.http import Fault
from sandbox.plan import Plan
from sandbox.robots import DINGTALK_SECRET, FEISHU_SECRET, PATHS, RobotsSandbox
from sandbox.server import Sandbox
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, milestone

GROUP = Reader("", "", "", "en")
LINK = Line("Due Mon 16 Nov.", "https://jira.example/1?a=1&b=2", "Open in Jira")
MESSAGE = Message(
    "en",
    "Nine Ferries: UAT sign-off 8 days late",
    (Entry("a", (Line("6 working days late."), LINK)),),
    (Line("Jira, read 08:52 (8 min ago)."),),
)
NOON = datetime(2026, 11, 24, 4, 5, tzinfo=UTC)
ALL = list(PATHS)
SECRETS = {"dingtalk": DINGTALK_SECRET, "feishu": FEISHU_SECRET}


def secret(value: str) -> Secret:
    return Secret(reference="env:ROBOT", value=SecretStr(value))


def settings_of(name: str, webhook: str, **values: Any) -> RobotSettings:
    """Settings as the loader makes them."""
    if name in SECRETS:
        values = {"secret": secret(SECRETS[name])} | values
    made = CHANNEL_KINDS[name].model_validate({"name": name, "webhook": secret(webhook), **values})
    assert isinstance(made, RobotSettings)
    return made


@dataclass
class Group:
    """A robot, the group that it writes to, and real time between them."""

    name: str
    robots: RobotsSandbox
    url: str
    now: datetime = NOON
    opened: list[Robot] = field(default_factory=list)

    def robot(self, webhook: str = "", **values: Any) -> Robot:
        settings = settings_of(self.name, webhook or self.url, **values)
        robot = open_channel(settings, self.time, self.time, threading.Event(), str)
        assert isinstance(robot, Robot)
        self.opened.append(robot)
        return robot

    def time(self) -> datetime:
        return self.now

    @property
    def taken(self) -> list[dict[str, Any]]:
        return self.robots.taken[self.name]

    def read(self) -> list[str]:
        """What the group reads, message by message."""
        return [" ".join(texts(body)) for body in self.taken]


def texts(value: Any) -> Iterator[str]:
    """Every text in a body that somebody sees."""
    match value:
        case {"content": str(text)} | {"title": str(text), "content": []} | {"text": str(text)}:
            yield text
        case {"title": str(title), "content": content}:
            yield title
            yield from texts(content)
        case dict():
            for inner in value.values():
                yield from texts(inner)
        case list():
            for inner in value:
                yield from texts(inner)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    plan = Plan("Lantern Quay", TUESDAY, TUESDAY, [], [], [], [], [], [], [])
    with Sandbox(plan, lambda: NOON, vendors=()) as running:
        yield running


def group_of(name: str, sandbox: Sandbox) -> Iterator[Group]:
    sandbox.robots.forget()
    group = Group(name, sandbox.robots, sandbox.robot_url(name))
    sandbox.robots.wall = group.time
    yield group
    for robot in group.opened:
        robot.close()


@pytest.fixture(params=ALL)
def group(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[Group]:
    """Each of them in turn."""
    yield from group_of(request.param, sandbox)


@pytest.fixture
def ding(sandbox: Sandbox) -> Iterator[Group]:
    yield from group_of("dingtalk", sandbox)


@pytest.fixture
def fei(sandbox: Sandbox) -> Iterator[Group]:
    yield from group_of("feishu", sandbox)


# --- the contract


def test_a_message_is_taken_whole_with_its_mark(group: Group) -> None:
    """The mark is the same when it is sent again: people know a repeat as one."""
    robot = group.robot()
    for _ in range(2):
        robot.send(Outgoing("alert-1234567890ab", GROUP, MESSAGE))

    first, second = group.read()
    assert first == second
    for said in (MESSAGE.title, "6 working days late.", "Open in Jira", "8 min ago", "#12345678"):
        assert said in first
    assert "https://jira.example/1?a=1&b=2" in json.dumps(group.taken[0])


def test_an_end_is_a_short_message_of_its_own(group: Group) -> None:
    """A robot can change nothing."""
    robot = group.robot()
    receipt = robot.send(Outgoing("alert-1", GROUP, MESSAGE))
    news = Message("en", "Done: UAT sign-off", (Entry("a", (Line("Marked done by Jason Tse 10:12."),)),))
    robot.update(receipt, Outgoing("alert-2", GROUP, news), MESSAGE.with_end("a", End("Marked done.", "Done")))

    assert len(group.taken) == 2
    assert group.read()[1].startswith("Done: UAT sign-off")
    assert robot.find(Outgoing("alert-1", GROUP, MESSAGE)) is None


def test_nobody_is_written_to_alone(group: Group) -> None:
    """A robot has one group."""
    assert settings_of(group.name, group.url).reaches == "group"
    with pytest.raises(Permanent, match="not to a person"):
        group.robot().send(Outgoing("alert-1", Reader("person/may", "May", "may@x.example", "en"), MESSAGE))


def test_a_test_without_a_message_says_that_there_is_none(group: Group) -> None:
    """Whatever a robot is asked, it writes."""
    assert group.robot().check().startswith("not tested: ")
    assert group.taken == []


def test_a_removed_robot_is_a_persons_business(group: Group) -> None:
    """Three of them say so with status 200; and the address is a secret."""
    group.robots.removed.add(group.name)

    with pytest.raises(Permanent, match=r"address|removed") as refused:
        group.robot().send(Outgoing("alert-1", GROUP, MESSAGE))

    assert not any(part in str(refused.value) for part in ("sandbox", "dddd", "127.0.0.1"))


def test_a_wrong_address_is_a_persons_business(group: Group) -> None:
    """And is not told."""
    with pytest.raises(Permanent) as refused:
        group.robot(group.url + "-s3cret").send(Outgoing("alert-1", GROUP, MESSAGE))

    assert "s3cret" not in str(refused.value)
    assert group.taken == []


@pytest.mark.parametrize("status", [502, 503])
def test_what_is_away_is_waited_for(group: Group, status: int) -> None:
    """It may have been taken all the same."""
    group.robots.app.faults.append(Fault("POST", status, body="<h1>Bad gateway</h1>"))

    with pytest.raises(Transient) as away:
        group.robot().send(Outgoing("alert-1", GROUP, MESSAGE))

    assert away.value.in_doubt


def test_a_lost_answer_is_in_doubt(group: Group) -> None:
    """Sent again under the same mark: at most this one is doubled."""
    group.robots.app.faults.append(Fault("POST", 0, cut=True))

    with pytest.raises(Transient) as lost:
        group.robot().send(Outgoing("alert-1", GROUP, MESSAGE))

    assert lost.value.in_doubt


def test_no_redirect_is_followed(group: Group) -> None:
    """The message would go to whoever is named there, and nobody here would know."""
    group.robots.app.faults.append(Fault("POST", 302, {"Location": group.url}))

    with pytest.raises(Permanent, match="redirect, which is not followed"):
        group.robot().send(Outgoing("alert-1", GROUP, MESSAGE))
    assert len(group.robots.app.log) == 1


def test_a_page_in_place_of_an_answer_is_a_refusal(group: Group) -> None:
    """What a proxy shows with status 403 has written nothing."""
    group.robots.app.faults.append(Fault("POST", 403, {"Content-Type": "text/html"}, "<h1>Sign in</h1>"))

    with pytest.raises(Permanent):
        group.robot().send(Outgoing("alert-1", GROUP, MESSAGE))


def test_http_429_waits_as_long_as_it_says(group: Group) -> None:
    """Retry-After is theirs to say."""
    group.robots.app.faults.append(Fault("POST", 429, {"Retry-After": "77"}))

    with pytest.raises(Transient) as refused:
        group.robot().send(Outgoing("alert-1", GROUP, MESSAGE))

    assert (refused.value.retry_after, refused.value.in_doubt) == (timedelta(seconds=77), False)


@pytest.mark.parametrize("char", ["逾", "a", "𠮷"])
def test_what_is_too_long_goes_on_in_further_messages(group: Group, char: str) -> None:
    """Bytes are counted, lines stay whole, nothing is lost; each part says which of how many it is."""
    lines = tuple(Line(char * 400 + str(number)) for number in range(80))
    robot = group.robot()
    robot._pace = Pace(((10_000, 60.0),), threading.Event())  # how fast is another test's matter
    group.robots.signing.clear()
    if group.name == "wecom":
        lines = lines[:10]

    outgoing = Outgoing("alert-1", GROUP, replace(MESSAGE, entries=(Entry("a", lines),)))
    bodies = list(robot.bodies(outgoing))

    assert all(robot.size(body) <= robot.limit_bytes for body in bodies)
    told = "\n".join(" ".join(texts(body)) for body in bodies)
    assert all(line.text in told for line in lines)
    if len(bodies) > 1:
        assert f"1/{len(bodies)}" in told
    robot.send(replace(outgoing, message=replace(MESSAGE, title=char * 100_000)))
    assert len(group.taken) == 1


def test_a_message_in_parts_goes_on_where_it_broke_off(sandbox: Sandbox) -> None:
    """What was taken is not written again."""
    for wecom in group_of("wecom", sandbox):
        long = replace(MESSAGE, entries=(Entry("a", tuple(Line("逾" * 400) for _ in range(4))),))
        robot, outgoing = wecom.robot(), Outgoing("alert-1", GROUP, long)
        wecom.robots.app.faults.append(Fault("POST", 503, after=2))
        with pytest.raises(Transient):
            robot.send(outgoing)
        robot.send(outgoing)

        assert len(wecom.taken) == len(list(robot.bodies(outgoing)))


def test_wrong_settings_say_what_to_write() -> None:
    """Found when the config is read; an address is told to nobody."""
    for name in ALL:
        for webhook in ("http://robots.example/s3cret", "s3cret", "http://[s3cret]/", "https://me:s3cret@x.example/"):
            with pytest.raises(ValidationError, match='begins with "https://"') as refused:
                settings_of(name, webhook)
            assert "s3cret" not in str(refused.value)


# --- pace


def test_a_robot_writes_no_more_than_it_may(ding: Group) -> None:
    """The 21st message within a minute would mute it for ten."""
    robot = ding.robot()
    for number in range(20):
        robot.send(Outgoing(f"alert-{number}", GROUP, MESSAGE))

    with pytest.raises(Transient) as waits:
        robot.send(Outgoing("alert-20", GROUP, MESSAGE))

    assert not waits.value.in_doubt
    assert waits.value.retry_after is not None
    assert waits.value.retry_after < timedelta(seconds=62)
    assert len(ding.taken) == 20


def test_a_short_wait_is_made_in_place() -> None:
    """Five in a second: the sixth follows in the next."""

    class Stop(threading.Event):
        waited = 0.0

        def wait(self, timeout: float | None = None) -> bool:
            self.waited += timeout or 0.0
            return False

    stop = Stop()
    pace = Pace(((100, 60.0), (5, 1.0)), stop, now=lambda: stop.waited)
    for _ in range(12):
        pace.take_turn("bot")

    assert stop.waited == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("name", "answer", "wait"),
    [
        ("wecom", {"errcode": 45009}, timedelta(minutes=1)),
        ("dingtalk", {"errcode": 130101}, timedelta(minutes=10)),
        ("dingtalk", {"errcode": 90030}, timedelta(minutes=10)),
        ("feishu", {"code": 11232}, timedelta(minutes=1)),
    ],
)
def test_a_limit_inside_a_200_is_waited_out(
    sandbox: Sandbox, name: str, answer: dict[str, Any], wait: timedelta
) -> None:
    """Somebody else may write by the same robot."""
    for group in group_of(name, sandbox):
        group.robots.app.faults.append(Fault("POST", 200, {"Content-Type": "application/json"}, json.dumps(answer)))
        with pytest.raises(Transient) as waits:
            group.robot().send(Outgoing("alert-1", GROUP, MESSAGE))
        assert waits.value.retry_after is not None
        assert wait <= waits.value.retry_after <= wait + timedelta(minutes=1)
        assert not waits.value.in_doubt


@pytest.mark.parametrize("minute", [0, 30])
def test_feishu_is_not_written_to_when_everybody_writes(fei: Group, minute: int) -> None:
    """Once only: a hub that is only ever started on the hour tells all the same."""
    fei.now = NOON.replace(minute=minute)
    outgoing = Outgoing("alert-1", GROUP, MESSAGE)
    with pytest.raises(Transient) as held:
        fei.robot().send(outgoing)
    fei.robot().send(replace(outgoing, is_first=False))

    assert held.value.retry_after is not None
    assert held.value.retry_after >= timedelta(minutes=1)
    assert len(fei.taken) == 1


# --- signatures


def test_signatures_are_those_of_the_vendors_examples() -> None:
    """Key and message stand the other way round in the two."""
    at = datetime.fromtimestamp(1_760_000_000, tz=UTC)

    assert dingtalk.sign("SECexample0001", at) == {
        "timestamp": "1760000000000",
        "sign": "bY0ooHopY5y7TvHX6+3jHATshI4DfNvCH9zAdMHc0As=",
    }
    assert feishu.sign("feishuExample0001", at) == {
        "timestamp": "1760000000",
        "sign": "Y9ML8SffiF1QpTjd6zB+Rb7Xl3Y8/Q1hD1XwGljuWY4=",
    }


def test_a_signature_in_an_address_is_encoded_once(ding: Group) -> None:
    """Twice encoded, the robot refuses it: others' fault, told of in their issues."""
    for minute in range(20):  # until one holds a plus or a slash
        ding.now = NOON + timedelta(minutes=minute)
        ding.robot().send(Outgoing(f"alert-{minute}", GROUP, MESSAGE))

    assert len(ding.taken) == 20
    assert not any("%25" in seen.query for seen in ding.robots.app.log)


@pytest.mark.parametrize("name", ["dingtalk", "feishu"])
@pytest.mark.parametrize("late", [False, True])
def test_a_refused_signature_says_what_to_look_at(sandbox: Sandbox, name: str, late: bool) -> None:
    """The secret, or this machine's clock."""
    for group in group_of(name, sandbox):
        robot = group.robot() if late else group.robot(secret=secret("SEC-s3cret"))
        group.robots.wall = lambda: NOON + timedelta(hours=2 if late else 0)
        with pytest.raises(Permanent, match="clock" if late or name == "feishu" else "check `secret`") as refused:
            robot.send(Outgoing("alert-1", GROUP, MESSAGE))
        assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("errmsg", "told"),
    [("keywords not in content", "keywords"), ("ip 203.0.113.9 not in whitelist", "list"), ("?", "security checks")],
)
def test_dingtalks_one_code_for_four_checks_is_told_apart(ding: Group, errmsg: str, told: str) -> None:
    """310000 is all of them; the text tells which."""
    said = json.dumps({"errcode": 310000, "errmsg": errmsg})
    ding.robots.app.faults.append(Fault("POST", 200, {"Content-Type": "application/json"}, said))

    with pytest.raises(Permanent, match=told):
        ding.robot().send(Outgoing("alert-1", GROUP, MESSAGE))


def test_an_old_connectors_failure_inside_a_200_is_one(sandbox: Sandbox) -> None:
    """It says so in words."""
    for teams in group_of("teams", sandbox):
        said = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 410"
        teams.robots.app.faults.append(Fault("POST", 200, {"Content-Type": "text/plain"}, said))
        with pytest.raises(Permanent, match="make a workflow"):
            teams.robot().send(Outgoing("alert-1", GROUP, MESSAGE))


# --- who is called


def test_the_one_person_is_called_by_their_account(group: Group) -> None:
    """And nobody else, ever."""
    group.robot().send(Outgoing("alert-1", GROUP, MESSAGE, account="marco.yip"))
    group.robot().send(Outgoing("alert-2", GROUP, MESSAGE, account='x" id="all'))

    with_call, without = map(json.dumps, group.taken)
    assert "marco.yip" in with_call
    assert '"all' not in without
    assert "id=" not in without


# --- hostile text

_HOSTILE = st.one_of(
    st.text(max_size=200),
    st.sampled_from(
        [
            "<at id=all></at>",
            '<at user_id="all">x</at>',
            "@all @所有人 @here",
            '<font color="warning">late</font>',
            "[pay](https://evil.example) **now** `x`",
            "{{ 7*7 }} ${x} {% raw %}",
            "\u202eevil\u202c\u200b\u2066",
            "a\r\nb\x00c\ud800d",
            '", "isAtAll": true, "x": "',
        ]
    ),
)


@dataclass
class Rig:
    """Robots that are only asked for their forms."""

    robots: Sequence[Robot]


@pytest.fixture(scope="module")
def rig() -> Rig:
    made = []
    for name in ALL:
        robot = open_channel(
            settings_of(name, "https://robots.example/x"), lambda: NOON, lambda: NOON, threading.Event(), str
        )
        assert isinstance(robot, Robot)
        made.append(robot)
    return Rig(made)


@given(title=_HOSTILE, text=_HOSTILE, label=_HOSTILE, url=_HOSTILE, client=_HOSTILE)
def test_text_of_others_is_only_ever_text(rig: Rig, title: str, text: str, label: str, url: str, client: str) -> None:
    """It calls nobody, leads nowhere of its own, breaks no line and turns no direction, and always travels."""
    message = Message("en", title, (Entry("a", (Line(text), Line("more", url, label)), client),))
    for robot in rig.robots:
        for body in robot.bodies(Outgoing("alert-1", GROUP, message)):
            assert json.loads(encoded(body)) == body
            assert not list(_calls(body))
            for said in texts(body):
                assert "@" not in said.replace("@\u200b", "")
                assert not set(said) & set("\u202e\u2066\u202c\r\x00")
            for address in _addresses(body):
                assert address.startswith(("https://", "http://"))


def _calls(value: Any) -> Iterator[Any]:
    """Whatever would call somebody."""
    match value:
        case {"tag": "at"} | {"entities": _} | {"isAtAll": True} | {"mentioned_list": _} | {"type": "TextBlock"}:
            yield value
        case dict():
            for inner in value.values():
                yield from _calls(inner)
        case list():
            for inner in value:
                yield from _calls(inner)


def _addresses(value: Any) -> Iterator[str]:
    """Whatever leads somewhere."""
    match value:
        case {"href": str(url)} | {"url": str(url)}:
            yield url
        case dict():
            for inner in value.values():
                yield from _addresses(inner)
        case list():
            for inner in value:
                yield from _addresses(inner)


# --- beside the outbox


def test_a_group_robot_tells_an_alert_and_its_end(hub: Hub, group: Group) -> None:
    """Through the round and the outbox, as any channel."""
    group.robots.signing.clear()
    hub.settings = firm.settings(routes=(Route(to=(group.name,)),), channels={})
    hub.others = {group.name: group.robot()}
    firm.put(hub.engine, "milestone", firm.milestone_row(status_category="done"))

    hub.tell(milestone())
    hub.tell(at=TUESDAY + timedelta(minutes=1))

    assert len(group.taken) == 2
    assert {row["state"] for row in firm.deliveries(hub.engine)} == {"sent"}


@pytest.mark.parametrize(("accounts", "called"), [(("wecom:marco.yip",), ["marco.yip"]), (("chat:marco",), [])])
def test_the_bd_manager_whom_a_groups_message_waits_for_is_called(
    hub: Hub, sandbox: Sandbox, accounts: tuple[str, ...], called: list[str]
) -> None:
    """By their account with that very channel; when it is over, nobody is."""
    for group in group_of("wecom", sandbox):
        people = firm.settings().people
        marco = people["marco"].model_copy(update={"accounts": accounts})
        hub.settings = firm.settings(routes=(Route(to=("wecom",)),), people={**people, "marco": marco})
        hub.others = {"wecom": group.robot()}
        firm.put(hub.engine, "milestone", firm.milestone_row(status_category="done"))

        hub.tell(milestone())
        hub.tell(at=TUESDAY + timedelta(minutes=1))

        first, over = group.taken
        assert first["text"].get("mentioned_list", []) == called
        assert "mentioned_list" not in over["text"]


def test_a_bot_that_is_always_started_on_the_hour_tells_with_its_second_attempt(hub: Hub, fei: Group) -> None:
    """It held back once already."""
    fei.now = NOON.replace(minute=0)
    hub.settings = firm.settings(routes=(Route(to=("feishu",)),))
    hub.others = {"feishu": fei.robot()}
    hub.tell(milestone())
    before = len(fei.taken)
    hub.wait(timedelta(hours=1))
    hub.deliver()

    assert (before, len(fei.taken)) == (0, 1)
