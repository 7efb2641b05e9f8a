"""Nothing of a vendor's becomes markup, and the page needs no network."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from report.document import Document, Table
from report.html import POLICY, render
from report.pages.today import TODAY
from report.reading.promises import Promises
from report.reading.today import Today, read_today
from rules.health.turns import Turn
from rules.stopped import Stopped
from tests.alerts.firm import TUESDAY, put
from tests.report.browser import Seen, html
from tests.report.firm import alert, asked, feedback, firm, milestone, project

EVERY_TEXT = {"name", "subject", "project_name", "owner_name", "author", "moved_by", "url", "agreed_reference", "by"}


def poisoned(shown: Today, text: str) -> Today:
    """`shown` with `text` wherever a vendor's text can stand."""

    def row(value: Any) -> Any:
        of_facts = {"facts": {**value.facts, "name": text, "client_names": {"": text}}} if _has(value, "facts") else {}
        return replace(value, **{name: text for name in EVERY_TEXT if _has(value, name)}, **of_facts)

    def rows(values: Sequence[Any]) -> list[Any]:
        return [row(value) for value in values]

    promises = shown.promises
    return replace(
        shown,
        promises=Promises(
            overdue=rows(promises.overdue),
            moved=rows(promises.moved),
            soon=rows(promises.soon),
            undated=rows(promises.undated),
            internal=1,
        ),
        unhandled=rows(shown.unhandled),
        alerts=rows(shown.alerts),
        changes=replace(shown.changes, rows=rows(shown.changes.rows), turns=[Turn(text, None, "green", "red", text)]),
        projects_without_client=rows(shown.projects_without_client),
        stopped={text: Stopped(text, TUESDAY)},
        sources=[replace(source, label=text, tool=text, error=text) for source in shown.sources],
    )


def _has(value: Any, name: str) -> bool:
    return name in {field.name for field in fields(value)}


HARMLESS = {
    *("html", "head", "meta", "title", "style", "body", "header", "h1", "p", "span", "ul", "li", "a", "strong"),
    *("link", "main", "section", "h2", "h3", "nav", "table", "thead", "tbody", "tr", "th", "td", "div", "footer"),
    *("form", "label", "select", "option", "input", "button"),
}

KNOWN = {
    *("href", "rel", "class", "id", "lang", "hreflang", "charset", "content", "name", "http-equiv", "scope", "colspan"),
    *("role", "data-label", "aria-label", "aria-labelledby", "aria-hidden", "aria-current"),
    *("action", "method", "type", "value", "selected", "download", "tabindex"),
}


Shown = Callable[[str], tuple[Document, str]]
"""The page with that text wherever a vendor's can stand, and its HTML."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """Of a page on which there is a row of each kind."""
    engine = firm(tmp_path_factory.mktemp("hostile"))
    put(engine, "project", project(11, name="x"))
    put(engine, "milestone", milestone(4, due_on=date(2027, 1, 29), baseline_on=date(2026, 10, 30)))
    put(engine, "milestone", milestone(1), milestone(2, due_on=date(2026, 12, 1)), milestone(3, due_on=None))
    put(engine, "feedback", feedback(1))
    put(engine, "feedback", feedback(2, received_at=TUESDAY, waiting_since=TUESDAY))
    put(engine, "alert", alert("item-blocked", "x", url="x"))
    with asked(engine) as one:
        shown = read_today(one)

        def with_text(text: str) -> tuple[Document, str]:
            page = TODAY.show(poisoned(shown, text), one)
            return page, render(page, one, TODAY)

        yield with_text
    engine.dispose()


@given(
    st.text()
    | st.sampled_from(
        [
            "<script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "</style><script>alert(1)</script>",
            "{{ 7 * 7 }}{% raw %}",
            "javascript:alert(1)",
            "' onmouseover='alert(1)",
            "http://[",
            "&lt;b&gt;",
            "\u202egnp.exe",
        ]
    )
)
def test_no_text_of_a_vendor_becomes_markup(hostile: Shown, text: str) -> None:
    """Whatever stands in a title, a name or an address: the page has the same tags and no other attribute."""
    page = Seen(hostile(text)[1])

    assert {tag for tag, _ in page.tags} <= HARMLESS
    assert {name for _, attrs in page.tags for name in attrs} <= KNOWN
    for href in (str(attrs["href"]) for tag, attrs in page.tags if "href" in attrs and tag != "link"):
        assert href.startswith(("#", "/", "http://", "https://"))
        assert not href.startswith("//")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://[", "JaVaScRiPt:x"]
)
def test_only_web_addresses_become_links(hostile: Shown, url: str) -> None:
    """A vendor's field is clicked by somebody who trusts this page."""
    tables = {block.anchor: block for block in hostile(url)[0].blocks if isinstance(block, Table)}
    for anchor in ("overdue", "moved", "feedback", "alerts", "due-soon"):
        assert {row.cells[0].href for row in tables[anchor].rows} == {None}, anchor
    assert {row.cells[0].href for row in tables["changes"].rows if row.group != "Health"} == {None}


# --- self-contained -----------------------------------------------------------------------------------------------


def test_the_page_needs_no_network(full: Engine) -> None:
    """It is opened from a mail, in a tunnel: nothing is fetched, nothing runs, links alone lead out."""
    text = html(full)
    page = Seen(text)

    assert not [tag for tag, _ in page.tags if tag in ("script", "img", "iframe", "object", "embed", "base")]
    assert all(str(attrs["href"]).startswith("data:") for tag, attrs in page.tags if tag == "link")
    assert page.all("src") == []
    assert not re.search(r"@import|url\(", text)


def test_the_policy_in_the_file_lets_its_own_style_pass(full: Engine) -> None:
    """One space between hash and style, and every reader gets a page without layout."""
    text = html(full)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    (policy,) = (attrs["content"] for tag, attrs in Seen(text).tags if attrs.get("http-equiv"))

    assert style is not None
    assert policy == POLICY
    assert f"'sha256-{_sha256(style[1])}'" in policy


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
