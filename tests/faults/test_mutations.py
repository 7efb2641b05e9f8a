"""Odd records among good ones, five hundred at once for each kind of tool.

Issues, cards, tasks, tickets and all that hangs on them are spoilt here, one field each; what there are few of
(projects, words, contacts) is spoilt in `tests/sync/test_odd_data.py`, all fields at once.
"""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.faults.firm import KINDS, firm
from tests.faults.length import short_or_long
from tests.faults.mutations import (
    READ_AT_TIMES,
    Mutation,
    Ref,
    Row,
    listen,
    mutations_of,
    roots_in,
    rows_of,
    spoil,
    value_at,
)
from tests.faults.rig import Line, Rig

SEEDS = range(1, short_or_long(1, 12) + 1)
"""Fixed, so that what fails fails again. The twelve of the long form put nearly every oddity into every field."""


def contents(rows: set[Row]) -> set[Row]:
    """What was read, without how it was kept and what was odd in it."""
    return {row for row in rows if row[0] not in ("raw_record", "mapping_problem")}


def is_named(mutation: Mutation, rows: set[Row], nobodys: set[Row]) -> bool:
    """Whether a problem tells of it: under its record, or, where its id was odd, under the stream."""
    told = {row for row in rows if row[0] == "mapping_problem"}
    return bool(told) or (mutation.names_another and any(row[0] == "mapping_problem" for row in nobodys))


def silent(
    kind: str,
    heard: Mapping[Ref, Any],
    mutations: Mapping[Ref, Mutation],
    clean: Mapping[Ref | None, set[Row]],
    found: Mapping[Ref | None, set[Row]],
) -> list[str]:
    """Oddities of fields that are read, which nothing names."""
    named = {root for root, one in mutations.items() if is_named(one, found[root], found[None])}
    changed = {root for root in mutations if contents(found[root]) != contents(clean[root])}
    read = {(mutations[root].at.kind, mutations[root].at.field) for root in named | changed} - READ_AT_TIMES
    return [
        str(one)
        for root, one in mutations.items()
        if root not in named
        and (root in changed or (one.at.kind, one.at.field) in read)
        and not one.is_plausible(value_at(heard[one.at.kind, one.at.id], one.at.path), kind)
    ]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_odd_record_hurts_a_good_one(kind: str, seed: int, line: Line, empty: Path) -> None:
    """The run is good; what is not odd is what a clean run gives, to the byte; what was lost is named.

    A field is read if a change of it changes rows, or is named, in any record: then no oddity of it passes unnamed.
    """
    rig = Rig(kind, line, empty, firm(kind, items=300))
    heard = listen(rig)
    database = rig.new_database("clean.db")
    assert rig.sync(database=database).outcome == "ok"
    rig.faults.clear()
    roots = roots_in(database)
    clean = rows_of(database, roots)
    mutations = mutations_of(kind, heard, roots, random.Random(seed))
    assert len(mutations) >= 500
    spoil(rig, list(mutations.values()))

    run = rig.sync()

    assert (run.outcome, run.error) == ("ok", "")
    found = rows_of(rig.hub.database, roots)
    good = set(roots.values()) - set(mutations)
    assert len(good) >= 80
    assert {root: found[root] for root in good} == {root: clean[root] for root in good}
    assert clean[None] <= found[None]
    assert not (unnamed := silent(kind, heard, mutations, clean, found)), "\n".join(unnamed)
