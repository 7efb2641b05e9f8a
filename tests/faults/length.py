"""How long the suite is to be, and its dice: `make test` runs the short form, `make test-faults` the long one."""

import os
import random

LONG = os.environ.get("MILEPOST_FAULTS") == "long"


def short_or_long(short: int, long: int) -> int:
    """A number for either form."""
    return long if LONG else short


def seed() -> int:
    """Of this test's dice: MILEPOST_SEED, or a new one; whoever uses it tells it where the test fails."""
    told = os.environ.get("MILEPOST_SEED")
    return int(told) if told else random.SystemRandom().randrange(1_000_000)
