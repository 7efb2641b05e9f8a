"""Each kind of message in the form of each channel, beside its golden file: a mail as text and as HTML, Slack's blocks.

`MILEPOST_GOLDEN=write` writes the files anew; look at what changed before committing it.
"""

import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels.slack_form import form
from alerts.messages import Message
from config.language import LANGUAGES
from config.settings import Language
from tests.alerts.firm import feedback, milestone
from tests.alerts.gallery import gallery, mail, over, part
from tests.alerts.writing import group, item, reader, writer

GOLDEN = Path(__file__).parent / "golden"
KINDS = tuple(gallery("en"))
OURS = frozenset({"html", "head", "meta", "title", "style", "body", "table", "tr", "td", "span", "a"})
"""The tags that a mail of ours is made of."""


def beside(name: str, said: str) -> None:
    """`said` is what its golden file says."""
    path = GOLDEN / name
    if os.environ.get("MILEPOST_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(said, "utf-8")

    assert said == path.read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "group"])
def test_a_mail_of_each_kind_is_what_its_golden_file_says(kind: str, language: Language) -> None:
    """The headers and the text in one file, the HTML in another."""
    sent = mail(gallery(language)[kind])

    headers = "".join(f"{name}: {value}\n" for name, value in sent.items() if name != "Content-Type")
    beside(f"mail/{kind}.{language}.txt", f"{headers}\n{part(sent, 'plain')}")
    beside(f"mail/{kind}.{language}.html", part(sent, "html"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [*KINDS, "over"])
def test_slack_blocks_of_each_kind_are_what_their_golden_file_says(kind: str, language: Language) -> None:
    """With the text that a phone's notification tells."""
    message = over(language) if kind == "over" else gallery(language)[kind]

    beside(f"slack/{kind}.{language}.json", json.dumps(form(message), ensure_ascii=False, indent=1) + "\n")


@pytest.mark.parametrize("kind", ["nothing", "weekly", "first look", "escalated"])
def test_nothing_can_be_pressed_below_what_is_no_alert_to_take(kind: str) -> None:
    """A button that does nothing is pressed twice."""
    blocks = form(gallery("en")[kind], buttons=True)["blocks"]

    assert [block["type"] for block in blocks if block["type"] == "actions" or "accessory" in block] == []


class Outline(HTMLParser):
    """The tags and attributes of a page, and what is fetched to show it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("kind", KINDS)
def test_html_is_tables_with_inline_styles_and_fetches_nothing(kind: str) -> None:
    """Outlook knows no flex, Gmail cuts a mail at 102 kB, and a picture that is fetched tells who has read it."""
    sent = mail(gallery("zh-Hant-HK")[kind])
    html = part(sent, "html")

    tags = Outline(html).tags
    assert {tag for tag, _ in tags} <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "table",
        "tr",
        "td",
        "span",
        "a",
    }
    assert all("style" in told for tag, told in tags if tag in ("body", "td", "a"))
    assert not [told for _, told in tags if {"src", "background", "onclick"} & told.keys()]
    assert re.findall(r"url\(|@import|flex|grid|position:", html) == []
    assert "prefers-color-scheme: dark" in html
    assert len(sent.as_bytes()) < 100_000


def test_every_color_of_a_mail_has_another_in_the_dark() -> None:
    """Black on black is not read."""
    html = part(mail(gallery("en")["daily"]), "html")
    dark = html[html.index("@media") : html.index("</style>")]

    for _, told in Outline(html).tags:
        if re.search(r"(?:^|;)color:|background:", told.get("style") or ""):
            assert f".{told['class']}" in dark


# --- Text that wants to be more than text ---

TRICKS = (
    *("<!channel>", "<!here>", "<@U012345>", "<!subteam^S1|all>", "@all", "@channel", "*bold* _it_ ~no~ `code`"),
    *("<https://evil.example|Your bank>", "&lt;!channel&gt;", "<script>alert(1)</script>", "<img src=x onerror=y>"),
    *('"><a href="https://evil.example">', "</td></tr></table>", "</style><style>*{display:none}", "--></title>"),
    *(
        "\r\nBcc: all@lanternquay.example",
        "\n\nDear client",
        "a\x00b\x1b[31m",
        "{{ 7 * 7 }}",
        "{% for x in y %}",
        "${7*7}",
    ),
    *("%s%n", "{name}", "\u202egnirts", "a\u200bb\u2066c\u2069", "\ufeff", "\ud83d", "javascript:alert(1)", "=1+1"),
    *("x" * 100_000, "字" * 100_000, "http://evil.example/\u202etxt.exe", "&amp;", "\u2028line\u2029", "🏴" * 50),
)
_HOSTILE = st.one_of(st.sampled_from(TRICKS), st.text(max_size=60)).flatmap(
    lambda trick: st.text(max_size=20).map(lambda text: f"{text} {trick} {text}")
)
_ADDRESSES = st.one_of(_HOSTILE, _HOSTILE.map(lambda text: f"https://tool.example/{text}"))
_FIELDS = ("name", "subject", "text", "author", "owner_name", "bd_name", "project_name", "status", "moved_by_name")
_DIRECTIONS = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f", *"\u200b\u200c\u200d\ufeff"}
_DIRECTIONS |= set("\u2028\u2029\x00\x1b")
_NO_BREAK = "\u200b"


def hostile_messages(facts: dict[str, Any], language: Language) -> list[Message]:
    """Of a milestone and of feedback with those fields, to a person and to a group, alone and together."""
    late, waits = item(milestone(**facts)), item(feedback(**facts))
    return [
        message
        for to in (reader(language), group(language))
        for message in (writer().one(late, to), writer().one(waits, to), writer().many([late, waits], to, {}))
    ]


@settings(max_examples=40)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(_FIELDS, _HOSTILE)), _ADDRESSES, st.sampled_from(LANGUAGES))
def test_no_field_of_a_vendor_is_more_than_text_in_a_mail(facts: dict[str, str], url: str, language: Language) -> None:
    """No tag, no link but the tool's own, no header, no turned direction, and nothing is filled in."""
    for message in hostile_messages({**facts, "url": url}, language):
        sent = mail(message)
        assert [name for name in sent if name in ("Bcc", "Cc", "Reply-To")] == []
        assert len(sent.as_bytes()) < 100_000
        tags = Outline(part(sent, "html")).tags
        assert {tag for tag, _ in tags} <= {
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "table",
            "tr",
            "td",
            "span",
            "a",
        }
        assert all((told["href"] or "").startswith(("http://", "https://")) for tag, told in tags if tag == "a")
        assert not _DIRECTIONS & set(part(sent, "plain"))
        assert not _DIRECTIONS & set(str(sent["Subject"]))


@settings(max_examples=60)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(_FIELDS, _HOSTILE)), st.sampled_from(LANGUAGES))
def test_no_field_of_a_vendor_is_more_than_text_in_slack(facts: dict[str, str], language: Language) -> None:
    """Nobody is called, nothing is linked or set bold, and every limit is kept."""
    for message in hostile_messages({**facts, "url": ""}, language):
        told = form(message)
        for text in (told["text"], *_mrkdwn(told["blocks"])):
            assert "<" not in text
            bare = re.sub(r"^\*.*\*$", "", text, flags=re.M)  # whose they are: ours, set bold
            assert not re.search(rf"(?<!{_NO_BREAK})[*_~`]", bare)
            assert not (_DIRECTIONS - {_NO_BREAK}) & set(text)
            assert len(text) <= 3000
        assert len(told["blocks"]) <= 50


def _mrkdwn(blocks: list[dict[str, Any]]) -> list[str]:
    texts = [block["text"] for block in blocks if block["type"] == "section"]
    texts += [element for block in blocks if block["type"] == "context" for element in block["elements"]]
    return [text["text"] for text in texts if text["type"] == "mrkdwn"]


def test_a_template_in_a_title_is_not_filled_in() -> None:
    """`{{ 7 * 7 }}` is what somebody called their card."""
    message = writer().one(item(milestone(name="{{ 7 * 7 }} {client}")), reader("en"))

    assert "{{ 7 * 7 }} {client}" in message.body()
    assert "{{ 7 * 7 }} {client}" in part(mail(message), "html")
