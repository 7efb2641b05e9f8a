"""The headline figures, and how far each can be believed: an empty list of which nobody knows is no good news."""

from dataclasses import dataclass

from report.freshness import freshness
from report.overview import DUE_SOON_DAYS
from report.rows import Feed
from report.words import Words


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline number with the list behind it, and how fresh that is; grey where a source is stale."""

    value: int
    label: str
    anchor: str
    """Of the list."""
    tone: str
    freshness: str
    empty: str
    """What the list says in place of rows."""
    stale: bool


def figures(words: Words) -> list[Figure]:
    """Those of the page, in its order; promises that a moved date hides, other alerts, and what belongs to nobody are
    counted only where there are some."""
    shown, t = words.shown, words.t
    overdue, moved = len(shown.overdue), len(shown.moved_past_promise)
    waiting, soon = len(shown.unhandled), len(shown.due_soon)
    nobodys = len(shown.projects_without_client) + len(shown.clients_without_bd)
    no_milestones, no_feedback = t("overdue.no_source"), t("feedback.no_source")
    none_late = t("overdue.none_but_moved", count=moved) if moved else t("overdue.none")
    late = _figure(words, "overdue", overdue, t("figure.overdue", count=overdue), none_late, no_milestones)
    made = [
        _figure(words, "feedback", waiting, t("figure.unhandled", count=waiting), t("feedback.none"), no_feedback),
        _figure(words, "due-soon", soon, t("figure.due_soon", days=DUE_SOON_DAYS), t("due_soon.none"), no_milestones),
    ]
    if moved:
        made.insert(0, _figure(words, "moved", moved, t("figure.moved", count=moved)))
    if others := len(shown.alerts):
        made.insert(-1, _figure(words, "alerts", others, t("figure.alerts", count=others)))
    if nobodys:
        made.append(_figure(words, "unowned", nobodys, t("figure.unowned")))
    return [late, *made]


_FED_BY: dict[str, Feed] = {  # what is not named here rests on all of them
    "overdue": "milestones",
    "moved": "milestones",
    "feedback": "feedback",
    "due-soon": "milestones",
    "unowned": "projects",
}
_TONES = {"overdue": "late", "moved": "late", "feedback": "late", "alerts": "warn", "unowned": "warn"}


def _figure(words: Words, anchor: str, value: int, label: str, none: str = "", no_source: str = "") -> Figure:
    fed_by = _FED_BY.get(anchor)
    sources = [row for row in words.shown.sources if fed_by is None or fed_by in row.feeds]
    stale = any(row.stale for row in sources)
    read = freshness(words, sources)
    if stale:
        none = words.t("none_known", since=read)
    return Figure(
        value=value,
        label=label,
        anchor=anchor,
        tone=_TONES.get(anchor, "") if value else "",
        freshness=read,
        empty=none if sources else no_source,
        stale=stale,
    )
