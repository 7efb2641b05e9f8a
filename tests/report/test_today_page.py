"""The page: what it says, in which language and to whom."""

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

import report.html
from config.language import LANGUAGES
from config.settings import Language
from report.freshness import freshness
from report.pages.today import FOLDED
from report.reading.promises import Promises
from report.reading.today import Today
from report.rows import ProjectRow
from report.speech import TEXTS
from tests.alerts.firm import hk, put
from tests.report.asking import MARCO
from tests.report.browser import Seen, document, figures, in_file, seen
from tests.report.firm import asked, feedback, firm, milestone, read_until


def first_source(**values: Any) -> Callable[[Today], Today]:
    """What makes the first source one of which that is so."""
    return lambda shown: replace(shown, sources=[replace(shown.sources[0], **values), *shown.sources[1:]])


# --- words --------------------------------------------------------------------------------------------------------


def test_a_milestone_is_told_with_all_its_dates(full: Engine) -> None:
    """What a BD manager needs before calling the client, complete without a link."""
    text = seen(full).text

    for part in (
        "UAT sign-off Jira · Mobile app revamp · 4 of 31 items open Fri 30 Oct Mon 16 Nov moved by 11 working days "
        "moved 2 times, last on Thu 5 Nov not agreed with the client 8 days 6 working days nobody "
        "Find an owner and a date, then tell the client",
        "Release Jira · Mobile app revamp Tue 24 Nov 08:30 as promised since 08:30",
        "Go-live Jira · Mobile app revamp Fri 18 Dec in 24 days agreed with the client",
        "Today Jira · Mobile app revamp Tue 24 Nov today",
        "brought forward by 2 working days",
        "1 internal date has passed, too, that no client was promised.",
    ):
        assert part in text


def test_feedback_is_told_with_its_wait_and_its_answer(full: Engine) -> None:
    """Scenario 7: "we answered that!" is met with when, and with what came after."""
    text = seen(full).text

    assert "Feedback 1 HubSpot · 潘詠琳 · not answered yet · old data Paper Kite Stores" in text
    assert "Feedback 2 HubSpot · 潘詠琳 · first answered Thu 19 Nov 15:00, then wrote again · old data" in text
    assert "Fri 20 Nov 16:30 9.5 working hours limit 8 h" in text


def test_what_nobody_owns_stands_before_everything_else(full: Engine) -> None:
    """Projects without client and clients without BD manager are mended first: their alerts reach nobody."""
    text = seen(full).text

    unowned = text.index("Campus Wi-Fi Jira project without a client; suggested: Cloud Hill College, not confirmed")
    assert unowned < text.index("Cloud Hill College client without a BD manager") < text.index("Overdue milestones")
    assert "Block C Mobile app revamp, No client, owner: nobody" in text


def test_figures_of_a_stale_source_are_grey_and_say_since_when(full: Engine) -> None:
    """Scenario 10: a figure from old data must not look like one of today."""
    read_until(full, "boards", hk(24, 8, 52))

    told = figures(full)

    assert (told["feedback"].stale, told["overdue"].stale) == (True, False)
    assert told["feedback"].freshness == "HubSpot not read since 07:00"
    assert told["overdue"].freshness == "read until 08:52"
    links = {attrs["href"]: attrs["class"] for tag, attrs in seen(full).tags if tag == "a" and "class" in attrs}
    assert (links["#feedback"], links["#overdue"]) == ("stale", "red")


def test_a_source_that_was_never_read_is_named_at_the_top(full: Engine) -> None:
    """An empty page after a failed first run is no good news."""
    text = seen(full).text

    assert "Trello: not read to the end yet; part of it, or all, is missing here." in text
    assert "HubSpot: not read since Tue 24 Nov 07:00; what changed there since is not shown." in text


def test_of_old_data_nothing_good_is_said(full: Engine) -> None:
    """Scenario 10: while HubSpot is down nobody knows that no client waits."""
    read_until(full, "boards", hk(24, 8, 52))
    nothing = Promises(overdue=(), moved=(), soon=(), undated=(), internal=0)
    text = seen(full, change=lambda shown: replace(shown, unhandled=[], promises=nothing)).text

    assert "Cannot be told now: HubSpot not read since 07:00." in text
    assert "No client waits longer than the limits." not in text
    assert "No promised date has passed." in text


def test_a_source_s_error_is_for_the_one_who_mends_it(full: Engine) -> None:
    """A BD manager learns that the last try failed; the address and the status stand in `milepost status`."""
    text = seen(full, change=first_source(error="delivery: jira.acme.example answered 503 to GET /myself")).text

    assert "up to date the last try failed" in text
    assert "503" not in text


@pytest.mark.parametrize("why", ["denied", "limited", "away", "changed", "absent", "ours"])
def test_a_broken_source_says_why_and_when_it_is_asked_again(full: Engine, why: str) -> None:
    """In every language, in a few words that need no log-in to understand."""
    at = datetime(2026, 11, 24, 3, 40, tzinfo=UTC)
    broken = first_source(error="answered 503", why=why, asked_again_at=at)

    assert re.search(r"the last try failed: (it|its|a) [a-zM' -]+\W next try .*11:40", seen(full, change=broken).text)
    assert "最近一次讀取失敗：" in seen(full, "zh-Hant-HK", change=broken).text
    assert "最近一次读取失败：" in seen(full, "zh-Hans-CN", change=broken).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_whole_page(full: Engine, language: Language) -> None:
    """The same rows in each, and no English left on a Chinese page but names and the tools' own words."""
    page = seen(full, language, is_demo=True)

    assert page.all("lang")[0] == {"en": "en-HK"}.get(language, language)
    assert {"UAT sign-off", "Feedback 1", "Today"} <= set(page.texts)
    assert TEXTS.say(language, "demo_date") in page.texts
    if language != "en":
        assert not re.search(r"\b(days?|hours?|nobody|never|read|working|since)\b", page.text)


def test_every_text_is_said_and_every_text_that_is_said_is_there() -> None:
    """A key that nothing says rots; one that is missing shows only when it is needed."""
    here = Path(report.html.__file__).parent
    said, quoted, begun = set[str](), set[str](), set[str]()
    for path in (*here.rglob("*.py"), *here.glob("templates/*.html")):
        code = path.read_text("utf-8")
        said |= set(re.findall(r'\bt\(\s*"([\w.]+)"', code))
        quoted |= set(re.findall(r'"([\w.]+)"', code))
        begun |= set(re.findall(r'\bt\(\s*f"([\w.]+)\{', code))

    assert said <= TEXTS.keys()
    assert {key for key in TEXTS.keys() - quoted if not key.startswith(tuple(begun))} == set()


def test_a_long_list_of_what_nobody_owns_is_folded(full: Engine) -> None:
    """On the first day every project is without a client: the overdue milestones must not be a screen further down."""
    many = [ProjectRow(f"k{number}", f"Project {number}", None, "Jira", None) for number in range(FOLDED + 5)]
    page = seen(full, change=lambda it: replace(it, projects_without_client=many, clients_without_bd=[]))

    assert page.texts.index("5 more") > page.texts.index(f"Project {FOLDED - 1}")
    assert page.texts.index("5 more") < page.texts.index(f"Project {FOLDED}")
    assert page.texts.count("Jira project without a client") == FOLDED + 5


def test_nothing_to_tell_is_told(engine: Engine) -> None:
    """No row is an answer, and must not look like a page that failed to load."""
    put(engine, "milestone", milestone(1, status_category="done"))
    put(engine, "feedback", feedback(1, handled=True))

    text = seen(engine).text

    assert "No promised date has passed." in text
    assert "No client waits longer than the limits." in text
    assert "No milestone falls due." in text


def test_what_no_source_delivers_is_not_called_unread(engine: Engine) -> None:
    """Jira and Trello alone bring no feedback: an empty list would read as "nobody waits", for ever."""
    told, text = figures(engine), seen(engine).text

    assert [told[anchor].freshness for anchor in ("overdue", "feedback", "due-soon")] == ["no source delivers any"] * 3
    assert told["unowned"].freshness == "read until 08:52"
    assert "No source has delivered client feedback so far. It comes from a CRM, a service desk, or items" in text
    assert text.count("No source has delivered a milestone so far.") == 2
    assert "No client waits" not in text
    assert "not read" not in text


def test_a_first_reading_that_still_runs_is_not_old_data(tmp_path: Path) -> None:
    """Pages come in one by one: what is there is of today, and is not all."""
    engine = firm(tmp_path, sources={"delivery": None})
    put(engine, "milestone", milestone(1))
    text, told = seen(engine).text, figures(engine)
    engine.dispose()

    assert "UAT sign-off Jira · Mobile app revamp · not all read yet" in text
    assert "Jira – not read to the end yet" in text
    assert "old data" not in text
    assert told["feedback"].freshness == "Jira not read to the end yet"


@pytest.mark.parametrize(
    ("language", "as_of", "promised"),
    [
        ("en", "As of Tue 24 Nov 2026 09:00", "Fri 30 Oct 2020"),
        ("zh-Hant-HK", "截至 2026年11月24日（二）09:00", "2020年10月30日（五）"),
        ("zh-Hans-CN", "截至 2026年11月24日（二）09:00", "2020年10月30日（五）"),
    ],
)
def test_the_page_has_its_year_and_dates_of_another_year_have_theirs(
    engine: Engine, language: Language, as_of: str, promised: str
) -> None:
    """Old records, or a page on paper: "30 October" must not be taken for this year's."""
    long_ago = {"baseline_on": date(2020, 10, 30), "moves": 1, "moved_at": hk(5).replace(year=2020)}
    put(engine, "milestone", milestone(1, **long_ago))

    text = seen(engine, language).text

    assert as_of in text
    assert text.count("2020") == 2
    assert promised in text


def test_the_minutes_are_those_between_the_clocks_on_the_page(tmp_path: Path) -> None:
    """Who reads "as of 09:00" and "read until 08:49" reckons eleven minutes, whatever the seconds were."""
    engine = firm(tmp_path, sources={"delivery": hk(24, 8, 49).replace(second=50)})
    text = seen(engine, now=hk(24, 9).replace(second=10)).text
    engine.dispose()

    assert "Jira Tue 24 Nov 08:49 11 min ago" in text


def test_many_stale_sources_are_counted_in_a_figure(full: Engine) -> None:
    """Forty boards that are down fit no phone: the top counts them, the list of sources names each."""
    with asked(full) as one:
        boards = [row for row in one.sources if row.name == "crm"] * 40

        assert freshness(one.speech, boards) == "40 sources not read since 07:00"


def test_headings_and_tables_tell_a_screen_reader_where_it_is(full: Engine) -> None:
    """No level is left out; every table names itself, its columns and its rows."""
    tags = seen(full).tags
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch(r"h\d", tag)]

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert all(attrs.get("scope") for tag, attrs in tags if tag == "th")
    ids = {attrs["id"] for _, attrs in tags if "id" in attrs}
    assert all(attrs["aria-labelledby"] in ids for tag, attrs in tags if tag in ("table", "section"))


def test_a_link_says_which_tool_it_opens(engine: Engine) -> None:
    """A link that asks for a log-in nobody expected is a reason to stop reading."""
    put(engine, "milestone", milestone(1, name="UAT sign-off", url="https://acme.example/browse/NFA-1"))

    text = seen(engine).text

    assert "UAT sign-off Jira · Mobile app revamp" in text
    assert "Links lead into the tools, which ask for a log-in." in text


# --- one reader ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("look", "how"), [(in_file, {"bd": "marco"}), (in_file, {"reader": MARCO}), (seen, {"reader": MARCO})]
)
def test_a_page_of_one_bd_manager_says_whose_it_is_and_holds_no_other_client(
    full: Engine, look: Callable[..., Seen], how: dict[str, Any]
) -> None:
    """It is forwarded to the client sooner or later."""
    text = look(full, **how).text

    assert "Delivery and client report: Marco Yip" in text
    assert "BD manager:" not in text
    for other in ("Paper Kite", "Slow Boat", "Cloud Hill", "Campus Wi-Fi", "Feedback", "莫詠珊", "internal date"):
        assert other not in text.replace("Unhandled client feedback", "")


@pytest.mark.parametrize("bd", ["sandy", "nobodyhere"])
def test_an_address_that_asks_for_another_bears_the_reader_s_own_name(full: Engine, bd: str) -> None:
    """What stands there is Marco's: under Sandy's name he would take it for hers, and forward it so."""
    assert document(full, reader=MARCO, bd=bd).title == "Delivery and client report: Marco Yip"


def test_the_filters_offer_every_bd_manager_and_keep_the_language(full: Engine) -> None:
    """The language stays when the reader narrows the page, and the other way round."""
    shown = document(full, "zh-Hant-HK", bd="marco")

    bd = next(choice for choice in shown.filters if choice.name == "bd")
    assert [(option.label, option.value, option.chosen) for option in bd.options] == [
        ("全部", "", False),
        ("Marco Yip", "marco", True),
        ("罗建明", "kevin", False),
        ("莫詠珊", "sandy", False),
    ]
    page = seen(full, "zh-Hant-HK", bd="marco")
    assert ("input", {"type": "hidden", "name": "lang", "value": "zh-Hant-HK"}) in page.tags
    languages = {attrs["hreflang"]: attrs["href"] for tag, attrs in page.tags if "hreflang" in attrs}
    assert languages == {language: f"/?bd=marco&lang={language}" for language in ("en", "zh-Hant-HK", "zh-Hans-CN")}


def test_a_file_has_no_links_to_pages_that_it_does_not_hold(full: Engine) -> None:
    """A report in a mail's attachment leads nowhere but to the tools, and to its own lists."""
    page = in_file(full)

    assert all(href.startswith(("#", "https://")) for href in page.all("href"))
    ids = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    assert {href[1:] for href in page.all("href") if href.startswith("#")} <= ids
