"""`milepost check`: each thing that can be wrong in words of its own, and nothing changed."""

import socket

import pytest
import time_machine

from sandbox.http import Fault
from tests.cli.home import Home


def said_of(home: Home, source: str) -> str:
    """What `check` says of one source that does not work."""
    checked = home.run("check")
    assert checked.code == 1
    (line,) = (line for line in checked.err.splitlines() if source in line)
    return line


def test_all_is_well(home: Home) -> None:
    """Who we are at each tool and what we see, so that a wrong account is noticed by its name."""
    checked = home.run("check")

    assert (checked.code, checked.err) == (0, "")
    assert "2 sources, 1 clients, 2 rules: fine" in checked.out
    assert "delivery: Milepost Hub at https://lanternquay.atlassian.net sees 1 project" in checked.out
    assert "boards: Milepost at Acme sees 1 board in 1 workspace" in checked.out
    assert not home.database.exists()
    assert home.sandbox.mail.received == []


def test_a_wrong_address_a_wrong_token_and_no_network_are_told_apart(home: Home) -> None:
    """Three different people mend them; each line says what to do."""
    url = home.sandbox.url("jira")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"

    home.change(url, url + "/nothing")
    wrong_address = said_of(home, "delivery")
    home.change(url + "/nothing", nobody)
    no_network = said_of(home, "delivery")
    home.change(nobody, url)
    (home.folder / "JIRA_TOKEN").write_text("ATATT-expired", "utf-8")
    wrong_token = said_of(home, "delivery")

    assert "url" in wrong_address
    assert "file:JIRA_TOKEN" in wrong_token
    assert "ATATT-expired" not in wrong_token
    assert len({wrong_address, no_network, wrong_token}) == 3
    assert "127.0.0.1" in no_network


def test_one_wrong_source_does_not_hide_the_others(home: Home) -> None:
    """All that is to be mended, in one go."""
    home.sandbox.jira.app.faults.append(Fault("", status=401, times=100))

    checked = home.run("check")

    assert checked.code == 1
    assert "boards: Milepost at Acme" in checked.out


@time_machine.travel("2026-11-24 09:00+08:00")
def test_a_calendar_that_will_change_is_told(home: Home) -> None:
    """The mainland fixes its make-up days each November: until we know them, working days of next year are guesses."""
    home.change("[channels.email]", '[calendars.shenzhen]\nholidays = "CN"\n\n[channels.email]')

    checked = home.run("check")

    assert checked.code == 0
    assert "calendar shenzhen: no make-up days (調休) are known for 2027" in checked.err


def test_a_vendor_that_is_down_is_told_at_once(home: Home) -> None:
    """Somebody sits before the screen: asked once, not for a minute and a half."""
    home.sandbox.jira.app.faults.append(Fault("", status=503, times=100))

    assert home.run("check").code == 1
    assert len(home.sandbox.jira.app.log) == 1


def test_a_channel_is_tested_with_a_message_to_the_coordinator(home: Home) -> None:
    """`--send` alone sends, and to nobody else."""
    checked = home.run("check", "--send", "email")

    assert checked.code == 0
    assert "email: a test message went to May" in checked.out
    (mail,) = home.sandbox.mail.received
    assert list(mail.recipients) == ["may@acme.example"]


@pytest.mark.parametrize(("channel", "code", "words"), [("slak", 2, "there are email"), ("email", 1, "email: ")])
def test_a_channel_that_does_not_work_says_so(home: Home, channel: str, code: int, words: str) -> None:
    """A name that is none is wrong usage; a server that is away is a failure."""
    home.sandbox.mail.stop()
    checked = home.run("check", "--send", channel)
    home.sandbox.mail.start()

    assert checked.code == code
    assert words in checked.err
