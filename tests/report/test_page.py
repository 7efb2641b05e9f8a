"""The page: what it says in which language, that nothing of a vendor's becomes markup, that it needs no network."""

import re
from dataclasses import fields, replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

import report.page
from config.language import LANGUAGES
from config.settings import Language
from report.overview import Overview
from report.page import FOLDED, TEXTS, Page, render
from report.rows import FeedbackRow, MilestoneRow, ProjectRow
from tests.alerts.firm import TUESDAY, hk, put
from tests.report.firm import feedback, firm, milestone, project, read

SIGN_OFF: dict[str, Any] = {
    "name": "UAT sign-off",
    "baseline_on": date(2026, 10, 30),
    "slip_days": 17,
    "moves": 2,
    "moved_at": hk(5, 11),
    "open_items": 4,
    "total_items": 31,
}


class Seen(HTMLParser):
    """What a browser makes of a page: its tags with their attributes, and its text by the tag it stands in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if data.strip() and self.tags[-1][0] != "style":
            self.texts.append(" ".join(data.split()))

    def all(self, attribute: str) -> list[str]:
        """Every value of an attribute."""
        return [str(attrs[attribute]) for _, attrs in self.tags if attribute in attrs]

    @property
    def text(self) -> str:
        return " ".join(self.texts)


def seen(shown: Overview, language: Language = "en", **how: Any) -> Seen:
    return Seen(render(Page.of(shown, language, **how)))


@pytest.fixture
def full(tmp_path: Path) -> Overview:
    """Something in every part of the page, one source stale."""
    engine = firm(tmp_path, sources={"crm": TUESDAY - timedelta(hours=2), "boards": None})
    put(engine, "project", project(11, name="Campus Wi-Fi", client_key=None))
    link = {"from_key": "delivery/project/11", "to_key": "client/hill", "method": "name", "status": "suggested"}
    put(engine, "identity_link", {"kind": "project_client", **link})
    odd = {"source": "delivery", "stream": "issue", "vendor_id": "9", "field": "due", "seen_at": TUESDAY}
    put(engine, "mapping_problem", odd)
    put(
        engine,
        "milestone",
        milestone(1, **SIGN_OFF),
        milestone(2, name="Release", due_on=date(2026, 11, 24), due_at=hk(24, 8, 30), deadline_at=hk(24, 8, 30)),
        milestone(3, name="Go-live", due_on=date(2026, 12, 18), agreed_on=date(2026, 12, 18), slip_days=-4),
        milestone(4, name="Block C", due_on=None, client_key=None, bd_person=None),
        milestone(5, client_facing=False),
        milestone(6, name="Today", due_on=date(2026, 11, 24), baseline_on=date(2026, 11, 26), slip_days=-2),
    )
    put(engine, "feedback", feedback(1), feedback(2, first_response_at=hk(19, 15)))
    shown = read(engine)
    engine.dispose()
    return shown


# --- words --------------------------------------------------------------------------------------------------------


def test_a_milestone_is_told_with_all_its_dates(full: Overview) -> None:
    """What a BD manager needs before calling the client, complete without a link."""
    text = seen(full).text

    for part in (
        "UAT sign-off Mobile app revamp · 4 of 31 items open Fri 30 Oct 2 times last Thu 5 Nov Mon 16 Nov "
        "8 days 6 working days 11 working days nobody",
        "Release Mobile app revamp Tue 24 Nov never Tue 24 Nov 08:30 since 08:30",
        "Fri 18 Dec in 24 days Go-live",
        "Tue 24 Nov today Today",
        "2 working days earlier",
        "And 1 internal date has passed that no client was promised.",
    ):
        assert part in text


def test_feedback_is_told_with_its_wait_and_its_answer(full: Overview) -> None:
    """Scenario 7: "we answered that!" is met with when, and with what came after."""
    text = seen(full).text

    assert "Feedback 1 潘詠琳 · not answered yet · old data Paper Kite Stores" in text
    assert "Feedback 2 潘詠琳 · first answered Thu 19 Nov 15:00, then wrote again · old data" in text
    assert "Fri 20 Nov 16:30 9.5 working hours limit 8 h" in text


def test_what_nobody_owns_stands_before_everything_else(full: Overview) -> None:
    """Projects without client and clients without BD manager are mended first: their alerts reach nobody."""
    text = seen(full).text

    unowned = text.index("Campus Wi-Fi: Jira project without a client; suggested: Cloud Hill College, not confirmed")
    assert unowned < text.index("Cloud Hill College: client without a BD manager") < text.index("Overdue milestones")
    assert "Block C: Mobile app revamp, No client, owner: nobody" in text


def test_figures_of_a_stale_source_are_grey_and_say_since_when(full: Overview) -> None:
    """Scenario 10: a figure from old data must not look like one of today."""
    shown = replace(full, sources=[row for row in full.sources if row.name != "boards"])

    figures = {figure.anchor: figure for figure in Page.of(shown, "en").figures}

    assert (figures["feedback"].stale, figures["overdue"].stale) == (True, False)
    assert figures["feedback"].freshness == "HubSpot not read since 07:00"
    assert figures["overdue"].freshness == "read 08:52"
    links = {attrs["href"]: attrs["class"] for tag, attrs in seen(shown).tags if tag == "a" and "class" in attrs}
    assert (links["#feedback"], links["#overdue"]) == ("stale", "late")


def test_a_source_that_was_never_read_is_named_at_the_top(full: Overview) -> None:
    """An empty page after a failed first run is no good news."""
    text = seen(full).text

    assert "Trello: not read yet; nothing of it is shown." in text
    assert "HubSpot: not read since Tue 24 Nov 07:00; what changed there since is not shown." in text


def test_of_old_data_nothing_good_is_said(full: Overview) -> None:
    """Scenario 10: while HubSpot is down nobody knows that no client waits."""
    sources = [row for row in full.sources if row.name != "boards"]
    text = seen(replace(full, sources=sources, unhandled=[], overdue=[])).text

    assert "Cannot be told now: HubSpot not read since 07:00." in text
    assert "No client waits longer than the limits." not in text
    assert "No promised date has passed." in text


def test_a_source_s_error_is_for_the_one_who_mends_it(full: Overview) -> None:
    """A BD manager learns that the last try failed; the address and the status stand in `milepost status`."""
    failed = replace(full.sources[0], error="delivery: jira.acme.example answered 503 to GET /rest/api/3/myself")
    text = seen(replace(full, sources=[failed, *full.sources[1:]])).text

    assert "up to date the last try failed" in text
    assert "503" not in text


def test_a_promise_that_was_moved_without_the_client_is_no_ordinary_date(engine: Engine) -> None:
    """Scenario 4: a moved date turns an alert into another one, never into silence."""
    moved = {"due_on": date(2026, 11, 30), "baseline_on": date(2026, 10, 30), "slip_days": 31, "moves": 3}
    put(engine, "milestone", milestone(1, **moved), milestone(2, **moved | {"agreed_on": date(2026, 11, 30)}))

    silent, told = sorted(Page.of(read(engine), "en").due_soon, key=lambda row: row.slip_note)

    assert (silent.slip, silent.slip_note) == ("21 working days", "")
    assert (told.slip, told.slip_note) == ("21 working days", "promised Fri 30 Oct; moved, not agreed")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_whole_page(full: Overview, language: Language) -> None:
    """The same rows in each, and no English left on a Chinese page but names and the tools' own words."""
    page = seen(full, language, demo=True, address=lambda person, language: f"?{person}{language}")

    assert page.all("lang")[0] == {"en": "en-HK"}.get(language, language)
    assert {"UAT sign-off", "Feedback 1", "Today"} <= set(page.texts)
    assert TEXTS.say(language, "demo_date") in page.texts
    if language != "en":
        assert not re.search(r"\b(days?|hours?|nobody|never|read|working|since)\b", page.text)


def test_every_text_is_said_and_every_text_that_is_said_is_there() -> None:
    """A key that nothing says rots; one that is missing shows only when it is needed."""
    here = Path(report.page.__file__).parent
    said = set()
    for path in (here / "page.py", here / "templates" / "report.html"):
        source = path.read_text("utf-8")
        said |= set(re.findall(r'\bt\(\s*"([\w.]+)"', source)) | set(re.findall(r'"(figure\.\w+)"', source))

    assert said == TEXTS.keys()


def test_a_long_list_of_what_nobody_owns_is_folded(full: Overview) -> None:
    """On the first day every project is without a client: the overdue milestones must not be a screen further down."""
    many = [ProjectRow(f"k{number}", f"Project {number}", None, "Jira", None) for number in range(FOLDED + 5)]
    page = seen(replace(full, projects_without_client=many, clients_without_bd=[]))

    assert page.texts.index("5 more") > page.texts.index(f"Project {FOLDED - 1}: Jira project without a client")
    assert page.texts.index("5 more") < page.texts.index(f"Project {FOLDED}: Jira project without a client")


def test_nothing_to_tell_is_told(engine: Engine) -> None:
    """No row is an answer, and must not look like a page that failed to load."""
    text = seen(read(engine)).text

    assert "No promised date has passed." in text
    assert "No client waits longer than the limits." in text
    assert "No milestone falls due." in text


# --- one reader ---------------------------------------------------------------------------------------------------


def test_a_page_of_one_bd_manager_says_whose_it_is_and_holds_no_other_client(full: Overview) -> None:
    """It is forwarded to the client sooner or later."""
    text = seen(full, person="marco").text

    assert "Delivery and client report: Marco Yip" in text
    assert "BD manager" not in text
    for other in ("Paper Kite", "Slow Boat", "Cloud Hill", "Campus Wi-Fi", "Feedback", "莫詠珊", "internal date"):
        assert other not in text.replace("Unhandled client feedback", "")


def test_links_lead_to_every_bd_manager_and_language(full: Overview) -> None:
    """The language stays when the reader changes, and the other way round."""
    page = Page.of(full, "zh-Hant-HK", person="marco", address=lambda person, language: f"?{person}-{language}")

    assert [(view.label, view.href, view.current) for view in page.views] == [
        ("全部", "?None-zh-Hant-HK", False),
        ("Marco Yip", "?marco-zh-Hant-HK", True),
        ("莫詠珊", "?sandy-zh-Hant-HK", False),
        ("罗建明", "?kevin-zh-Hant-HK", False),
    ]
    assert [(view.label, view.href) for view in page.languages] == [
        ("English", "?marco-en"),
        ("繁體中文", "?marco-zh-Hant-HK"),
        ("简体中文", "?marco-zh-Hans-CN"),
    ]


def test_a_file_has_no_links_to_pages_that_it_does_not_hold(full: Overview) -> None:
    """A report in a mail's attachment leads nowhere but to the tools."""
    assert not [href for href in seen(full).all("href") if href.startswith("?")]


# --- hostile text -------------------------------------------------------------------------------------------------

EVERY_TEXT = {"name", "subject", "project_name", "owner_name", "author", "moved_by", "tool", "url"}


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
        unhandled=[row(value) for value in shown.unhandled],
        due_soon=[row(value) for value in shown.due_soon],
        undated=[row(value) for value in shown.undated],
        sources=[replace(source, label=text, error=text) for source in shown.sources],
    )


HARMLESS = {
    *("html", "head", "meta", "title", "style", "body", "header", "h1", "p", "span", "ul", "li", "a", "strong"),
    *("main", "section", "h2", "h3", "article", "table", "thead", "tbody", "tr", "th", "td", "div", "footer"),
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Overview:
    """A row of each kind."""
    engine = firm(tmp_path_factory.mktemp("hostile"))
    put(engine, "project", project(11, name="x"))
    put(engine, "milestone", milestone(1), milestone(2, due_on=date(2026, 12, 1)), milestone(3, due_on=None))
    put(engine, "feedback", feedback(1))
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
    known = {"href", "rel", "class", "id", "lang", "charset", "content", "name", "http-equiv", "aria-label", "scope"}
    assert {name for _, attrs in page.tags for name in attrs} <= known | {"data-label"}
    for href in page.all("href"):
        assert href.startswith(("#", "http://", "https://"))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://[", "JaVaScRiPt:x"]
)
def test_only_web_addresses_become_links(rows: Overview, url: str) -> None:
    """A vendor's field is clicked by somebody who trusts this page."""
    row: MilestoneRow = replace(rows.overdue[0], url=url)
    waits: FeedbackRow = replace(rows.unhandled[0], url=url)

    page = Page.of(replace(rows, overdue=[row], unhandled=[waits]), "en")

    assert (page.overdue[0].rows[0].url, page.feedback[0].url) == (None, None)


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
    import base64
    import hashlib

    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
