"""Every page, in the order of the menu."""

from collections.abc import Sequence

from report.pages.client import CLIENT
from report.pages.decisions import DECISIONS
from report.pages.feedback import FEEDBACK_PAGE
from report.pages.indicators import INDICATORS_PAGE
from report.pages.kind import PageKind
from report.pages.people import PEOPLE, PERSON
from report.pages.portfolio import PORTFOLIO
from report.pages.project import PROJECT
from report.pages.project_items import CHANGES, ITEMS
from report.pages.risks import RISKS
from report.pages.sources import SOURCES
from report.pages.timeline import TIMELINE
from report.pages.today import TODAY

PAGES: Sequence[PageKind] = (
    TODAY,
    PORTFOLIO,
    TIMELINE,
    FEEDBACK_PAGE,
    RISKS,
    PEOPLE,
    INDICATORS_PAGE,
    DECISIONS,
    SOURCES,
    CLIENT,
    PROJECT,
    ITEMS,
    CHANGES,
    PERSON,
)
