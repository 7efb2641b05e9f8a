"""What the coordinator is told of the hub itself: that it fails, and that it works again."""

from alerts.messages import TEXTS, Entry, Line, Message
from alerts.plain_text import cut, one_line
from alerts.routing import Reader

_ERROR_CHARS = 200


def failing(reader: Reader, at: str, error: str) -> Message:
    """That rounds or deliveries have failed since `at`, and what is said of it."""
    said = (
        TEXTS.say(reader.language, "own.failing.what"),
        TEXTS.say(reader.language, "own.failing.error", error=cut(one_line(error), _ERROR_CHARS)),
        TEXTS.say(reader.language, "own.failing.next"),
    )
    title = TEXTS.say(reader.language, "own.failing.title", at=at)
    return Message(reader.language, title, (Entry("", tuple(map(Line, said))),))


def works_again(reader: Reader, at: str) -> Message:
    """That what had failed since `at` is over."""
    said = Line(TEXTS.say(reader.language, "own.works.what", at=at))
    return Message(reader.language, TEXTS.say(reader.language, "own.works.title"), (Entry("", (said,)),))
