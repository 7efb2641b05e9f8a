"""`sync`, `run`, `remap`: what one source's failure costs, what a rehearsal sends, what is said meanwhile."""

import io
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from cli.forecast import Forecast
from cli.opening import open_hub
from cli.talk import RunTalk, say_runs
from sandbox.http import Fault
from sync.engine import Progress, RunResult
from sync.lease import lease
from tests.cli.home import SECRETS, Home, run_child
from unify.engine import open_engine

REFUSED = Fault("", status=401, body="no", times=1000)


def test_a_refused_source_fails_alone(home: Home) -> None:
    """Bad input: the others go on, code 1, and the page and `status` say which data is old."""
    home.sandbox.trello.app.faults.append(REFUSED)

    said = home.run("run")

    assert said.code == 1
    assert "delivery: 39 records read" in said.err
    assert "warning: boards: failed: " in said.err
    assert {row["source"] for row in home.rows("work_item")} == {"delivery"}
    found = {row["subject"] for row in home.rows("alert")}
    assert found == {"delivery/issues/10102", "delivery/versions/30007", "boards"}, "the source itself among them"

    status = home.run("status", "--json")
    assert status.code == 1
    assert [(one["source"], one["stale"], bool(one["error"])) for one in status.json["sources"]] == [
        ("delivery", False, False),
        ("boards", True, True),
    ]
    assert home.run("report", "-o", str(home.folder / "r.html")).code == 0
    page = (home.folder / "r.html").read_text("utf-8")
    assert "Trello: not read to the end yet; part of it, or all, is missing here." in page


def test_a_source_that_is_down_fails_alone(home: Home) -> None:
    """503 for longer than patience lasts; back again, everything is there and nothing was told twice."""
    fault = Fault("", status=503, times=1000)
    home.sandbox.jira.app.faults.append(fault)
    with open_hub(home.config, patience=timedelta()) as hub:
        first = hub.run()
        home.sandbox.jira.app.faults.remove(fault)
        second = hub.run()

    assert [run.outcome for run in first.runs] == ["failed", "ok"]
    assert first.failed
    assert [run.outcome for run in second.runs] == ["ok", "ok"]
    assert not second.failed
    assert len(home.rows("work_item")) == 3


def test_a_name_that_is_no_source_is_wrong_usage(home: Home) -> None:
    """The names that there are, and no request."""
    said = home.run("sync", "delivry")

    assert said.code == 2
    assert 'did you mean "delivery"?' in said.err
    assert home.sandbox.jira.app.log == []


def test_one_source_can_be_read_alone(home: Home) -> None:
    """After a token was mended."""
    assert home.run("sync", "boards").code == 0
    assert home.sandbox.jira.app.log == []


def test_a_second_sync_changes_nothing(home: Home) -> None:
    """Twice is once."""
    home.run("sync")
    first = {table: home.rows(table) for table in ("project", "work_item", "milestone", "feedback", "account")}
    said = home.run("sync")

    assert said.code == 0
    assert {table: home.rows(table) for table in first} == first


def test_sync_beside_somebody_else_says_who_holds_the_source(home: Home) -> None:
    """`serve` reads it in this minute: no failure, and the other source is read."""
    home.run("status")
    engine = open_engine(f"sqlite:///{home.database}")
    with lease(engine, "delivery"):
        said = home.run("sync")
    engine.dispose()

    assert said.code == 0
    assert "\ndelivery is being read by process" in said.err
    assert "boards: 5 records read" in said.err


def test_what_fails_for_several_sources_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A full disk is one thing to mend, however many sources were being read."""
    full, away = "The database has no room left", "it refuses the connection"
    say_runs([RunResult(name, "failed", error) for name, error in (("a", full), ("b", away), ("c", full))])

    assert capsys.readouterr().err.splitlines() == [f"warning: a, c: failed: {full}", f"warning: b: failed: {away}"]


def test_remap_beside_somebody_else_is_refused(home: Home) -> None:
    """Two who write the same rows in different words would leave a mixture."""
    home.run("sync")
    engine = open_engine(f"sqlite:///{home.database}")
    with lease(engine, "delivery"):
        said = home.run("remap", "delivery")
    engine.dispose()

    assert said.code == 1
    assert "delivery is being read by process" in said.err


def test_remap_asks_nobody(home: Home) -> None:
    """Vendors limit requests; the words of a status are our own business."""
    home.run("sync")
    asked = len(home.sandbox.jira.app.log)
    home.change("comment_back = true", 'comment_back = true\nstatus = {"In Progress" = "done"}')

    said = home.run("remap")

    assert said.code == 0
    assert "delivery: 39 records mapped again" in said.err
    assert len(home.sandbox.jira.app.log) == asked
    assert {row["name"]: row["status_category"] for row in home.rows("work_item")}["Login"] == "done"


# --- rehearsal ----------------------------------------------------------------------------------------------------


def test_a_dry_run_prints_everything_and_sends_nothing(home: Home) -> None:
    """Who tries Milepost out on real tools must be able to trust this word."""
    said = home.run("run", "--dry-run")

    assert said.code == 0
    assert "--- email to Lee\n" in said.out
    assert "Harbour Ltd: Release 2.1" in said.out
    assert "--- comment on delivery/issues/10102\nWaiting for an answer since " in said.out
    assert "comment on delivery/versions/" not in said.out
    assert "no comment on delivery/versions/30007: the tool has no place for one there" in said.err
    assert "2 messages and 1 comment would be sent; none was" in said.err
    assert home.sandbox.mail.received == []
    assert home.sandbox.jira.comments_posted == []
    reads = ("/search/jql", "/changelog/bulkfetch")  # Jira reads these with a POST
    assert all(seen.method == "GET" or seen.path.endswith(reads) for seen in home.sandbox.jira.app.log)
    for table in ("alert", "alert_event", "delivery", "delivery_alert", "evaluation", "indicator_month", "health_day"):
        assert home.rows(table) == []


# --- before and meanwhile -----------------------------------------------------------------------------------------


def test_a_first_read_says_beforehand_what_it_takes_at_least(home: Home) -> None:
    """Minutes of silence are taken for a hang."""
    said = home.run("sync", "delivery")

    before, *_ = said.err.splitlines()
    assert before.startswith("delivery: everything is read (projects or boards: 1), in at least 6 requests and ")


def test_a_later_read_says_what_the_last_one_took(home: Home) -> None:
    """The best forecast there is, and it costs no request."""
    home.run("sync", "boards")
    made = len(home.sandbox.trello.app.log)
    with open_hub(home.config) as hub:
        coming: list[Forecast] = []
        hub.sync(["boards"], before=coming.append)
        later = len(home.sandbox.trello.app.log) - made
        made = len(home.sandbox.trello.app.log)
        hub.sync(["boards"])

    (forecast,) = coming
    assert (forecast.since is not None, forecast.requests) == (True, home.rows("sync_run")[0]["requests"])
    assert later == len(home.sandbox.trello.app.log) - made


def test_a_vendor_that_is_away_is_asked_by_the_run_alone(home: Home) -> None:
    """The forecast is a courtesy: its failure is no news of its own."""
    home.sandbox.jira.app.faults.append(REFUSED)

    said = home.run("sync", "delivery")

    assert said.code == 1
    assert "everything is read" not in said.err
    assert said.err.count("warning:") == 1


@pytest.mark.parametrize(
    ("forecast", "words"),
    [
        (
            Forecast("crm", 41, timedelta(seconds=20.4), parts=3),
            "(projects or boards: 3), in at least 41 requests and 20 s",
        ),
        (Forecast("crm", 2, timedelta(milliseconds=3)), "at least 2 requests and 1 s"),
    ],
)
def test_a_forecast_is_a_line(forecast: Forecast, words: str) -> None:
    """Never "0 s": that is not how long anything takes."""
    assert words in str(forecast)


def test_what_is_read_since_is_told_in_the_organisations_time(home: Home) -> None:
    """Nobody at the desk counts in UTC."""
    home.run("sync", "delivery")
    began = home.rows("sync_run")[0]["started_at"].astimezone(ZoneInfo("Asia/Hong_Kong"))

    said = home.run("sync", "delivery")

    assert f"delivery: what changed since {began:%Y-%m-%d %H:%M} is read" in said.err


def progressed(console: Console) -> str:
    with RunTalk(console) as progress:
        for records in (100, 200):
            progress(Progress("delivery", "issues", "APP", records))
        progress(Progress("delivery", "issues", "WEB\x1b[2J", 250))
        progress(Progress("boards", "cards", "b1", 5))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_progress_elsewhere_is_a_plain_line_for_each_stream() -> None:
    """A cron mail holds what was read, not four hundred lines of it, and no control sequence."""
    said = progressed(Console(file=io.StringIO(), soft_wrap=True))

    assert said == "delivery: reading issues\nboards: reading cards\n"


def test_progress_on_a_terminal_moves() -> None:
    """One line for each source, which counts; a project's name must not clear the screen."""
    said = progressed(Console(file=io.StringIO(), force_terminal=True, width=100))

    assert "delivery: issues of WEB" in said
    assert "250 records" in said
    assert "boards: cards of b1" in said
    assert "\x1b[2J" not in said


# --- secrets ------------------------------------------------------------------------------------------------------


def test_no_secret_is_in_anything_that_is_written(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """Outputs and logs of good runs and bad ones, the report, the database: searched byte by byte."""
    report = ["report", "-o", str(home.folder / "r.html")]
    commands = [["check"], ["run"], ["status", "--json"], report, ["clients", "suggest"]]
    said = [home.run(*command) for command in commands]
    home.sandbox.jira.app.faults.append(Fault("", status=401, body=f"bad token {SECRETS['JIRA_TOKEN']}", times=1000))
    said += [home.run(*command) for command in commands]
    said.append(run_child("sync", "-c", str(home.config)))

    written = (caplog.text + "".join(one.out + one.err for one in said)).encode()
    written += b"".join(path.read_bytes() for path in home.folder.glob("milepost.db*"))
    written += (home.folder / "r.html").read_bytes()
    assert [one.code for one in said] == [0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1]
    for secret in SECRETS.values():
        assert secret.encode() not in written
