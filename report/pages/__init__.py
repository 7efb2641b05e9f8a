"""Every page, in the order of the menu."""

from collections.abc import Sequence

from report.pages.decisions import DECISIONS
from report.pages.kind import PageKind
from report.pages.portfolio import PORTFOLIO

PAGES: Sequence[PageKind] = (PORTFOLIO, DECISIONS)
