"""How a command ends: what scripts and service managers read."""

OK = 0
"""Fine; alerts may be firing."""
FAILED = 1
"""A source, a rule, a delivery or a mapping of ours failed."""
WRONG = 2
"""Wrong usage or wrong config: nothing was done."""
