"""Whose data a source holds: its name is the identity of all that was read, so it stays with one organisation."""

from connectors.base import Account, ConnectorError


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


def _line(id: str, name: str) -> str:
    return id if name in ("", id) else f"{id} {' '.join(name.split())}"


def _list(lines: str) -> str:
    return ", ".join(lines.splitlines())
