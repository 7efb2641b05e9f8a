"""What leaves the scope of a source leaves rules and report for the reason that it left, and nothing else with it."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from config.settings import SourceSettings
from sandbox.asana_state import AsanaState, Json
from sandbox.lantern_quay import lantern_quay
from sandbox.server import Sandbox
from tests.sync.test_vendors import NOW, settings_of, sync
from tests.unify.tiny import new_database, rows


def clock() -> datetime:
    return NOW


def naming(source: SourceSettings, *projects: str) -> SourceSettings:
    return source.model_copy(update={"projects": projects})


def gone(engine: Engine, table: str) -> dict[str, str]:
    """Vendor id -> why it is gone."""
    return {id_: reason for id_, reason in rows(engine, table, "vendor_id", "delete_reason") if reason}


@pytest.mark.parametrize("kind", ["asana", "jira"])
def test_a_project_that_the_config_names_no_more_is_not_deleted(kind: str, tmp_path: Path) -> None:
    """It is alive at the vendor: "deleted" would be a lie to whoever asks why it left the report."""
    engine = new_database(tmp_path)
    with Sandbox(lantern_quay(), clock, vendors=(kind,)) as sandbox:
        source = settings_of(kind, sandbox.url(kind))
        sync(engine, source)
        first, *others = (short for _, short in rows(engine, "project", "name", "short"))

        assert sync(engine, naming(source, first)).outcome == "ok"

    assert len(gone(engine, "project")) == len(others)
    assert set(gone(engine, "project").values()) == {"out_of_scope"}
    assert set(gone(engine, "work_item").values()) == {"out_of_scope"}
    engine.dispose()


def test_a_project_of_jira_that_is_out_of_sight_costs_no_other_project(tmp_path: Path) -> None:
    """One lost permission must not blind the hub to all other projects, nor pass for deletion: not even when somebody
    looks for what is gone."""
    engine = new_database(tmp_path)
    with Sandbox(lantern_quay(), clock, vendors=("jira",)) as sandbox:
        state = sandbox.jira.state
        hidden, *others = state.projects
        source = naming(settings_of("jira", sandbox.url("jira")), hidden, *others)
        sync(engine, source)
        del state.projects[hidden]
        state.versions[others[-1]][0]["name"] = "Renamed meanwhile"

        for full in (False, True):
            result = sync(engine, source, full=full)

            assert (result.outcome, result.error) == (
                "failed",
                f"hub@lanternquay.example does not see the project {hidden}: give it Browse Projects there, or take "
                f"{hidden} out of sources.jira.projects",
            )
            assert [gone(engine, table) for table in ("project", "work_item", "milestone")] == [{}, {}, {}]

    assert "Renamed meanwhile" in {name for (name,) in rows(engine, "milestone", "name")}
    engine.dispose()


def test_an_issue_that_moves_to_another_project_stays_itself(tmp_path: Path) -> None:
    """Jira gives it another key: going by keys would delete one item and invent another, without its history."""
    engine = new_database(tmp_path)
    with Sandbox(lantern_quay(), clock, vendors=("jira",)) as sandbox:
        box, source = sandbox.jira, settings_of("jira", sandbox.url("jira"))
        sync(engine, source)
        comments = len(rows(engine, "comment"))
        number, id_ = next(iter(box.state.by_number.items()))
        there = next(key for key in box.state.projects if not box.state.issues[id_]["key"].startswith(f"{key}-"))
        box.move_to_project(number, there, NOW)

        for full in (False, True):
            assert sync(engine, source, full=full).outcome == "ok"

    (short,) = (short for vendor_id, short in rows(engine, "work_item", "vendor_id", "short") if vendor_id == id_)
    assert short.startswith(f"{there}-")
    assert (gone(engine, "work_item"), gone(engine, "comment"), len(rows(engine, "comment"))) == ({}, {}, comments)
    engine.dispose()


@pytest.mark.parametrize("kind", ["asana", "hubspot", "jira", "trello"])
def test_what_is_older_than_a_later_since_leaves_and_comes_back_with_an_earlier_one(kind: str, tmp_path: Path) -> None:
    """It was read before, and a fresh sync would not read it; nothing of it was deleted, and nobody is to be asked."""
    table = "feedback" if kind == "hubspot" else "work_item"
    fresh, engine = new_database(tmp_path / "fresh"), new_database(tmp_path)
    with Sandbox(lantern_quay(), clock, vendors=(kind,)) as sandbox:
        source = settings_of(kind, sandbox.url(kind))
        later = source.model_copy(update={"since": NOW.date()})
        sync(engine, source)
        sync(fresh, later)
        all_there = len(rows(engine, table))

        assert sync(engine, later).warnings == ()

        kept = [id_ for id_, reason in rows(engine, table, "vendor_id", "delete_reason") if not reason]
        assert kept == [id_ for (id_,) in rows(fresh, table, "vendor_id")]
        assert 0 < len(kept) < all_there
        assert set(gone(engine, table).values()) == {"out_of_scope"}
        sync(engine, later, now=NOW + timedelta(days=1))
        assert set(gone(engine, table).values()) == {"out_of_scope"}
        sync(engine, source)
        assert gone(engine, table) == {}
    fresh.dispose()
    engine.dispose()


def shared_task(state: AsanaState) -> tuple[Json, str, str]:
    """A task of two projects, and the two."""
    one, two, *_ = state.projects
    task = next(task for task in state.tasks.values() if task["memberships"][0]["project"]["gid"] == one)
    second = state.projects[two]
    task["memberships"].append({"project": second, "section": state.section_named(two, "待辦")})
    task["projects"].append(second)
    return task, one, two


@pytest.mark.parametrize("how", [{"full": True}, {"now": NOW + timedelta(days=1)}], ids=["read whole", "swept"])
def test_a_task_that_is_taken_out_of_one_of_two_projects_is_not_deleted(how: dict[str, Any], tmp_path: Path) -> None:
    """It lives in the other, and nothing of it tells that it changed."""
    engine = new_database(tmp_path)
    with Sandbox(lantern_quay(), clock, vendors=("asana",)) as sandbox:
        source = settings_of("asana", sandbox.url("asana"))
        task, *both = shared_task(sandbox.asana.state)
        sync(engine, naming(source, *both))
        task["memberships"].pop(0)
        task["projects"].pop(0)

        assert sync(engine, naming(source, *both), **how).outcome == "ok"

    assert gone(engine, "work_item") == {}
    engine.dispose()


def test_a_task_of_two_projects_stays_when_one_of_them_leaves(tmp_path: Path) -> None:
    """It was kept with the one that left: the other has to bring it, though nothing changed on it."""
    engine = new_database(tmp_path)
    with Sandbox(lantern_quay(), clock, vendors=("asana",)) as sandbox:
        source = settings_of("asana", sandbox.url("asana"))
        task, one, two = shared_task(sandbox.asana.state)
        sync(engine, naming(source, one, two))

        sync(engine, naming(source, two))

    assert task["gid"] not in gone(engine, "work_item")
    assert gone(engine, "work_item")
    engine.dispose()
