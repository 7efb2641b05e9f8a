"""That somebody else has an alert by now, for whoever had it: they go on working on it, and ring its client, else."""

from collections.abc import Iterator
from dataclasses import dataclass

from alerts.channels.kinds import edits
from alerts.deliveries import TAKEN_OVER, Past, Planned
from alerts.handover import has_left
from alerts.life import HELD
from alerts.mornings import is_there
from alerts.planning import Planner
from alerts.routing import Reader, instead_of_group, refusal
from alerts.store import Stored


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Plans it: a message of its own, or an answer to the one that told of the alert."""

    planner: Planner

    def planned(self) -> Iterator[Planned]:
        """Once for each time, when they are at work; of what is urgent at once."""
        for alert in self.planner.alerts.values():
            life = alert.known.life
            if life.state not in HELD or life.lost_by is None or alert.known.rule not in self.planner.rules:
                continue
            reader = self.planner.people.reader(f"person/{life.lost_by}")
            if reader is not None and self._is_owed(alert, reader):
                yield from self._one(alert, reader)

    def _is_owed(self, alert: Stored, reader: Reader) -> bool:
        planner, life, key = self.planner, alert.known.life, alert.known.fingerprint
        told = (
            past.at for past in planner.past.get(key, ()) if past.kind == TAKEN_OVER and past.identity[0] == reader.key
        )
        if any(life.lost_at is None or at >= life.lost_at for at in told) or refusal(planner.settings, reader):
            return False
        if has_left(alert, reader.key, {target.reader.key for target in planner.readers(alert)}):
            return False
        return alert.urgent or is_there(planner, reader)

    def _one(self, alert: Stored, reader: Reader) -> Iterator[Planned]:
        planner, key = self.planner, alert.known.fingerprint
        root: Past | None = planner.history.told_by(key).get((reader.key, ""))
        usual = instead_of_group(planner.settings, planner.people, "")
        channels = tuple(dict.fromkeys((*([root.channel] if root else []), *(usual.channels if usual else ()))))
        if not channels:
            return
        message = planner.writer.taken_over(planner.item(alert), reader)
        # A message that is changed in place rings nobody.
        after = root.id if root and not edits(planner.settings.channels.get(root.channel)) else None
        told = {key: (alert.known.life.episode, TAKEN_OVER)}
        yield Planned(TAKEN_OVER, channels[0], reader, message, told, channels[1:], after=after)
