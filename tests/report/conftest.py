"""A database with the small firm, for every test that asks."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.alerts.firm import TUESDAY, hk, put
from tests.report.firm import feedback, firm, milestone, project

SIGN_OFF: dict[str, Any] = {
    "name": "UAT sign-off",
    "baseline_on": date(2026, 10, 30),
    "slip_days": 17,
    "moves": 2,
    "moved_at": hk(5, 11),
    "open_items": 4,
    "total_items": 31,
}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """The firm without milestones or feedback."""
    engine = firm(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Engine]:
    """Something in every part of the page, two sources stale."""
    engine = firm(tmp_path, sources={"crm": TUESDAY - timedelta(hours=2), "boards": None})
    put(engine, "project", project(11, name="Campus Wi-Fi", client_key=None))
    link = {"from_key": "delivery/project/11", "to_key": "client/hill", "method": "name", "status": "suggested"}
    put(engine, "identity_link", {"kind": "project_client", **link})
    odd = {"source": "delivery", "stream": "issue", "vendor_id": "9", "field": "due", "seen_at": TUESDAY}
    put(engine, "mapping_problem", odd)
    put(
        engine,
        "milestone",
        milestone(1, **SIGN_OFF),
        milestone(2, name="Release", due_on=date(2026, 11, 24), due_at=hk(24, 8, 30), deadline_at=hk(24, 8, 30)),
        milestone(3, name="Go-live", due_on=date(2026, 12, 18), agreed_on=date(2026, 12, 18), slip_days=-4),
        milestone(4, name="Block C", due_on=None, client_key=None, bd_person=None),
        milestone(5, client_facing=False),
        milestone(7, name="Pilot", due_on=date(2027, 1, 29), baseline_on=date(2026, 10, 30), slip_days=91, moves=1),
        milestone(6, name="Today", due_on=date(2026, 11, 24), baseline_on=date(2026, 11, 26), slip_days=-2),
    )
    put(engine, "feedback", feedback(1), feedback(2, first_response_at=hk(19, 15)))
    yield engine
    engine.dispose()
