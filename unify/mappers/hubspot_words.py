"""What HubSpot's words mean: stages by their pipeline, priorities, scores of surveys, HTML as text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Literal

from config.settings import Severity, StatusCategory
from config.words import normal
from connectors.base import Record
from unify.mapping import MappingContext
from unify.parsing import Reader

DealCategory = Literal["open", "won", "lost"]

SEVERITIES: Mapping[str, Severity] = {"LOW": "info", "MEDIUM": "warning", "HIGH": "high", "URGENT": "critical"}

SCALES: Mapping[str, tuple[int, int]] = {"NPS": (0, 10), "CSAT": (1, 5), "CES": (1, 7)}
"""Lowest and highest answer of a kind of survey; that of the account's own (CUSTOM) is nowhere told."""

_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h\d)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a pipeline: what people call it, and what HubSpot says that it means."""

    label: str
    is_first: bool
    is_closed: bool
    probability: float | None


def stage_of(record: Record, context: MappingContext, stream: str, pipeline: str, stage: str) -> Stage | None:
    """The stage of that id in that pipeline, of `deal_pipelines` or `ticket_pipelines`; None for one that is gone."""
    payload = context.vocabulary.get(stream, {}).get(pipeline, {})
    stages = Reader(record, [], payload).objects("stages")
    found = next((one for one in stages if one.id("id") == stage), None)
    if found is None:
        return None
    orders = [order for one in stages if (order := one.number("displayOrder")) is not None]
    closed = found.text("metadata", "ticketState") == "CLOSED" or found.text("metadata", "isClosed") == "true"
    return Stage(
        label=found.text("label") or stage,
        is_first=bool(orders) and found.number("displayOrder") == min(orders),
        is_closed=closed,
        probability=found.number("metadata", "probability"),
    )


def ticket_category(
    stage: Stage | None, is_closed: bool, own: Mapping[str, StatusCategory], native: str
) -> StatusCategory:
    """By the config; else by the stage's state; else by what the ticket says of itself."""
    told = {normal(word): category for word, category in own.items()}.get(normal(native))
    if told is not None:
        return told
    if is_closed or (stage is not None and stage.is_closed):
        return "done"
    if stage is None:
        return "unknown"
    return "todo" if stage.is_first else "in_progress"


def deal_category(stage: Stage | None, is_closed: bool, is_won: bool) -> DealCategory:
    """By the stage: closed and certain is won, closed and not is lost; else by what the deal says of itself."""
    if stage is not None:
        if not stage.is_closed:
            return "open"
        return "won" if (stage.probability or 0.0) > 0.5 else "lost"
    if is_won:
        return "won"
    return "lost" if is_closed else "open"


def satisfaction(kind: str, value: float) -> float | None:
    """A survey's answer as 0-100: 0..10 times ten, 1..n as a share of n; None where the scale does not hold it."""
    lowest, highest = SCALES.get(kind, (1, 0))
    return round(value * 100 / highest, 1) if lowest <= value <= highest else None


def plain_text(html: str) -> str:
    """HTML without its markup, a line for each paragraph."""
    lines = unescape(_TAG.sub("", _BREAK.sub("\n", html))).splitlines()
    return "\n".join(line for text in lines if (line := text.strip())).replace("\0", "")
