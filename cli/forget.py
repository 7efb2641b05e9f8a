"""`milepost forget`: somebody asks that nothing of them is kept, and an admin sees to it."""

import getpass
from collections.abc import Iterable
from pathlib import Path

from cli.exit_codes import FAILED, OK
from cli.hub import Hub
from cli.opening import open_hub
from cli.talk import answer, say, warn
from config.words import normal
from connectors.scope import count
from report.access.audit import note
from sync.lease import LeaseHeld
from unify.decisions import Refused
from unify.engine import writing
from unify.erasure import cut_log
from unify.forgetting import Somebody, find_somebody, forget


def forget_somebody(config: Path, typed: str) -> int:
    """Take `typed` out of everything that is kept, and say what that was. Raises Refused."""
    with open_hub(config) as hub:
        with writing(hub.engine) as connection:
            found = find_somebody(connection, typed)
            who = _the_one(hub, typed, found)
            if who is not None:
                now = hub.wall()
                done = forget(connection, who, now)
                what = f"by {getpass.getuser()}: {_told(who)}"
                note(connection, hub.settings, "forgotten", "", now, what)
        if who is None:
            say("nobody of that key, address or name is kept here; nothing was changed")
            return OK
        answer.print(f"forgotten: {_told(who)}")
        answer.print(f"taken out of {count(done.payloads, 'payload')} and {count(done.rows, 'row')}")
        if who.besides:
            say(f"what has the same address under another name stays, with it: {_listed(who.besides)}")
        return _made_anew(hub)


def _the_one(hub: Hub, typed: str, found: list[Somebody]) -> Somebody | None:
    """Whom alone `typed` means. Raises Refused where it may mean several, or one of our own."""
    people = hub.settings.people
    own = next((name for name, one in people.items() if typed.strip().casefold() in (name, one.email.casefold())), "")
    for one in found:
        own = own or next((name for name in people if f"person/{name}" in one.persons), "")
    if own:
        raise Refused(
            f'"{own}" is one of [people], and works with what is kept here: take them out of the settings first, and '
            "give their clients to somebody else"
        )
    if len(found) > 1:
        keys = _listed(min(one.keys) for one in found)
        raise Refused(f'"{typed}" may be any of several: say which by an address of their own or a key: {keys}')
    for one in found:
        if one.besides and normal(typed) not in map(normal, one.keys):
            keys = _listed((min(one.keys), *one.besides))
            raise Refused(
                f'"{typed}" has one address with another name, and it cannot be undone: say by a key which of them '
                f"(of one person with two names, one after the other): {keys}"
            )
    return found[0] if found else None


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(sorted(keys))


def _made_anew(hub: Hub) -> int:
    """The rows that tools gave, from payloads in which they are no more; no byte of them in the database's log."""
    try:
        hub.remap()
    except LeaseHeld as held:
        warn(f"{held}: give `milepost remap` when it has ended, for rows that were made of them before")
        return FAILED
    finally:
        cut_log(hub.engine)
    say(
        "what the tools themselves hold is theirs: delete them there too, or they come back with their next change; "
        "backups of before hold them until the last of these is gone"
    )
    return OK


def _told(who: Somebody) -> str:
    """Without a name: it stands in the log."""
    return f"{count(len(who.contacts), 'contact')} of the CRM, {count(len(who.accounts), 'account')} in tools"
