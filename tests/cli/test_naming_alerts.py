"""What an alert is called: the list says what to type, and what people call a thing or a client is taken too."""

import re

from tests.cli.home import Home

RELEASE = "milestone-overdue:delivery/versions/30007"


def key_of(home: Home, about: str) -> str:
    """The last column of its line."""
    lines = home.run("alerts", "list").out.splitlines()
    return next(line for line in lines if about in line).split()[-1]


def test_the_key_in_the_list_is_taken_by_every_command(round: Home) -> None:
    """A version has no short key, and its fingerprint nobody copies by hand."""
    key = key_of(round, "Release 2.1")

    assert re.fullmatch("[0-9a-f]{6}", key)
    assert round.run("alerts", "show", key.upper(), "--json").json["fingerprint"] == RELEASE
    assert round.run("alerts", "ack", key, "--by", "lee").err == "Release 2.1: Lee has it\n"
    agreed = round.run("agree", key, "2027-11-30", "--ref", "CR-012", "--by", "lee")
    assert agreed.err.startswith("Release 2.1: the client accepted Tue 30 Nov")
    # Whoever wonders why it ended reads first who recorded that.
    shown = round.run("alerts", "show", key).out
    assert re.search(r"agreed +2027-11-30, by Lee on \d{4}-\d\d-\d\d \d\d:\d\d: CR-012", shown)


def test_the_feedback_that_is_listed_under_a_key_can_be_answered(round: Home) -> None:
    """By the key alone."""
    key = key_of(round, "Slow receipts")

    said = round.run("answered", key, "--at", "2026-11-02 11:00", "--how", "WhatsApp", "--by", "lee")

    assert said.err.startswith("Slow receipts: recorded")


def test_names_are_taken_in_any_case_and_width_and_as_the_rule_says_them(round: Home) -> None:
    """As a Chinese keyboard writes them, and as they were read in the list or in a message."""
    said = round.run("alerts", "show", RELEASE).out.splitlines()[0].removeprefix("what").strip()

    for typed in ("ＲＥＬＥＡＳＥ　2.1", said):
        assert round.run("alerts", "show", typed, "--json").json["fingerprint"] == RELEASE


def test_a_client_is_taken_by_any_of_its_names(round: Home) -> None:
    """Its key, and what people call it; who mistypes one is told which there are."""
    by_key, by_name = (round.run("alerts", "list", "--client", name).out for name in ("harbour", "HARBOUR ltd"))

    assert by_key == by_name
    assert "Release 2.1" in by_key
    assert "Pilot" not in by_key
    wrong = round.run("alerts", "list", "--client", "harbor")
    assert (wrong.code, wrong.out) == (2, "")
    assert "Harbour Ltd" in wrong.err


def test_the_list_can_be_one_persons(round: Home) -> None:
    """What they are to act on; the coordinator's is what has no BD manager."""
    lees, mays = (round.run("alerts", "list", "--for", name).out for name in ("Lee", "may"))

    assert "Release 2.1" in lees
    assert "Pilot" not in lees
    assert "Pilot" in mays
    assert 'nobody is called "leee"; did you mean "Lee"?' in round.run("alerts", "list", "--for", "leee").err
