"""The other alerts in words: by client, then what belongs to none, then what is the firm's own.

What a client's alerts have in common is said once: a phone shows few lines, and what is said again is skipped.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from config.settings import SEVERITIES
from report.rows import AlertRow
from report.speech import link
from report.words import Words, about

TONES = {"critical": "late", "high": "late", "warning": "warn", "info": ""}
_SMALL_WORD = re.compile(r"[a-z]+(?=[\s:：,，']|$)")
"""A word that is no name of its own spelling, such as e-KYC or iOS."""


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert in words. `about`: its project, who has it, that its source is old, when it was found; as far as any of
    it is so, and is not so of all alike."""

    title: str
    url: str | None
    tool: str
    about: str


@dataclass(frozen=True, slots=True)
class Alike:
    """A client's alerts of one rule, equally grave and for one reason. `about` is of all of them, and so is `found`
    where it is not the whole group's."""

    severity: str
    tone: str
    why: str
    about: str
    found: str
    stale: bool
    rows: Sequence[AlertLine]

    @property
    def count(self) -> int:
        """How many alerts."""
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class AlertGroup:
    """One client's; `bd` is empty on a page that is theirs, and where it is no client's; `found` where not all of it
    was found at once, and each says it."""

    client: str
    bd: str
    found: str
    kinds: Sequence[Alike]

    @property
    def count(self) -> int:
        """How many alerts."""
        return sum(alike.count for alike in self.kinds)


def other_alerts(words: Words) -> list[AlertGroup]:
    """The client with the gravest first, each one's in the order of the overview; the firm's own last."""
    rows = words.shown.alerts
    gravest: dict[str | None, int] = {}
    for row in rows:
        gravest[row.client] = max(gravest.get(row.client, 0), SEVERITIES.index(row.severity))
    ordered = sorted(rows, key=lambda row: (*_place(row), -gravest[row.client], row.client or ""))
    groups = groupby(ordered, key=lambda row: (*_place(row), row.client))
    return [_group(words, list(group)) for _, group in groups]


def _place(row: AlertRow) -> tuple[bool, bool]:
    return row.is_of_the_house, row.client is None


def _heading(words: Words, row: AlertRow) -> str:
    return words.t("alerts.house") if row.is_of_the_house else words.client(row.client)


def _bd(words: Words, row: AlertRow) -> str:
    return "" if row.is_of_the_house or row.client is None else words.bd(row.bd)


def _group(words: Words, rows: Sequence[AlertRow]) -> AlertGroup:
    found = _shared(_found(words, row) for row in rows)
    alike: dict[tuple[str, str, str, bool], list[AlertRow]] = {}
    for row in rows:
        alike.setdefault((row.rule, row.severity, row.says(words.language).why, row.stale), []).append(row)
    kinds = [_alike(words, kind, why, known=bool(found)) for (_, _, why, _), kind in alike.items()]
    return AlertGroup(_heading(words, rows[0]), _bd(words, rows[0]), found, kinds)


def _alike(words: Words, rows: Sequence[AlertRow], why: str, *, known: bool) -> Alike:
    """`known`: when they were found is said of the whole group."""
    particulars = _shared(_particulars(words, row) for row in rows)
    found = "" if known else _shared(_found(words, row) for row in rows)
    return Alike(
        severity=_severity(words, rows[0].severity),
        tone=TONES[rows[0].severity],
        why=why,
        about=particulars,
        found=found,
        stale=rows[0].stale,
        rows=[
            AlertLine(
                title=_title(row, row.says(words.language).matter, _severity(words, row.severity)),
                url=link(row.url),
                tool=words.tool(row.source),
                about=about(
                    "" if particulars else _particulars(words, row), "" if known or found else _found(words, row)
                ),
            )
            for row in rows
        ],
    )


def _shared(said: Iterable[str]) -> str:
    """What all of them say; empty where they differ."""
    different = set(said)
    return different.pop() if len(different) == 1 else ""


def _particulars(words: Words, row: AlertRow) -> str:
    owner = words.t("has_it", name=row.owner_name) if row.owner_name else ""
    return about(row.project_name, owner, _taken(words, row), words.mark(row.source))


def _taken(words: Words, row: AlertRow) -> str:
    """Who has it, and of a snooze until when."""
    if row.held_by is None:
        return ""
    if row.state == "acknowledged":
        return words.t("alerts.taken", name=row.held_by)
    if row.held_until is None:
        return words.t("alerts.snoozed", name=row.held_by)
    return words.t("alerts.snoozed_until", name=row.held_by, at=words.at(row.held_until))


def _found(words: Words, row: AlertRow) -> str:
    return words.t("alerts.found", at=words.at(row.since))


def _title(row: AlertRow, matter: str, severity: str) -> str:
    """`matter` with a capital, since no client's name begins it here, and without the severity that its badge says."""
    bracket = "【" if matter.startswith("【") else ""
    text = matter.removeprefix(bracket)
    rest = text[len(severity) :]
    is_name = bool(row.name) and text.startswith(row.name)
    is_longer_word = severity.isascii() and rest[:1].isalnum()
    if text.casefold().startswith(severity.casefold()) and not is_name and not is_longer_word:
        text = rest.lstrip(" :：") or text
    return bracket + (text[:1].upper() + text[1:] if _SMALL_WORD.match(text) else text)


def _severity(words: Words, severity: str) -> str:
    match severity:
        case "critical":
            return words.t("severity.critical")
        case "high":
            return words.t("severity.high")
        case "warning":
            return words.t("severity.warning")
    return words.t("severity.info")
