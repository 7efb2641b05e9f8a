"""`milepost sync`, `remap` and `run`."""

import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from cli.coming import in_words, read_coming
from cli.exit_codes import FAILED, OK, WRONG
from cli.forecast import Forecast
from cli.hub import Hub, RoundResult
from cli.opening import open_hub
from cli.talk import RunTalk, answer, refuse, say, say_runs, waiting, warn
from config.nearest import did_you_mean, there_are
from connectors.scope import count


def stop_on_signals(said: str = "stopping; what was read is kept …") -> threading.Event:
    """An event that SIGINT and SIGTERM set, with a word: every wait, retry and page loop obeys it."""
    stop = threading.Event()

    def begin_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        say(said)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, begin_to_stop)
    return stop


def sync_now(config: Path, sources: Sequence[str], *, full: bool, accept_deletions: bool = False) -> int:
    """Read the sources once. What is accepted, is of sources that are named: each was asked about by itself."""
    if accept_deletions and not sources:
        return refuse("say whose deletions: milepost sync SOURCE --accept-deletions")
    with open_hub(config, stop=stop_on_signals()) as hub:
        if not _known(hub, sources):
            return WRONG
        with RunTalk() as progress:
            runs = hub.sync(sources, full=full, accept_deletions=accept_deletions, progress=progress, before=announce)
    say_runs(runs)
    return OK if all(run.outcome in ("ok", "busy") for run in runs) else FAILED


def remap_now(config: Path, sources: Sequence[str]) -> int:
    """Map what is stored again."""
    with open_hub(config) as hub:
        if not _known(hub, sources):
            return WRONG
        for name, mapped in hub.remap(sources).items():
            say(f"{name}: {count(mapped, 'record')} mapped again, no request made")
    return OK


def run_once(config: Path, *, dry_run: bool) -> int:
    """One round, or the rehearsal of one."""
    with open_hub(config, stop=stop_on_signals()) as hub:
        with RunTalk() as progress:
            result = hub.run(progress, announce, dry_run=dry_run)
        say_runs(result.runs)
        if not result.evaluated:
            say("stopped before the rules looked: nobody was told anything")
            return FAILED
        if dry_run:
            print_rehearsal(result)
        else:
            say_round(result)
            for line in in_words(read_coming(hub), hub):
                say(line)
    return FAILED if result.failed else OK


def announce(coming: Forecast) -> None:
    """Say what a source's run will take."""
    say(str(coming))


def say_round(result: RoundResult) -> None:
    """What a round did, in a few lines."""
    for outcome in result.outcomes:
        if outcome.error:
            warn(f"rule {outcome.rule.id}: {outcome.error}")
    delivered = result.delivered
    say(
        f"the rules found {count(sum(len(outcome.findings) for outcome in result.outcomes), 'thing')} to act on "
        f"({count(len(result.round.events), 'alert')} opened, changed or closed since the last round); "
        f"{_messages(delivered.sent - delivered.comments, delivered.comments)} sent, "
        f"{waiting(delivered.delayed, len(delivered.parked))}"
    )
    for line in delivered.parked:
        warn(line)


def print_rehearsal(result: RoundResult) -> None:
    """Every message and comment in full, and why what is not sent is not."""
    for planned in result.round.messages:
        to = planned.reader.name or "everybody there"
        answer.print(f"--- {planned.channel} to {to}\n{planned.message.as_text()}\n")
    for written in result.round.comments:
        answer.print(f"--- comment on {written.on}\n{written.text or '(taken back)'}\n")
    for subject, reason in result.round.uncommented.items():
        say(f"no comment on {subject}: {reason}")
    say(f"{_messages(len(result.round.messages), len(result.round.comments))} would be sent; none was")


def _messages(messages: int, comments: int) -> str:
    return f"{count(messages, 'message')} and {count(comments, 'comment')}"


def _known(hub: Hub, sources: Sequence[str]) -> bool:
    unknown = [name for name in sources if name not in hub.settings.sources]
    for name in unknown:
        cure = did_you_mean(name, hub.settings.sources) or there_are(hub.settings.sources)
        refuse(f'no source is called "{name}"{cure}')
    return not unknown
