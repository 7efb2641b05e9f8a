"""What every test shares: one hypothesis profile; and what a run that left tests out says of them."""

import pytest
from hypothesis import HealthCheck, settings

# A shared two-core machine is slow at odd moments: how long one example takes says nothing about the code.
settings.register_profile("milepost", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("milepost")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name each test that was left out, with what it lacks: a green run must not hide it."""
    for report in terminalreporter.getreports("skipped"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.write_line(f"left out: {report.nodeid}: {reason}")
