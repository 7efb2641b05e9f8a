"""Which rules say nothing, because nobody delivers what they ask of: not measured, which is not the same as all well.

What a rule needs is told by the columns that its condition reads. Where a column is absent in every row, some
conditions can hold in no row, whatever else stands there: that is reckoned from the condition itself.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, select

from config.settings import Settings
from rules.language import nodes
from rules.language.nodes import Condition, Value
from rules.rule import Rule
from rules.views import View
from rules.views.need import Need
from unify.freshness import Freshness

_EITHER = frozenset({True, False})
_NEVER, _ALWAYS = frozenset({False}), frozenset({True})


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """Data that a rule needs and nobody delivers, and what would bring it."""

    data: str
    cure: str

    def __str__(self) -> str:
        return f"no {self.data}: {self.cure}"


def not_measured(lacking: Iterable[Unmeasured]) -> str:
    """The line that says so, with what is lacking."""
    return f"not measured: {'; '.join(map(str, lacking))}"


def unmeasured(
    connection: Connection, rules: Iterable[Rule], settings: Settings, freshness: Mapping[str, Freshness]
) -> dict[str, Sequence[Unmeasured]]:
    """What keeps each of the `rules` that cannot fire from doing so, by its id; those that can are not among them."""
    rules = list(rules)
    missing: set[Need] = set()
    for view in {rule.view.name: rule.view for rule in rules}.values():
        wanted = {need for rule in rules if rule.view is view for need in _needs(rule)}
        missing |= _missing(connection, view, wanted)
    return {
        rule.id: [_in_words(need, settings, freshness) for need in blamed]
        for rule in rules
        if (blamed := _blamed(rule, missing))
    }


def _needs(rule: Rule) -> Iterator[Need]:
    if rule.view.rows is not None:
        yield rule.view.rows
    read = names(rule.when)
    for column in rule.view.columns:
        yield from column.needs if column.name in read else ()


def _missing(connection: Connection, view: View, needs: Collection[Need]) -> set[Need]:
    """Those of `needs` that no living row of the view has."""
    asked = sorted(needs, key=lambda need: need.data)
    if not asked:
        return set()
    living = select(1).select_from(view.source).where(*view.living)
    found = connection.execute(select(*(exists(living.where(need.there)) for need in asked))).one()
    return {need for need, is_there in zip(asked, found, strict=True) if not is_there}


def _blamed(rule: Rule, missing: Collection[Need]) -> Sequence[Need]:
    """Those for want of which `rule` can hold in no row: each that alone would do, else all together; else none."""
    if rule.view.rows in missing:
        return [rule.view.rows] if rule.view.rows else []
    wanted = [need for need in dict.fromkeys(_needs(rule)) if need in missing]
    if can_hold(rule.when, _absent(rule.view, wanted)):
        return []
    alone = [need for need in wanted if not can_hold(rule.when, _absent(rule.view, [need]))]
    return alone or wanted


def _absent(view: View, missing: Collection[Need]) -> dict[str, float | None]:
    """The columns that are the same in every row without that data, and what they are: by name."""
    absent: dict[str, float | None] = {}
    for column in view.columns:
        for need in column.needs:
            if need in missing:
                absent[column.name] = need.absent
    return absent


def _in_words(need: Need, settings: Settings, freshness: Mapping[str, Freshness]) -> Unmeasured:
    """As far as the config and what was read tell: no such source, one that was not read yet, or one without it."""
    sources = [name for name, source in settings.sources.items() if source.kind in need.kinds]
    if not need.kinds:
        return Unmeasured(need.data, need.cure)
    if not sources:
        kinds = " or ".join(need.kinds)
        return Unmeasured(need.data, f"no source of kind {kinds} is in the config; then {need.cure}")
    read = [name for name in sources if freshness[name].read_at]
    unread = [name for name in sources if name not in read]
    said = [f"{', '.join(unread)} {'were' if unread[1:] else 'was'} not read yet: milepost sync"] if unread else []
    said += [f"{', '.join(read)} {'have' if read[1:] else 'has'} none; {need.cure}"] if read else []
    return Unmeasured(need.data, "; ".join(said))


def names(of: Condition | Value) -> set[str]:
    """The columns that a condition, or a value, reads."""
    return {part.name for part in walk(of) if isinstance(part, nodes.Column | nodes.Age)}


def walk(of: Condition | Value) -> Iterator[Condition | Value]:
    """A condition or a value, and all that it is made of."""
    yield of
    for field in of.__slots__:
        for part in _parts(getattr(of, field)):
            yield from walk(part)


def _parts(value: Any) -> Iterator[Condition | Value]:
    if isinstance(value, tuple):
        for one in value:
            yield from _parts(one)
    elif isinstance(value, Condition | Value):
        yield value


# --- what a condition can be where some columns are the same in every row -----------------------------------------


def can_hold(condition: Condition, absent: Mapping[str, float | None]) -> bool:
    """Whether `condition` may hold in a row in which the columns `absent` have these values (None: none); a flag among
    them is not set."""
    return True in _answers(condition, absent)


def _answers(node: Condition, absent: Mapping[str, float | None]) -> frozenset[bool]:
    match node:
        case nodes.Truth(holds):
            return frozenset({holds})
        case nodes.Not(part):
            return frozenset(not answer for answer in _answers(part, absent))
        case nodes.All(parts) | nodes.Either(parts):
            return _joined([_answers(part, absent) for part in parts], when=isinstance(node, nodes.All))
        case nodes.Chosen(branches, otherwise):
            return _chosen(branches, otherwise, absent)
        case nodes.Flag(nodes.Column(name)) if name in absent:
            return _NEVER
        case nodes.Missing(value):
            return _ALWAYS if _is_missing(value, absent) and value.kind != "flag" else _EITHER
        case nodes.Compare(operator, nodes.Column(name) | nodes.Age(name), nodes.Constant(int() | float() as other)):
            here = absent.get(name)
            return _EITHER if here is None and not _is_missing(node.left, absent) else _compared(operator, here, other)
        case nodes.Compare(_, left, right):
            return _NEVER if _is_missing(left, absent) or _is_missing(right, absent) else _EITHER
        case nodes.OneOf(value) | nodes.Like(value) | nodes.Has(value):
            return _NEVER if _is_missing(value, absent) else _EITHER
        case _:
            return _EITHER


def _joined(answers: Sequence[frozenset[bool]], *, when: bool) -> frozenset[bool]:
    """Of all parts (`when` true) or of either: it is `when` where every part can be, else where any can."""
    can_be = {when} if all(when in part for part in answers) else set()
    return frozenset(can_be | ({not when} if any((not when) in part for part in answers) else set()))


def _chosen(
    branches: Sequence[tuple[Condition, Condition]], otherwise: Condition, absent: Mapping[str, float | None]
) -> frozenset[bool]:
    found: frozenset[bool] = frozenset()
    for asked, then in branches:
        reached = _answers(asked, absent)
        if True in reached:
            found |= _answers(then, absent)
        if False not in reached:
            return found
    return found | _answers(otherwise, absent)


def _compared(operator: nodes.Order, value: float | None, other: float) -> frozenset[bool]:
    """A missing value is `operator` nothing."""
    if value is None:
        return _NEVER
    holds = {
        "=": value == other,
        "<": value < other,
        "<=": value <= other,
        ">": value > other,
        ">=": value >= other,
    }
    return frozenset({holds[operator]})


def _is_missing(value: Value, absent: Mapping[str, float | None]) -> bool:
    """Whether it is in every row. A flag that is not set is there."""
    match value:
        case nodes.Column(name) | nodes.Age(name):
            return value.kind != "flag" and name in absent and absent[name] is None
        case nodes.Arithmetic(_, left, right):
            return _is_missing(left, absent) or _is_missing(right, absent)
        case nodes.Call("coalesce", arguments):
            return all(_is_missing(one, absent) for one in arguments)
        case nodes.Call(_, arguments):
            return any(_is_missing(one, absent) for one in arguments)
        case _:
            return False
