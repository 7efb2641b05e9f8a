"""What is missing, there or here: `status` shows it and says what to do; one option lets deletions go."""

from tests.cli.home import Home
from tests.factories import STORY_NOW
from unify.engine import open_engine, writing
from unify.tallies import Tally, save_tallies


def test_status_shows_what_is_missing_and_how_to_let_it_go(round: Home) -> None:
    """How many, of what, some by name; the command that it prints does what it says, and then all is quiet."""
    names = {row["name"] for row in round.rows("work_item") if row["source"] == "delivery"}
    round.sandbox.jira.state.issues.clear()
    assert round.run("sync", "--full").code == 0

    shown, told = round.run("status"), round.run("status", "--json")

    assert (shown.code, told.code) == (1, 1)
    assert "milepost sync delivery --accept-deletions" in shown.out
    (source,) = (row for row in told.json["sources"] if row["doubts"])
    (doubt,) = source["doubts"]
    assert (source["source"], doubt["missing"]) == ("delivery", len(names))
    assert doubt["what"] in shown.out
    assert set(doubt["examples"]) == names
    assert {row["deleted_at"] for row in round.rows("work_item")} == {None}

    assert round.run("sync", "delivery", "--accept-deletions").code == 0

    assert [row["delete_reason"] for row in round.rows("work_item")].count("deleted") == len(names)
    assert round.run("status").code == 0


def test_who_accepts_says_of_what(round: Home) -> None:
    """Each source was asked about by itself."""
    said = round.run("sync", "--accept-deletions")

    assert said.code == 2
    assert "milepost sync SOURCE --accept-deletions" in said.err


def test_status_names_what_a_tool_lists_and_is_not_here(round: Home) -> None:
    """Where the hub could not mend it by itself, somebody wants to look at those very records."""
    lost = Tally("issues", "APP", there=4, here=3, differs_since=STORY_NOW, is_standing=True, absent=("10999",))
    engine = open_engine(f"sqlite:///{round.database}")
    with writing(engine) as connection:
        save_tallies(connection, "delivery", [lost, Tally("issues", "OPS", there=5, here=5)])
    engine.dispose()

    shown, told = round.run("status"), round.run("status", "--json")

    assert [word for word in ("issues of APP", "+1 there", "10999") if word not in shown.out] == []
    assert "OPS" not in shown.out
    assert [one["absent"] for row in told.json["sources"] for one in row["incomplete"]] == [["10999"]]
