"""What clients were promised for the days to come, in one line."""

from collections.abc import Sequence
from functools import partial

from alerts.ahead import Due
from alerts.left_out import without_private
from alerts.messages import TEXTS
from alerts.plain_text import cut, one_line
from alerts.routing import Reader, client_name
from alerts.wording import Scene
from config.language import day

_LINE_CHARS = 160
"""Of a list in one line: what does not fit is counted."""
_NAME_CHARS = 60


def due_line(scene: Scene, reader: Reader, due: Sequence[Due], key: str = "due.week") -> str:
    """What is promised for the rest of the week (`key`: of another time), or that nothing is."""
    say = partial(TEXTS.say, reader.language)
    if not due:
        return say(f"{key}_none")
    told = []
    for one in due:
        client = client_name(scene.settings, one.client, reader.language)
        what = cut(without_private(one_line(one.name)), _NAME_CHARS)
        on = day(reader.language, one.on, scene.today)
        told.append(say("due.one" if one.agreed else "due.not_agreed", what=what, client=client, on=on))
    return say(key, what=within(told, say("due.joint")))


def within(told: Sequence[str], joint: str) -> str:
    """`told` in one line as far as it goes, and how many more there are."""
    shown = 1
    while shown < len(told) and len(joint.join(told[: shown + 1])) <= _LINE_CHARS:
        shown += 1
    return joint.join(told[:shown]) + (f" +{len(told) - shown}" if shown < len(told) else "")
