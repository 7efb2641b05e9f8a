"""Commands that record what a person decided."""

import re
from datetime import date

import pytest
from sqlalchemy import insert

from cli.opening import open_hub
from tests.cli.home import Home
from tests.factories import at
from unify import tables
from unify.derived import table_of
from unify.engine import open_engine, writing


@pytest.fixture
def round(home: Home) -> Home:
    """A home after a first round."""
    assert home.run("run").code == 0
    return home


@pytest.fixture(autouse=True)
def _lee_sits_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever types is known by the name of this machine's user."""
    monkeypatch.setenv("LOGNAME", "lee")


def alert(home: Home, subject: str) -> dict[str, object]:
    (found,) = (row for row in home.rows("alert") if row["subject"] == subject)
    return found


# --- agree --------------------------------------------------------------------------------------------------------


def test_an_agreed_date_ends_the_alert_and_names_its_proof(round: Home) -> None:
    """Scenario 3: the bank agreed yesterday; what was late is "date agreed", and the first promise stays."""
    said = round.run("agree", "Release 2.1", "2099-11-30", "--ref", "CR-012", "--by", "lee")
    round.run("run")

    assert said.code == 0
    assert re.fullmatch(
        r"Release 2.1: the client accepted Mon 30 Nov 2099 \(CR-012\); no longer overdue; "
        r"first promised Fri 13 Nov( 2026)?; slip 26680 days\n"
        r".*Mon 30 Nov 2099 is more than a year away, and till then nothing is late; if that was not meant, .*\n",
        said.err,
    )
    (kept,) = round.rows("agreement")
    assert (kept["agreed_on"], kept["reference"], kept["recorded_by"]) == (date(2099, 11, 30), "CR-012", "lee")
    ended = alert(round, "delivery/versions/30007")
    assert (ended["state"], ended["resolve_reason"]) == ("resolved", "date agreed")
    (milestone,) = (row for row in round.rows("milestone") if row["name"] == "Release 2.1")
    assert milestone["baseline_on"] == date(2026, 11, 13)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Release 2.1", "30.11.2026", "--ref", "x"], "write the date as 2026-11-30"),
        (["Release 9", "2026-11-30", "--ref", "x"], 'no milestone is called "Release 9"'),
        (["Release 2.1", "2026-11-30", "--ref", " "], "say by what the client agreed"),
        (["Release 2.1", "2026-11-30", "--ref", "x", "--by", "lea"], 'did you mean "lee"?'),
        (["Release 2.1", "2026-11-30", "--ref", "x", "--by", "zoe"], 'there are "may", "lee"'),
        (["Release 2.1", "0001-01-01", "--ref", "x"], "check the year"),
        (["Release 2.1", "2026-11-30", "--ref", "x", "--by", "may"], "A coordinator records no date for a client"),
    ],
)
def test_what_cannot_be_agreed_is_wrong_usage(round: Home, arguments: list[str], words: str) -> None:
    """In words that say what to type instead; nothing is recorded."""
    said = round.run("agree", *arguments)

    assert said.code == 2
    assert words in said.err
    assert round.rows("agreement") == []


def test_what_speaks_against_an_agreed_date_is_told(round: Home) -> None:
    """A slip of the pen in the year or month ends an alarm for good; it is recorded all the same: clients do agree to
    odd things."""
    first = round.run("agree", "Release 2.1", "2099-11-30", "--ref", "CR-012")

    second = round.run("agree", "Release 2.1", "2026-11-12", "--ref", "CR-013")

    assert "earlier" not in first.err
    assert "(CR-013); it replaces Mon 30 Nov 2099, agreed before; overdue" in second.err
    assert " is earlier than promised, Mon 30 Nov 2099; if that was not meant" in second.err
    assert len(round.rows("agreement")) == 2


def test_the_same_agreement_twice_is_one(round: Home) -> None:
    """Who is not sure that it was taken types it again."""
    arguments = ("agree", "Release 2.1", "2099-11-30", "--ref", "CR-012")

    said = [round.run(*arguments) for _ in range(2)]

    assert "Release 2.1: already recorded; not overdue; first promised Fri 13 Nov" in said[1].err
    assert len(round.rows("agreement")) == 1


@pytest.mark.parametrize(
    "arguments",
    [("agree", "Release 2.1", "2099-11-30", "--ref", "x"), ("answered", "x", "--at", "2026-11-20", "--how", "x")],
)
def test_a_user_of_the_machine_who_is_nobody_must_say_who_records_it(
    home: Home, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """Those who are told read who agreed: "root" is nobody that a BD manager could ask."""
    monkeypatch.setenv("LOGNAME", "root")

    said = home.run(*arguments)

    assert (said.code, said.err) == (
        2,
        'say who records it, with --by and a name under [people]; there are "may", "lee"\n',
    )


# --- answered -----------------------------------------------------------------------------------------------------


def test_an_answer_given_elsewhere_ends_the_wait(round: Home) -> None:
    """Scenario 5: by telephone, in local time, and one note in the tool, where comments are allowed."""
    said = round.run("answered", "Slow receipts", "--at", "2026-11-20 17:15", "--how", "telephone", "--by", "lee")
    round.run("run")

    assert said.code == 0
    assert "Slow receipts: recorded; handled; a note for the tool is on its way\n" in said.err
    (kept,) = round.rows("answer")
    assert (kept["answered_at"], kept["how"]) == (at("2026-11-20 17:15"), "telephone")
    (row,) = round.rows("feedback")
    assert (row["handled"], row["response_basis"]) == (True, "manual")
    assert alert(round, "delivery/issues/10102")["state"] == "resolved"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Slow receipts", "--at", "yesterday", "--how", "x"], "write the time as 2026-11-20 17:15"),
        (["Slow receipts", "--at", "2999-01-01 10:00", "--how", "x"], "yet to be given"),
        (["Fast receipts", "--at", "2026-11-20 17:15", "--how", "x"], "no feedback is called"),
    ],
)
def test_what_cannot_be_an_answer_is_wrong_usage(round: Home, arguments: list[str], words: str) -> None:
    """Nothing is recorded."""
    said = round.run("answered", *arguments)

    assert said.code == 2
    assert words in said.err
    assert round.rows("answer") == []


def test_an_answer_before_the_clients_last_message_leaves_them_waiting(round: Home) -> None:
    """ "Recorded" alone would be taken for "done"; and no note in the tool says that they were answered."""
    before = round.rows("delivery")  # in working time the tool was told that it waits

    said = round.run("answered", "Slow receipts", "--at", "2026-11-02 17:15", "--how", "telephone")

    assert said.code == 0
    assert said.err == ("Slow receipts: recorded; the client wrote on Tue 3 Nov 10:00, after that: still waiting\n")
    assert round.rows("delivery") == before


def test_the_same_answer_twice_is_one(round: Home) -> None:
    """Who is not sure that it was taken types it again; the tool gets no second note either."""
    arguments = ("answered", "Slow receipts", "--at", "2026-11-20 17:15", "--how", "telephone")

    said = [round.run(*arguments) for _ in range(2)]

    assert said[1].err == "Slow receipts: already recorded; handled\n"
    assert len(round.rows("answer")) == 1


# --- adopt --------------------------------------------------------------------------------------------------------


def test_what_the_first_look_found_is_adopted_by_command(home: Home) -> None:
    """Until then the coordinator alone knows; BD managers hear of what is not older than they want."""
    home.change('first_run = "send"', 'first_run = "summary"')
    home.run("run")
    before = [row["adopted"] for row in home.rows("alert")]

    said = home.run("alerts", "adopt", "--newer-than", "9999d")

    assert before == [False, False, False]
    assert (said.code, said.err.split(" ")[0]) == (0, "3")
    assert [row["adopted"] for row in home.rows("alert")] == [True, True, True]


def test_an_age_that_is_none_is_wrong_usage(home: Home) -> None:
    """With the form it has."""
    said = home.run("alerts", "adopt", "--newer-than", "long")

    assert said.code == 2
    assert '"7d"' in said.err
    assert not home.database.exists()


# --- deliveries ---------------------------------------------------------------------------------------------------


def parked(home: Home, channel: str = "email", **payload: object) -> int:
    """A message that nobody gets."""
    home.run("status")
    number = len(home.rows("delivery")) + 1
    engine = open_engine(f"sqlite:///{home.database}")
    row = {
        "key": f"k{number}",
        "channel": channel,
        "recipient": "person/may",
        "kind": "alert",
        "payload": payload,
        "receipt": {},
        "state": "parked",
        "created_at": at("2026-11-20 10:00"),
        "not_before": at("2026-11-20 10:00"),
        "attempts": 5,
        "last_error": "550 no such user",
    }
    with writing(engine) as connection:
        connection.execute(insert(table_of(tables.Delivery)).values({"id": number, **row}))
    engine.dispose()
    return number


def test_a_parked_delivery_is_shown_and_sent_again_by_command(home: Home) -> None:
    """The list says why nobody got it; whoever mended that says so."""
    number = parked(home)
    listed = home.run("deliveries", "list")
    status = home.run("status")

    said = home.run("deliveries", "retry", str(number))

    assert "550 no such user" in listed.out
    assert "0 wait, 1 needs a person" in status.out
    assert said.code == 0
    assert [(row["state"], row["attempts"]) for row in home.rows("delivery")] == [("waiting", 0)]


def test_what_a_mended_channel_could_not_deliver_is_sent_again_at_once(home: Home) -> None:
    """After a password that had run out there are many: nobody types their numbers."""
    for channel in ("email", "email", "chat"):
        parked(home, channel)

    said = home.run("deliveries", "retry", "--channel", "email")

    assert "2 deliveries go out with the next round" in said.err
    assert [row["state"] for row in home.rows("delivery")] == ["waiting", "waiting", "parked"]
    assert home.run("deliveries", "retry", "--all").code == 0
    assert {row["state"] for row in home.rows("delivery")} == {"waiting"}
    assert "nothing is parked by emai; did you mean" in home.run("deliveries", "retry", "--channel", "emai").err


def test_what_is_sent_again_at_night_waits_for_its_reader_and_the_command_says_so(home: Home) -> None:
    """Whoever mends a channel at night would else wait beside it for a message that goes out at nine."""
    may = {"key": "person/may", "name": "May", "email": "may@acme.example", "language": "en"}
    number = parked(home, reader=may)

    said = home.run("deliveries", "retry", str(number))
    with open_hub(home.config, clock=lambda: at("2026-11-24 02:00")) as hub:
        hub.deliver()

    assert "what is not urgent waits for its reader's working time" in said.err
    [row] = home.rows("delivery")
    assert (row["state"], row["last_error"]) == ("waiting", "waits for its reader's working time")


@pytest.mark.parametrize("which", [(), ("1", "--all"), ("--all", "--channel", "email")])
def test_a_retry_that_does_not_say_which_is_wrong_usage(home: Home, which: tuple[str, ...]) -> None:
    """And does nothing."""
    parked(home)

    said = home.run("deliveries", "retry", *which)

    assert (said.code, [row["state"] for row in home.rows("delivery")]) == (2, ["parked"])


def test_a_delivery_to_somebody_who_is_not_ours_stays_parked(home: Home) -> None:
    """No command writes to an address that only a tool knows; the line says where it would have to stand."""
    reader = {"key": "person/x", "name": "Xi", "email": "xi@freemail.example", "language": "en"}
    number = parked(home, reader=reader)

    said = home.run("deliveries", "retry", str(number))

    assert said.code == 2
    assert "Xi is none of [people]" in said.err
    assert "add them to [people]" in said.err
    assert [row["state"] for row in home.rows("delivery")] == ["parked"]


def test_a_delivery_that_is_not_parked_is_wrong_usage(home: Home) -> None:
    """And says where they are listed."""
    said = home.run("deliveries", "retry", "7")

    assert said.code == 2
    assert "milepost deliveries list" in said.err


def test_health_names_what_needs_a_person(home: Home) -> None:
    """Monitoring reads one address: sources never read, and messages that nobody gets."""
    parked(home)
    with open_hub(home.config) as hub:
        problems = hub.health().problems

    assert problems == (
        "delivery: never read",
        "boards: never read",
        "1 message needs a person: milepost deliveries list",
    )
