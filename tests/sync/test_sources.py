"""Sources run side by side, and stand and fall alone."""

import threading

from sqlalchemy import Engine

from connectors.base import VendorUnavailable
from sync.engine import RunResult
from sync.sources import run_sources
from tests.sync.running import sync
from tests.sync.vendor import Vendor, firm
from tests.unify.tiny import rows
from unify.engine import StoreError


def test_no_sources_are_no_work() -> None:
    """A config may have none yet."""
    assert run_sources({}) == []


def test_sources_run_at_the_same_time() -> None:
    """Waiting for one vendor must not keep the others waiting: both are inside before either may leave."""
    both = threading.Barrier(2, timeout=10)

    def meet(source: str) -> RunResult:
        both.wait()
        return RunResult(source, "ok")

    results = run_sources({"a": lambda: meet("a"), "b": lambda: meet("b")})

    assert [(result.source, result.outcome) for result in results] == [("a", "ok"), ("b", "ok")]


def test_one_source_that_fails_leaves_the_others_be() -> None:
    """Whether the database, or our own code, or the vendor is to blame."""

    def locked() -> RunResult:
        raise StoreError("the database is locked: end the other program")

    def broken() -> RunResult:
        raise KeyError("s3cret")

    results = run_sources({"a": locked, "b": broken, "c": lambda: RunResult("c", "ok")})

    assert [result.outcome for result in results] == ["failed", "failed", "ok"]
    assert results[0].error == "the database is locked: end the other program"
    assert "KeyError" in results[1].error
    assert "s3cret" not in results[1].error


def test_parallel_runs_share_one_database(engine: Engine) -> None:
    """Every page takes the write lock for itself, and waits for it."""

    class Away(Vendor):
        def check(self) -> None:  # type: ignore[override]  # it never answers
            raise VendorUnavailable("away")

    names = [f"s{n}" for n in range(4)]

    results = run_sources(
        {name: lambda name=name: sync(engine, firm(), config={"name": name}) for name in names}
        | {"away": lambda: sync(engine, Away(), config={"name": "away"})}
    )

    assert [result.outcome for result in results] == ["ok"] * 4 + ["failed"]
    assert len(rows(engine, "work_item")) == 4 * 7
