"""The pictures of the report: `python -m tests.browser.pictures FOLDER` opens the pages of the demo's morning.

Each on a desk in English, the first one on a phone in Chinese too. Needs Chromium and a font with Chinese characters.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cli.serve import serving
from report.pages import PAGES
from tests.browser.conftest import address_of
from tests.browser.window import browser_of, chromium, window
from tests.journey.day import day

_ON_A_PHONE = ("today",)
_LISTS = ("items", "changes", "person")
"""Pages that are one list, as it stands on others too."""

_HIGHEST = 1500
"""Pixels: a longer page is cut, for the picture shows how it looks and not all that it says."""


def main(folder: Path) -> None:
    """Write every picture into `folder`."""
    path = chromium()
    if path is None:
        sys.exit("there is no Chromium here")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        day(Path(scratch)) as morning,
        browser_of(path) as browser,
    ):
        morning.first_round()
        with serving(morning.hub, "127.0.0.1", 0, demo=True) as home:
            for name, address, language, width in _views():
                with window(browser, home, width, device_scale_factor=1) as opened:
                    opened.open(f"{address}?lang={language}")
                    height = min(_HIGHEST, opened.asked("document.documentElement.scrollHeight"))
                    opened.page.set_viewport_size({"width": width, "height": height})
                    opened.page.screenshot(path=folder / f"report-{name}-{width}.png")


def _views() -> Iterator[tuple[str, str, str, int]]:
    """File, address, language and width."""
    for kind in PAGES:
        if kind.key not in _LISTS:
            yield kind.key, address_of(kind), "en", 1440
    for kind in PAGES:
        if kind.key in _ON_A_PHONE:
            yield kind.key, address_of(kind), "zh-Hant-HK", 390


if __name__ == "__main__":
    main(Path(sys.argv[1]))
