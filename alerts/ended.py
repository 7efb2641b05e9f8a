"""That alerts are over, for those who were told of them: in the messages that told them where those can be changed,
else in one that answers them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from alerts.channels.kinds import edits
from alerts.decide import Reason
from alerts.deliveries import Identity, Past, Planned
from alerts.handover import has_left
from alerts.messages import End, Item
from alerts.planning import Decision, Planner


@dataclass(frozen=True, slots=True)
class Ended:
    """Decides and plans it."""

    planner: Planner

    def planned(self) -> tuple[list[Decision], list[Planned]]:
        """A message that can be changed is changed, each one; of the others one is answered, with all that is over."""
        planner = self.planner
        decisions, owed = [], defaultdict[tuple[Identity, str, int], list[tuple[Item, Past]]](list)
        for key, alert in planner.alerts.items():
            if alert.known.life.state != "resolved" or alert.known.rule not in planner.rules:
                continue
            readers = {target.reader.key for target in planner.readers(alert)}
            for identity, root in planner.history.told_by(key).items():
                reader = planner.reader(identity)
                if reader is None or has_left(alert, reader.key, readers):
                    continue
                reason = planner.decide(alert, reader, identity)
                decisions.append(Decision(key, reader.key or root.channel, reason))
                if reason.tells:
                    by_itself = root.state != "sent" or edits(planner.settings.channels.get(root.channel))
                    owed[identity, root.channel, root.id if by_itself else 0].append((planner.item(alert), root))
        return decisions, [self._one(identity, told) for (identity, _, _), told in owed.items()]

    def _one(self, identity: Identity, owed: Sequence[tuple[Item, Past]]) -> Planned:
        planner = self.planner
        reader = planner.reader(identity)
        assert reader is not None, "ends are planned for readers only"
        items = [item for item, _ in owed]
        told = {item.fingerprint: (item.episode, str(Reason.ENDED)) for item in items}
        root = max((root for _, root in owed), key=lambda root: root.id)
        message = planner.writer.ended(items, reader)
        ends: dict[int, dict[str, End]] = defaultdict(dict)
        for item, told_in in owed:
            ends[told_in.id][item.fingerprint] = planner.writer.end(item, reader)
        return Planned("resolved", root.channel, reader, message, told, after=root.id, ends=ends)
