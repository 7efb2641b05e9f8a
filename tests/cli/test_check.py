"""`milepost check`: each thing that can be wrong in words of its own, and nothing changed."""

import re
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import time_machine
from sqlalchemy import insert

from sandbox import slack
from sandbox.http import Fault
from tests.cli.home import Home
from unify import tables
from unify.derived import table_of
from unify.engine import open_engine, writing


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
    assert re.search(r"2 sources, 1 client, [1-9]\d* rules: fine", checked.out)
    assert "delivery: Milepost Hub at https://lanternquay.atlassian.net sees 1 project" in checked.out
    assert "boards: Milepost at Acme sees 1 board in 1 workspace" in checked.out
    assert f"email: 127.0.0.1:{home.sandbox.mail.port} answers; nothing was sent" in checked.out
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

    checked, status = home.run("check"), home.run("status")

    assert checked.code == 0
    assert "calendar shenzhen: no make-up days (調休) are known for 2027" in checked.err
    assert "calendar shenzhen: no make-up days (調休) are known for 2027" in status.out


@pytest.mark.parametrize(
    ("expires", "line"),
    [
        ("2026-11-23", "delivery: token: ended on 2026-11-23, says sources.delivery.expires: renew it and the date"),
        ("2026-12-08", "delivery: token: ends on 2026-12-08, in 14 days: renew it and the date"),
        ("2026-12-09", ""),
    ],
)
@time_machine.travel("2026-11-24 00:30+08:00", tick=False)
def test_a_credentials_end_is_told_two_weeks_before_and_when_it_has_come(home: Home, expires: str, line: str) -> None:
    """By the organisation's day, by `check` and `status` alike: one is asked today, the other by monitoring."""
    home.change("comment_back = true", f'comment_back = true\nexpires = "{expires}"')

    checked, status = home.run("check"), home.run("status")
    told = [row["text"] for row in home.run("status", "--json").json["credentials"]]

    assert [one for one in checked.err.splitlines() if "token" in one] == ([f"warning: {line}"] if line else [])
    assert [one for one in status.out.splitlines() if "token" in one] == ([line] if line else [])
    assert told == ([line] if line else [])


def test_status_asks_for_a_person_once_a_credential_has_ended(home: Home) -> None:
    """Though the vendor takes it still: then the date is wrong."""
    home.run("sync")
    assert home.run("status").code == 0

    home.change("comment_back = true", 'comment_back = true\nexpires = "2020-01-01"')

    assert home.run("status").code == 1


@pytest.mark.parametrize(("ahead_s", "told"), [(50, False), (65, True)])
def test_clocks_that_disagree_by_a_minute_are_told(home: Home, ahead_s: int, told: bool) -> None:
    """Whatever changes within the difference may be missed, and "today" be another day."""
    then = datetime.now(UTC) + timedelta(seconds=ahead_s)  # noqa: TID251  the command asks the real clock
    date = {"Date": format_datetime(then, usegmt=True)}
    add = Fault(".*", 0, times=1_000, alter=lambda reply: replace(reply, headers={**reply.headers, **date}))
    home.sandbox.trello.app.faults.append(add)

    checked = home.run("check")

    assert checked.code == 0
    assert bool(re.search(r"boards: clock: the vendor's is \d+ s ahead of ours: set this machine", checked.err)) is told


def test_a_vendor_that_is_down_is_told_at_once(home: Home) -> None:
    """Somebody sits before the screen: asked once, not for a minute and a half."""
    home.sandbox.jira.app.faults.append(Fault("", status=503, times=100))

    assert home.run("check").code == 1
    assert len(home.sandbox.jira.app.log) == 1


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("delivery:NOPE", 'no project "NOPE" is read from delivery; there are "APP" (App)'),
        ("delivery:AP", 'no project "AP" is read from delivery; did you mean "APP"?'),
        ("boards:shop till", 'no project "shop till" is read from boards; that is a name: write "'),
        ("delivery:10001", ""),
    ],
)
def test_a_clients_project_that_is_not_there_is_told(home: Home, written: str, words: str) -> None:
    """It ties nothing to nobody, and the client's BD manager would never hear of it."""
    home.change('projects = ["delivery:APP"]', f'projects = ["{written}"]')

    checked = home.run("check")

    assert checked.code == (1 if words else 0)
    assert (f"clients.harbour: {words}" in checked.err) if words else (checked.err == "")


def test_a_budget_of_a_project_that_is_not_there_is_told(home: Home) -> None:
    """Nobody would ever hear that its hours are used up."""
    home.change('kind = "jira"', 'kind = "jira"\nbudget_hours = {APP = 280, AP = 90}')

    checked = home.run("check")

    assert checked.code == 1
    assert 'sources.delivery.budget_hours: no project "AP" is read; did you mean "APP"?' in checked.err
    assert checked.err.count("no project") == 1


def test_a_clients_project_is_not_doubted_while_its_source_is_away(home: Home) -> None:
    """One mistake makes no second."""
    home.sandbox.jira.app.faults.append(Fault("", status=401, times=100))

    assert "clients.harbour" not in home.run("check").err


def test_a_clients_company_is_looked_for_once_there_was_a_sync(home: Home) -> None:
    """A CRM has too many to list them all at each check."""
    home.change('bd = "lee"', 'bd = "lee"\ncrm = ["delivery:company:143"]')
    assert home.run("check").code == 0
    home.run("sync")
    engine = open_engine(f"sqlite:///{home.database}")
    with writing(engine) as connection:
        company = tables.Company(key="delivery/companies/9", source="delivery", vendor_id="9", name="Harbour")
        connection.execute(insert(table_of(tables.Company)).values(company.model_dump()))
    engine.dispose()

    checked = home.run("check")

    assert checked.code == 1
    assert 'clients.harbour: no company "143" was found in delivery' in checked.err


def with_slack(home: Home, how: str, secret: str) -> None:
    """A Slack channel that no route names yet, with its secret in a file."""
    (home.folder / "SLACK").write_text(secret, "utf-8")
    home.change("[channels.email]", f'[channels.bd_slack]\nkind = "slack"\n{how}\n\n[channels.email]')


@pytest.mark.parametrize(
    ("secret", "code", "words"),
    [
        (slack.TOKEN, 0, "bd_slack: signed in to Slack as milepost of Lantern Quay Systems; nothing was sent"),
        ("xoxb-old", 1, "bd_slack: Slack, auth.test: the token is refused: make a new one"),
    ],
)
def test_a_slack_token_is_tested_without_a_message(home: Home, secret: str, code: int, words: str) -> None:
    """A revoked one is found here, and not by the first alert that nobody reads."""
    url = home.sandbox.url("slack")
    with_slack(home, f'token = "file:SLACK"\nchannel = "{slack.CHANNEL}"\nurl = "{url}/"', secret)

    checked = home.run("check")

    assert checked.code == code
    assert words in checked.out + checked.err
    assert home.sandbox.slack.messages == []
    assert "xoxb-old" not in checked.out + checked.err


def test_what_cannot_be_tested_without_sending_says_so(home: Home) -> None:
    """Silence would pass for "fine"."""
    with_slack(home, 'webhook = "file:SLACK"', "https://hooks.slack.example/services/T/B/X")

    checked = home.run("check")

    assert checked.code == 0
    assert "bd_slack: not tested: a Slack webhook can only be tested by sending" in checked.out
    assert "milepost check --send bd_slack" in checked.out


def test_a_mail_server_that_is_away_is_told_without_a_message(home: Home) -> None:
    """By its channel and its place; the sources are told all the same."""
    home.sandbox.mail.stop()
    checked = home.run("check")
    home.sandbox.mail.start()

    assert checked.code == 1
    assert f"email: 127.0.0.1:{home.sandbox.mail.port}: ConnectionRefusedError" in checked.err
    assert "boards: Milepost at Acme" in checked.out


def test_a_channel_is_tested_with_a_message_to_the_coordinator(home: Home) -> None:
    """`--send` alone sends, and to nobody else."""
    checked = home.run("check", "--send", "email")

    assert checked.code == 0
    assert "email: a test message went to May" in checked.out
    (mail,) = home.sandbox.mail.received
    assert list(mail.recipients) == ["may@acme.example"]


def test_a_webhook_is_tested_with_a_message_to_its_group(home: Home) -> None:
    """It writes to nobody else: a message to a person could never succeed."""
    with_slack(home, 'webhook = "file:SLACK"', home.sandbox.webhook_url)

    checked = home.run("check", "--send", "bd_slack")

    assert (checked.code, checked.err) == (0, "")
    assert "bd_slack: a test message went to its group" in checked.out
    assert [posted.channel for posted in home.sandbox.slack.messages] == [slack.CHANNEL]


def test_a_bot_is_tested_with_its_channel_and_with_a_person(home: Home) -> None:
    """The channel it was not invited to is what most often fails; what works is tested and told beside it."""
    url = home.sandbox.url("slack")
    with_slack(home, f'token = "file:SLACK"\nchannel = "C0NOTINVITED"\nurl = "{url}/"', slack.TOKEN)

    wrong = home.run("check", "--send", "bd_slack")
    home.change("C0NOTINVITED", slack.CHANNEL)
    right = home.run("check", "--send", "bd_slack")

    assert wrong.code == 1
    assert "bd_slack: to its group: Slack, chat.postMessage: there is no such channel" in wrong.err
    assert "bd_slack: a test message went to May" in wrong.out
    assert (right.code, right.err) == (0, "")
    kept = home.sandbox.slack
    assert [kept.recipient(posted.channel) for posted in kept.messages] == ["May", "#bd-alerts", "May"]


@pytest.mark.parametrize(("channel", "code", "words"), [("emial", 2, 'did you mean "email"?'), ("email", 1, "email: ")])
def test_a_channel_that_does_not_work_says_so(home: Home, channel: str, code: int, words: str) -> None:
    """A name that is none is wrong usage; a server that is away is a failure."""
    home.sandbox.mail.stop()
    checked = home.run("check", "--send", channel)
    home.sandbox.mail.start()

    assert checked.code == code
    assert words in checked.err
    assert (code == 1) == bool(home.sandbox.jira.app.log)  # a name that is none is told before anybody is asked
