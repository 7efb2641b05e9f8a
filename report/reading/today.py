"""What needs the reader today: what is late, who waits, what else fires, what changed, what comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from report.asked import Asked, NoSuchThing
from report.reading.firing import read_firing
from report.reading.lately import Changes, read_changes
from report.reading.own_sources import read_sources_for
from report.reading.promises import Promises, read_promises
from report.reading.unowned import read_clients_without_bd, read_projects_without_client
from report.reading.waiting import read_unhandled
from report.rows import AlertRow, FeedbackRow, ProjectRow, SourceRow
from rules.stopped import Stopped, read_stopped


@dataclass(frozen=True, slots=True)
class Today:
    """The figures and rows, of what the reader may see and the filters leave."""

    promises: Promises
    unhandled: Sequence[FeedbackRow]
    """The longest waiting first."""
    alerts: Sequence[AlertRow]
    """What else fires, the worst first."""
    changes: Changes
    projects_without_client: Sequence[ProjectRow]
    clients_without_bd: Sequence[str]
    """Their keys."""
    stopped: Mapping[str, Stopped]
    """Rules that cannot be asked, by id: what they told before stays as it is."""
    sources: Sequence[SourceRow]
    """Of a reader's own clients: how many of their fields could not be read; in which board, and why in the tool's own
    words, nothing says."""


def read_today(asked: Asked) -> Today:
    """All of it in one go. Raises NoSuchThing where who sees all asks for a client or a BD manager that nobody is: a
    page with nothing on it would read as "all is well"."""
    if asked.asks_for_others and asked.reader.scope.is_all:
        raise NoSuchThing("there is no client, or no BD manager with a client, of that name")
    promises, unhandled = read_promises(asked), read_unhandled(asked)
    listed = {row.key for row in promises.moved} | {row.key for row in unhandled}
    return Today(
        promises=promises,
        unhandled=unhandled,
        alerts=read_firing(asked, listed),
        changes=read_changes(asked),
        projects_without_client=read_projects_without_client(asked),
        clients_without_bd=read_clients_without_bd(asked),
        stopped=read_stopped(asked.connection) if asked.scope.is_all else {},
        sources=read_sources_for(asked),
    )
