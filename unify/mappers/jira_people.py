"""Jira's user objects as accounts: user search shares one allowance of the tenant, and the records name who matters."""

from unify.identity import normal_email
from unify.mapping import Row
from unify.parsing import Reader
from unify.tables import row_key

READ = ("accountId", "accountType", "key", "name", "displayName", "emailAddress", "active")
"""Of a user, `active` being the only one that is no text."""


def read_account(source: str, user: Reader) -> tuple[str | None, Row | None]:
    """The key and the row of a user's account; (None, None) where there is nobody.

    A user of whom only id and name are said gives no row: it would overwrite what other records tell.
    """
    id_ = user_id(user)
    if not id_:
        return None, None
    key, kind = row_key(source, "users", id_), user.text("accountType")
    if not kind and user.has("accountId"):
        return key, None
    # Some answers leave the address out that others give: a row that does not name it keeps what is known.
    known = {"email": normal_email(user.text("emailAddress"))} if user.has("emailAddress") else {}
    row: Row = {"key": key, "vendor_id": id_, "url": None, "created_at": None, "updated_at": None} | known
    row |= {
        "name": user.text("displayName"),
        "handle": user.text("name") or None,
        "kind": {"app": "bot", "customer": "customer"}.get(kind, "human"),
        "member": kind == "atlassian",
        "active": user.flag("active") if user.has("active") else True,
    }
    return key, row


def mark_of(user: object) -> tuple[object, ...] | None:
    """All that is read of a user: the same mark gives the same row. None: nobody, or one to be read with care."""
    if type(user) is not dict:
        return None
    mark = tuple(map(user.get, READ))
    try:
        hash(mark)
    except TypeError:  # a list or an object where a text belongs
        return None
    # A number would be equal to a flag.
    return mark if mark[-1] is None or type(mark[-1]) is bool else None


def is_sound(mark: tuple[object, ...]) -> bool:
    """Whether reading that user has nothing to report; what is odd is reported each time, and so not remembered."""
    return all(text is None or (type(text) is str and text.isprintable()) for text in mark[:-1])


def user_id(user: Reader) -> str:
    """Cloud knows `accountId` only, Data Center `key` and `name`."""
    return user.text("accountId") or user.text("key") or user.text("name")
