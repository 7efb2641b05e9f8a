"""What all who read one channel may be told: a client only where its channel lists it, a confidential one by its code.

Found when the config is read: in a group nothing can be taken back.
"""

import pytest

from tests.config.kinds import read
from tests.config.test_checks import CLIENTS, only
from tests.config.test_loading import mistakes

ROUTE = '[[routes]]\nto = ["email:coordinator"]\n'
OF_FERRIES = '[[routes]]\nmatch = {client = "ferries"}\nto = ["email:may"]\n'


def with_group(clients: str = "", first: str = "", **also: str) -> str:
    """The firm with a Slack channel that the last route tells as a group."""
    channel = f'[channels.bd_slack]\nkind = "slack"\ntoken = "env:SLACK_TOKEN"\nchannel = "C1"\n{clients}\n'
    text = CLIENTS.replace(ROUTE, f'{channel}\n{first}\n[[routes]]\nto = ["email:coordinator", "bd_slack"]\n')
    for client, line in also.items():
        text = text.replace(f"[clients.{client}]\n", f"[clients.{client}]\n{line}\n")
    return text


def test_a_group_reads_of_no_client_that_its_channel_does_not_list() -> None:
    """It names the route, the channel, the client and what to write."""
    assert only(with_group('clients = ["harbour"]')) == (
        'routes[1].to[2]: all who read "bd_slack" would be told of "ferries": add "ferries" to `clients` of '
        "[channels.bd_slack], or give a route above with match = {client = …} for whoever may read it"
    )


def test_a_channel_that_lists_nobody_is_told_of_nobody() -> None:
    """Silence in the config is no permission."""
    assert 'would be told of "harbour", "ferries"' in only(with_group())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(with_group('clients = ["harbour", "ferries"]'), id="listed"),
        pytest.param(with_group('clients = ["harbour"]', OF_FERRIES), id="told elsewhere"),
        pytest.param(
            with_group('clients = ["harbour"]', ferries='confidential = true\ncode = "BLUE"'), id="by its code"
        ),
        pytest.param(with_group().replace('"bd_slack"]', '"bd_slack:bd"]'), id="to persons"),
    ],
)
def test_what_a_group_may_read_is_accepted(text: str) -> None:
    """Listed, told elsewhere, by a code, or to persons alone."""
    assert set(read(text).settings.channels) == {"email", "bd_slack"}


def test_a_route_above_that_asks_for_more_than_the_client_leaves_the_rest_to_the_group() -> None:
    """Only the client's critical matters go elsewhere."""
    critical = OF_FERRIES.replace('"ferries"', '"ferries", severity = "critical"')

    assert 'would be told of "ferries"' in only(with_group('clients = ["harbour"]', critical))


def test_a_confidential_client_needs_a_code_where_a_group_reads_of_it() -> None:
    """Its key in the config is often its name."""
    assert only(with_group('clients = ["harbour", "ferries"]', ferries="confidential = true")) == (
        'routes[1].to[2]: all who read "bd_slack" would be told of "ferries", which is confidential: write code = "…" '
        "below [clients.ferries], a word that tells nothing, or a route above for that client"
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ('clients = ["harbor"]', 'channels.bd_slack.clients[1]: "harbor" is none of [clients]; did you mean "harbour"'),
        ('clients = "harbour"', "channels.bd_slack.clients: write a list"),
    ],
)
def test_a_list_of_clients_names_what_there_is(wrong: str, says: str) -> None:
    """A name that is misspelt would keep a client out of its own team's channel."""
    assert any(says in found for found in mistakes(with_group(wrong)))


def test_a_channel_without_a_group_has_nobody_to_list_clients_for() -> None:
    """A key that does nothing is refused, not believed."""
    text = CLIENTS.replace('kind = "email"', 'kind = "email"\nclients = ["harbour"]')

    assert "channels.email.clients: this channel has no group" in only(text)
