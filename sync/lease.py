"""One worker per source, across threads and processes: a row in the database that says who works, and until when.

Real time, whatever clock the facts use. The holder renews it in the transaction of every page; a lease whose process
is gone from this machine, or that was not renewed in time, is dead and may be taken.
"""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import Connection, Engine, delete, select, update

from config.clock import Clock, system_clock
from unify.derived import table_of
from unify.engine import writing
from unify.tables import Lease

LIFETIME = timedelta(minutes=15)
"""Longer than the longest wait between two pages (a vendor's hourly limit aside), short enough to wait out."""

_leases = table_of(Lease)

_held_here: set[str] = set()
"""Tokens of the leases that threads of this process hold: any other with our own pid is from before a restart."""


class LeaseHeld(Exception):
    """Somebody else works on it; the message says who, and since when."""


class LeaseLost(Exception):
    """We were silent for longer than a lease lives, and somebody else took over: what we hold must not be written."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who works: a program on a machine. `token` tells two threads of it apart."""

    host: str
    pid: int
    since: str
    token: str

    def is_gone(self) -> bool:
        """Whether this machine knows that the program has ended; of another machine only time can tell."""
        if self.host != socket.gethostname():
            return False
        if self.pid == os.getpid():
            return self.token not in _held_here
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False


@dataclass(frozen=True, slots=True)
class Held:
    """A lease in our hands."""

    name: str
    holder: str
    clock: Clock

    def renew(self, connection: Connection) -> None:
        """Prolong it, in the transaction of what it protects. Raises LeaseLost, so that this is rolled back."""
        ours = (_leases.c.name == self.name, _leases.c.holder == self.holder)
        renewed = connection.execute(update(_leases).where(*ours).values(expires_at=self.clock() + LIFETIME))
        if renewed.rowcount != 1:
            raise LeaseLost(f"{self.name}: this run was silent for so long that another one took over")


@contextmanager
def lease(engine: Engine, name: str, *, clock: Clock = system_clock) -> Iterator[Held]:
    """Hold the lease `name`, and give it back in the end. Raises LeaseHeld if somebody else holds it."""
    holder = Holder(socket.gethostname(), os.getpid(), f"{clock():%Y-%m-%d %H:%M UTC}", uuid4().hex)
    held = Held(name, json.dumps(asdict(holder)), clock)
    _held_here.add(holder.token)
    try:
        with writing(engine) as connection:
            _take(connection, held)
        try:
            yield held
        finally:
            with writing(engine) as connection:
                ours = (_leases.c.name == name, _leases.c.holder == held.holder)
                connection.execute(delete(_leases).where(*ours))
    finally:
        _held_here.discard(holder.token)


def _take(connection: Connection, held: Held) -> None:
    row = connection.execute(select(_leases).where(_leases.c.name == held.name)).one_or_none()
    if row is not None:
        other = Holder(**json.loads(row.holder))
        if row.expires_at > held.clock() and not other.is_gone():
            raise LeaseHeld(
                f"{held.name} is being read by process {other.pid} on {other.host} since {other.since}: "
                "let it end, or stop it"
            )
        connection.execute(delete(_leases).where(_leases.c.name == held.name))
    values = {"name": held.name, "holder": held.holder, "expires_at": held.clock() + LIFETIME}
    connection.execute(_leases.insert().values(values))
