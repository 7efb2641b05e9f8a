"""Whom an alert is told, and by which channels."""

from datetime import date
from typing import Any

import pytest
from pydantic import SecretStr

from alerts.channels.mail import EmailSettings
from alerts.channels.slack import SlackSettings
from alerts.facts import Facts
from alerts.routing import People, Subject, Target, coordinator_only, instead_of_group, route
from config.settings import PersonSettings, Route, RouteMatch, Secret, Settings
from config.values import DateRange
from tests.alerts import firm
from tests.alerts.firm import feedback, milestone

RAYMOND = "person/raymond@lanternquay.example"
STRANGER = "person/poon@paperkite.example"
OTHERS = {RAYMOND: ("Raymond Ho", "Raymond@LanternQuay.example"), STRANGER: ("潘詠琳", "poon@paperkite.example")}


def routed(settings: Settings, on: str = "milestone", **facts: Any) -> list[Target]:
    finding = milestone(**facts) if on == "milestone" else feedback(**facts)
    client = (finding.client or "").removeprefix("client/")
    subject = Subject(finding.rule, on, finding.severity, finding.source, client, Facts(finding.facts))
    return route(settings, People(settings, OTHERS), subject)


def told(targets: list[Target]) -> list[tuple[str, tuple[str, ...]]]:
    return [(target.reader.name or "everybody there", target.channels) for target in targets]


def with_routes(*routes: Route) -> Settings:
    return firm.settings(routes=routes)


@pytest.mark.parametrize(
    ("match", "matches"),
    [
        (RouteMatch(), True),
        (RouteMatch(severity="critical"), True),
        (RouteMatch(severity="high"), False),
        (RouteMatch(rule="milestone-overdue"), True),
        (RouteMatch(rule="feedback-unhandled"), False),
        (RouteMatch(client="bank", source="delivery"), True),
        (RouteMatch(client="bank", source="crm"), False),
    ],
)
def test_the_first_route_that_matches_decides(match: RouteMatch, matches: bool) -> None:
    """As the config says it: severity, rule, client, source; all that are named must hold."""
    settings = with_routes(Route(match=match, to=("chat",)), Route(to=("email:bd",)))

    assert told(routed(settings))[0][1] == (("chat",) if matches else ("email",))


def test_a_person_is_told_by_one_channel_and_the_others_stand_by() -> None:
    """Told twice is a distrust: the second channel is for when the first one fails."""
    settings = with_routes(
        Route(match=RouteMatch(severity="critical"), to=("chat:bd", "email:bd", "chat")),
        Route(to=("pager:bd",)),
    )

    assert told(routed(settings)) == [
        ("Marco Yip", ("chat", "email", "pager")),
        ("everybody there", ("chat",)),
    ]


def told_to_group(on: str, severity: str, others: tuple[Route, ...] = (), **facts: Any) -> list[Target]:
    """Who hears of it where a route names the group of `chat` alone."""
    settings = with_routes(Route(to=("chat",)), *others)
    subject = Subject("some-rule", on, severity, "delivery", "kite", Facts({"owner": RAYMOND, **facts}))
    return route(settings, People(settings, OTHERS), subject)


@pytest.mark.parametrize(
    ("on", "severity", "facts", "readers"),
    [
        ("milestone", "warning", {}, ["everybody there"]),
        ("milestone", "info", {}, ["Raymond Ho", "May Chan"]),
        ("milestone", "high", {"client_facing": False}, ["Raymond Ho", "May Chan"]),
        ("milestone", "high", {"client_facing": False, "payment": True}, ["everybody there"]),
        ("item", "warning", {}, ["Raymond Ho", "May Chan"]),
        ("source", "high", {}, ["May Chan"]),
        ("workload", "warning", {}, ["May Chan"]),
    ],
)
def test_a_group_of_bd_managers_is_not_told_what_they_are_not(
    on: str, severity: str, facts: dict[str, Any], readers: list[str]
) -> None:
    """A channel in which the hub talks of itself, or of tasks, is one that BD managers stop reading."""
    usual = (Route(to=("email:bd",)),)

    assert [who for who, _ in told(told_to_group(on, severity, usual, **facts))] == readers


def test_what_is_not_for_a_group_goes_by_what_reaches_persons() -> None:
    """Its own channel may reach nobody by name; and a person whom the route names anyway is told once."""
    settings = with_routes(Route(to=("chat", "pager:bd")), Route(to=("email:bd",)))
    finding = milestone(severity="info")
    subject = Subject(finding.rule, "milestone", "info", "delivery", "bank", Facts(finding.facts))

    targets = route(settings, People(settings, OTHERS), subject)

    assert told(targets) == [("Raymond Ho", ("pager", "email")), ("May Chan", ("pager", "email"))]


def test_where_nothing_reaches_a_person_the_group_is_told_of_everything() -> None:
    """Better read by all than by nobody."""
    assert told(told_to_group("source", "high")) == [("everybody there", ("chat",))]


@pytest.mark.parametrize(
    ("bd", "readers"),
    [
        ("person/sandy", [("莫詠珊", "", ""), ("May Chan", "", "")]),
        (None, [("May Chan", "no_bd", "Paper Kite Stores")]),
    ],
)
def test_a_client_is_owned_by_its_bd_manager(bd: str | None, readers: list[tuple[str, str, str]]) -> None:
    """What is to be known of a client is for them and the coordinator; nobody is asked to name another owner."""
    subject = Subject("contract-ending", "client", "info", "crm", "kite", Facts({"bd": bd}))

    targets = route(firm.settings(), People(firm.settings(), OTHERS), subject)

    assert [(target.reader.name, target.note, target.note_name) for target in targets] == readers


def test_a_milestone_that_was_promised_to_nobody_goes_to_owner_and_coordinator() -> None:
    """Internal epics are not paraded as client promises."""
    targets = routed(firm.settings(), client_facing=False)

    assert told(targets) == [("Raymond Ho", ("email",)), ("May Chan", ("email",))]


def test_without_a_bd_manager_the_coordinator_is_told_and_why() -> None:
    """Never nobody."""
    [target] = routed(firm.settings(), bd=None, client=None)

    assert (target.reader.name, target.note, target.note_name) == ("May Chan", "no_bd", "Mobile app revamp")


def test_what_nobody_owns_is_named_by_itself() -> None:
    """A project has an owner; it is the task that lacks one. What a title holds of somebody's number is left out."""
    finding = milestone(owner=None, name="Block C, call 9123 4567")
    subject = Subject(finding.rule, "milestone", "critical", "delivery", "bank", Facts(finding.facts))
    settings = with_routes(Route(to=("email:owner",)))

    [target] = route(settings, People(settings, OTHERS), subject)

    assert (target.reader.name, target.note, target.note_name) == ("May Chan", "no_owner", "Block C, call […]")


def test_a_vendors_data_chooses_no_recipient() -> None:
    """An owner with a client's address: nothing goes there, and the coordinator hears of it."""
    parked, instead = routed(with_routes(Route(to=("email:owner",))), owner=STRANGER)

    assert "team_domains" in parked.refused
    assert (instead.reader.name, instead.note) == ("May Chan", "not_ours")


def test_a_colleague_with_an_address_of_ours_may_be_told() -> None:
    """`team_domains` is compared as addresses are: without regard to case."""
    [target] = routed(with_routes(Route(to=("email:owner",))))

    assert (target.reader.email, target.refused) == ("Raymond@LanternQuay.example", "")


def test_a_reader_has_their_own_language_and_calendar() -> None:
    """Kevin reads simplified Chinese, on mainland days."""
    [target] = routed(firm.settings(), on="feedback", bd="person/kevin")

    assert (target.reader.language, target.reader.calendar) == ("zh-Hans-CN", "mainland")


def test_what_only_the_coordinator_is_told_goes_the_usual_way() -> None:
    """By the last route's channel first; the others stand by."""
    settings = with_routes(
        Route(match=RouteMatch(severity="critical"), to=("chat", "pager:bd")), Route(to=("email:bd",))
    )

    target = coordinator_only(settings, People(settings, {}))

    assert told([target]) == [("May Chan", ("email", "pager"))]


def test_what_only_the_coordinator_is_told_is_no_groups_where_any_channel_reaches_persons() -> None:
    """Though no route names it: a group reads of everything else."""
    secret = Secret(reference="env:SLACK", value=SecretStr("https://hooks.slack.example/t"))
    hook = SlackSettings(name="hook", webhook=secret)
    mail = EmailSettings.model_validate(
        {"name": "email", "host": "127.0.0.1", "security": "none", "from": "a@b.example"}
    )
    settings = firm.settings(routes=(Route(to=("hook",)),), channels={"hook": hook, "email": mail})
    alone = settings.model_copy(update={"channels": {"hook": hook}})

    assert told([coordinator_only(settings, People(settings, {}))]) == [("May Chan", ("email",))]
    assert told([coordinator_only(alone, People(alone, {}))]) == [("everybody there", ("hook",))]


def test_instead_of_a_group_the_coordinator_is_told_by_whatever_reaches_a_person() -> None:
    """Routes need not name the channel; the one that failed comes last, and a webhook reaches nobody by name."""
    secret = Secret(reference="env:SLACK", value=SecretStr("https://hooks.slack.example/t"))
    mail = EmailSettings.model_validate(
        {"name": "email", "host": "127.0.0.1", "security": "none", "from": "a@b.example"}
    )
    hook, bot = SlackSettings(name="hook", webhook=secret), SlackSettings(name="bot", token=secret, channel="C1")
    routes = (Route(to=("bot",)),)

    def instead(**channels: EmailSettings | SlackSettings) -> tuple[str, ...] | None:
        settings = firm.settings(routes=routes, channels=channels)
        target = instead_of_group(settings, People(settings, {}), "bot")
        return target.channels if target else None

    assert instead(hook=hook, bot=bot, email=mail) == ("email", "bot")
    assert instead(hook=hook) is None


TODAY = date(2026, 11, 24)


def away(*names: str, **covers: str) -> dict[str, PersonSettings]:
    """The firm's people, some of them away today, some with a cover."""
    today = (DateRange(TODAY, TODAY),)
    return {
        name: person.model_copy(
            update={"away": today if name in names else (), "cover": covers.get(name, "")},
        )
        for name, person in firm.settings().people.items()
    }


@pytest.mark.parametrize(
    ("people", "reader", "note"),
    [
        pytest.param(away(), "Marco Yip", ("", ""), id="there"),
        pytest.param(away("marco", marco="sandy"), "莫詠珊", ("cover", "Marco Yip"), id="the cover"),
        pytest.param(away("marco"), "May Chan", ("no_cover", "Marco Yip"), id="no cover: the coordinator"),
        pytest.param(
            away("marco", "may", may="kevin"), "罗建明", ("no_cover", "Marco Yip"), id="the coordinator's cover"
        ),
        pytest.param(away("marco", "may"), "May Chan", ("no_cover", "Marco Yip"), id="never nobody"),
    ],
)
def test_who_is_away_is_told_nothing_and_their_cover_why(
    people: dict[str, PersonSettings], reader: str, note: tuple[str, str]
) -> None:
    """An alert that waits on a beach is an alert that nobody had."""
    settings = firm.settings(people=people)
    finding = milestone()
    subject = Subject(finding.rule, "milestone", "critical", "delivery", "bank", Facts(finding.facts))

    [target] = route(settings, People(settings, OTHERS, TODAY), subject)

    assert (target.reader.name, (target.note, target.note_name)) == (reader, note)


def test_a_cover_who_is_told_anyway_is_told_once() -> None:
    """Sandy covers Marco and is named by the same route."""
    settings = firm.settings(people=away("marco", marco="sandy"), routes=(Route(to=("email:bd", "chat:sandy")),))
    finding = milestone()
    subject = Subject(finding.rule, "milestone", "critical", "delivery", "bank", Facts(finding.facts))

    targets = route(settings, People(settings, OTHERS, TODAY), subject)

    assert told(targets) == [("莫詠珊", ("email", "chat"))]
