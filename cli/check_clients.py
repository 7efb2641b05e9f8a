"""Whether the projects and companies that the config names are there: a slip of the pen ties nothing, silently."""

from collections.abc import Iterator, Mapping

from sqlalchemy import select

from cli.backup import database_of
from config.nearest import did_you_mean
from config.settings import Settings
from connectors.base import Account
from unify.derived import COMPANY
from unify.engine import open_engine

_LISTED = 6
"""Names that a line lists where none is near."""


def unknown_projects(settings: Settings, accounts: Mapping[str, Account]) -> Iterator[str]:
    """A line for each of a client's projects, and each with a budget, that its source does not read; `accounts`, by
    source, are those that answered."""
    for name, client in settings.clients.items():
        for reference in client.projects:
            source, _, called = reference.partition(":")
            seen = accounts[source].projects if source in accounts else None
            if seen is not None and called not in seen:
                yield f'clients.{name}: no project "{called}" is read from {source}{_instead(called, seen)}'
    for name, account in accounts.items():
        if (seen := account.projects) is not None:
            for called in sorted(settings.sources[name].budget_hours.keys() - seen.keys()):
                yield f'sources.{name}.budget_hours: no project "{called}" is read{_instead(called, seen)}'


def _instead(called: str, seen: Mapping[str, str]) -> str:
    """What to write: the key of what has that name, the nearest key, or some of those there are."""
    keys = {name.casefold(): key for key, name in reversed(list(seen.items()))}  # in Jira the key stands before the id
    if key := keys.get(called.casefold()):
        return f'; that is a name: write "{key}"'
    some = ", ".join(f'"{key}" ({seen[key]})' for key in sorted(keys.values())[:_LISTED])
    return did_you_mean(called, seen) or (f"; there are {some}" if some else "; it reads none")


def unknown_companies(settings: Settings) -> Iterator[str]:
    """A line for each of a client's companies that no sync found; none before the first sync. Raises StoreError."""
    if not database_of(settings).exists():
        return
    reader = open_engine(settings.database, read_only=True)
    try:
        with reader.connect() as connection:
            living = select(COMPANY.c.source, COMPANY.c.vendor_id).where(COMPANY.c.deleted_at.is_(None))
            known = {(source, vendor_id) for source, vendor_id in connection.execute(living)}
    finally:
        reader.dispose()
    synced = {source for source, _ in known}
    for name, client in settings.clients.items():
        for reference in client.crm:
            source, _, id = reference.split(":", 2)
            if source in synced and (source, id) not in known:
                yield f'clients.{name}: no company "{id}" was found in {source}; see milepost clients suggest'
