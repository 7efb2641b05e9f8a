"""Asana's users as accounts: of those who left the workspace, what a record of theirs still tells."""

from unify.identity import normal_email
from unify.mappers.asana_words import Words
from unify.mappers.item_rows import key_to
from unify.mapping import Mapped, Row
from unify.parsing import Reader
from unify.tables import row_key


def account_of(source: str, gid: str, user: Reader, *, guest: bool, member: bool, active: bool) -> Row:
    """An account; an address that is not shown is none."""
    return {
        "key": row_key(source, "users", gid),
        "vendor_id": gid,
        "url": None,
        "created_at": None,
        "updated_at": None,
        "name": user.text("name"),
        "handle": None,
        "email": normal_email(user.text("email")),
        "kind": "guest" if guest else "human",
        "member": member,
        "active": active,
    }


def user_of(user: Reader, source: str, words: Words, mapped: Mapped) -> str | None:
    """The key of somebody's account; of one who has left the workspace, the row is added too."""
    gid = user.text("gid")
    if gid and gid not in words.users and user.text("name"):
        mapped.add("account", account_of(source, gid, user, guest=False, member=False, active=False))
    return key_to(source, "users", gid)
