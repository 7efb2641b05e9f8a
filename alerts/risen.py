"""That alerts went up, for those who had them: in the messages that told of them where those can be changed, else in
one that answers them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from alerts.channels.kinds import edits
from alerts.decide import Reason
from alerts.deliveries import RISEN, Identity, Past, Planned
from alerts.level_words import person, went_up
from alerts.messages import Item, Line
from alerts.planning import Decision, Planner


@dataclass(frozen=True, slots=True)
class Risen:
    """Plans it, of the decisions of a round."""

    planner: Planner

    def planned(self, decisions: Sequence[Decision]) -> list[Planned]:
        """One message for each reader, or the change of each one that told them."""
        owed: dict[tuple[Identity, str, int], list[tuple[Item, Past]]] = defaultdict(list)
        for decision in decisions:
            roots = self.planner.history.told_by(decision.fingerprint)
            if decision.reason is Reason.RISEN and decision.identity in roots:
                root = roots[decision.identity]
                changed = edits(self.planner.settings.channels.get(root.channel))
                item = self.planner.item(self.planner.alerts[decision.fingerprint])
                owed[decision.identity, root.channel, root.id if changed else 0].append((item, root))
        return [self._one(identity, told) for (identity, _, _), told in owed.items()]

    def _one(self, identity: Identity, owed: Sequence[tuple[Item, Past]]) -> Planned:
        planner = self.planner
        reader = planner.reader(identity)
        assert reader is not None, "they were told"
        names = {item.fingerprint: self._with(item.fingerprint) for item, _ in owed}
        message = planner.writer.risen([item for item, _ in owed], reader, names)
        told = {name: (planner.alerts[name].known.life.episode, str(Reason.RISEN)) for name in names}
        stands: dict[int, dict[str, Line]] = defaultdict(dict)
        for item, root in owed:
            stands[root.id][item.fingerprint] = Line(went_up(reader.language, names[item.fingerprint]))
        last = max((root for _, root in owed), key=lambda root: root.id)
        return Planned(RISEN, last.channel, reader, message, told, after=last.id, stands=stands)

    def _with(self, fingerprint: str) -> str:
        """Who has it now."""
        return person(self.planner.writer, self.planner.alerts[fingerprint].known.life.raised_to[-1])
