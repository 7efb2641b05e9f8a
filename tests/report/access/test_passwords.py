"""Passwords: what is kept of one, and what is none."""

import pytest
from argon2 import PasswordHasher

from report.access.passwords import LONGEST, Passwords
from unify.decisions import Refused

GOOD = "correct horse battery"


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    """With costs that a test can bear."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def test_the_right_password_fits_and_no_other(passwords: Passwords) -> None:
    """And what is kept holds nothing of it."""
    kept = passwords.hash(GOOD)

    assert passwords.fits(kept, GOOD)
    assert not passwords.fits(kept, GOOD.upper())
    assert kept.startswith("$argon2id$")
    assert "horse" not in kept


def test_a_letter_may_be_put_together_in_two_ways(passwords: Passwords) -> None:
    """A phone sends é as one character, a laptop as two."""
    assert passwords.fits(passwords.hash("caf\u00e9 au lait, s'il"), "cafe\u0301 au lait, s'il")


@pytest.mark.parametrize("kept", [None, "", "$argon2id$nonsense"])
def test_nothing_fits_where_no_password_is_kept(passwords: Passwords, kept: str | None) -> None:
    """An account without one is not open to everybody."""
    assert not passwords.fits(kept, GOOD)
    assert not passwords.fits(kept, "")


@pytest.mark.parametrize("password", ["", "eleven char", "x" * (LONGEST + 1)])
def test_too_short_and_too_long_are_refused(passwords: Passwords, password: str) -> None:
    """The one is guessed, the other only costs us."""
    with pytest.raises(Refused, match="characters"):
        passwords.hash(password)


def test_it_costs_what_argon2_cffi_says() -> None:
    """What a small machine bears and a thief does not: 64 MB and three passes, or what a later version asks."""
    assert "m=65536,t=3" in Passwords().hash(GOOD)
