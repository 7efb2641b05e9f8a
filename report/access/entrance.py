"""Who comes in: by a password of ours or by the word of a provider, and for how long."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from sqlalchemy import Engine

from config.clock import Clock
from config.settings import Settings
from config.words import normal
from report.access import accounts, sessions
from report.access.audit import Audit
from report.access.passwords import Passwords
from report.access.readers import reader_named
from report.access.sessions import Session
from report.access.throttle import Throttle
from report.asked import Reader
from unify.engine import writing

BY_ADDRESS, BY_NAME = 60, 10
"""Tries within a quarter of an hour: an office comes from one address; nobody mistypes a password ten times."""

_LONG = 200
"""Longer than any name or e-mail: what is typed is remembered for a while."""


class Throttled(Exception):
    """Too many tries; `wait` says how long none is looked at."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"too many tries: wait {wait}")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Browser:
    """One that somebody signed in with before. Strangers who use up their name's tries do not keep them out of it."""

    id: str
    name: str
    since: datetime

    @classmethod
    def read(cls, told: Any) -> "Browser | None":
        """From its cookie."""
        match told:
            case [str(id_), str(name), int(since)]:
                return cls(id_, name, datetime.fromtimestamp(since, UTC))
        return None

    @property
    def told(self) -> list[str | int]:
        """What its cookie holds; in whole seconds, rounded up, for it must not be older than its account's instant."""
        return [self.id, self.name, -int(-self.since.timestamp() // 1)]


@dataclass(frozen=True, slots=True)
class Entrance:
    """`engine` writes, `reader` reads; `clock` is real time, `today` the day of the report, for who covers for whom."""

    settings: Settings
    engine: Engine
    reader: Engine
    clock: Clock
    today: Callable[[], date]
    passwords: Passwords = field(default_factory=Passwords)
    _addresses: Throttle = field(init=False)
    _names: Throttle = field(init=False)
    _browsers: Throttle = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_addresses", Throttle(BY_ADDRESS, self.clock))
        object.__setattr__(self, "_names", Throttle(BY_NAME, self.clock))
        object.__setattr__(self, "_browsers", Throttle(BY_NAME, self.clock))

    @property
    def audit(self) -> Audit:
        """The log."""
        return Audit(self.engine, self.settings, self.clock)

    @property
    def has_passwords(self) -> bool:
        """Whether anybody signs in by one."""
        with self.reader.connect() as connection:
            return any(one.password_changed_at for one in accounts.accounts(self.settings, connection))

    def by_password(self, typed: str, password: str, address: str, browser: Browser | None) -> Session | None:
        """A new session for whoever's name or e-mail and password these are; None where they are not, whatever of
        them is wrong. Raises Throttled."""
        name = self.name_of(typed)
        theirs = (self._names, name or normal(typed)[:_LONG])  # one person's name and e-mail are one lock
        if browser and self._knows(browser, name):
            theirs = (self._browsers, browser.id)
        counted = ((self._addresses, network_of(address)), theirs)
        if waits := [wait for throttle, one in counted if (wait := throttle.wait(one))]:
            raise Throttled(max(waits))
        last = [throttle.count(one) for throttle, one in counted]
        with self.reader.connect() as connection:
            may = reader_named(self.settings, connection, name, self.today()) is not None
            kept = accounts.password_of(connection, name) if may else None
        if not self.passwords.fits(kept, password):
            self.audit.note("throttled" if any(last) else "failed", name, "by password", address)
            return None
        for throttle, one in counted:
            throttle.take_back(one)
        return self._begin(name, "by password", address)

    def count(self, address: str) -> None:
        """Somebody goes to the provider, or comes back: each costs it and us some requests. Raises Throttled."""
        network = network_of(address)
        if wait := self._addresses.wait(network):
            raise Throttled(wait)
        self._addresses.count(network)

    def by_email(self, email: str, address: str) -> Session | None:
        """A new session for whoever the provider says has that e-mail; None for those who may not sign in.

        It is no name under [people], whatever the provider lets into it.
        """
        wanted = email.strip().casefold()
        people = self.settings.people.items()
        name = next((name for name, one in people if wanted and wanted == one.email.casefold()), "")
        with self.reader.connect() as connection:
            may = reader_named(self.settings, connection, name, self.today()) is not None
        if not may:
            self.audit.note("failed", name, "by the provider", address)
            return None
        for _way in ("there", "back"):
            self._addresses.take_back(network_of(address))
        return self._begin(name, "by the provider", address)

    def reader_in(self, session: Session) -> Reader | None:
        """Who reads in that session; None where it has ended, or they may not any more."""
        with self.reader.connect() as connection:
            if not sessions.holds(connection, session):
                return None
            return reader_named(self.settings, connection, session.name, self.today())

    def end(self, session: Session, address: str) -> None:
        """Somebody signs out."""
        with writing(self.engine) as connection:
            sessions.end(connection, session, self.clock())
        self.audit.note("signed_out", session.name, "by themselves", address)

    def name_of(self, typed: str) -> str:
        """The key under [people] of that key or e-mail; "" for nobody's."""
        wanted = typed.strip().casefold()
        people = self.settings.people.items()
        return next((name for name, one in people if wanted in (name, one.email.casefold())), "")

    def new_browser(self, name: str) -> Browser:
        """That `name` signs in with from now on."""
        return Browser(secrets.token_urlsafe(9), name, self.clock())

    def _knows(self, browser: Browser, name: str) -> bool:
        with self.reader.connect() as connection:
            since = accounts.sessions_since(connection, name)
        return browser.name == name and since is not None and browser.since >= since

    def _begin(self, name: str, how: str, address: str) -> Session:
        now = self.clock()
        with writing(self.engine) as connection:
            accounts.keep(connection, name, now)
        self.audit.note("signed_in", name, how, address)
        return Session.begin(name, now)


def network_of(address: str) -> str:
    """Whose tries are counted together: an address, or all 2^64 of a network that one household has."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)
