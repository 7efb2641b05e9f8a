"""`milepost users`: as somebody types it."""

import io

import pytest

from tests.cli.home import Home


def test_an_account_is_given_listed_and_taken_away(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The password comes from standard input, and is written nowhere."""
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))

    added = home.run("users", "add", "lee", "--password-stdin")
    listed = {one["name"]: one for one in home.run("users", "list", "--json").json}
    removed = home.run("users", "remove", "lee")

    assert (added.code, added.err) == (0, "lee may sign in\n")
    assert (listed["lee"]["role"], listed["may"]["role"]) == ("bd", "coordinator")
    assert listed["lee"]["password_changed_at"] is not None
    assert listed["may"]["password_changed_at"] is None
    assert removed.code == 0
    assert [one["event"] for one in home.run("users", "log", "--json").json] == ["added", "removed"]
    assert b"correct horse" not in home.database.read_bytes()


@pytest.mark.parametrize(
    ("typed", "given", "told"),
    [
        (("add", "leee", "--password-stdin"), "", 'did you mean "lee"?'),
        (("add", "lee", "--password-stdin"), "short\n", "at least 12 characters"),
        (("add", "lee"), "", "--password-stdin"),
        (("sign-out", "lee"), "", "has no password here"),
    ],
)
def test_what_cannot_be_done_is_refused(
    home: Home, monkeypatch: pytest.MonkeyPatch, typed: tuple[str, ...], given: str, told: str
) -> None:
    """With what to do instead, before a password is asked for."""
    monkeypatch.setattr("sys.stdin", io.StringIO(given))

    said = home.run("users", *typed)

    assert said.code == 2
    assert told in said.err
