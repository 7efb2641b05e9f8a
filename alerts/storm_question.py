"""What the coordinator is asked about a storm: whether so much at once is right, and what waits for the answer."""

from functools import partial

from sqlalchemy import Connection

from alerts.deliveries import Planned
from alerts.flapping import LASTING_HOURS
from alerts.messages import TEXTS, Entry, Line, Message
from alerts.phone_size import TITLE_WIDTH, shorten
from alerts.planning import Planner
from alerts.routing import Reader, coordinator_only
from alerts.storms import KIND, Storm, keep
from config.language import instant


def ask_about_storms(connection: Connection, planner: Planner) -> list[Planned]:
    """What the coordinator is asked, in their working time: one message about each storm, once."""
    settings = planner.settings
    unasked = {source: storm for source, storm in planner.storms.items() if not storm.told}
    if not unasked or not settings.routes:
        return []
    target = coordinator_only(settings, planner.people)
    if not planner.is_working_time(target.reader.calendar):
        return []
    for source, storm in unasked.items():
        keep(connection, source, Storm(storm.at, storm.count, told=True))
    messages = [_message(planner, target.reader, source, storm) for source, storm in unasked.items()]
    return [Planned(KIND, target.channels[0], target.reader, one, {}, target.channels[1:]) for one in messages]


def _message(planner: Planner, reader: Reader, source: str, storm: Storm) -> Message:
    writer, say = planner.writer, partial(TEXTS.say, reader.language)
    fresh = writer.freshness.get(source)
    label = fresh.label if fresh else source
    calendar = writer.calendars["default"]
    until = calendar.next_opening(calendar.after(LASTING_HOURS, storm.at))
    at = instant(reader.language, until, writer.zone, writer.today)
    lines = (Line(say("storm.what", source=label, at=at)), Line(say("storm.next", source=label)))
    title = shorten(say("storm.title", source=label, count=storm.count), TITLE_WIDTH)
    return Message(reader.language, title, (Entry(f"{KIND}/{source}", lines),))
