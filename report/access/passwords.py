"""Passwords: what one must be, and how one is kept. Argon2id with argon2-cffi's own costs (ADR 0014)."""

import secrets
import threading
import unicodedata
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from unify.decisions import Refused

SHORTEST, LONGEST = 12, 1000
"""Characters. Length is what makes a password hard to guess; past the longest, only the hub would have work."""
_AT_ONCE = 2
"""One reckoning takes 64 MB: a crowd at the door must not take all the memory of a small machine."""


class Passwords:
    """Keeps and compares passwords. Safe for several threads, of which few reckon at once."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """What is kept of it. Raises Refused for one that is too short or too long."""
        typed = _normal(password)
        if len(typed) < SHORTEST:
            raise Refused(f"a password has at least {SHORTEST} characters: several words are easy to keep in mind")
        if len(typed) > LONGEST:
            raise Refused(f"a password has at most {LONGEST} characters")
        with self._turns:
            return self._hasher.hash(typed)

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether `kept` was made of `password`. For None, nobody's, it takes as long: names cannot be told by time."""
        typed = _normal(password)[:LONGEST]
        with self._turns:
            try:
                return self._hasher.verify(kept or self._nobodys, typed) and kept is not None
            except (VerificationError, InvalidHashError):
                return False

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe())


def _normal(password: str) -> str:
    """One form for what keyboards and phones put together in several."""
    return unicodedata.normalize("NFC", password)
