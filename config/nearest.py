"""Words for who mistyped a name: the nearest right one, or all there are."""

import difflib
from collections.abc import Iterable


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name that somebody who wrote `word` most likely meant; None where none is near."""
    by_form = {name.casefold(): name for name in sorted(names)}
    near = difflib.get_close_matches(word.casefold(), by_form, n=1)
    return by_form[near[0]] if near else None


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """`; did you mean "token"?`, or nothing where no name is near."""
    near = nearest(word, names)
    return f'; did you mean "{near}"?' if near else ""


def there_are(names: Iterable[str]) -> str:
    """`; there are "may", "lee"`, for those who mistyped all of one."""
    return f"; there are {one_of(names)}"


def one_of(names: Iterable[str]) -> str:
    """The names there are, for those who mistyped all of one."""
    return ", ".join(f'"{name}"' for name in names)
