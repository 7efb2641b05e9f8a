"""Which rules were stopped, or failed, when they last ran: why, and since when. It is forgotten once they run again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from rules.evaluate import Outcome
from unify.hub_state import forget, recall_all, remember

_KIND = "stopped"


@dataclass(frozen=True, slots=True)
class Stopped:
    """What stopped a rule last, and since when it has found nothing out."""

    reason: str
    since: datetime


def note_stopped(connection: Connection, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Remember which of `outcomes` found nothing out; they must be of every rule that is on."""
    before = read_stopped(connection)
    stopped = {
        outcome.rule.id: Stopped(outcome.error, before[outcome.rule.id].since if outcome.rule.id in before else now)
        for outcome in outcomes
        if outcome.error is not None
    }
    for rule, one in stopped.items():
        if one != before.get(rule):
            told = {"reason": one.reason, "since": one.since.isoformat()}
            remember(connection, f"{_KIND}/{rule}", json.dumps(told, ensure_ascii=False))
    for rule in before.keys() - stopped.keys():
        forget(connection, f"{_KIND}/{rule}")


def read_stopped(connection: Connection) -> Mapping[str, Stopped]:
    """By the rule's id, in their order."""
    return {
        rule: Stopped(told["reason"], datetime.fromisoformat(told["since"]))
        for rule, text in recall_all(connection, _KIND).items()
        for told in (json.loads(text),)
    }
