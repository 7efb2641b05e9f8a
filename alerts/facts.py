"""The view's columns of a finding, read back from JSON with their types; and when what they tell of began."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from alerts.plain_text import one_line, safe_url
from rules.working_time import OutsideCalendar, WorkingTime, calendar_of


class Facts:
    """Columns of a view by name. What is missing, or is not what its name promises, reads as None, "" or 0."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    @property
    def values(self) -> Mapping[str, Any]:
        """As the finding has them."""
        return self._values

    def but(self, **others: Any) -> "Facts":
        """The same, with `others` in the place of some."""
        return Facts({**self._values, **others})

    def text(self, name: str) -> str:
        """A text in one line, without what could change the look of its neighbours."""
        value = self._values.get(name)
        return one_line(value) if isinstance(value, str) else ""

    def day(self, name: str) -> date | None:
        """A date."""
        value = self._values.get(name)
        try:
            return date.fromisoformat(value[:10]) if isinstance(value, str) else None
        except ValueError:
            return None

    def at(self, name: str) -> datetime | None:
        """An instant, aware, in UTC."""
        value = self._values.get(name)
        try:
            at = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            return None
        return at.astimezone(UTC) if at is not None and at.tzinfo else None

    def count(self, name: str) -> int:
        """A whole number."""
        value = self._values.get(name)
        return int(value) if isinstance(value, int | float) else 0

    def amount(self, name: str) -> float:
        """A number."""
        value = self._values.get(name)
        return float(value) if isinstance(value, int | float) else 0.0

    def is_true(self, name: str, default: bool = False) -> bool:
        """A claim."""
        value = self._values.get(name, default)
        return default if value is None else bool(value)

    def url(self, name: str) -> str:
        """An http(s) address that is safe to show, or ""."""
        return safe_url(self._values.get(name))


def deadline(facts: Facts) -> str:
    """Its due date or instant, as the finding writes it; "" without any."""
    names = ("deadline_at", "deadline_on", "due_at", "due_on")
    return next((text for name in names if (text := facts.text(name))), "")


def began(on: str, facts: Facts, calendars: Mapping[str, WorkingTime]) -> datetime | None:
    """When what a rule looks for began: the deadline of a milestone, the end of the time allowed for an answer; what
    is allowed none, as the urgent, or has waited since before the calendar begins, did with the client's message.

    None where nobody can tell, or it is yet to come.
    """
    if on == "milestone":
        return facts.at("deadline_at") if facts.is_true("overdue", default=True) else None
    return limit_passed(facts, calendars) or facts.at("waiting_since")


def limit_passed(facts: Facts, calendars: Mapping[str, WorkingTime]) -> datetime | None:
    """When the working hours allowed for an answer were over, on the calendar of those who must answer; None: there
    are none."""
    since, limit = facts.at("waiting_since"), facts.amount("limit_hours")
    if since is None or not limit:
        return None
    calendar = calendar_of(calendars, facts.text("calendar"))
    try:
        return calendar.after(limit, since)
    except OutsideCalendar:
        return None  # older than the calendar reaches
