"""The values of a page as a program has them: of the types that its reading gives, whatever the form."""

from functools import cache
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from report.pages.kind import PageKind


@cache
def values_of(kind: PageKind) -> TypeAdapter[Any]:
    """What writes the values of `kind`, and what describes them."""
    return TypeAdapter(get_type_hints(kind.read)["return"])
