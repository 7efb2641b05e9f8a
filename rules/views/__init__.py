"""The views that rules are written over. `VIEWS` is the one explicit list."""

from collections.abc import Mapping

from rules.views.base import Selection, View, facts, select_view
from rules.views.client import CLIENT
from rules.views.deal import DEAL
from rules.views.feedback import FEEDBACK
from rules.views.indicator import INDICATOR
from rules.views.item import ITEM
from rules.views.milestone import MILESTONE
from rules.views.project import PROJECT_VIEW
from rules.views.risk import RISK
from rules.views.source import SOURCE_VIEW
from rules.views.workload import WORKLOAD

VIEWS: Mapping[str, View] = {
    view.name: view
    for view in (MILESTONE, FEEDBACK, ITEM, RISK, PROJECT_VIEW, WORKLOAD, CLIENT, DEAL, INDICATOR, SOURCE_VIEW)
}

__all__ = ["FEEDBACK", "ITEM", "MILESTONE", "RISK", "VIEWS", "Selection", "View", "facts", "select_view"]
