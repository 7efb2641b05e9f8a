"""What a page says, in the words of its reader and without any layout: the web, a PDF, a workbook and Markdown are made
of the same `Document`, so that they cannot tell different things."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Value = str | int | float | date | datetime | None
"""What a program reads; instants are aware UTC."""

Kind = Literal["text", "day", "instant", "number", "percent"]
"""Of a column: how a workbook types and aligns it."""

Tone = Literal["", "red", "amber", "green", "grey"]
"""How bad: never said by colour alone, `text` says it too."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One field: `value` for programs, `text` for people; an empty text is an empty cell.

    `href`: a page of ours (begins with "/" or "#") or of the tool (http, https). `notes` stand below in small letters,
    `warn` among them in the colour of a warning. `quiet` is said in an empty cell where there is room for it: a phone
    and a file leave it out.
    """

    value: Value = None
    text: str = ""
    href: str | None = None
    tone: Tone = ""
    notes: Sequence[str] = ()
    warn: str = ""
    quiet: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column; `key` is its name for programs."""

    key: str
    label: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Row:
    """A row with a cell for each column; the first names it. Rows that follow each other in one `group` stand under its
    name, which leads to `group_href`. `stale`: what it rests on could not be read lately."""

    cells: Sequence[Cell]
    group: str = ""
    stale: bool = False
    group_href: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a heading. `rows` of an export may be a generator: it is gone through once.

    `count`: how many there are in all, where `rows` are a page of them. `empty` is said in place of no rows. `after`:
    the address of the page after this one, `before` of the one before it.
    """

    anchor: str
    heading: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    count: int | None = None
    empty: str = ""
    intro: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, what it says for those who do not see it, and the table that it was drawn from; None: that stands on
    the page by itself. `narrow`: the same for a phone, where the other would become too small."""

    anchor: str
    heading: str
    svg: str
    alt: str
    table: Table | None = None
    narrow: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A field with its name, outside any table."""

    key: str
    label: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to know of one thing, field by field."""

    anchor: str
    heading: str
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with the address of what it is about."""

    text: str
    href: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences under a heading; `empty` where there are none, and `closing` below them.

    `first`: so many stand on a screen, the others are folded away behind them; 0: all.
    """

    anchor: str
    heading: str
    lines: Sequence[Line]
    empty: str = ""
    closing: str = ""
    first: int = 0


Block = Table | Chart | Facts | Lines


def tables_of(blocks: Iterable[Block]) -> Iterator[Table]:
    """With those that charts were drawn from."""
    for block in blocks:
        match block:
            case Table():
                yield block
            case Chart(table=Table() as table):
                yield table


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline number: `href` leads to the rows behind it, `freshness` says how old they may be."""

    key: str
    value: int | float | None
    text: str
    """As it is said: "9 of 12", "75.0 %", "not measured"."""
    label: str
    href: str
    freshness: str
    tone: Tone = ""
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a filter."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter of the page: a list to choose from; without `options` a text to write (`written`)."""

    name: str
    label: str
    options: Sequence[Option] = ()
    written: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A page. `notices` must be read first: stale sources, a reconstructed day, filters that named what the reader may
    not see. `filters` are those that the page takes, as they stand."""

    key: str
    title: str
    figures: Sequence[Figure] = ()
    notices: Sequence[str] = ()
    blocks: Sequence[Block] = ()
    filters: Sequence[Choice] = ()
