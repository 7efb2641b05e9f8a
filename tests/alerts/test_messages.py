"""The words: each message in each language beside its golden file, within the bounds of a phone, safe with any text.

`MILEPOST_GOLDEN=write` writes the files anew; look at what changed before committing it.
"""

import os
from datetime import date
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import messages as messages_module
from alerts.channels.slack_form import form
from alerts.messages import TEXTS, Ending, Message
from alerts.phone_size import BODY_CHARS, BODY_LINES
from alerts.plain_text import one_line, safe_url
from alerts.quiet_words import quiet_line
from alerts.week_figures import WeekFigures
from alerts.week_words import week_message
from config.language import LANGUAGES
from config.settings import Language
from tests.alerts import firm
from tests.alerts.firm import feedback, hk, milestone
from tests.alerts.writing import (
    AT_RISK,
    DUE,
    PATH,
    SEVERAL,
    SLOW_BOAT,
    UNPROMISED,
    WEEK,
    WROTE_AGAIN,
    coordinator,
    group,
    item,
    reader,
    writer,
)

GOLDEN = Path(__file__).parent / "golden"


def messages(language: Language) -> dict[str, Message]:
    """One of every kind that there is."""
    to, write = reader(language), writer()
    ends = {
        "done": (milestone(), Ending("done", "謝俊傑", hk(24, 10, 12))),
        "answered": (feedback(), Ending("answered", "Kitty Fung", hk(23, 17, 15))),
        "answered elsewhere": (feedback(), Ending("answered elsewhere", "莫詠珊", hk(20, 17, 15), how="WhatsApp")),
        "closed": (feedback(), Ending("closed", at=hk(24, 8))),
        "cancelled": (milestone(), Ending("cancelled", "Raymond Ho", hk(24, 8))),
        "date agreed": (milestone(), Ending("date agreed", new_on=date(2026, 11, 30), how="CR-012")),
        "date moved": (milestone(), Ending("date moved", "Raymond Ho", hk(24, 9, 40), date(2026, 11, 30), path=PATH)),
        "date moved, nobody knows from where": (
            milestone(),
            Ending("date moved", at=hk(23, 9, 40), new_on=date(2026, 11, 30)),
        ),
        "date removed": (milestone(), Ending("date removed", "Raymond Ho", hk(24, 9, 40))),
        "gone": (milestone(), Ending("gone")),
        "cleared": (milestone(), Ending("cleared")),
    }
    return {
        "overdue": write.one(item(milestone()), to),
        "overdue since this morning, no client": write.one(item(UNPROMISED), to, ("no_bd", "Mobile app revamp")),
        "overdue by the agreed date": write.one(
            item(milestone(agreed_on="2026-11-16", moves=1, status_category="unknown", status="Parked")), to
        ),
        "overdue, in a group": write.one(item(milestone(name="Bank of Nine Ferries UAT")), group(language)),
        "feedback": write.one(item(feedback()), to),
        "feedback, for the coordinator": write.one(item(feedback()), coordinator(language)),
        "feedback, who wrote again": write.one(item(feedback(4, **WROTE_AGAIN)), to),
        "feedback, high": write.one(item(feedback(2, **SLOW_BOAT)), to),
        "feedback of a confidential client, in a group": write.one(
            item(feedback(3, client="client/bank")), group(language)
        ),
        "several": write.many([item(finding) for finding in SEVERAL], to, {}),
        "several, with what may go wrong and what is due": write.many(
            [item(finding) for finding in (*SEVERAL[:2], AT_RISK)], to, {}, DUE
        ),
        "several, in a group, a source stale": writer(stale=("boards",)).many(
            [item(finding) for finding in SEVERAL], group(language), {}
        ),
        "nothing new": quiet_line(write, to, [], [], failed=0, is_last=True),
        "nothing new, some open": quiet_line(
            write, to, [item(found) for found in SEVERAL], DUE, failed=0, is_last=False
        ),
        "nothing new, not all checked": quiet_line(writer(stale=("boards",)), to, [], DUE[:1], failed=2, is_last=False),
        "the week": week_message(write, to, WEEK, date(2026, 11, 20), DUE, ahead="due.next", target="90"),
        "the week, of which little is known": week_message(
            write, to, WeekFigures(0, 1, 1, None, None, {}), date(2026, 11, 20), [], ahead="due.week", target=""
        ),
        "first look": write.summary([item(finding) for finding in SEVERAL], to),
        **{f"ended: {name}": write.ended([item(found, ending)], to) for name, (found, ending) in ends.items()},
        "ended: two": write.ended([item(found, ending) for found, ending in list(ends.values())[:2]], to),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_messages_say_what_their_golden_file_says(language: Language) -> None:
    """So that a change of words is seen as words."""
    told = messages(language)
    said = "\n".join(f"# {name}\n{sent.as_text()}\n" for name, sent in told.items())
    said += "".join(f"\n# {name}, in Slack\n{form(sent)['text']}\n" for name, sent in told.items() if sent.count)
    comments = [
        writer(firm.settings(language=language)).comment(item(finding))
        for finding in (milestone(), UNPROMISED, feedback(bd=None), feedback(bd=None, project="crm/project/1"))
    ]
    said += "\n# comments\n" + "\n".join(comments) + "\n"
    path = GOLDEN / f"messages.{language}.txt"
    if os.environ.get("MILEPOST_GOLDEN") == "write":
        path.write_text(said, "utf-8")

    assert said == path.read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_fits_a_phone(language: Language) -> None:
    """The title before the cut, the body within 600 characters and eight lines."""
    for name, sent in messages(language).items():
        width = sum(40 / 22 if east_asian_width(char) in "WF" else 1 for char in sent.title)
        assert width <= 40.01, name
        assert len(sent.body()) <= BODY_CHARS, name
        assert len(sent.lines) < BODY_LINES, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_with_every_line_there_is_fits_a_phone_uncut(language: Language) -> None:
    """However many sources could not be checked: a promise cut to fifty characters tells nobody anything."""
    crowded = item(milestone(status_category="unknown", status="Parked"))
    sent = writer(stale=("boards", "crm")).one(crowded, reader(language), ("no_bd", "Mobile app revamp"))

    assert len(sent.lines) < BODY_LINES
    assert not any(line.text.endswith("…") for line in sent.lines)
    assert all(label in sent.lines[-1].text for label in ("Jira", "Trello", "HubSpot"))


def test_a_message_comes_back_from_the_outbox_as_it_was() -> None:
    """What was decided is what is sent."""
    for language in LANGUAGES:
        for sent in messages(language).values():
            assert Message.from_json(sent.to_json()) == sent


def test_every_text_is_said_somewhere() -> None:
    """A text that nobody says is not kept."""
    house = Path(messages_module.__file__).parents[1]
    said_in = [*(house / "alerts").rglob("*.py"), *(house / "cli").glob("*.py"), house / "unify" / "decisions.py"]
    code = "\n".join(path.read_text("utf-8") for path in said_in)
    composed = (
        "act.",
        "note.",
        "times.",
        "nth.",
        "level.",
        "late.",
        "ended.",
        "outage.why.",
        "daily.title_",
        "due.",
        "weekly.",
        "role.",
    )  # the rest of the key is a value
    unsaid = [
        key
        for key in TEXTS.keys()  # noqa: SIM118  a method of the catalog
        if f'"{key.removesuffix("_no_client")}"' not in code and not key.startswith(composed)
    ]

    assert unsaid == []


_ANY = st.text(max_size=400)


@given(_ANY, _ANY, _ANY, st.sampled_from(LANGUAGES))
def test_whatever_a_vendor_writes_stays_in_its_line_and_within_bounds(
    name: str, text: str, author: str, language: Language
) -> None:
    """Titles are hostile: no line of theirs can look like one of ours."""
    hostile: dict[str, Any] = {"owner_name": author, "project_name": text, "status": text}
    for sent in (
        writer().one(item(milestone(name=name, **hostile)), reader(language)),
        writer().one(item(feedback(subject=name, text=text, author=author)), reader(language)),
        writer().many([item(milestone(name=name, **hostile)), item(feedback(text=text))], reader(language), {}),
        writer().many([item(milestone(1, name=name)), item(milestone(2, name=text, **hostile))], reader(language), {}),
    ):
        assert len(sent.body()) <= BODY_CHARS
        assert len(sent.body().splitlines()) <= len(sent.lines) < BODY_LINES
        assert len(sent.title.splitlines()) == 1


@given(_ANY)
def test_one_line_is_one_line(text: str) -> None:
    """No break, no control character, nothing that turns the direction of writing."""
    line = one_line(text)

    assert len(line.splitlines()) <= 1
    assert one_line(line) == line


@given(st.one_of(_ANY, _ANY.map("https://tool.example/".__add__)))
def test_a_link_is_http_or_nothing(text: str) -> None:
    """A vendor's address can neither run something nor end the markup around it."""
    url = safe_url(text)

    assert url == "" or url.startswith(("http://", "https://"))
    assert not set(url) & set(' <>"|\\\n\r')
