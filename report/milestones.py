"""Milestones in words: the overdue ones by client, those that fall due, those without a date."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from config.language import days, working_days
from report.rows import MilestoneRow
from report.words import Line, Words, about, link


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """A milestone in words. Empty: `bd` on a page that is theirs, `owner` where nobody has it, `moved` where its date
    never was, `slip` where there is none."""

    name: str
    url: str | None
    tool: str
    about: str
    client: str
    bd: str
    owner: str
    promised: str
    promise_note: str
    moved: str
    moved_by: str
    current: str
    late: str
    late_working: str
    past: str
    """How long ago the promised day was, where that has passed."""
    past_working: str
    in_days: str
    slip: str
    not_agreed: str
    """The promise that the tool's date broke, where the client's agreement is not on record."""
    stale: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One client's overdue milestones; `bd` is empty on a page that is theirs."""

    client: str
    bd: str
    anchor: str
    rows: Sequence[MilestoneLine]


def by_client(words: Words) -> list[Group]:
    """The overdue ones: the client with the longest overdue first, within each the longest overdue first."""
    overdue = words.shown.overdue
    worst: dict[str | None, int] = {}
    for row in overdue:
        worst[row.client] = max(worst.get(row.client, 0), row.days_overdue)
    ordered = sorted(overdue, key=lambda row: (-worst[row.client], row.client or "", -row.days_overdue, row.key))
    return [
        Group(
            client=words.client(client),
            bd=words.bd((rows := list(group))[0].bd),
            anchor=f"overdue-{(client or '-').removeprefix('client/')}",
            rows=[milestone(words, row) for row in rows],
        )
        for client, group in groupby(ordered, key=lambda row: row.client)
    ]


def undated(words: Words) -> list[Line]:
    """Those that nobody has given a date."""
    return [
        Line(
            name=row.name,
            url=link(row.url),
            text=words.joined(
                [
                    row.project_name,
                    words.client(row.client),
                    words.t("has_it", name=row.owner_name or words.t("nobody")),
                ]
            ),
        )
        for row in words.shown.undated
    ]


def milestone(words: Words, row: MilestoneRow) -> MilestoneLine:
    """One of them."""
    ahead = (row.deadline_on - words.shown.today).days if row.deadline_on else 0
    items = words.t("items", open=row.open_items, total=row.total_items) if row.total_items else ""
    return MilestoneLine(
        name=row.name,
        url=link(row.url),
        tool=words.tool(row.source),
        about=about(row.project_name, items, words.mark(row.source)),
        client=words.client(row.client),
        bd=words.bd(row.bd),
        owner=row.owner_name or "",
        promised=words.day(row.baseline_on),
        promise_note=words.t("agreed", on=words.day(row.agreed_on)) if row.agreed_on else "",
        moved=words.t("moved.times", count=row.moves) if row.moves else "",
        moved_by=_moved_by(words, row),
        current=words.at(row.due_at) if row.due_at else words.day(row.due_on),
        late=days(words.language, row.days_overdue) if row.days_overdue else _since(words, row),
        late_working=working_days(words.language, row.working_days_overdue)
        if row.days_overdue and row.working_days_overdue is not None
        else "",
        past=days(words.language, row.days_past_promise) if row.days_past_promise else "",
        past_working=working_days(words.language, row.working_days_past_promise)
        if row.days_past_promise and row.working_days_past_promise is not None
        else "",
        in_days=words.t("due_soon.in", days=days(words.language, ahead)) if ahead else words.t("due_soon.today"),
        slip=_slip(words, row),
        not_agreed=_not_agreed(words, row),
        stale=row.stale,
    )


def _slip(words: Words, row: MilestoneRow) -> str:
    if row.slip_days is None:
        return words.t("unknown")
    if row.slip_working_days is None:
        return days(words.language, row.slip_days)
    if row.slip_working_days < 0:
        return words.t("slip.earlier", days=working_days(words.language, -row.slip_working_days))
    return working_days(words.language, row.slip_working_days) if row.slip_working_days else ""


def _not_agreed(words: Words, row: MilestoneRow) -> str:
    promised = row.committed_on
    if promised is None or row.due_on is None or row.due_on <= promised:
        return ""
    return words.day(promised)


def _since(words: Words, row: MilestoneRow) -> str:
    return words.t("overdue.since", at=words.shortly(row.due_at)) if row.due_at else days(words.language, 0)


def _moved_by(words: Words, row: MilestoneRow) -> str:
    if not row.moved_at:
        return ""
    on = words.day(row.moved_at.astimezone(words.shown.zone).date())
    return words.t("moved.last_by", at=on, name=row.moved_by) if row.moved_by else words.t("moved.last", at=on)
