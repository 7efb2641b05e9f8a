"""What a row can tell of a condition by its own columns, before it is joined with anything.

Where a condition hangs on the client's calendar, SQLite finds source, project and client of each of 50,000 open items,
to keep ten of them. Yet what is too young for a rule on every calendar is so by its own date.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Case, Column, ColumnElement, SelectBase, Table, and_, literal, or_
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, Grouping

_LOOSEST: Mapping[Any, Callable[[Sequence[Any]], Any]] = {
    operators.lt: max,
    operators.le: max,
    operators.gt: min,
    operators.ge: min,
}
"""Of several ends the one that everything before (or after) any of them is before (or after)."""


def told_early(of: Table, condition: ColumnElement[bool]) -> Sequence[ColumnElement[bool]]:
    """What holds of the columns of `of` wherever `condition` holds, beside what it says of them alone by itself.

    In the place of several ends stands one: an index serves that even where the row knows its own calendar.
    """
    each = ((part, _told(of, part)) for part in _parts(condition, operators.and_))
    return [told for part, told in each if told is not None and told is not part]


def _told(of: Table, condition: ColumnElement[bool]) -> ColumnElement[bool] | None:
    """What is known of them; None: nothing."""
    match condition:
        case BinaryExpression(left=left, right=Case() as ends, operator=operator) if operator in _LOOSEST:
            if _is_own(of, left) and (end := _loosest(ends, operator)) is not None:
                return left.operate(operator, end)
    if _is_own(of, condition):
        return condition
    match condition:
        case BooleanClauseList(operator=operators.and_ | operators.or_ as operator):
            each = [_told(of, part) for part in _parts(condition, operator)]
            known = [told for told in each if told is not None]
            if operator is operators.and_:
                return and_(*known) if known else None
            return or_(*known) if len(known) == len(each) else None
    return None


def _loosest(ends: Case[Any], operator: Any) -> ColumnElement[Any] | None:
    """Of the values between which `ends` chooses, where they are values."""
    results = [*(result for _, result in ends.whens), ends.else_]
    values = [result.value for result in results if isinstance(result, BindParameter)]
    return literal(_LOOSEST[operator](values), ends.type) if len(values) == len(results) else None


def _parts(condition: ColumnElement[bool], operator: Any) -> Iterator[ColumnElement[bool]]:
    """What it is joined from by `operator`; itself, where it is not."""
    match condition:
        case Grouping(element=ColumnElement() as inner):
            yield from _parts(inner, operator)
        case BooleanClauseList(operator=joined_by, clauses=clauses) if joined_by is operator:
            for clause in clauses:
                assert isinstance(clause, ColumnElement)
                yield from _parts(clause, operator)
        case _:
            yield condition


def _is_own(of: Table, expression: ColumnElement[Any]) -> bool:
    """Whether it asks columns of `of` and nothing else, and looks nothing up."""
    for inside in visitors.iterate(expression):
        if isinstance(inside, SelectBase) or (isinstance(inside, Column) and inside.table is not of):
            return False
    return True
