"""Taking an alert, putting it off, handing it back, silencing: as somebody types it, and as everybody then reads it."""

import re

from tests.cli.home import Home, Ran

RELEASE = "Release 2.1"


def row(said: Ran, about: str) -> str:
    """The line of a list that is about something."""
    return next(line for line in said.out.splitlines() if about in line)


def test_whoever_takes_an_alert_is_named_wherever_it_is_read(round: Home) -> None:
    """The list, the alert itself and `why` say who has it; taking it again changes nothing."""
    taken = round.run("alerts", "ack", RELEASE, "--by", "lee", "--reason", "ringing the team")
    again = round.run("alerts", "ack", RELEASE, "--by", "lee")

    assert (taken.code, taken.err) == (0, "Release 2.1: Lee has it\n")
    assert again.err == "Release 2.1: Lee has it already\n"
    assert row(round.run("alerts", "list"), RELEASE).startswith("Lee has it ")
    shown = round.run("alerts", "show", RELEASE).out
    assert re.search(r"in hand +Lee has it", shown)
    assert "ringing the team" in shown
    assert ": Lee has it, raised " in round.run("why", RELEASE).out


def test_what_another_person_has_is_taken_over_on_purpose_alone(round: Home) -> None:
    """A script, which nobody can ask, says so with --yes; whoever has it is not asked about their own."""
    round.run("alerts", "ack", RELEASE, "--by", "lee")

    refused = round.run("alerts", "snooze", RELEASE, "--by", "may", "--for", "1wd")
    taken = round.run("alerts", "ack", RELEASE, "--by", "may", "--yes")

    assert refused.code == 2
    assert re.fullmatch(r"Lee has it, since .* \d\d:\d\d: add --yes to take it over\n", refused.err)
    assert (taken.code, taken.err) == (0, "Release 2.1: May has it\n")


def test_an_alert_is_put_off_for_working_days_and_handed_back(round: Home) -> None:
    """The coordinator, for one; the list says until when."""
    put_off = round.run("alerts", "snooze", RELEASE, "--by", "may", "--for", "1wd")
    listed = row(round.run("alerts", "list"), RELEASE)
    back = round.run("alerts", "release", RELEASE, "--by", "may")

    assert re.fullmatch(r"Release 2.1: snoozed by May till \w{3} \d+ \w{3}( \d{4})? 09:00\n", put_off.err)
    assert listed.startswith("snoozed by May till ")
    assert back.err == "Release 2.1: nobody has it; it fires again\n"


def test_an_alert_is_put_off_until_its_date_moves(round: Home) -> None:
    """For no longer than a BD manager may."""
    said = round.run("alerts", "snooze", RELEASE, "--by", "lee", "--until-moved").err

    assert re.match(r"Release 2.1: snoozed by Lee till its date moves, at the latest till \w{3} \d+ ", said)


REFUSED = {
    'nobody under [people] is called "leee"': ["ack", RELEASE, "--by", "leee"],
    'no alert is about "Nonsense"': ["ack", "Nonsense"],
    "say until when": ["snooze", RELEASE],
    "say until when: --until 2026-11-30, --for 2wd": ["snooze", RELEASE, "--for", "1wd", "--until-moved"],
    "write how long as": ["snooze", RELEASE, "--for", "soon"],
    "write the end as 2026-11-30": ["snooze", RELEASE, "--until", "tomorrow"],
    "a snooze ends in the future": ["snooze", RELEASE, "--until", "2020-01-01"],
    "A coordinator snoozes for 2 working days": ["snooze", RELEASE, "--by", "may", "--for", "3wd"],
    'did you mean "milestone-overdue"?': ["silence", "--rule", "milestone-overdeu", "--for", "1wd", "--reason", "x"],
    "A BD manager silences one client's rule": [
        *("silence", "--client", "harbour"),
        *("--for", "1wd", "--reason", "x", "--by", "lee"),
    ],
    "there is no silence 7": ["unsilence", "7"],
}
"""What is said, by what was typed."""


def test_what_cannot_be_done_is_refused_with_what_to_do(round: Home) -> None:
    """Code 2, and a sentence."""
    for told, arguments in REFUSED.items():
        said = round.run("alerts", *arguments)

        assert (said.code, said.out) == (2, "")
        assert told in said.err


def test_a_silence_is_listed_with_who_why_and_until_when_and_hides_nothing_but_messages(round: Home) -> None:
    """Whoever misses a message finds it where they look: in the list of alerts, and in `why`."""
    of = ("--rule", "milestone-overdue", "--client", "harbour")
    made = round.run("alerts", "silence", *of, "--for", "3wd", "--by", "lee", "--reason", "new plan on Friday")
    silences = round.run("alerts", "silences")

    assert re.match(r"silence 1: nobody is told of rule milestone-overdue, client harbour till \w{3} ", made.err)
    assert re.search(r"1 +rule milestone-overdue, client harbour +\d{4}-.* +Lee +new plan on Friday", silences.out)
    assert round.run("alerts", "silences", "--json").json[0]["created_by"] == "lee"
    assert re.search(r"silenced by Lee till .*: new plan on Friday \(silence 1\)", round.run("why", RELEASE).out)
    assert row(round.run("alerts", "list"), RELEASE).startswith("firing ")

    again = round.run("alerts", "silence", *of, "--for", "4wd", "--by", "lee", "--reason", "newer plan")
    assert "warning: silence 1, by Lee, hides it too, till " in again.err
    assert round.run("alerts", "unsilence", "2", "--by", "lee").err == "silence 2 is ended\n"

    assert round.run("alerts", "unsilence", "1", "--by", "lee").err == "silence 1 is ended\n"
    assert round.run("alerts", "unsilence", "1", "--by", "lee").err == "silence 1 was over already\n"
    assert round.run("alerts", "silences").out == "nothing is silenced\n"
    assert "ended by Lee" in round.run("alerts", "silences", "--all").out
