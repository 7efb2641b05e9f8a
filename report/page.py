"""The report as one self-contained HTML page: an `Overview` put into the words of a language."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from config.language import place
from config.settings import Language
from report.alerts import AlertGroup, other_alerts
from report.feedback import FeedbackLine, feedback
from report.figures import Figure, figures
from report.milestones import Group, MilestoneLine, by_client, milestone, undated
from report.overview import DUE_SOON_DAYS, Overview
from report.sources import SourceLine, source, stale_lines
from report.speech import TEXTS, link
from report.words import Line, Words

_TEMPLATES = Path(__file__).parent / "templates"
CSS = (_TEMPLATES / "report.css").read_text("utf-8")
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(CSS.encode()).digest()).decode()}'; "
    "img-src data:; base-uri 'none'; form-action 'self'"
)
"""A page's content security policy: its own style and drawings, and its filters; neither script nor request."""

FOLDED = 5
"""A list of a client's other alerts, of what nobody owns, or of what has no date, that is longer than this is folded
behind its first ones."""

Address = Callable[[str | None, Language], str]
"""Where the page narrowed to a person (None: to nobody) stands in a language."""

OWN_NAMES: Mapping[Language, str] = {"en": "English", "zh-Hant-HK": "繁體中文", "zh-Hans-CN": "简体中文"}


@dataclass(frozen=True, slots=True)
class View:
    """A link to the same page for another reader: narrowed to one BD manager or to nobody, or in another language."""

    label: str
    href: str
    current: bool
    language: Language


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
    figures: Mapping[str, Figure]
    """By the anchor of the list behind each."""
    stale: Sequence[str]
    unowned: Sequence[Line]
    overdue: Sequence[Group]
    moved: Sequence[MilestoneLine]
    """Promised to a day that has passed, and moved on without the client."""
    internal_overdue: str
    feedback: Sequence[FeedbackLine]
    alerts: Sequence[AlertGroup]
    due_soon: Sequence[MilestoneLine]
    due_soon_differs: bool
    """Something of it is not simply due as promised: two columns more."""
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
        shown = whole.narrowed(person) if person else whole
        words = Words.of(shown, language, person)
        due_soon = [milestone(words, row) for row in shown.due_soon]
        return cls(
            language=language,
            html_lang={"en": "en-HK"}.get(language, language),
            heading=words.t("title_of", name=name) if (name := shown.people.get(person or "")) else words.t("title"),
            as_of=words.as_of(),
            place=place(language, shown.zone),
            demo=demo,
            css=Markup(CSS),
            views=_views(words, whole.people, address) if address else (),
            languages=_languages(words, address) if address else (),
            figures={figure.anchor: figure for figure in figures(words)},
            stale=stale_lines(words),
            unowned=_unowned(words),
            overdue=by_client(words),
            moved=[milestone(words, row) for row in shown.moved_past_promise],
            internal_overdue=words.t("overdue.internal", count=shown.internal_overdue)
            if shown.internal_overdue
            else "",
            feedback=[feedback(words, row) for row in shown.unhandled],
            alerts=other_alerts(words),
            due_soon=due_soon,
            due_soon_differs=any(row.current or row.next_step for row in due_soon),
            undated=undated(words),
            sources=[source(words, row) for row in shown.sources],
        )


def render(page: Page) -> str:
    """The page as HTML; every value is escaped."""
    say = TEXTS.say

    def t(key: str, **values: object) -> str:
        return say(page.language, key, **({"days": DUE_SOON_DAYS} | values))

    return _template().render(page=page, t=t, policy=POLICY, folded=FOLDED)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("report.html")


def _views(words: Words, people: Mapping[str, str], address: Address) -> list[View]:
    everybody: tuple[str | None, str] = (None, words.t("everybody"))
    return [
        View(label, address(name, words.language), name == words.person, words.language)
        for name, label in [everybody, *people.items()]
    ]


def _languages(words: Words, address: Address) -> list[View]:
    return [
        View(label, address(words.person, language), language == words.language, language)
        for language, label in OWN_NAMES.items()
    ]


def _unowned(words: Words) -> list[Line]:
    """Projects without a client, then clients without a BD manager."""
    projects = [
        Line(
            name=row.name,
            url=link(row.url),
            text=words.t("unowned.project_suggested", tool=row.tool, client=words.client(row.suggested))
            if row.suggested
            else words.t("unowned.project", tool=row.tool),
        )
        for row in words.shown.projects_without_client
    ]
    return projects + [Line(words.client(key), words.t("unowned.client")) for key in words.shown.clients_without_bd]
