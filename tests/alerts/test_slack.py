"""Slack, spoken to over HTTP: form, direct messages, updates, refusals, and text that wants to be a mention."""

import html
import re
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from alerts.channels.base import Outgoing, Permanent, Receipt, Transient
from alerts.channels.slack import Slack, SlackSettings, SlackWebhook
from alerts.channels.slack_form import escape, form, link
from alerts.messages import Count, End, Entry, Line, Message
from alerts.plain_text import safe_url
from alerts.routing import Reader
from config.settings import Route, Secret
from sandbox.http import Fault
from sandbox.plan import Plan, Staff
from sandbox.server import Sandbox
from sandbox.slack import CHANNEL, SCOPES, TOKEN, WEBHOOK_PATH, SlackSandbox, refusal, too_fast
from sandbox.slack_socket import APP_TOKEN, buttons_of
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, milestone

GROUP = Reader("", "", "", "en")
MARCO = Reader("person/marco", "Marco Yip", "marco@lanternquay.example", "en")
LINES = (
    Line("Due Mon 16 Nov, now 6 working days late."),
    Line("Open in Jira (log-in needed)", "https://jira.example/1?a=1&b=2"),
)
MESSAGE = Message(
    "en", "Nine Ferries: UAT sign-off 8 days late", (Entry("a", LINES),), (Line("Jira, read 08:52 (8 min ago)."),)
)
NEWS = Message("en", "Done: UAT sign-off", (Entry("a", (Line("Marked done by Jason Tse 10:12."),)),))

WAITING = (threading.Event(), str)
"""Nobody stops, and nothing is to be hidden."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A workspace with Marco in it."""
    staff = [Staff("marco", "Marco Yip", MARCO.email, "bd")]
    plan = Plan("Lantern Quay", TUESDAY, TUESDAY, staff, [], [], [], [], [], [])
    with Sandbox(plan, lambda: TUESDAY, vendors=()) as running:
        yield running


@pytest.fixture
def slack(sandbox: Sandbox) -> SlackSandbox:
    """The workspace without messages and faults, and with every scope."""
    sandbox.slack.messages.clear()
    sandbox.slack.app.faults.clear()
    sandbox.slack.app.log.clear()
    sandbox.slack.scopes = set(SCOPES)
    return sandbox.slack


def secret(value: str) -> Secret:
    return Secret(reference="env:SLACK", value=SecretStr(value))


def bot(sandbox: Sandbox, token: str = TOKEN) -> Slack:
    return Slack(SlackSettings(token=secret(token), channel=CHANNEL, url=f"{sandbox.url('slack')}/"), *WAITING)


def hook(url: str) -> SlackWebhook:
    return SlackWebhook(SlackSettings(webhook=secret(url)), *WAITING)


def test_a_group_message_is_told_by_its_text_too(sandbox: Sandbox, slack: SlackSandbox) -> None:
    """The text is the notification on the phone, and what a screen reader says."""
    receipt = bot(sandbox).send(Outgoing("alert-1", GROUP, MESSAGE))

    [posted] = slack.messages
    assert receipt == {"channel": CHANNEL, "ts": posted.ts}
    assert posted.text.startswith("Nine Ferries: UAT sign-off 8 days late\nDue Mon 16 Nov")
    assert [block["type"] for block in posted.blocks] == ["header", "section", "context"]
    assert "<https://jira.example/1?a=1&amp;b=2|Open in Jira (log-in needed)>" in posted.blocks[1]["text"]["text"]


def test_a_reader_is_found_by_e_mail_and_told_directly(sandbox: Sandbox, slack: SlackSandbox) -> None:
    """Once looked up, the id is kept."""
    channel = bot(sandbox)
    channel.send(Outgoing("alert-1", MARCO, MESSAGE))
    channel.send(Outgoing("alert-2", MARCO, MESSAGE))

    assert [slack.recipient(posted.channel) for posted in slack.messages] == ["Marco Yip"] * 2
    assert sum("lookupByEmail" in str(seen) for seen in slack.app.log) == 1


def test_who_has_an_e_mail_is_asked_again_after_a_day_and_who_has_none_after_an_hour(
    sandbox: Sandbox, slack: SlackSandbox
) -> None:
    """People change their address, and join: nobody restarts the hub for that."""
    at = [0.0]
    channel = Slack(
        SlackSettings(token=secret(TOKEN), channel=CHANNEL, url=sandbox.url("slack")), *WAITING, lambda: at[0]
    )
    stranger = Reader("person/x", "X", "x@lanternquay.example", "en")
    asked = []
    for at[0] in (0.0, 3599.0, 3600.0, 86_399.0, 86_400.0):
        channel.send(Outgoing("alert-1", MARCO, MESSAGE))
        with pytest.raises(Permanent, match="set `slack` for that person"):
            channel.send(Outgoing("alert-2", stranger, MESSAGE))
        asked.append(sum("lookupByEmail" in str(seen) for seen in slack.app.log))

    assert asked == [2, 2, 3, 4, 5]


def test_check_says_whether_buttons_will_work(sandbox: Sandbox, slack: SlackSandbox) -> None:
    """The two tokens are easily taken for one another; nobody is to find that out by pressing."""

    def checked(app_token: str) -> str:
        how: dict[str, Any] = {"token": secret(TOKEN), "channel": CHANNEL, "url": sandbox.url("slack")}
        return Slack(SlackSettings(**how, app_token=secret(app_token)), *WAITING).check()

    assert checked(APP_TOKEN).endswith("; buttons work while `milepost serve` runs")
    with pytest.raises(Permanent, match="an app's with xapp-"):
        checked(TOKEN)
    assert slack.messages == []


def test_a_conversation_is_written_to_about_once_a_second(sandbox: Sandbox, slack: SlackSandbox) -> None:
    """Whoever writes faster is held up by Slack in every channel; what waits here is let go when the hub stops."""
    stop = threading.Event()
    settings = SlackSettings(token=secret(TOKEN), channel=CHANNEL, url=sandbox.url("slack"))
    channel = Slack(settings, stop, str, lambda: 0.0)
    for _ in range(2):
        channel.send(Outgoing("alert-1", GROUP, MESSAGE))
        channel.send(Outgoing("alert-2", MARCO, MESSAGE))
    stop.set()

    with pytest.raises(Transient, match="stopped"):
        channel.send(Outgoing("alert-3", GROUP, MESSAGE))
    assert len(slack.messages) == 4


def test_the_end_changes_the_message_in_place(sandbox: Sandbox, slack: SlackSandbox) -> None:
    """No new loud message: the old one is ticked, says what is true now, and is struck through, with the reason."""
    channel = bot(sandbox)
    receipt = channel.send(Outgoing("alert-1", GROUP, MESSAGE))
    shown = MESSAGE.with_end("a", End("Marked done by Jason Tse 10:12.", NEWS.title))
    channel.update(receipt, Outgoing("alert-2", GROUP, NEWS), shown)

    [posted] = slack.messages
    assert posted.blocks[0]["text"]["text"] == "✓ Done: UAT sign-off"
    assert posted.blocks[1]["text"]["text"] == (
        "~Due Mon 16 Nov, now 6 working days late.~\nMarked done by Jason Tse 10:12."
    )


def test_what_is_over_with_a_next_step_is_not_ticked(sandbox: Sandbox, slack: SlackSandbox) -> None:
    """A tick over "Next: agree it with the client" is not read any further."""
    channel = bot(sandbox)
    receipt = channel.send(Outgoing("alert-1", GROUP, MESSAGE))
    moved = End("Next: agree it with the client.", "Nine Ferries: UAT sign-off now 30 Nov", settled=False)
    channel.update(receipt, Outgoing("alert-2", GROUP, NEWS), MESSAGE.with_end("a", moved))

    assert slack.messages[0].blocks[0]["text"]["text"] == "Nine Ferries: UAT sign-off now 30 Nov"


def test_of_several_only_what_is_over_is_struck_through_and_the_title_counts_the_rest(
    sandbox: Sandbox, slack: SlackSandbox
) -> None:
    """The client still waits for an answer: neither its name nor what is left to do is struck."""
    late = (Line("Release 2.1 is 11 days late."), Line("Due Fri 13 Nov.", "https://jira.example/1", "Jira"))
    first = Entry("a", late, "Stacked Tower", "Marco Yip")
    second = Entry("b", (Line("Meera Kapadia wrote again Fri 10:00."),), "Stacked Tower", "Marco Yip")
    count = Count("Tue 24 Nov", clients=True, group=True)
    shared = Message("en", count.title("en", [first, second]), (first, second), (), count)
    channel = bot(sandbox)
    receipt = channel.send(Outgoing("alert-1", GROUP, shared))
    channel.update(receipt, Outgoing("alert-2", GROUP, NEWS), shared.with_end("a", End("Marked done.", "Done")))

    [posted] = slack.messages
    assert posted.edits[0].blocks[1]["text"]["text"] == (
        "*Marco Yip: Stacked Tower*\n• Release 2.1 is 11 days late.\nDue Fri 13 Nov. <https://jira.example/1|Jira>\n"
        "• Meera Kapadia wrote again Fri 10:00."
    )
    assert posted.blocks[1]["text"]["text"] == (
        "*Marco Yip: Stacked Tower*\n• ~Release 2.1 is 11 days late.~\n~Due Fri 13 Nov.~\nMarked done.\n"
        "• Meera Kapadia wrote again Fri 10:00."
    )
    assert posted.blocks[0]["text"]["text"] == "Marco Yip: 1 client needs you"


@pytest.mark.parametrize("shown", [MESSAGE, MESSAGE.with_end("a", End("Marked done.", "Done"))], ids=["open", "over"])
def test_the_text_tells_what_the_blocks_tell(shown: Message) -> None:
    """Who hears the message instead of seeing it must not be told that what is struck through still holds."""
    made = form(shown)

    header, *others = made["blocks"]
    told = [block["text"]["text"] if "text" in block else block["elements"][0]["text"] for block in others]
    assert made["text"] == "\n".join([escape(header["text"]["text"]), *told])


def test_what_cannot_be_changed_is_answered_in_its_thread(sandbox: Sandbox, slack: SlackSandbox) -> None:
    """Some workspaces close the window for edits."""
    channel = bot(sandbox)
    receipt = channel.send(Outgoing("alert-1", GROUP, MESSAGE))
    slack.app.faults.append(refusal("edit_window_closed", method="chat.update"))
    channel.update(receipt, Outgoing("alert-2", GROUP, NEWS), MESSAGE)

    assert slack.messages[1].thread_ts == slack.messages[0].ts
    assert slack.messages[1].text.startswith("Done: UAT sign-off")


def test_a_doubtful_attempt_is_found_by_its_key(sandbox: Sandbox, slack: SlackSandbox) -> None:
    """`fatal_error` may be such a case: the message is there, and is not posted twice."""
    channel, outgoing = bot(sandbox), Outgoing("alert-1", GROUP, MESSAGE)
    slack.app.faults.append(refusal("fatal_error", handled=True))
    with pytest.raises(Transient) as doubtful:
        channel.send(outgoing)

    assert doubtful.value.in_doubt
    assert channel.find(outgoing) == {"channel": CHANNEL, "ts": slack.messages[0].ts}
    assert channel.find(Outgoing("alert-9", GROUP, MESSAGE)) is None


def test_a_direct_message_is_found_by_a_hub_that_never_wrote_to_its_reader(
    sandbox: Sandbox, slack: SlackSandbox
) -> None:
    """After a restart only the reader is known; history wants the conversation."""
    outgoing = Outgoing("alert-1", MARCO, MESSAGE)
    receipt = bot(sandbox).send(outgoing)

    assert bot(sandbox).find(outgoing) == receipt
    assert bot(sandbox).find(Outgoing("alert-9", MARCO, MESSAGE)) is None


@pytest.mark.parametrize("scope", ["im:write", "im:history"])
def test_a_direct_message_that_may_not_be_looked_for_is_not_found(
    sandbox: Sandbox, slack: SlackSandbox, scope: str
) -> None:
    """A missing scope stops no message: at most this one comes twice."""
    outgoing = Outgoing("alert-1", MARCO, MESSAGE)
    bot(sandbox).send(outgoing)
    slack.scopes.discard(scope)

    assert bot(sandbox).find(outgoing) is None


class Crash(BaseException):
    """The power goes off."""


class Crashing(Slack):
    """Sends, and then the power goes off before anybody can write that down."""

    def send(self, outgoing: Outgoing) -> Receipt:
        super().send(outgoing)
        raise Crash


def test_a_direct_message_sent_just_before_a_crash_is_not_sent_again(
    hub: Hub, sandbox: Sandbox, slack: SlackSandbox
) -> None:
    """The hub that starts afterwards looks for the key, and writes down where it found it."""
    settings = SlackSettings(token=secret(TOKEN), channel=CHANNEL, url=f"{sandbox.url('slack')}/")
    hub.settings = firm.settings(routes=(Route(to=("slack:bd",)),))
    hub.others = {"slack": Crashing(settings, *WAITING)}
    hub.round(milestone())
    with pytest.raises(Crash):
        hub.deliver()

    hub.others = {"slack": Slack(settings, *WAITING)}
    hub.wait(timedelta(minutes=6))
    hub.deliver()

    [posted] = slack.messages
    [row] = firm.deliveries(hub.engine)
    assert (row["state"], row["receipt"]) == ("sent", {"channel": posted.channel, "ts": posted.ts})


def test_without_the_scope_to_read_nobody_is_asked(sandbox: Sandbox, slack: SlackSandbox) -> None:
    """Then a time-out is sent again: at most that one is doubled."""
    slack.app.faults.append(refusal("missing_scope", method="conversations.history"))

    assert bot(sandbox).find(Outgoing("alert-1", GROUP, MESSAGE)) is None


def test_a_lost_answer_posts_once(sandbox: Sandbox, slack: SlackSandbox) -> None:
    """The SDK's own retry would have posted a second one."""
    slack.app.faults.append(refusal("internal_error", handled=True))
    with pytest.raises(Transient):
        bot(sandbox).send(Outgoing("alert-1", GROUP, MESSAGE))

    assert len(slack.messages) == 1


def test_too_fast_waits_as_long_as_slack_says(sandbox: Sandbox, slack: SlackSandbox) -> None:
    """Retry-After is theirs to say."""
    slack.app.faults.append(too_fast(17))

    with pytest.raises(Transient) as refused:
        bot(sandbox).send(Outgoing("alert-1", GROUP, MESSAGE))

    assert (refused.value.retry_after, refused.value.in_doubt) == (timedelta(seconds=17), False)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("channel_not_found", Permanent),
        ("is_archived", Permanent),
        ("invalid_blocks", Permanent),
        ("service_unavailable", Transient),
        ("internal_error", Transient),
    ],
)
def test_an_error_says_whether_to_wait_or_who_must_act(
    sandbox: Sandbox, slack: SlackSandbox, error: str, kind: type[Exception]
) -> None:
    """Slack says all of them with status 200."""
    slack.app.faults.append(refusal(error))

    with pytest.raises(kind):
        bot(sandbox).send(Outgoing("alert-1", GROUP, MESSAGE))


def test_a_refused_token_says_what_to_do_and_not_the_token(sandbox: Sandbox, slack: SlackSandbox) -> None:
    """For the channel's owner, at two in the morning."""
    with pytest.raises(Permanent, match="make a new one") as refused:
        bot(sandbox, token="xoxb-s3cret").send(Outgoing("alert-1", GROUP, MESSAGE))

    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_and_none_is_a_success(sandbox: Sandbox, slack: SlackSandbox, status: int) -> None:
    """The token, and a client's name, would go to whoever is named there; the message would be lost without a word."""
    away = {"Location": f"{sandbox.url('slack')}/auth.test"}
    slack.app.faults += [Fault("chat.postMessage|/services/", status, away, times=2)]
    slack.app.log.clear()

    with pytest.raises(Permanent, match="redirect, which is not followed") as refused:
        bot(sandbox).send(Outgoing("alert-1", GROUP, MESSAGE))
    with pytest.raises(Permanent, match="redirect, which is not followed") as refused_too:
        hook(sandbox.webhook_url).send(Outgoing("alert-1", GROUP, MESSAGE))

    assert len(slack.app.log) == 2
    assert WEBHOOK_PATH not in f"{refused.value} {refused_too.value}"


@pytest.mark.parametrize("cut_off", [True, False])
def test_only_what_certainly_did_not_arrive_is_in_no_doubt(
    sandbox: Sandbox, slack: SlackSandbox, cut_off: bool
) -> None:
    """A refused connection carried nothing; a broken one may have. Neither shows the webhook's address."""
    url = sandbox.webhook_url
    if cut_off:
        slack.app.faults.append(Fault("/services/", 0, cut=True))
    else:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            url = f"http://127.0.0.1:{closed.getsockname()[1]}{WEBHOOK_PATH}"

    with pytest.raises(Transient) as lost:
        hook(url).send(Outgoing("alert-1", GROUP, MESSAGE))

    assert lost.value.in_doubt is cut_off
    assert WEBHOOK_PATH not in str(lost.value)


def test_a_page_in_place_of_an_answer_is_a_refusal(sandbox: Sandbox, slack: SlackSandbox) -> None:
    """What a proxy shows with status 200 has posted nothing."""
    slack.app.faults.append(Fault("chat.postMessage", 200, {"Content-Type": "text/html"}, "<h1>Sign in</h1>"))

    with pytest.raises(Permanent, match="no answer that we can read"):
        bot(sandbox).send(Outgoing("alert-1", GROUP, MESSAGE))


def test_somebody_who_is_not_in_slack_is_told_by_the_next_channel(sandbox: Sandbox, slack: SlackSandbox) -> None:
    """A permanent failure, with its cure."""
    with pytest.raises(Permanent, match="set `slack` for that person"):
        bot(sandbox).send(Outgoing("alert-1", Reader("person/x", "X", "x@lanternquay.example", "en"), MESSAGE))


def test_a_webhook_writes_to_its_group_and_follows_up_below(sandbox: Sandbox, slack: SlackSandbox) -> None:
    """It can change nothing; news are a new message."""
    webhook = hook(sandbox.webhook_url)
    receipt = webhook.send(Outgoing("alert-1", GROUP, MESSAGE))
    webhook.update(receipt, Outgoing("alert-2", GROUP, NEWS), MESSAGE)

    assert [posted.text.partition("\n")[0] for posted in slack.messages] == [MESSAGE.title, NEWS.title]
    with pytest.raises(Permanent, match="not to a person"):
        webhook.send(Outgoing("alert-3", MARCO, MESSAGE))


def test_a_removed_webhook_is_a_persons_business(sandbox: Sandbox, slack: SlackSandbox) -> None:
    """And its address is a secret."""
    webhook = hook(sandbox.webhook_url + "-s3cret")

    with pytest.raises(Permanent, match="the webhook was removed") as refused:
        webhook.send(Outgoing("alert-1", GROUP, MESSAGE))

    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, "webhook, or token"),
        ({"token": secret("x"), "webhook": secret("https://hooks.slack.example/y")}, "webhook, or token"),
        ({"token": secret("x")}, "the id of the channel"),
        ({"token": secret("x"), "channel": "C1", "url": "http://slack.example/api/"}, "https"),
        ({"webhook": secret("http://hooks.slack.example/services/s3cret")}, 'webhook\n.*begins with "https://"'),
        ({"webhook": secret("http://[s3cret]/services")}, 'begins with "https://"'),
        ({"webhook": secret("services/s3cret")}, 'begins with "https://"'),
    ],
)
def test_wrong_settings_say_what_to_write(values: dict[str, Any], told: str) -> None:
    """Found when the config is read, not at the first alert."""
    with pytest.raises(ValidationError, match=told) as refused:
        SlackSettings(**values)

    assert "s3cret" not in str(refused.value)


_ANY = st.text(max_size=300)


@given(_ANY)
def test_no_text_becomes_a_mention_a_link_or_bold(text: str) -> None:
    """`<!channel>` in a ticket pings nobody, and what is read is what was written."""
    said = escape(text)

    assert not set(said) & set("<>")
    assert re.sub(r"&(amp|lt|gt);", "", said).count("&") == 0
    assert all(said[place - 1] == "\u200b" for place, char in enumerate(said) if char in "*_~`")
    assert html.unescape(said).replace("\u200b", "") == text.replace("\u200b", "")


@given(_ANY.map("https://tool.example/".__add__), _ANY)
def test_a_link_ends_where_it_should(address: str, label: str) -> None:
    """Neither its address nor its label can end it early."""
    said = link(safe_url(address), label)

    assert said.startswith("<http")
    assert said.endswith(">")
    assert said.count("<") == said.count(">") == said.count("|") - label.count("|") == 1


@given(st.lists(_ANY, min_size=1, max_size=60), st.sampled_from(["", "Harbour"]), st.sampled_from(["a", "a" * 1999]))
def test_buttons_keep_within_slacks_limits(lines: list[str], client: str, fingerprint: str) -> None:
    """A message with one block, one character or one id too many is refused as a whole."""
    entries = (
        Entry(f"{fingerprint}{number}", (Line(line),), client, on="feedback", episode=1)
        for number, line in enumerate(lines)
    )
    made = form(Message("en", "Late", tuple(entries)), buttons=True)

    buttons = buttons_of(made)
    assert len(made["blocks"]) <= 50
    assert len({button["action_id"] for button in buttons}) == len(buttons)
    assert all(len(button["value"]) <= 2000 and len(button["text"]["text"]) <= 75 for button in buttons)
    assert all(len(block.get("text", {}).get("text", "")) <= 3000 for block in made["blocks"])
    assert sum(len(block.get("text", {}).get("text", "")) for block in made["blocks"]) < 13_000


@given(_ANY, st.lists(_ANY, min_size=1, max_size=7))
def test_every_message_keeps_within_slacks_limits(title: str, lines: list[str]) -> None:
    """Too much is refused, not cut: then nobody would be told."""
    message = Message("en", title, tuple(Entry(str(number), (Line(line),)) for number, line in enumerate(lines)))

    made = form(message)

    assert len(made["blocks"][0]["text"]["text"]) <= 150
    assert all(len(block.get("text", {}).get("text", "")) <= 3000 for block in made["blocks"])
    assert len(made["text"]) < 40_000
