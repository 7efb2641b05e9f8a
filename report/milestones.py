"""Milestones in words: the overdue ones by client, those that fall due, those without a date."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from config.language import days, working_days
from report.rows import MilestoneRow
from report.speech import link
from report.words import Line, Words, about


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """A milestone in words. What says nothing is empty: `bd` on a page that is theirs, `owner` where nobody has it,
    `current` and `moved` where the date is the one first promised."""

    name: str
    url: str | None
    tool: str
    about: str
    client: str
    bd: str
    owner: str
    due: str
    """The date that overdue asks, at its hour where it has one."""
    in_days: str
    promised: str
    current: str
    """`due`, where that is not simply what was promised."""
    moved: Sequence[str]
    """By how much; how often, when last and by whom."""
    agreed: Sequence[str]
    """By what the client agreed to `due`, and what the tool says all the same."""
    agreed_before: str
    """What the client had agreed to, where the tool's date was changed since."""
    not_agreed: str
    late: str
    late_working: str
    past: str
    """How long ago the promised day was, where that has passed."""
    past_working: str
    next_step: str
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
    due = words.at(row.due_at) if row.due_at and row.due_at == row.deadline_at else words.day(row.deadline_on)
    as_promised = row.deadline_on == row.baseline_on and not row.moves
    return MilestoneLine(
        name=row.name,
        url=link(row.url),
        tool=words.tool(row.source),
        about=about(row.project_name, items, words.mark(row.source)),
        client=words.client(row.client),
        bd=words.bd(row.bd),
        owner=row.owner_name or "",
        due=due,
        in_days=words.t("due_soon.in", days=days(words.language, ahead)) if ahead else words.t("due_soon.today"),
        promised=due if as_promised else words.day(row.baseline_on),
        current="" if as_promised else due,
        moved=[note for note in (_slip(words, row), _moves(words, row)) if note],
        agreed=_agreed(words, row),
        agreed_before=words.t("agreed.before", on=words.day(row.agreed_on), reference=_reference(words, row))
        if row.agreed_on and row.agreed_on != row.deadline_on
        else "",
        not_agreed=words.t("not_agreed") if _is_not_agreed(row) else "",
        late=days(words.language, row.days_overdue) if row.days_overdue else _since(words, row),
        late_working=_working(words, row.working_days_overdue if row.days_overdue else None),
        past=days(words.language, row.days_past_promise) if row.days_past_promise else "",
        past_working=_working(words, row.working_days_past_promise if row.days_past_promise else None),
        next_step=_next_step(words, row),
        stale=row.stale,
    )


def _is_not_agreed(row: MilestoneRow) -> bool:
    """Later than the promise, or without any date in its place, and the client's agreement is not on record."""
    promised = row.committed_on
    return promised is not None and (row.deadline_on is None or row.deadline_on > promised)


def _slip(words: Words, row: MilestoneRow) -> str:
    """By how much the date is not the one first promised: in calendar days where none of them is worked."""
    if not row.slip_days:
        return ""
    count, said = row.slip_days, days
    if row.slip_working_days:
        count, said = row.slip_working_days, working_days
    by = said(words.language, abs(count))
    return words.t("moved.later", days=by) if row.slip_days > 0 else words.t("moved.earlier", days=by)


def _moves(words: Words, row: MilestoneRow) -> str:
    if not row.moves or not row.moved_at:
        return words.t("moved.times", count=row.moves) if row.moves else ""
    on = words.day(row.moved_at.astimezone(words.shown.zone).date())
    if row.moved_by:
        return words.t("moved.times_by", count=row.moves, on=on, name=row.moved_by)
    return words.t("moved.times_on", count=row.moves, on=on)


def _agreed(words: Words, row: MilestoneRow) -> list[str]:
    if row.agreed_on is None or row.agreed_on != row.deadline_on:
        return []
    said = [words.t("agreed.with", reference=_reference(words, row))]
    if row.due_on != row.deadline_on:
        said.append(words.t("agreed.tool_says", tool=words.tool(row.source), on=words.day(row.due_on)))
    return said


def _reference(words: Words, row: MilestoneRow) -> str:
    return words.t("reference", reference=row.agreed_reference) if row.agreed_reference else ""


def _working(words: Words, count: int | None) -> str:
    return "" if count is None else working_days(words.language, count)


def _since(words: Words, row: MilestoneRow) -> str:
    return words.t("overdue.since", at=words.shortly(row.due_at)) if row.due_at else days(words.language, 0)


def _next_step(words: Words, row: MilestoneRow) -> str:
    """What the one who reads this does about it; "" where nothing is to be done but the work."""
    if row.overdue or (row.deadline_on is None and row.days_past_promise):
        return words.t("next.date", name=row.owner_name) if row.owner_name else words.t("next.owner_and_date")
    if _is_not_agreed(row):
        on = words.day(row.deadline_on)
        return words.t("next.agree", on=on) if row.days_past_promise else words.t("next.agree_or_keep", on=on)
    if row.deadline_on and row.agreed_on == row.deadline_on != row.due_on:
        return words.t("next.tool", tool=words.tool(row.source), on=words.day(row.deadline_on))
    return ""
