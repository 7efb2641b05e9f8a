"""`milepost feed`: as somebody types it."""

from tests.cli.home import Home


def test_an_address_is_printed_for_who_may_read_the_report(home: Home) -> None:
    """It is noted, and taken back with all that they are signed in by."""
    text = home.config.read_text("utf-8")
    home.config.write_text(f'public_url = "https://hub.example"\n{text}', "utf-8")
    said = home.run("feed", "lee")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("https://hub.example/feed/")
    assert said.out.endswith(".ics\n")
    assert [one["what"] for one in home.run("users", "log", "--json").json] == ["the address of their calendar"]
    assert home.run("users", "sign-out", "lee").code == 0
    assert home.run("feed", "leee").code == 2


def test_without_an_address_of_the_hub_there_is_none(home: Home) -> None:
    """A calendar in a cloud finds no loopback."""
    said = home.run("feed", "lee")

    assert said.code == 2
    assert "public_url" in said.err
