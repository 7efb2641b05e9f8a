"""The report as one self-contained HTML page: an `Overview` put into the words of a language."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from config.language import Catalog, ago, clock, day, days, hours, instant, place, working_days, working_hours
from config.settings import Language
from report.overview import DUE_SOON_DAYS, Overview
from report.rows import FeedbackRow, MilestoneRow, SourceRow

_HERE = Path(__file__).parent
TEXTS = Catalog.load(_HERE / "texts")
"""What the page says."""
CSS = (_HERE / "templates" / "report.css").read_text("utf-8")
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(CSS.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)
"""The page's content security policy: its own style and nothing else, neither script nor request."""


FOLDED = 8
"""A list of what nobody owns, or of what has no date, that is longer than this is folded behind its first ones."""

Address = Callable[[str | None, Language], str]
"""Where the page narrowed to a person (None: to nobody) stands in a language."""

OWN_NAMES: Mapping[Language, str] = {"en": "English", "zh-Hant-HK": "繁體中文", "zh-Hans-CN": "简体中文"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline number, a link to the rows behind it, and how fresh those are; grey where a source is stale."""

    value: int
    label: str
    anchor: str
    tone: str
    freshness: str
    stale: bool


@dataclass(frozen=True, slots=True)
class View:
    """A link to the same page for another reader: narrowed to one BD manager or to nobody, or in another language."""

    label: str
    href: str
    current: bool
    language: Language


@dataclass(frozen=True, slots=True)
class Line:
    """Something with a short remark: what belongs to nobody, what has no date."""

    name: str
    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """A milestone in words; `bd` is empty on a page that is theirs."""

    name: str
    url: str | None
    project: str
    client: str
    bd: str
    owner: str
    items: str
    promised: str
    promise_note: str
    moved: str
    moved_by: str
    current: str
    late: str
    late_working: str
    in_days: str
    slip: str
    slip_note: str
    stale: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One client's overdue milestones; `bd` is empty on a page that is theirs."""

    client: str
    bd: str
    anchor: str
    rows: Sequence[MilestoneLine]


@dataclass(frozen=True, slots=True)
class FeedbackLine:
    """A piece of feedback in words; `bd` is empty on a page that is theirs."""

    subject: str
    url: str | None
    author: str
    client: str
    bd: str
    since: str
    waited: str
    limit: str
    answer_note: str
    owner: str
    stale: bool


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source's freshness in words."""

    name: str
    last_ok: str
    age: str
    state: str
    tone: str
    detail: str
    stale: bool


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template shows."""

    language: Language
    html_lang: str
    heading: str
    as_of: str
    place: str
    demo: bool
    css: Markup
    views: Sequence[View]
    languages: Sequence[View]
    figures: Sequence[Figure]
    none: Mapping[str, str]
    """What an empty list says, by the anchor of its figure."""
    stale: Sequence[str]
    unowned: Sequence[Line]
    overdue: Sequence[Group]
    overdue_count: int
    internal_overdue: str
    feedback: Sequence[FeedbackLine]
    feedback_count: int
    due_soon: Sequence[MilestoneLine]
    due_soon_count: int
    undated: Sequence[Line]
    sources: Sequence[SourceLine]

    @classmethod
    def of(
        cls,
        whole: Overview,
        language: Language,
        *,
        person: str | None = None,
        demo: bool = False,
        address: Address | None = None,
    ) -> "Page":
        """The page for everybody, or narrowed to `person`'s clients; with links between those, and to the other
        languages, where `address` makes them (a file on its own has none)."""
        return _Speaker(whole.narrowed(person) if person else whole, language, person).page(whole, demo, address)


def render(page: Page) -> str:
    """The page as HTML; every value is escaped."""
    say = TEXTS.say

    def t(key: str, **values: object) -> str:
        return say(page.language, key, **({"days": DUE_SOON_DAYS} | values))

    return _template().render(page=page, t=t, policy=POLICY, folded=FOLDED)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("report.html")


class _Speaker:
    """Puts one overview into one language."""

    def __init__(self, overview: Overview, language: Language, person: str | None) -> None:
        self.overview = overview
        self.language = language
        self.person = person

    def t(self, key: str, **values: object) -> str:
        return TEXTS.say(self.language, key, **values)

    def day(self, on: date | None) -> str:
        return day(self.language, on, self.overview.today) if on else self.t("no_date")

    def at(self, moment: datetime) -> str:
        return instant(self.language, moment, self.overview.zone, self.overview.today)

    def shortly(self, moment: datetime) -> str:
        """The time of day alone, where the day is today: a phone has little room."""
        zone, today = self.overview.zone, self.overview.today
        return clock(moment, zone) if moment.astimezone(zone).date() == today else self.at(moment)

    def page(self, whole: Overview, demo: bool, address: Address | None) -> Page:
        shown, figures = self.overview, self._figures()
        return Page(
            language=self.language,
            html_lang={"en": "en-HK"}.get(self.language, self.language),
            heading=self.t("title_of", name=name) if (name := shown.people.get(self.person or "")) else self.t("title"),
            as_of=self.at(shown.now),
            place=place(self.language, shown.zone),
            demo=demo,
            css=Markup(CSS),
            views=self._views(whole, address) if address else (),
            languages=self._languages(address) if address else (),
            figures=figures,
            none={figure.anchor: self._none(figure) for figure in figures},
            stale=[self._stale_line(row) for row in shown.sources if row.stale],
            unowned=self._unowned(),
            overdue=self._groups(),
            overdue_count=len(shown.overdue),
            internal_overdue=self.t("overdue.internal", count=shown.internal_overdue) if shown.internal_overdue else "",
            feedback=[self._feedback(row) for row in shown.unhandled],
            feedback_count=len(shown.unhandled),
            due_soon=[self._milestone(row) for row in shown.due_soon],
            due_soon_count=len(shown.due_soon),
            undated=self._undated(),
            sources=[self._source(row) for row in shown.sources],
        )

    def _views(self, whole: Overview, address: Address) -> list[View]:
        everybody: tuple[str | None, str] = (None, self.t("everybody"))
        return [
            View(label, address(name, self.language), name == self.person, self.language)
            for name, label in [everybody, *whole.people.items()]
        ]

    def _languages(self, address: Address) -> list[View]:
        return [
            View(label, address(self.person, language), language == self.language, language)
            for language, label in OWN_NAMES.items()
        ]

    def _figures(self) -> list[Figure]:
        shown = self.overview
        figures = [
            self._figure(len(shown.overdue), "figure.overdue", "overdue", "late", "milestones"),
            self._figure(len(shown.unhandled), "figure.unhandled", "feedback", "late", "feedback"),
            self._figure(len(shown.due_soon), "figure.due_soon", "due-soon", "", "milestones"),
        ]
        if unowned := self._unowned():
            figures.append(self._figure(len(unowned), "figure.unowned", "unowned", "warn", "milestones"))
        return figures

    def _figure(self, value: int, key: str, anchor: str, tone: str, fed_by: str) -> Figure:
        sources = [row for row in self.overview.sources if fed_by in row.feeds]
        stale = [row for row in sources if row.stale]
        return Figure(
            value=value,
            label=self.t(key, count=value, days=DUE_SOON_DAYS),
            anchor=anchor,
            tone=tone if value else "",
            freshness=self._freshness(stale or sources, "figure.stale" if stale else "figure.read"),
            stale=bool(stale),
        )

    def _none(self, figure: Figure) -> str:
        """That a list is empty; of old data nobody knows."""
        if figure.stale:
            return self.t("none_known", since=figure.freshness)
        match figure.anchor:
            case "overdue":
                return self.t("overdue.none")
            case "feedback":
                return self.t("feedback.none")
            case _:
                return self.t("due_soon.none")

    def _freshness(self, sources: Sequence[SourceRow], key: str) -> str:
        """When the oldest of the sources was read."""
        read = [row.last_ok_at for row in sources if row.last_ok_at]
        if len(read) < len(sources) or not read:
            return self.t("figure.never")
        return self.t(key, at=self.shortly(min(read)), sources=self._joined([row.label for row in sources]))

    def _stale_line(self, row: SourceRow) -> str:
        if row.last_ok_at is None:
            return self.t("stale.never", source=row.label)
        return self.t("stale.line", source=row.label, at=self.at(row.last_ok_at))

    def _unowned(self) -> list[Line]:
        projects = [
            Line(
                name=row.name,
                url=_link(row.url),
                text=self.t("unowned.project_suggested", tool=row.tool, client=self._name(row.suggested))
                if row.suggested
                else self.t("unowned.project", tool=row.tool),
            )
            for row in self.overview.projects_without_client
        ]
        clients = [Line(self._name(key), self.t("unowned.client")) for key in self.overview.clients_without_bd]
        return projects + clients

    def _name(self, client: str | None) -> str:
        return self.overview.client_name(client, self.language) or self.t("no_client")

    def _bd(self, person: str | None) -> str:
        """Whose client it is; not said on a page that is theirs alone."""
        if self.person:
            return ""
        return self.overview.people.get((person or "").removeprefix("person/")) or self.t("nobody")

    def _groups(self) -> list[Group]:
        """By client, the longest overdue first, within each the longest overdue first."""
        worst: dict[str | None, int] = {}
        for row in self.overview.overdue:
            worst[row.client] = max(worst.get(row.client, 0), row.days_overdue)
        ordered = sorted(
            self.overview.overdue, key=lambda row: (-worst[row.client], row.client or "", -row.days_overdue, row.key)
        )
        return [
            Group(
                client=self._name(client),
                bd=self._bd((rows := list(group))[0].bd),
                anchor=f"overdue-{(client or '-').removeprefix('client/')}",
                rows=[self._milestone(row) for row in rows],
            )
            for client, group in groupby(ordered, key=lambda row: row.client)
        ]

    def _milestone(self, row: MilestoneRow) -> MilestoneLine:
        today = self.overview.today
        ahead = (row.deadline_on - today).days if row.deadline_on else 0
        return MilestoneLine(
            name=row.name,
            url=_link(row.url),
            project=row.project_name,
            client=self._name(row.client),
            bd=self._bd(row.bd),
            owner=row.owner_name or self.t("nobody"),
            items=self.t("items", open=row.open_items, total=row.total_items) if row.total_items else "",
            promised=self.day(row.baseline_on),
            promise_note=self.t("agreed", on=self.day(row.agreed_on)) if row.agreed_on else "",
            moved=self.t("moved.times", count=row.moves) if row.moves else self.t("moved.never"),
            moved_by=self._moved_by(row),
            current=self.at(row.due_at) if row.due_at else self.day(row.due_on),
            late=days(self.language, row.days_overdue) if row.days_overdue else self._since(row),
            late_working=working_days(self.language, row.working_days_overdue)
            if row.days_overdue and row.working_days_overdue is not None
            else "",
            in_days=self.t("due_soon.in", days=days(self.language, ahead)) if ahead else self.t("due_soon.today"),
            slip=self._slip(row),
            slip_note=self._slip_note(row),
            stale=row.stale,
        )

    def _slip(self, row: MilestoneRow) -> str:
        if row.slip_days is None:
            return self.t("unknown")
        if row.slip_working_days is None:
            return days(self.language, row.slip_days)
        if row.slip_working_days < 0:
            return self.t("slip.earlier", days=working_days(self.language, -row.slip_working_days))
        return working_days(self.language, row.slip_working_days) if row.slip_working_days else self.t("none")

    def _slip_note(self, row: MilestoneRow) -> str:
        """That the tool's date is later than the promise and the client's agreement is not on record."""
        promised = row.agreed_on or row.baseline_on
        if promised is None or row.due_on is None or row.due_on <= promised:
            return ""
        return self.t("slip.not_agreed", on=self.day(promised))

    def _since(self, row: MilestoneRow) -> str:
        return self.t("overdue.since", at=self.shortly(row.due_at)) if row.due_at else days(self.language, 0)

    def _moved_by(self, row: MilestoneRow) -> str:
        if not row.moved_at:
            return ""
        on = self.day(row.moved_at.astimezone(self.overview.zone).date())
        return self.t("moved.last_by", at=on, name=row.moved_by) if row.moved_by else self.t("moved.last", at=on)

    def _feedback(self, row: FeedbackRow) -> FeedbackLine:
        return FeedbackLine(
            subject=row.subject,
            url=_link(row.url),
            author=row.author,
            client=self._name(row.client),
            bd=self._bd(row.bd),
            since=self.at(row.waiting_since),
            waited=self.t("feedback.for_years")
            if row.waited_hours is None
            else working_hours(self.language, row.waited_hours),
            limit=self.t("feedback.limit", hours=hours(self.language, row.limit_hours)),
            answer_note=self.t("feedback.wrote_again", at=self.at(row.first_response_at))
            if row.first_response_at
            else self.t("feedback.never_answered"),
            owner=row.owner_name or self.t("nobody"),
            stale=row.stale,
        )

    def _undated(self) -> list[Line]:
        return [
            Line(
                name=row.name,
                url=_link(row.url),
                text=self._joined(
                    [
                        row.project_name,
                        self._name(row.client),
                        self.t("has_it", name=row.owner_name or self.t("nobody")),
                    ]
                ),
            )
            for row in self.overview.undated
        ]

    def _joined(self, parts: Sequence[str]) -> str:
        return (", " if self.language == "en" else "、").join(part for part in parts if part)

    def _source(self, row: SourceRow) -> SourceLine:
        failed = self.t("sources.failed") if row.error else ""
        problems = self.t("sources.problems", count=row.problems) if row.problems else ""
        return SourceLine(
            name=row.label,
            last_ok=self.at(row.last_ok_at) if row.last_ok_at else self.t("figure.never"),
            age=ago(self.language, row.age) if row.age is not None else "",
            state=self.t("sources.stale") if row.stale else self.t("sources.fresh"),
            tone="stale" if row.stale else "good",
            detail=self._joined([failed, problems]),
            stale=row.stale,
        )


def _link(url: str | None) -> str | None:
    """Only what a browser opens as a page: a vendor's field must not become a script."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:  # no address at all, such as "http://["
        return None
