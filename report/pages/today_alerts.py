"""The other alerts in words: by client, then what belongs to none, then what is the firm's own.

What a client's alerts of one rule have in common is said once, with the first of them: a phone shows few lines, and
what is said again is skipped.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from alerts.facts import Facts
from alerts.messages import Says
from alerts.planning import said_by
from config.settings import SEVERITIES, Language
from report.asked import Asked
from report.choices import choice
from report.document import Cell, Choice, Column, Row, Tone
from report.pages.about import about, mark, tool, whose
from report.rows import AlertRow
from report.speech import link
from rules.titles import Reading

TONES: dict[str, Tone] = {"critical": "red", "high": "red", "warning": "amber", "info": ""}
_SMALL_WORD = re.compile(r"[a-z]+(?=[\s:：,，']|$)")
"""A word that is no name of its own spelling, such as e-KYC or iOS."""


def says(asked: Asked, row: AlertRow, language: Language) -> Says:
    """What its rule says of it in a language."""
    rule = next(rule for rule in asked.rules if rule.id == row.rule)
    return said_by(rule, Facts(row.facts), Reading(language, asked.moment.zone, asked.moment.today))


def columns(asked: Asked) -> list[Column]:
    """Of the list."""
    t = asked.t
    return [
        Column("name", t("alerts.matter")),
        Column("severity", t("alerts.severity")),
        Column("why", t("alerts.why")),
        Column("found", t("alerts.since"), "instant"),
    ]


def severities(asked: Asked) -> Choice:
    """One of them, or all."""
    return choice(
        asked, "severity", asked.t("alerts.severity"), {one: severity(asked, one) for one in SEVERITIES[::-1]}
    )


def by_severity(asked: Asked, rows: Sequence[AlertRow]) -> str:
    """How many of each there are, the gravest first."""
    counted = Counter[str](row.severity for row in rows)
    return asked.speech.joined([f"{severity(asked, one)} {counted[one]}" for one in SEVERITIES[::-1] if counted[one]])


def by_client(rows: Sequence[AlertRow]) -> list[AlertRow]:
    """The client with the gravest first, each one's as they stand; what is of one rule and equally grave together; the
    firm's own last."""
    gravest: dict[str | None, int] = {}
    for row in rows:
        gravest[row.client] = max(gravest.get(row.client, 0), SEVERITIES.index(row.severity))
    ordered = sorted(rows, key=lambda row: (*_place(row), -gravest[row.client], row.client or ""))
    together: list[AlertRow] = []
    for _, group in groupby(ordered, key=lambda row: (*_place(row), row.client)):
        kinds: dict[tuple[str, str, bool], list[AlertRow]] = {}
        for row in group:
            kinds.setdefault((row.rule, row.severity, row.stale), []).append(row)
        together += [row for kind in kinds.values() for row in kind]
    return together


def rows_of(asked: Asked, rows: Sequence[AlertRow], most: int) -> list[Row]:
    """Of each client `most` at first, and how many more there are, with the address of all; 0: every one."""
    made: list[Row] = []
    for _, group in groupby(rows, key=lambda row: (*_place(row), row.client)):
        of_client = list(group)
        shown = of_client[:most] if most else of_client
        found = [asked.speech.at(row.since) for row in shown]
        for _, kind in groupby(enumerate(shown), key=lambda one: (one[1].rule, one[1].severity, one[1].stale)):
            places, alike = zip(*kind, strict=True)
            made += _alike(asked, alike, [_once(found, place) for place in places])
        if more := len(of_client) - len(shown):
            made.append(_more(asked, of_client[0], more))
    return made


def _place(row: AlertRow) -> tuple[bool, bool]:
    return row.is_of_the_house, row.client is None


def _more(asked: Asked, row: AlertRow, count: int) -> Row:
    only = {"client": row.client.removeprefix("client/")} if row.client else {}
    said = asked.t("more", count=count)
    whole = Cell(None, said, asked.here("/", status="alerts", **only))
    return Row([whole, Cell(), Cell(), Cell()], _group(asked, row), group_href=asked.client_page(row.client))


def _group(asked: Asked, row: AlertRow) -> str:
    if row.is_of_the_house:
        return asked.t("alerts.house")
    return about(asked.client_name(row.client), whose(asked, row.bd) if row.client else "")


def _alike(asked: Asked, rows: Sequence[AlertRow], found: Sequence[str]) -> list[Row]:
    """A client's alerts of one rule, `found` then: what all of them share, a reason or particulars, is said of the
    first."""
    told = [says(asked, row, asked.language) for row in rows]
    why = [one.why for one in told]
    particulars = [_particulars(asked, row) for row in rows]
    graveness = [severity(asked, row.severity) for row in rows]
    return [
        Row(
            [
                Cell(
                    row.name,
                    _title(row, one.matter, graveness[0]),
                    link(row.url),
                    notes=[about(tool(asked, row.source) if row.url else "", _once(particulars, at))],
                ),
                Cell(row.severity, _once(graveness, at), tone=TONES[row.severity] if at == 0 else ""),
                Cell(one.why, _once(why, at)),
                Cell(row.since, found[at]),
            ],
            group=_group(asked, row),
            group_href=asked.client_page(row.client),
            stale=row.stale,
        )
        for at, (row, one) in enumerate(zip(rows, told, strict=True))
    ]


def _once(said: Sequence[str], at: int) -> str:
    """What is said of the one at that place; nothing, where it is what was said of the first of them all."""
    return "" if at and _is_shared(said) else said[at]


def _is_shared(said: Iterable[str]) -> bool:
    return len(set(said)) == 1


def _particulars(asked: Asked, row: AlertRow) -> str:
    owner = asked.t("has_it", name=row.owner_name) if row.owner_name else ""
    return about(row.project_name, owner, _taken(asked, row), mark(asked, row.source))


def _taken(asked: Asked, row: AlertRow) -> str:
    """Who has it, and of a snooze until when."""
    if row.held_by is None:
        return ""
    if row.state == "acknowledged":
        return asked.t("alerts.taken", name=row.held_by)
    if row.held_until is None:
        return asked.t("alerts.snoozed", name=row.held_by)
    return asked.t("alerts.snoozed_until", name=row.held_by, at=asked.speech.at(row.held_until))


def _title(row: AlertRow, matter: str, graveness: str) -> str:
    """`matter` with a capital, since no client's name begins it here, and without the severity that its badge says."""
    bracket = "【" if matter.startswith("【") else ""
    text = matter.removeprefix(bracket)
    rest = text[len(graveness) :]
    is_name = bool(row.name) and text.startswith(row.name)
    is_longer_word = graveness.isascii() and rest[:1].isalnum()
    if text.casefold().startswith(graveness.casefold()) and not is_name and not is_longer_word:
        text = rest.lstrip(" :：") or text
    return bracket + (text[:1].upper() + text[1:] if _SMALL_WORD.match(text) else text)


def severity(asked: Asked, name: str) -> str:
    """How grave, in a word."""
    match name:
        case "critical":
            return asked.t("severity.critical")
        case "high":
            return asked.t("severity.high")
        case "warning":
            return asked.t("severity.warning")
    return asked.t("severity.info")
