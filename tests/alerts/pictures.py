"""The pictures of docs/alerts.md: mails as a browser shows them, light and dark, on a phone and a desk; Slack's blocks.

    python -m tests.alerts.pictures docs/pictures

Of the messages whose golden files lie in tests/alerts/golden. Needs Chromium and a font with Chinese characters.
"""

import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from alerts.channels.slack_form import form
from config.settings import Language
from tests.alerts.gallery import gallery, mail, over, part

_MAILS: Sequence[tuple[str, str, Language, int, int, bool]] = (
    ("mail-daily-light-360", "daily", "en", 360, 610, False),
    ("mail-daily-dark-360", "daily", "en", 360, 610, True),
    ("mail-daily-light-800", "daily", "en", 800, 490, False),
    ("mail-daily-dark-800", "daily", "en", 800, 490, True),
    ("mail-alert-light-360", "alert", "zh-Hant-HK", 360, 480, False),
    ("mail-alert-dark-360", "alert", "zh-Hans-CN", 360, 430, True),
    ("mail-nothing-light-360", "nothing", "en", 360, 280, False),
    ("mail-weekly-light-360", "weekly", "zh-Hant-HK", 360, 440, False),
)
"""File, kind, language, width and height in pixels, whether dark."""
_SLACK: Sequence[tuple[str, str, Language, int, int]] = (
    ("slack-daily", "daily", "en", 640, 360),
    ("slack-over", "over", "en", 640, 395),
    ("slack-alert", "alert", "zh-Hans-CN", 640, 285),
)

_PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 16px; background: #fff; color: #1d1c1d; font: 15px/1.47 "Noto Sans CJK HK", sans-serif; }}
h1 {{ font-size: 18px; margin: 0 0 8px; }} div {{ margin: 0 0 8px; white-space: pre-line; }} a {{ color: #1264a3; }}
.context {{ font-size: 12px; color: #616061; }}
button {{ font: bold 14px "Noto Sans CJK HK", sans-serif; border: 1px solid #bbb; border-radius: 4px; padding: 4px 12px;
  margin-right: 8px; background: #fff; }}
</style>{body}"""


def main(folder: Path) -> None:
    """Write every picture into `folder`."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        sys.exit("there is no Chromium here")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name, page, width, height, dark in _pages():
            at = Path(scratch, "page.html")
            at.write_text(page, "utf-8")
            picture = folder / f"{name}.png"
            options = [
                *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
                *("--hide-scrollbars", f"--user-data-dir={scratch}/profile"),
                *(f"--blink-settings=preferredColorScheme={0 if dark else 1}", f"--window-size={width},{height}"),
            ]
            subprocess.run([browser, *options, f"--screenshot={picture}", at.as_uri()], check=True, capture_output=True)


def _pages() -> Iterator[tuple[str, str, int, int, bool]]:
    for name, kind, language, width, height, dark in _MAILS:
        yield name, part(mail(gallery(language)[kind]), "html"), width, height, dark
    for name, kind, language, width, height in _SLACK:
        message = over(language) if kind == "over" else gallery(language)[kind]
        body = "\n".join(map(_block, form(message, buttons=kind == "alert")["blocks"]))
        yield name, _PAGE.format(body=body), width, height, False


def _block(block: dict[str, Any]) -> str:
    """A block as Slack shows it, more or less."""
    match block["type"]:
        case "header":
            return f"<h1>{html.escape(block['text']['text'])}</h1>"
        case "section":
            return f"<div>{_mrkdwn(block['text']['text'])}</div>"
        case "context":
            return "".join(f'<div class="context">{_mrkdwn(one["text"])}</div>' for one in block["elements"])
        case "actions":
            return "".join(f"<button>{html.escape(one['text']['text'])}</button>" for one in block["elements"])
        case kind:
            raise ValueError(f"no picture of a block {kind}")


def _mrkdwn(text: str) -> str:
    """Links, bold and struck text; what is escaped in mrkdwn is escaped in HTML alike."""
    linked = re.sub(r"<(https?://[^|>]+)\|([^>]*)>", r'<a href="\1">\2</a>', text)
    bold = re.sub(r"^\*(.*)\*$", r"<b>\1</b>", linked, flags=re.MULTILINE)
    return re.sub(r"^(• )?~(.*)~$", r"\1<s>\2</s>", bold, flags=re.MULTILINE)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
