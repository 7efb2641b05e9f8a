"""`milepost demo`: an invented firm's tools on loopback, and the hub that a user would run against them."""

import json
import shutil
import tempfile
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from alerts.planning import TOLD_AS_OUTAGE
from cli.demo_recorded import arrived
from cli.demo_settings import write_settings
from cli.demo_summary import found
from cli.exit_codes import FAILED, OK
from cli.files import private_file, write_private
from cli.hub import Hub, RoundResult
from cli.opening import open_hub
from cli.report import report_file
from cli.serve import serving
from cli.talk import answer, refuse, say, say_runs
from cli.work import say_round, stop_on_signals
from report.exports.as_html import write_html
from report.filters import Filters
from report.reading.today import read_today
from report.structured import as_json
from sandbox.lantern_quay import lantern_quay
from sandbox.plan import Plan
from sandbox.recorded import recorded_plan, vendors_in
from sandbox.server import VENDORS, Sandbox
from sandbox.story import Event, Story, StoryClock, tuesday
from sandbox.truth import seeded
from unify.closures import Closed, close
from unify.derived import table_of
from unify.engine import writing
from unify.freshness import tool_name
from unify.tables import Alert

_ALERT = table_of(Alert)
SPEED = 90
"""Story seconds a second, once the first round is over: the day passes in six minutes."""
ROUND_EVERY = timedelta(minutes=10)
END_OF_DAY = 18
PATIENCE = timedelta(seconds=2)
"""Real time: an outage of two story hours is a minute here, and is not to be waited out."""


def run_demo(*, once: bool, out: Path | None, recorded: Path | None, port: int) -> int:
    """One round; then, unless `once`, the story moves on and the hub follows until Ctrl-C.

    `recorded`: a folder of answers that vendors once gave, served in place of the firm; nothing happens in them later.
    """
    vendors = vendors_in(recorded) if recorded else VENDORS
    if not vendors:
        return refuse(f"{recorded} holds no recorded answers: there is neither jira/*.csv.gz nor trello/*.csv.gz")
    stop = stop_on_signals("stopping …" if out else "stopping; the demo's folder goes with it (--out DIR keeps one) …")
    with ExitStack() as open_things:
        folder = out or Path(open_things.enter_context(tempfile.TemporaryDirectory(prefix="milepost-demo-")))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        plan = recorded_plan(recorded) if recorded else lantern_quay()
        clock = StoryClock(plan.first_sync)
        sandbox = open_things.enter_context(Sandbox(plan, clock, vendors, recorded=recorded))
        config = write_settings(folder, sandbox)
        # No variable of the user's own set-up may change what the demo shows.
        hub = open_things.enter_context(open_hub(config, clock=clock, stop=stop, environ={}, patience=PATIENCE))
        enter_closures(hub, plan)
        say(beginning(plan, clock(), vendors))
        result = _first_round(hub, clock, plan)
        say_runs(result.runs)
        say_round(result)
        told: dict[str, Any] = (
            arrived(hub, sandbox, recorded) if recorded else {"seeded": seeded(plan), "found": found(hub)}
        )
        for one in told.get("mapping_problems", ()):
            say(f"{one['source']}/{one['stream']}/{one['vendor_id']}: {one['field']} {one['reason']}")
        _leave(folder, hub, sandbox)
        _write(folder / "summary.json", _summary(told, result, clock()))
        if out:
            say(f"database, report and messages are in {out}")
        if once:
            return FAILED if result.failed else OK
        address = open_things.enter_context(serving(hub, "127.0.0.1", port, demo=True))
        answer.print(where_to_look(address, sandbox.inbox_url))
        _follow(hub, Story(sandbox, [] if recorded else tuesday()), clock, stop)
        if out:
            _leave(folder, hub, sandbox)
            until = clock().astimezone(hub.settings.zone)
            say(f"database, report and messages until {until:%H:%M} are in {out}; summary.json is of the first round")
    return OK


def beginning(plan: Plan, now: datetime, vendors: Collection[str]) -> str:
    """The first line: whose day it is, and what is about to be read."""
    return f"{plan.name}: {now:%a %d %b %Y} in the story; reading {', '.join(vendors)} …"


def where_to_look(report: str, messages: str) -> str:
    """What is said once there is something to see."""
    return f"report:   {report}\nmessages: {messages}\nCtrl-C ends it"


def of_tool(event: Event) -> str:
    """The line about something that happens in a tool."""
    return f"{event.at:%H:%M}  {event.what}"


def of_hub(at: datetime, line: str) -> str:
    """The line about something that the hub did."""
    return f"{at:%H:%M}    hub: {line}"


def enter_closures(hub: Hub, plan: Plan) -> None:
    """What the firm's coordinators had told the hub before: when their offices were closed."""
    for one in plan.closures:
        with writing(hub.engine) as connection:
            closed = Closed(one.region, one.begins_at, one.ends_at, one.reason)
            close(connection, closed, one.told_by, one.told_at)


def _first_round(hub: Hub, clock: StoryClock, plan: Plan) -> RoundResult:
    """The sync at 08:50, rules and messages at 09:00."""
    runs = hub.sync()
    clock.set(plan.story_now)
    outcomes, done = hub.evaluate()
    return RoundResult(runs, outcomes, done, hub.deliver())


def _follow(hub: Hub, story: Story, clock: StoryClock, stop: threading.Event) -> None:
    """Let the day pass: things happen in the tools, and every ten story minutes there is a round of the hub."""
    clock.run(SPEED)
    happening = threading.Thread(target=_tell, args=(story, clock, stop), name="story")
    happening.start()
    due = clock() + ROUND_EVERY
    away: set[str] = set()
    while not stop.wait(clock.seconds_until(due)):
        result = hub.run()
        at = clock().astimezone(hub.settings.zone)
        for line in news(hub, result, away):
            say(of_hub(at, line))
        if at.hour >= END_OF_DAY:
            say("the day is over; the report stays up. Ctrl-C ends it")
            stop.wait()
        due = max(due + ROUND_EVERY, clock())
    happening.join()


def news(hub: Hub, result: RoundResult, away: set[str]) -> Iterator[str]:
    """What a round did, in sentences; `away` are the sources that could not be read before it, and then after it."""
    for run in result.runs:
        tool = tool_name(hub.settings.sources[run.source].kind)
        if run.outcome == "failed" and run.source not in away:
            away.add(run.source)
            yield f"{tool} cannot be read, and what was read before stays: {run.error}"
        elif run.outcome == "ok" and run.source in away:
            away.remove(run.source)
            yield f"{tool} is back"
    names = _names(hub)
    for change in result.round.events:
        if change.fingerprint.partition(":")[0] not in TOLD_AS_OUTAGE:
            yield f"{names[change.fingerprint]}: {change.reason}"
    if result.delivered.sent:
        yield f"messages and comments sent: {result.delivered.sent}"
    yield from result.delivered.parked


def _names(hub: Hub) -> dict[str, str]:
    """What people call the subject of each alert."""
    with hub.reader.connect() as connection:
        rows = connection.execute(select(_ALERT.c.fingerprint, _ALERT.c.facts))
        return {fingerprint: facts.get("name") or facts.get("subject") or fingerprint for fingerprint, facts in rows}


def _tell(story: Story, clock: StoryClock, stop: threading.Event) -> None:
    """Let each event happen at its time, and say so."""
    while story.next_at is not None and not stop.wait(clock.seconds_until(story.next_at)):
        for event in story.advance(clock()):
            say(of_tool(event))


def _leave(folder: Path, hub: Hub, sandbox: Sandbox) -> None:
    """Everything that the rounds gave until now, as files."""
    with hub.asking(Filters(page=0), is_demo=True) as asked:
        with private_file(folder / "report.html") as file:
            write_html(report_file(asked), file)
        _write(folder / "report.json", as_json(read_today(asked), asked))
    comments = {name: vendor.comments_posted for name, vendor in sandbox.vendors.items()}
    _write(folder / "slack.json", sandbox.slack.kept())
    _write(folder / "comments.json", comments)
    shutil.rmtree(folder / "mail", ignore_errors=True)
    sandbox.mail.write(folder / "mail")


def _summary(told: Mapping[str, Any], result: RoundResult, at: datetime) -> dict[str, Any]:
    """What one round gave, in figures; `told` is what they came from."""
    return {
        "at": at.isoformat(),
        **told,
        "alerts": sum(len(outcome.findings) for outcome in result.outcomes),
        "delivered": result.delivered.sent - result.delivered.comments,
        "comments_posted": result.delivered.comments,
    }


def _write(path: Path, value: Mapping[str, Any] | list[Any]) -> None:
    write_private(path, json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")
