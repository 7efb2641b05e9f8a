"""A source is read from cursor to cursor, and however a run ends, the next one goes on from there."""

import gc
import itertools
import logging
import threading
import weakref
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from connectors.base import ConnectorError, Cursor, NotFound, NotPermitted, Page, Record, VendorChanged
from sync.engine import Progress
from sync.remapping import remap_source
from sync.settling import settle
from tests.sync.running import sync
from tests.sync.vendor import Vendor, firm
from tests.unify import tiny
from tests.unify.tiny import NOON, TinyMapper, card, comment, rows, version
from unify.engine import writing
from unify.mapping import Mapped, MappingContext
from unify.upsert import Upserts

LATER = NOON + timedelta(hours=1)


def test_a_first_run_reads_everything(engine: Engine) -> None:
    """Streams in order, every part, children with their parents, and the run itself on record."""
    result = sync(engine, firm(), requests=iter([10, 17]).__next__)

    assert (result.outcome, result.records, result.changed, result.requests) == ("ok", 14, 14, 7)
    assert len(rows(engine, "work_item")) == 7
    assert rows(engine, "work_item", "status_native")[0] == ("Doing",)
    assert len(rows(engine, "comment")) == 3
    assert len(rows(engine, "milestone")) == 4
    assert rows(engine, "source", "name", "tenant", "account_id", "last_ok_at", "last_error") == [
        ("boards", "acme Acme Ltd", "me", NOON, "")
    ]
    assert rows(engine, "sync_run", "outcome", "records", "changed", "requests") == [("ok", 14, 14, 7)]


def test_a_source_was_read_when_its_run_ended(engine: Engine) -> None:
    """A message that tells of an answer at 12:01 does not say that the tool was read at 12:00."""
    minutes = itertools.count()

    sync(engine, firm(), clock=lambda: NOON + timedelta(minutes=next(minutes)))

    [(finished,)] = rows(engine, "sync_run", "finished_at")
    assert finished > NOON
    assert rows(engine, "source", "last_ok_at") == [(finished,)]


def test_a_second_run_leaves_an_identical_database(engine: Engine) -> None:
    """Twice is once: from the cursor on, the last instant is read again and changes nothing."""
    vendor = firm()
    sync(engine, vendor)
    before = tiny.dump(engine)
    vendor.reads.clear()

    result = sync(engine, vendor)

    assert result.changed == 0
    assert tiny.dump(engine) == before
    assert ("cards", "b1", Cursor((NOON - timedelta(days=4)).isoformat())) in vendor.reads


@given(st.integers(0, 8), st.integers(1, 3))
@profile(max_examples=20)
def test_any_cut_ends_in_the_same_database(pages: int, size: int) -> None:
    """Stopped after any page and begun again, a sync leaves what an undisturbed one leaves."""
    with TemporaryDirectory() as folder:
        whole, cut = tiny.new_database(Path(folder), "whole.db"), tiny.new_database(Path(folder), "cut.db")
        undisturbed = firm()
        undisturbed.page_size = size
        sync(whole, undisturbed)
        vendor, stop = firm(), threading.Event()
        vendor.page_size = size
        vendor.on_page = lambda: stop.set() if vendor.pages > pages else None

        first = sync(cut, vendor, stop=stop)
        assert first.outcome == ("stopped" if stop.is_set() else "ok")
        second = sync(cut, vendor)

        assert second.outcome == "ok"
        assert tiny.dump(cut) == tiny.dump(whole)
        whole.dispose()
        cut.dispose()


def test_a_stop_commits_the_page_in_hand(engine: Engine) -> None:
    """SIGTERM loses no page that the vendor was already asked for."""
    vendor, stop = firm(), threading.Event()
    vendor.on_page = lambda: stop.set() if vendor.pages == 2 else None  # the first page of cards

    result = sync(engine, vendor, stop=stop)

    assert result.outcome == "stopped"
    assert rows(engine, "work_item", "vendor_id") == [("c1",), ("c2",)]
    assert rows(engine, "source", "last_ok_at", "last_error") == [(None, "")]


def test_a_refusal_ends_the_run_with_its_own_words_and_keeps_what_was_saved(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """The vendor's message is the one that says what to do; it is logged when it goes away and when it is back."""
    vendor = firm()
    vendor.fails_after = 2
    caplog.set_level(logging.INFO)

    result = sync(engine, vendor)
    sync(engine, vendor, now=LATER)

    assert (result.outcome, result.error) == ("failed", "the tiny vendor is away: nothing to do but wait")
    assert len(rows(engine, "work_item")) == 2
    assert rows(engine, "source", "last_ok_at", "last_error") == [(None, result.error)]
    vendor.fails_after = None
    sync(engine, vendor, now=LATER)
    assert rows(engine, "source", "last_ok_at", "last_error") == [(LATER, "")]
    told = [record.message for record in caplog.records if record.name == "sync.runs"]
    assert told == ["boards: the tiny vendor is away: nothing to do but wait", "boards is back"]


def test_another_tenant_is_refused(engine: Engine) -> None:
    """A token of another account would tombstone one client's work and show another's under its name."""
    sync(engine, firm())
    before = tiny.dump(engine)

    result = sync(engine, Vendor(tenants={"globex": "Globex\nInc"}, cards={"b1": [card("x")]}))

    assert (result.outcome, result.error) == (
        "failed",
        "Hub reaches globex Globex Inc, and what is stored is of acme Acme Ltd: give it the url and the token of "
        "somebody there; another organisation needs a source of another name",
    )
    assert tiny.dump(engine) == before


@pytest.mark.parametrize(
    ("tenants", "remembered"),
    [
        pytest.param({"acme": "Acme Group", "globex": "Globex"}, "acme Acme Group\nglobex Globex", id="one in common"),
        pytest.param({}, "acme Acme Ltd", id="none: it sees nothing"),
    ],
)
def test_another_member_of_the_same_organisation_goes_on(
    engine: Engine, tenants: dict[str, str], remembered: str
) -> None:
    """People come and go, and are of more than one workspace; what they do not see is said part by part."""
    sync(engine, firm())
    vendor = firm()
    vendor.tenants = tenants

    assert sync(engine, vendor).outcome == "ok"
    assert rows(engine, "source", "tenant") == [(remembered,)]


def test_what_a_former_token_wrote_stays_ours(engine: Engine) -> None:
    """The hub's token became another member's: our old reminders must not pass for answers of a colleague."""

    class Noting(TinyMapper):
        ours: frozenset[str] = frozenset()

        def map_record(self, record: Record, context: MappingContext) -> Mapped:
            self.ours = context.own_accounts
            return super().map_record(record, context)

    mapper = Noting()
    for account in ("hub", "may"):
        vendor = firm()
        vendor.account = account
        sync(engine, vendor, mapper=mapper)
    assert mapper.ours == {"hub", "may"}

    mapper.ours = frozenset()
    remap_source(
        tiny.settings(), vendor, mapper, engine, zone=ZoneInfo("UTC"), clock=lambda: NOON, stop=threading.Event()
    )
    assert mapper.ours == {"hub", "may"}


def test_a_board_that_is_not_there_costs_no_other_board(engine: Engine) -> None:
    """One deleted board must not stop the firm's other boards; the run says so and does not count as good."""

    class Missing(Vendor):
        def read(self, stream: str, part: str, cursor: Cursor | None) -> Any:
            if part == "b1":
                raise NotFound("board b1 is deleted, or hidden from this account: take it out of `projects`")
            return super().read(stream, part, cursor)

    whole = firm()

    result = sync(engine, Missing(cards=whole.cards))

    assert result.outcome == "failed"
    assert "board b1" in result.error
    assert rows(engine, "work_item", "vendor_id") == [("d1",), ("d2",)]
    assert rows(engine, "source", "last_ok_at") == [(None,)]


def test_a_part_that_left_the_config_is_out_of_scope_and_back_filled_when_it_returns(engine: Engine) -> None:
    """Its rows leave rules and report, not the database; its cursor is forgotten, so that nothing is skipped later."""
    vendor = firm()
    board = {"b2": vendor.cards["b2"]}
    sync(engine, vendor, config={"projects": ("b1", "b2")})

    del vendor.cards["b2"]
    sync(engine, vendor, config={"projects": ("b1",)}, now=LATER)
    gone = dict(rows(engine, "work_item", "vendor_id", "delete_reason"))
    commented = dict(rows(engine, "comment", "vendor_id", "delete_reason"))
    vendor.cards |= board
    sync(engine, vendor, config={"projects": ("b1", "b2")}, now=LATER)

    assert (gone["d1"], gone["c1"], commented["m3"]) == ("out_of_scope", None, "out_of_scope")
    assert {reason for _, reason in rows(engine, "work_item", "vendor_id", "delete_reason")} == {None}
    assert {reason for _, reason in rows(engine, "comment", "vendor_id", "delete_reason")} == {None}


def test_a_part_that_the_account_sees_no_more_is_not_out_of_scope(engine: Engine) -> None:
    """The config did not change: a permission did, and somebody may want it back."""
    vendor = firm()
    sync(engine, vendor, config={"projects": ("b1", "b2")})

    del vendor.cards["b2"]
    sync(engine, vendor, config={"projects": ("b1", "b2")}, now=LATER)

    assert dict(rows(engine, "work_item", "vendor_id", "delete_reason"))["d1"] == "lost_access"


def test_a_whole_list_that_lacks_too_much_is_doubted(engine: Engine) -> None:
    """To a guest a tool simply does not show what is hidden from him: that is no deletion."""
    vendor = firm()
    vendor.versions["b1"] = [version(f"v{number}", None) for number in range(20)]
    sync(engine, vendor)
    hidden, vendor.versions["b1"] = vendor.versions["b1"], vendor.versions["b1"][:10]

    result = sync(engine, vendor, now=LATER)

    assert [warning.partition(" are")[0] for warning in result.warnings] == ["10 of 20 versions of b1"]
    assert {row[0] for row in rows(engine, "milestone", "deleted_at")} == {None}
    vendor.versions["b1"] = hidden[5:]
    assert sync(engine, vendor, now=LATER).warnings == ()
    assert rows(engine, "milestone", "delete_reason").count(("deleted",)) == 5


def test_an_account_that_sees_nothing_any_more_loses_no_rows(engine: Engine) -> None:
    """A lost permission looks like an empty account."""
    vendor = firm()
    sync(engine, vendor)

    result = sync(engine, Vendor(cards={}), now=LATER)

    assert [warning.partition(" are")[0] for warning in result.warnings] == ["13 of 14 records"]
    assert {row[0] for row in rows(engine, "work_item", "deleted_at")} == {None}


def test_what_a_whole_stream_no_longer_lists_is_gone(engine: Engine) -> None:
    """A deleted version is known by its absence from the full list."""
    vendor = firm()
    sync(engine, vendor)
    vendor.versions["b1"] = vendor.versions["b1"][1:]

    sync(engine, vendor, now=LATER)

    assert rows(engine, "milestone", "vendor_id", "deleted_at")[-3:] == [("v1", LATER), ("v2", None), ("v3", None)]


def test_a_whole_pass_that_was_cut_buries_nothing(engine: Engine) -> None:
    """Half a list proves nothing about the other half."""
    vendor = firm()
    vendor.page_size = 1
    sync(engine, vendor)
    vendor.pages, vendor.fails_after = 0, 4  # lists, the last cards of two boards, one version of three

    assert sync(engine, vendor, now=LATER).outcome == "failed"

    assert {row[0] for row in rows(engine, "milestone", "deleted_at")} == {None}


def test_a_version_that_moved_between_runs_has_its_change(engine: Engine) -> None:
    """The interval is from the end of the last look to this one."""
    vendor = firm()
    sync(engine, vendor)
    vendor.versions["b1"][0] = version("v1", "2026-12-24")

    sync(engine, vendor, now=LATER)

    assert rows(engine, "change", "entity_key", "old", "new", "not_before", "changed_at") == [
        ("boards/versions/v1", "2026-12-01", "2026-12-24", NOON, LATER)
    ]


def test_full_reads_everything_again_and_finds_what_is_gone(engine: Engine) -> None:
    """Deletions leave no trace in an incremental read."""
    vendor = firm()
    sync(engine, vendor)
    del vendor.cards["b1"][0]
    vendor.reads.clear()

    result = sync(engine, vendor, now=LATER, full=True)

    assert result.outcome == "ok"
    assert ("cards", "b1", None) in vendor.reads
    assert dict(rows(engine, "work_item", "vendor_id", "delete_reason"))["c1"] == "deleted"
    assert dict(rows(engine, "comment", "vendor_id", "delete_reason")) == {"m1": "deleted", "m2": "deleted", "m3": None}


def test_what_is_gone_is_looked_for_once_a_day(engine: Engine) -> None:
    """Nobody types `--full` every night: a deleted milestone must not stay overdue for ever."""
    vendor = firm()
    sync(engine, vendor)
    del vendor.cards["b1"][0]

    sync(engine, vendor, now=NOON + timedelta(hours=23))
    assert rows(engine, "work_item", "delete_reason").count(("deleted",)) == 0
    sync(engine, vendor, now=NOON + timedelta(hours=24))
    assert dict(rows(engine, "work_item", "vendor_id", "delete_reason"))["c1"] == "deleted"

    vendor.listed.clear()
    sync(engine, vendor, now=NOON + timedelta(hours=47))
    assert vendor.listed == []


def test_what_was_just_read_whole_is_not_listed_again(engine: Engine) -> None:
    """Absence from a whole list has told already what is gone: asking twice costs requests."""
    vendor = firm()
    sync(engine, vendor)

    sync(engine, vendor, now=NOON + timedelta(days=1))

    assert vendor.listed == [("cards", "b1"), ("cards", "b2")]


def test_a_part_that_cannot_be_listed_costs_no_other_part_its_sweep(engine: Engine) -> None:
    """One board that is hidden must not keep the deleted cards of the others alive."""

    class Hidden(Vendor):
        def living_ids(self, stream: str, part: str) -> Any:
            if part == "b1":
                raise NotFound("board b1 is hidden from this account")
            return super().living_ids(stream, part)

    vendor = Hidden(**vars(firm()))
    sync(engine, vendor)
    del vendor.cards["b2"][0]

    result = sync(engine, vendor, now=LATER, full=True)

    assert (result.outcome, result.error) == ("failed", "board b1 is hidden from this account")
    assert dict(rows(engine, "work_item", "vendor_id", "delete_reason"))["d1"] == "deleted"


def test_what_is_long_gone_is_removed_by_a_good_run_alone(engine: Engine) -> None:
    """A run that failed may not have seen what came back."""
    vendor, year = firm(), timedelta(days=365)
    sync(engine, vendor)
    del vendor.versions["b1"][0]
    sync(engine, vendor)
    assert len(rows(engine, "milestone")) == 4

    vendor.fails_after = vendor.pages
    assert sync(engine, vendor, now=NOON + 2 * year, keep_deleted=year).outcome == "failed"
    assert len(rows(engine, "milestone")) == 4

    vendor.fails_after = None
    sync(engine, vendor, now=NOON + 2 * year, keep_deleted=year)
    assert len(rows(engine, "milestone")) == 3


def test_a_sweep_holds_when_too_much_is_missing(engine: Engine) -> None:
    """More than a fifth of a board at once is rather a lost permission."""
    vendor = firm()
    sync(engine, vendor)
    vendor.cards["b1"] = vendor.cards["b1"][2:]

    result = sync(engine, vendor, now=LATER, full=True)

    assert result.warnings == (
        "2 of 5 cards of b1 are missing at the vendor and were kept: that looks like a lost permission; check what the "
        "account may see; `milepost status` says what they are, and how to let them go",
    )
    assert {row[0] for row in rows(engine, "work_item", "deleted_at")} == {None}


def test_a_new_word_in_the_vocabulary_maps_the_source_again(engine: Engine) -> None:
    """A renamed list changes the status of cards that did not change themselves."""
    vendor = firm()
    sync(engine, vendor)
    vendor.lists["l1"] = "Done"

    sync(engine, vendor, now=LATER)

    assert {row[0] for row in rows(engine, "work_item", "status_native")} == {"Done"}


def test_an_empty_vocabulary_is_doubted(engine: Engine) -> None:
    """A right that was lost answers with an empty list: without the words all that is open would be `unknown`."""
    vendor = firm()
    sync(engine, vendor)
    before = rows(engine, "work_item", "vendor_id", "status_native", "status_category")
    vendor.lists.clear()

    result = sync(engine, vendor, now=LATER)

    assert [warning.partition(" are")[0] for warning in result.warnings] == ["1 of 1 lists"]
    assert rows(engine, "work_item", "vendor_id", "status_native", "status_category") == before


@pytest.mark.parametrize("may_be_empty", [False, True])
def test_a_word_that_went_is_forgotten_where_others_are_left_or_none_need_be(
    engine: Engine, may_be_empty: bool
) -> None:
    """One list was deleted; of some vocabularies it is usual to have none."""
    vendor = firm()
    vendor.may_be_empty = may_be_empty
    sync(engine, vendor)
    vendor.lists.clear()
    if not may_be_empty:
        vendor.lists["l2"] = "Testing"

    assert sync(engine, vendor, now=LATER).warnings == ()
    assert "Doing" not in {row[0] for row in rows(engine, "work_item", "status_native")}


@pytest.mark.parametrize("config", [{"status": {"Doing": "done"}}, {"milestone_labels": ("Gate",)}])
def test_a_changed_mapping_setting_maps_again_without_reading_again(engine: Engine, config: dict[str, Any]) -> None:
    """Users change their minds about words; vendors limit requests."""
    vendor = firm()
    sync(engine, vendor)
    before, vendor.reads[:] = rows(engine, "source", "mapping_version"), []

    sync(engine, vendor, config=config)

    assert rows(engine, "source", "mapping_version") != before
    assert all(cursor is not None for stream, _, cursor in vendor.reads if stream == "cards")


def test_a_changed_scope_is_read_again_whole(engine: Engine) -> None:
    """What `since` left out was never asked for."""
    vendor = firm()
    sync(engine, vendor)
    vendor.reads.clear()

    sync(engine, vendor, config={"since": "2020-01-01"})

    assert ("cards", "b1", None) in vendor.reads


def test_a_remapped_source_equals_a_freshly_synced_one(engine: Engine, tmp_path: Path) -> None:
    """A new version of a mapper gives the same rows from what is stored as from the vendor."""

    class Newer(TinyMapper):
        VERSION = "2"

        def map_record(self, record: Record, context: MappingContext) -> Mapped:
            mapped = super().map_record(record, context)
            for row in mapped.rows.get("work_item", ()):
                row["name"] = f"{row['name']} ({row['updated_at']:%d %b})"
            mapped.rows.pop("milestone", None)
            return mapped

    sync(engine, firm())
    fresh = tiny.new_database(tmp_path, "fresh.db")
    sync(fresh, firm(), mapper=Newer())

    sync(engine, firm(), mapper=Newer())

    assert rows(engine, "work_item") == rows(fresh, "work_item")
    assert {row[0] for row in rows(engine, "milestone", "delete_reason")} == {"out_of_scope"}
    fresh.dispose()


def test_a_remap_touches_only_what_it_changed(engine: Engine) -> None:
    """Link and derive go over what reads differently now, not over everything."""
    vendor = firm()
    sync(engine, vendor)
    forget_touched(engine)
    vendor.lists["l9"] = "Unused"

    sync(engine, vendor, now=LATER)

    assert rows(engine, "touched") == []


def test_a_remap_makes_compared_changes_as_they_were(engine: Engine) -> None:
    """They are made again from the payloads that were kept, and keep the interval of the day."""
    vendor = firm()
    sync(engine, vendor)
    vendor.versions["b1"][0] = version("v1", "2026-12-24")
    sync(engine, vendor, now=LATER)
    before = rows(engine, "change")
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE change SET new = NULL")

    vendor.lists["l1"] = "Done"
    sync(engine, vendor, now=LATER)

    assert rows(engine, "change") == before


def test_link_and_derive_get_what_was_touched_once(engine: Engine) -> None:
    """They run in one transaction with forgetting it: a crash repeats them, and nothing is left out."""
    handed: list[Mapping[str, Collection[str]] | None] = []

    def after(connection: Connection, touched: Mapping[str, Collection[str]] | None) -> None:
        handed.append(touched)

    vendor = firm()
    sync(engine, vendor, after=after)
    vendor.comments["d1"].append(comment("m9", "d1"))
    vendor.cards["b2"][0] = card("d1", at=LATER)
    sync(engine, vendor, now=LATER, after=after)
    sync(engine, vendor, now=LATER, after=after)

    assert len(handed) == 2
    assert handed[1] == {
        "comment": ["boards/comments/m9"],
        "milestone": ["boards/cards/d1"],
        "work_item": ["boards/cards/d1"],
    }
    assert rows(engine, "touched") == []


@pytest.mark.parametrize(("items", "everything"), [(0, True), (10_000, False)])
def test_what_is_much_beside_all_that_is_stored_is_settled_as_everything(
    engine: Engine, items: int, everything: bool
) -> None:
    """The first run over a small site touches all of it: going from key to key would take four times as long."""
    handed: list[Mapping[str, Collection[str]] | None] = []
    stored = [{"key": f"boards/cards/{n}", "vendor_id": str(n)} for n in range(items)]
    touched = [{"table": "work_item", "key": f"boards/cards/{n}"} for n in range(1001)]
    with writing(engine) as connection:
        upserts = Upserts(engine.dialect)
        upserts.save(connection, "work_item", stored, {"source": "boards", "changed_here_at": NOON})
        upserts.save(connection, "touched", touched, {})

    settle(engine, lambda connection, touched: handed.append(touched))

    assert [one is None for one in handed] == [everything]


def test_what_was_saved_before_a_refusal_is_linked_too(engine: Engine) -> None:
    """What was committed stays, and must not wait for the vendor's return to be true."""
    handed: list[object] = []
    vendor = firm()
    vendor.fails_after = 2

    sync(engine, vendor, after=lambda connection, touched: handed.append(touched))

    assert len(handed) == 1


def test_a_mistake_of_ours_is_recorded_and_raised(engine: Engine) -> None:
    """Its text may hold anything, so only its kind is kept."""

    class Broken(Vendor):
        def parts(self, stream: str) -> Any:
            raise KeyError("s3cret")

    with pytest.raises(KeyError):
        sync(engine, Broken())

    [(outcome, error)] = rows(engine, "sync_run", "outcome", "error")
    assert outcome == "failed"
    assert "KeyError" in error
    assert "s3cret" not in error


def test_a_run_tells_how_far_it_is(engine: Engine) -> None:
    """Long work shows progress: the stream, the part, and how many records so far."""
    told: list[Progress] = []

    sync(engine, firm(), progress=told.append)

    assert told[0] == Progress("boards", "lists", "", 1)
    assert told[-1].records == 14


def test_pages_are_not_kept(engine: Engine) -> None:
    """A pass of a hundred thousand records needs the memory of one page."""

    class Payload(dict[str, Any]):
        """A payload that can be watched."""

    living: list[weakref.ref[Payload]] = []
    most = 0

    class Long(Vendor):
        def read(self, stream: str, part: str, cursor: Cursor | None) -> Any:
            nonlocal most
            if stream != "cards":
                return
            for n in range(20):
                payload = Payload(card(f"c{n}").payload)
                living.append(weakref.ref(payload))
                gc.collect()
                most = max(most, sum(ref() is not None for ref in living))
                page = Page([Record("cards", f"c{n}", NOON, payload)], None)
                del payload
                yield page
                del page

    assert sync(engine, Long(cards={"b1": []})).outcome == "ok"

    assert most == 1


def forget_touched(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM touched")


@pytest.mark.parametrize("refusal", [NotFound, NotPermitted, VendorChanged])
def test_a_part_that_is_refused_starves_no_other(engine: Engine, refusal: type[ConnectorError]) -> None:
    """One project that the account may not read, or that is answered oddly, must not cost the firm all the others."""

    class Refusing(Vendor):
        def read(self, stream: str, part: str, cursor: Cursor | None) -> Any:
            if (stream, part) == ("cards", "b1"):
                raise refusal("boards: the board b1 cannot be read: ask its admin")
            return super().read(stream, part, cursor)

    result = sync(engine, Refusing(cards={"b1": [card("c1")], "b2": [card("c2")]}))

    assert (result.outcome, result.error) == ("failed", "the board b1 cannot be read: ask its admin")
    assert rows(engine, "work_item", "vendor_id") == [("c2",)]


def test_without_its_words_nothing_else_is_read(engine: Engine) -> None:
    """Statuses that nobody can translate would turn every item into one that is not begun."""

    class Refusing(Vendor):
        def read(self, stream: str, part: str, cursor: Cursor | None) -> Any:
            if stream == "lists":
                raise NotPermitted("boards: the account may not read lists")
            return super().read(stream, part, cursor)

    result = sync(engine, Refusing(cards={"b1": [card("c1")]}))

    assert result.outcome == "failed"
    assert rows(engine, "work_item", "vendor_id") == []
