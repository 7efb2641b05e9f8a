"""What first looks found, told to the coordinator alone, in one message."""

from alerts.decide import Reason
from alerts.deliveries import Planned
from alerts.planning import TOLD_AS_OUTAGE, Planner
from alerts.routing import coordinator_only


def summary(planner: Planner) -> list[Planned]:
    """The message about all that nobody was told of, in the coordinator's working time."""
    unsaid = {
        key: alert.known.life.episode
        for key, alert in planner.alerts.items()
        if alert.known.life.state == "firing"
        and not alert.known.life.adopted
        and alert.known.rule in planner.rules.keys() - TOLD_AS_OUTAGE
        and not planner.past.get(key)
    }
    if not unsaid or not planner.settings.routes:
        return []
    target = coordinator_only(planner.settings, planner.people)
    if not planner.is_working_time(target.reader.calendar):
        return []
    message = planner.writer.summary([planner.item(planner.alerts[key]) for key in unsaid], target.reader)
    told = {key: (episode, str(Reason.FIRST_LOOK)) for key, episode in unsaid.items()}
    return [Planned("summary", target.channels[0], target.reader, message, told, target.channels[1:])]
