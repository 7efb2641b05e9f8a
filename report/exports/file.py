"""What a file holds: the pages that heed what it is narrowed to, each read and shown as the web does."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from config.language import instant, place
from report.asked import Asked
from report.document import Document
from report.filters import Filters
from report.pages.kind import PageKind


class CannotWrite(ValueError):
    """A form cannot say this, here; says what to ask for instead."""


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a file: what it is, its values, and what it says of them."""

    kind: PageKind
    values: Any
    document: Document


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file to be written, once: `parts` may be read while it is written. `table`: the one that a form of a single
    table is asked for, as PAGE/ANCHOR."""

    asked: Asked
    title: str
    parts: Iterable[Part]
    table: str = ""

    @property
    def as_of(self) -> str:
        """Of when it is, with the year: it is read when that has long passed."""
        asked = self.asked
        at = instant(asked.language, asked.now, asked.moment.zone, date.min)
        return asked.t("as_of", at=at, place=place(asked.language, asked.moment.zone))


def kinds_of(pages: Sequence[PageKind], filters: Filters, *, sees_people: bool) -> list[PageKind]:
    """Those of the menu that heed all that is asked for: a page of everybody has no place in the file of one client.

    What single people have to do is in no file that is narrowed.
    """
    given = {field.name for field in fields(filters) if field.name in filters.query()}
    return [
        kind
        for kind in pages
        if kind.is_in_menu and given <= kind.filters and not (kind.is_of_people and (given or not sees_people))
    ]


def read_parts(kinds: Iterable[PageKind], asked: Asked) -> Iterator[Part]:
    """Each page, read as it is come to, its lists whole, under the name that it has in the menu."""
    whole = replace(asked, filters=replace(asked.filters, page=0))
    for kind in kinds:
        values = kind.read(whole)
        yield Part(kind, values, replace(kind.show(values, whole), title=asked.t(f"page.{kind.key}")))
