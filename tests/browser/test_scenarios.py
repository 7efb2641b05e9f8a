"""The stories of the trade, clicked through as a BD manager would."""

import re

from playwright.sync_api import Browser, Locator

from tests.browser.window import Window, window
from tests.journey.day import Day

MARCO = "?bd=marco"


def rows(opened: Window, table: str) -> list[Locator]:
    """The rows of a table, without those that name a group."""
    return opened.page.locator(f"#{table} tbody tr:not(.group)").all()


def figure(opened: Window, label: str) -> int:
    """The headline number whose label has that word."""
    text = opened.page.locator(".figures > *", has_text=label).first.inner_text()
    found = re.search(r"\d+", text)
    assert found, text
    return int(found[0])


def test_he_taps_the_figure_of_what_is_overdue(browser: Browser, home: str, morning: Day) -> None:
    """Scenario 2: exactly two rows, each with what was promised, what it is now and who moved it; every page, the file
    for programs and the message say two."""
    with window(browser, home, 390) as opened:
        opened.open(f"/{MARCO}")
        assert figure(opened, "overdue") == 2
        opened.page.get_by_role("link", name=re.compile("overdue milestones")).first.click()

        assert "#overdue" in opened.page.url
        (release, sign_off) = (row.inner_text() for row in rows(opened, "overdue"))
        assert "Release 2.1" in release
        assert "Fri 13 Nov" in release
        assert "UAT sign-off" in sign_off
        assert re.search(r"Fri 30 Oct.*Mon 16 Nov.*moved 2 times, last on Thu 5 Nov by Raymond Ho", sign_off, re.DOTALL)

        opened.open(f"/portfolio{MARCO}")
        told = [re.search(r"(\d+) overdue", row.inner_text()) for row in rows(opened, "projects")]
        assert sum(int(found[1]) for found in told if found) == 2

        opened.open(f"/timeline{MARCO}")
        assert figure(opened, "overdue") == 2

    (mail,) = morning.mails_to("marco")
    late = re.findall(r"(Release 2\.1|UAT sign-off)(?: is)? \d+ days late", mail.part("plain"))
    assert set(late) == {"Release 2.1", "UAT sign-off"}
