"""The small firm with two projects, one of which is late."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from config.settings import Language
from report.asked import Asked
from report.filters import NO_FILTERS, Filters
from rules.load import load_rules
from tests.alerts.firm import put, settings
from tests.report.asking import EVERYBODY
from tests.report.exports.writing import Ask
from tests.report.firm import feedback, milestone, moment, project
from unify.engine import open_engine


@pytest.fixture
def ask(engine: Engine) -> Iterator[Ask]:
    """The bank's app is late; Paper Kite waits for an answer. Asked by whoever sits at the machine."""
    put(engine, "project", project(12, name="POS", client_key="client/kite"))
    late = {"project_key": "delivery/project/10", "baseline_on": date(2026, 10, 30), "moves": 2}
    put(engine, "milestone", milestone(1, name="UAT sign-off", **late))
    put(engine, "feedback", feedback(1, project_key="delivery/project/12"))
    reader = open_engine(engine.url, read_only=True)
    with reader.connect() as connection:

        def asked(language: Language = "en", filters: Filters = NO_FILTERS, **changes: Any) -> Asked:
            known = settings(**changes)
            return Asked(connection, known, moment(known), load_rules(known), EVERYBODY, language, filters)

        yield asked
    reader.dispose()
