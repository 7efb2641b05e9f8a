"""What a column or a view needs that not every firm has: then nothing can be said of it, and no rule can find it."""

from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import ColumnElement, true

WORK_TOOLS = ("jira", "trello", "asana")
CRM = ("hubspot",)


@dataclass(frozen=True, eq=False)
class Need:
    """Data without which a column is `absent` in every row of its view; of a view itself: without which it has no row.

    `there` says of a row of the view whether that row has it. Of data that only the config brings `kinds` is empty.
    """

    data: str
    """What it is, so that "no …" can be said of it: "scores of surveys"."""
    cure: str
    """What would bring it, beside a source of one of `kinds`: "name the field under risk_fields"."""
    kinds: tuple[str, ...] = ()
    """The kinds of source that deliver it."""
    there: ColumnElement[bool] = field(default_factory=true)
    absent: Literal[0] | None = None
    """What the column says where the data is not there; None: nothing. A flag is then false."""
