"""The words of a morning on which nothing new needs its reader: what is still open, due, and was not checked."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from alerts.ahead import Due
from alerts.ahead_words import due_line, within
from alerts.messages import TEXTS, Entry, Item, Line, Message
from alerts.plain_text import spaced
from alerts.routing import Reader, client_name
from alerts.writer import Writer
from config.language import day


def quiet_line(
    writer: Writer, reader: Reader, still_open: Sequence[Item], due: Sequence[Due], *, failed: int, is_last: bool
) -> Message:
    """The whole message. `failed`: rules that did not run to their end; `is_last`: none such comes tomorrow."""
    say = partial(TEXTS.say, reader.language)
    fresh = writer.freshness_lines(reader.language, writer.freshness)
    unchecked = failed or any(source.stale for source in writer.freshness.values())
    key = "nothing.title_unchecked" if unchecked else "nothing.title_open" if still_open else "nothing.title"
    title = say(key, day=day(reader.language, writer.today, writer.today), count=len(still_open))
    lines = [
        say("nothing.open", count=len(still_open), clients=_clients(writer, reader, still_open)) if still_open else "",
        due_line(writer, reader, due),
    ]
    coordinator = spaced(writer.settings.people[writer.settings.coordinator].name, reader.language)
    footer = [say("nothing.failed", count=failed, who=coordinator)] if failed else []
    footer += [say("nothing.last", who=coordinator)] if is_last else []
    entry = Entry("", tuple(Line(text) for text in lines if text))
    return Message(reader.language, title, (entry,), (*map(Line, footer), *fresh)).fitted()


def _clients(writer: Writer, reader: Reader, items: Sequence[Item]) -> str:
    """Whose they are, and how many of each where there are several."""
    counts = Counter(client_name(writer.settings, item.client, reader.language) or item.source for item in items)
    named = [f"{name} {count}" if count > 1 else name for name, count in counts.most_common()]
    return within(named, TEXTS.say(reader.language, "comma"))
