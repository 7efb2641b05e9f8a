"""What no longer holds because people entered, later, that the office was closed: it is withdrawn, with that reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from alerts.facts import Facts
from alerts.messages import Ending
from alerts.store import Stored
from config.settings import Settings
from rules.evaluate import find
from rules.fence import TooSlow
from rules.moment import Moment
from rules.rule import Rule
from rules.working_time import OutsideCalendar, WorkingTime, calendar_of
from rules.working_time import calendars as build_calendars
from unify.closures import Closed
from unify.tables import Evaluation


@dataclass(frozen=True)
class Withdrawals:
    """Of one round. `before`: the last look at a source, by (rule, source)."""

    connection: Connection
    settings: Settings
    rules: Mapping[str, Rule]
    calendars: Mapping[str, WorkingTime]
    before: Mapping[tuple[str, str], Evaluation]
    now: datetime
    _held: dict[tuple[str, datetime], frozenset[str]] = field(default_factory=dict)

    def ending(self, alert: Stored) -> Ending | None:
        """That `alert`, about which nothing was done, is over by a closure that was entered since its rule last looked.

        None: none was entered, or it would be over without any.
        """
        rule, look = alert.known.rule, self.before.get((alert.known.rule, alert.known.source))
        if look is None:
            return None
        calendar = calendar_of(self.calendars, Facts(alert.facts).text("calendar"))
        entered = [one for one in calendar.closures if _is_later(one, look.last_at) and one.begins_at < self.now]
        if not entered or alert.subject not in self._without(self.rules[rule], look.last_at):
            return None
        return Ending("office closed", how=entered[-1].reason)

    def _without(self, rule: Rule, entered_after: datetime) -> frozenset[str]:
        """What `rule` would find now, had nobody entered anything after that instant."""
        key = rule.id, entered_after
        if key not in self._held:
            known = dict.fromkeys(one for calendar in self.calendars.values() for one in calendar.closures)
            kept = [one for one in known if not _is_later(one, entered_after)]
            then = Moment.of(self.settings, build_calendars(self.settings, self.now, kept), self.now)
            try:
                found = find(self.connection, rule, then)
            except (TooSlow, OutsideCalendar):
                found = []  # a reason that nobody can be sure of is not given
            self._held[key] = frozenset(finding.subject for finding in found)
        return self._held[key]


def _is_later(closure: Closed, than: datetime) -> bool:
    return closure.recorded_at is not None and closure.recorded_at > than
