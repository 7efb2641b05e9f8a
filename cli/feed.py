"""`milepost feed`: the address of a calendar."""

from pathlib import Path

from cli.exit_codes import OK
from cli.hub import Hub
from cli.opening import open_hub
from cli.talk import answer, refuse
from report.access.accounts import check_may_sign_in, keep, role_of
from report.access.audit import note
from report.feed import FeedAddresses
from unify.engine import writing
from unify.keys import read_key


def print_feed(config: Path, person: str) -> int:
    """Print the address of the calendar of `person`; it is noted, and theirs to be taken back. Raises Refused."""
    with open_hub(config) as hub:
        if not hub.settings.public_url:
            return refuse("a calendar must find its way here: set public_url to the address of `milepost serve`")
        now = hub.wall()
        with writing(hub.engine) as connection:
            check_may_sign_in(hub.settings, connection, person)
            role = role_of(hub.settings, connection, person)
            keep(connection, person, now)
            note(connection, hub.settings, "exported", person, now, "the address of their calendar")
        answer.print(feed_addresses(hub).address(person, role, now))
    return OK


def feed_addresses(hub: Hub) -> FeedAddresses:
    """Signed with a key of their own: who deletes it takes every address back."""
    key = read_key(Path(str(hub.engine.url.database)), "feeds")
    hub.redactor.register(key)
    return FeedAddresses(key, hub.settings.public_url)
