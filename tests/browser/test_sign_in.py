"""Signing in as people do: without scripts, by keyboard, on a phone; and out again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from sandbox.server import Server
from tests.alerts.firm import settings
from tests.browser.window import WIDTHS, window
from tests.report.access.browsing import PASSWORD, House
from tests.report.firm import firm


@pytest.fixture
def door(tmp_path: Path, browser: Browser) -> Iterator[str]:
    """The address of a report that Marco and Sandy may sign in to. Takes the browser, so that nothing is made where
    there is none."""
    engine = firm(tmp_path)
    house = House(engine, settings(), public_url="")
    house.add("marco")
    house.add("sandy")
    server = Server(house.app)
    server.start()
    yield f"{server.address}/"
    server.stop()
    engine.dispose()


def test_who_signs_in_reads_on_where_they_wanted_to_and_signs_out(browser: Browser, door: str) -> None:
    """The browser itself sends what the forms need; a wrong password is said where a screen reader hears it."""
    with window(browser, door, 390, java_script_enabled=False) as opened:
        page, keys = opened.page, opened.page.keyboard
        opened.open("/portfolio?sort=-slip")
        page.get_by_label("Name or e-mail").fill("marco")
        keys.press("Tab")
        keys.type("not the password")
        keys.press("Enter")
        page.get_by_role("alert").wait_for()
        page.get_by_label("Password").fill(PASSWORD)
        keys.press("Enter")
        page.get_by_text("Signed in as Marco Yip").wait_for()
        arrived = page.url
        page.get_by_role("button", name="Sign out").click()
        page.get_by_text("You are signed out.").wait_for()
        opened.open("/portfolio")

        assert arrived == f"{door}portfolio?sort=-slip"
        assert page.url == f"{door}sign-in?next=%2Fportfolio"
        assert [one for one in opened.complaints if "403" not in one] == []


def test_a_link_that_is_passed_on_shows_each_reader_what_is_theirs(browser: Browser, door: str) -> None:
    """Scenario 12: Sandy opens Marco's link, signs in, and sees her clients and a line about the filter."""
    seen = {}
    for name in ("marco", "sandy"):
        with window(browser, door) as opened:
            opened.open("/portfolio?bd=marco")
            opened.page.get_by_label("Name or e-mail").fill(name)
            opened.page.get_by_label("Password").fill(PASSWORD)
            opened.page.keyboard.press("Enter")
            opened.page.locator("#clients").wait_for()
            seen[name] = opened.page.locator("main").inner_text()

    assert "Bank of Nine Ferries" in seen["marco"]
    assert "asks for clients" not in seen["marco"]
    assert "Paper Kite Stores" in seen["sandy"]
    assert "此連結涉及不屬於你的客戶" in seen["sandy"]
    assert "Bank of Nine Ferries" not in seen["sandy"]


@pytest.mark.parametrize("language", ["en", "zh-Hant-HK", "zh-Hans-CN"])
def test_the_page_leaves_nobody_out(browser: Browser, door: str, language: str) -> None:
    """In each language it fits every width, and axe-core finds nothing serious."""
    with window(browser, door, bypass_csp=True) as opened:
        opened.open(f"/sign-in?lang={language}")
        wider = {}
        for width in WIDTHS:
            opened.page.set_viewport_size({"width": width, "height": 900})
            wider[width] = opened.overflow
        found = Axe().run(opened.page).response["violations"]

        assert wider == dict.fromkeys(WIDTHS, 0)
        assert opened.complaints == []
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
