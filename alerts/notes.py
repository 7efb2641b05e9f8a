"""The word that goes with an alert for one reader: why it comes to them, or why it comes now."""

from collections.abc import Mapping
from dataclasses import replace

from alerts.decide import Reason
from alerts.facts import Facts
from alerts.flapping import Flapping
from alerts.routing import People, Target
from alerts.store import Stored


def noted(
    target: Target, alert: Stored, reason: Reason, people: People, flapping: Mapping[str, Flapping], storm: str
) -> Target:
    """`target` with the word for it; one that says why it comes to them stays. `storm`: the tool that very many came
    from at once."""
    facts, left = Facts(alert.facts), alert.known.life.left
    if target.note:
        return target
    if reason is Reason.WROTE_AGAIN:
        return replace(target, note="wrote_again", note_name=facts.text("author"))
    if reason is not Reason.FIRST:
        return target
    if left and target.reader.key == facts.text("bd"):
        before = people.reader(left[-1])
        return replace(target, note="handover", note_name=before.name if before else "")
    if alert.known.fingerprint in flapping:
        return replace(target, note="flapping", note_name=str(flapping[alert.known.fingerprint].times))
    if storm:
        return replace(target, note="storm", note_name=storm)
    return target
