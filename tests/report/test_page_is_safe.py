"""Nothing of a vendor's becomes markup, and the page needs no network."""

import base64
import hashlib
import re
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import report.page
from alerts.messages import Says
from report.overview import Overview
from report.page import Page, render
from report.rows import AlertRow, FeedbackRow, MilestoneRow
from tests.alerts.firm import put
from tests.report.browser import Seen, seen
from tests.report.firm import alert, feedback, firm, milestone, project, read

EVERY_TEXT = {"name", "subject", "project_name", "owner_name", "author", "moved_by", "tool", "url", "agreed_reference"}


def poisoned(shown: Overview, text: str) -> Overview:
    """`shown` with `text` wherever a vendor's text can stand."""

    def row(value: Any) -> Any:
        return replace(value, **{field.name: text for field in fields(value) if field.name in EVERY_TEXT})

    return replace(
        shown,
        clients={key: replace(client, names={"": text}) for key, client in shown.clients.items()},
        people=dict.fromkeys(shown.people, text),
        projects_without_client=[row(value) for value in shown.projects_without_client],
        overdue=[row(value) for value in shown.overdue],
        moved_past_promise=[row(value) for value in shown.moved_past_promise],
        unhandled=[row(value) for value in shown.unhandled],
        alerts=[replace(row(value), says=lambda _: Says(text, text, text)) for value in shown.alerts],
        due_soon=[row(value) for value in shown.due_soon],
        undated=[row(value) for value in shown.undated],
        sources=[replace(source, label=text, error=text) for source in shown.sources],
    )


HARMLESS = {
    *("html", "head", "meta", "title", "style", "body", "header", "h1", "p", "span", "ul", "li", "a", "strong"),
    *("main", "section", "h2", "h3", "nav", "table", "thead", "tbody", "tr", "th", "td", "div", "footer"),
}

KNOWN = {
    *("href", "rel", "class", "id", "lang", "charset", "content", "name", "http-equiv", "scope", "colspan", "role"),
    *("data-label", "aria-label", "aria-labelledby"),
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Overview:
    """A row of each kind."""
    engine = firm(tmp_path_factory.mktemp("hostile"))
    put(engine, "project", project(11, name="x"))
    put(engine, "milestone", milestone(4, due_on=date(2027, 1, 29), baseline_on=date(2026, 10, 30)))
    put(engine, "milestone", milestone(1), milestone(2, due_on=date(2026, 12, 1)), milestone(3, due_on=None))
    put(engine, "feedback", feedback(1))
    put(engine, "alert", alert("item-blocked", "x", url="x"))
    shown = read(engine)
    engine.dispose()
    return shown


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
def test_no_text_of_a_vendor_becomes_markup(rows: Overview, text: str) -> None:
    """Whatever stands in a title, a name or an address: the page has the same tags and no other attribute."""
    page = seen(poisoned(rows, text))

    assert {tag for tag, _ in page.tags} <= HARMLESS
    known = {
        "href",
        "rel",
        "class",
        "id",
        "lang",
        "charset",
        "content",
        "name",
        "http-equiv",
        "scope",
        "colspan",
        "role",
    }
    assert {name for _, attrs in page.tags for name in attrs} <= known | {"data-label", "aria-label", "aria-labelledby"}
    for href in page.all("href"):
        assert href.startswith(("#", "http://", "https://"))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://[", "JaVaScRiPt:x"]
)
def test_only_web_addresses_become_links(rows: Overview, url: str) -> None:
    """A vendor's field is clicked by somebody who trusts this page."""
    row: MilestoneRow = replace(rows.overdue[0], url=url)
    waits: FeedbackRow = replace(rows.unhandled[0], url=url)

    fires: AlertRow = replace(rows.alerts[0], url=url)

    page = Page.of(replace(rows, overdue=[row], unhandled=[waits], alerts=[fires]), "en")

    shown = (page.overdue[0].rows[0], page.feedback[0], page.alerts[0].kinds[0].rows[0])
    assert [row.url for row in shown] == [None, None, None]


# --- self-contained -----------------------------------------------------------------------------------------------


def test_the_page_needs_no_network(full: Overview) -> None:
    """It is opened from a mail, in a tunnel: nothing is fetched, nothing runs, links alone lead out."""
    html = render(Page.of(full, "en"))
    page = Seen(html)

    assert not [tag for tag, _ in page.tags if tag in ("script", "link", "img", "iframe", "object", "embed", "base")]
    assert page.all("src") == []
    assert not re.search(r"@import|url\(", html)


def test_the_policy_in_the_file_lets_its_own_style_pass(full: Overview) -> None:
    """One space between hash and style, and every reader gets a page without layout."""
    html = render(Page.of(full, "en"))
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    (policy,) = (attrs["content"] for tag, attrs in Seen(html).tags if attrs.get("http-equiv"))

    assert style is not None
    assert policy == report.page.POLICY
    assert f"'sha256-{_sha256(style[1])}'" in policy


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
