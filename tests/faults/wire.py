"""A story told over real HTTP and SMTP, by children that will be killed: `python -m tests.faults.wire`, as `telling`.

They use the channels and connectors of the product, against stand-ins that live in another process
(`tests.faults.stand_ins`).
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Engine

from alerts.channels.kinds import open_channel
from alerts.channels.mail import EmailSettings
from alerts.channels.slack import SlackSettings
from alerts.channels.teams import TeamsSettings
from alerts.channels.wecom import WeComSettings
from alerts.outbox import deliver
from alerts.round import run_round
from config.settings import Route, RouteMatch, Secret, Settings, SourceSettings
from connectors.base import Connector
from connectors.governor import Governor
from connectors.kinds import KINDS
from rules.evaluate import Finding
from sandbox import slack
from tests.alerts import firm
from tests.faults.hub import source_of
from tests.faults.telling import Pass, Wish, main
from unify.freshness import Freshness

TOOLS = {"jira": "Jira", "trello": "Trello", "asana": "Asana", "hubspot": "HubSpot"}
STREAMS = {name: kind.commented for name, kind in KINDS.items()}
REAL = datetime(2030, 1, 1, tzinfo=firm.HK)
"""Real time when the story begins."""
BETWEEN = timedelta(minutes=7)
"""Of real time between two steps: longer than what a killed process had in hand is kept for it."""

Places = Mapping[str, str]
"""Where the stand-ins listen, and by "KIND id" what each tool calls the item in question."""


class Unhurried(threading.Event):
    """Nobody stops, and no pause is made for real."""

    def wait(self, timeout: float | None = None) -> bool:
        """At once."""
        return False


def subject(kind: str, places: Places) -> str:
    """The key of the row behind the item of that tool."""
    return f"{kind}/{STREAMS[kind]}/{places[f'{kind} id']}"


def steps(places: Places) -> Sequence[Sequence[Finding]]:
    """What is found in each step: it comes, moves, becomes worse, ends and comes again."""
    issue, card, task, ticket = (subject(kind, places) for kind in TOOLS)
    late = firm.milestone(1, key=issue, source="jira", client="client/bank", severity="warning")
    later = firm.milestone(1, key=issue, source="jira", client="client/bank")
    on_board = firm.milestone(2, key=card, source="trello", client="client/kite", bd="person/sandy")
    moved = firm.milestone(2, key=card, source="trello", client="client/kite", bd="person/sandy", due_on="2026-11-17")
    in_asana = firm.milestone(3, key=task, source="asana", client="client/boat", bd="person/kevin")
    waits = firm.feedback(4, key=ticket, source="hubspot")
    return (
        [late, on_board],
        [late, on_board, in_asana, waits],
        [later, moved, waits],
        [in_asana],
        [later, on_board, in_asana, waits],
    )


def settings_of(places: Places) -> Settings:
    """The bank is told in Slack, Paper Kite's manager by mail, Slow Boat's group by WeCom, and all of it in Teams."""
    token = Secret(reference="env:SLACK", value=SecretStr(slack.TOKEN))
    sources: dict[str, SourceSettings] = {}
    for kind in TOOLS:
        named = True if kind == "hubspot" else (places[f"{kind} project"],)
        sources[kind] = source_of(kind, places[kind]).model_copy(update={"comment_back": named})
    mail: dict[str, Any] = {"host": "127.0.0.1", "port": int(places["mail port"]), "security": "none"}
    everybody = ("bank", "kite", "boat")
    return firm.settings(
        sources=sources,
        channels={
            "chat": SlackSettings(name="chat", token=token, channel=slack.CHANNEL, url=places["slack"]),
            "email": EmailSettings.model_validate({"name": "email", **mail, "from": "Hub <hub@lanternquay.example>"}),
            "wecom": WeComSettings(name="wecom", webhook=_webhook(places["wecom"]), clients=everybody),
            "teams": TeamsSettings(name="teams", webhook=_webhook(places["teams"]), clients=everybody),
        },
        routes=(
            Route(match=RouteMatch(client="bank"), to=("chat:bd", "email:bd", "teams")),
            Route(match=RouteMatch(client="boat"), to=("wecom",)),
            Route(to=("email:bd", "teams")),
        ),
    )


def _webhook(url: str) -> Secret:
    return Secret(reference="env:WEBHOOK", value=SecretStr(url))


@contextmanager
def commenting(settings: Settings) -> Iterator[Mapping[str, Connector]]:
    """The connectors that write comments, each with its governor."""
    stop = Unhurried()
    governors = {
        kind: Governor(kind, limits=["100000/second"], stop=stop, redact=str, wait=lambda _: False) for kind in TOOLS
    }
    try:
        yield {kind: KINDS[kind].connect(settings.sources[kind], governors[kind]) for kind in TOOLS}
    finally:
        for governor in governors.values():
            governor.close()


def tell(engine: Engine, wish: Wish, passes: Pass) -> None:
    """The story, from the step on that the wish names; what is sent has its own points, at who receives it."""
    places, folder = wish["places"], Path(wish["folder"])
    settings, wall = settings_of(places), REAL

    def clock() -> datetime:
        return wall

    stop = Unhurried()
    channels = {name: open_channel(one, clock, clock, stop, str) for name, one in settings.channels.items()}
    with commenting(settings) as commenters:
        for number, findings in list(enumerate(steps(places)))[wish["step"] :]:
            (folder / "step").write_text(str(number))
            wall = REAL + BETWEEN * (10 * number + 3 * wish["life"])
            now = firm.TUESDAY + timedelta(minutes=number)
            run_round(engine, settings, firm.outcomes(*findings), _fresh(now), firm.working_time(), now)
            for _ in range(2):
                deliver(
                    engine,
                    settings,
                    channels,
                    commenters,
                    calendars=firm.working_time,
                    clock=_always(now),
                    wall=clock,
                    redact=str,
                    stop=stop,
                )
                wall += BETWEEN


def _always(now: datetime) -> Callable[[], datetime]:
    return lambda: now


def _fresh(now: datetime) -> dict[str, Freshness]:
    age = timedelta(minutes=8)
    return {
        kind: Freshness(kind, kind, label, now - age, age, False, mapping_version="1") for kind, label in TOOLS.items()
    }


if __name__ == "__main__":
    main(tell)
