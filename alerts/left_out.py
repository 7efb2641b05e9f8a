"""What no message repeats of what others wrote: telephone numbers, e-mail addresses, sums of money, whole letters.

A message may be read over a shoulder, forwarded, or stand in a group for ever; who needs the number opens the tool.
"""

import re

from alerts.facts import Facts
from alerts.plain_text import cut

QUOTE_CHARS = 120
GONE = "[…]"
"""In the place of what was left out."""

_LOOKED_AT = 1000
"""More than any line shows: a text of 100,000 characters is not searched."""
_BEFORE, _AFTER = r"(?<![A-Za-z0-9_#/.,-])", r"(?![A-Za-z0-9_])"
_ADDRESS = r"[A-Za-z0-9_.+%-]{1,64}@[A-Za-z0-9-]{1,64}(?:\.[A-Za-z0-9-]{1,64}){1,8}"
_NO_NUMBER = r"(?!(?:19|20)\d\d(?:[01]\d[0-3]\d|[ -](?:19|20)\d\d))"
"""20261124, and 2026-2027."""
_TELEPHONE = (
    rf"{_BEFORE}(?:(?:\+|00)\d[\d ()-]{{6,17}}\d|{_NO_NUMBER}[2-9]\d{{3}}[ -]?\d{{4}}"
    rf"|1[3-9]\d[ -]?\d{{4}}[ -]?\d{{4}}|0\d{{2,3}}-\d{{7,8}}){_AFTER}"
)
_SUM, _TIMES = r"\d{1,15}(?:[.,]\d{1,15}){0,5}", r"(?:\s?(?:k|m|bn|thousand|million|billion|[百千]?[萬万億亿]))?"
_MONEY = (
    rf"(?:(?:HK|US|NT|CN)?[$¥￥€£]|{_BEFORE}(?:HKD|USD|CNY|RMB|EUR|GBP|MOP)|港[幣币]|人民[幣币])\s?{_SUM}{_TIMES}"
    rf"|{_BEFORE}{_SUM}{_TIMES}\s?(?:港[元幣币]|[美歐欧日]元|人民[幣币]|元(?![素件旦])|(?:HKD|USD|CNY|RMB){_AFTER})"
)
_PRIVATE = re.compile(f"{_ADDRESS}|{_MONEY}|{_TELEPHONE}", re.IGNORECASE)

_WRITTEN = (
    *("author", "done_by_name", "error", "moved_by_name", "name", "project_name", "response_plan", "stage"),
    *("status", "subject", "text"),
)
"""Columns of the views that hold what somebody typed into a tool."""
_A_CLIENTS = ("subject", "text")
"""Those of them that are a client's own words."""
_PEOPLE = ("author", "done_by_name", "moved_by_name")
"""Those that name somebody: for whom the tool has nothing but an address, nobody is named."""


def without_private(text: str) -> str:
    """`text` without telephone numbers, addresses and sums of money."""
    return _PRIVATE.sub(GONE, cut(text, _LOOKED_AT))


def fit_to_tell(facts: Facts) -> Facts:
    """`facts` with nothing in them that no message repeats."""
    told = {name: without_private(text) for name in _WRITTEN if (text := facts.text(name))}
    told |= {name: cut(told[name], QUOTE_CHARS) for name in _A_CLIENTS if name in told}
    told |= dict.fromkeys((name for name in _PEOPLE if told.get(name) == GONE), "")
    return facts.but(**told)
