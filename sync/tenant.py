"""Whose data a source holds, and who we are there.

Its name is the identity of all that was read, so it stays with one organisation; the token may become another member's.
"""

from sqlalchemy import Connection

from connectors.base import Account, ConnectorError
from unify.hub_state import recall, remember


class TenantChanged(ConnectorError):
    """The source answers for another organisation than it did before."""


def recognise(source: str, known: str, account: Account) -> str:
    """What to remember of whom the credential of `source` reaches, given what was remembered last; a line for each.

    Organisations come and go (somebody is invited to one more): one in common is enough. Raises TenantChanged.
    """
    if not account.tenants:
        return known
    reached = "\n".join(_line(id, name) for id, name in sorted(account.tenants.items()))
    if known and not {line.split()[0] for line in known.splitlines()} & set(account.tenants):
        raise TenantChanged(
            f"{source}: {account.name} reaches {_list(reached)}, and what is stored is of {_list(known)}: give it the "
            "url and the token of somebody there; another organisation needs a source of another name"
        )
    return reached


def own_accounts(connection: Connection, source: str, now: str = "") -> frozenset[str]:
    """The ids of all accounts that were ever ours at `source`, `now` among them: what each wrote stays ours."""
    known = frozenset((recall(connection, f"accounts/{source}") or "").split())
    if now and now not in known:
        known |= {now}
        remember(connection, f"accounts/{source}", " ".join(sorted(known)))
    return known


def _line(id: str, name: str) -> str:
    return id if name in ("", id) else f"{id} {' '.join(name.split())}"


def _list(lines: str) -> str:
    return ", ".join(lines.splitlines())
