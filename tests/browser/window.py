"""A window of a real Chromium on the report, which notes everything that a reader or an operator must never see."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

WIDTHS = (390, 768, 1440)
"""A phone, a tablet and a desk."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium() -> str | None:
    """The Chromium of this machine: what MILEPOST_CHROMIUM says, else the first that is found; None: there is none."""
    return os.environ.get("MILEPOST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser_of(path: str) -> Iterator[Browser]:
    """A browser without a face, for as long as it is needed."""
    with sync_playwright() as playwright:
        # A container's root has no sandbox to lay its pages in, and what they load is ours.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()


class Window:
    """A page with what went wrong on it since it was opened: `complaints`."""

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.home = home
        self.complaints: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", self._dialog)
        page.on("request", self._request)
        page.on("response", self._response)

    def open(self, path: str) -> None:
        """Go to that address of the report."""
        self.page.goto(self.home + path.removeprefix("/"), wait_until="load")

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        found: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return found

    def asked(self, script: str) -> Any:
        """What a script says about the page."""
        return self.page.evaluate(script)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _dialog(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:")):
            self.complaints.append(f"request to elsewhere: {request.url[:200]}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not response.url.endswith("/favicon.ico"):
            self.complaints.append(f"{response.status}: {response.url}")


@contextmanager
def window(browser: Browser, home: str, width: int = 1440, **how: Any) -> Iterator[Window]:
    """A new window of that width, with nothing remembered from another."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **how)
    try:
        yield Window(context.new_page(), home)
    finally:
        context.close()
