"""Every address of the whole application, tried by a BD manager: none leads to anything of another's client.

The addresses are those that the application has: a new page is tried as soon as it is there.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import reduce
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from cli.feed import feed_addresses
from cli.hub import Hub
from cli.serve import _app
from config.secrets import Redactor
from config.settings import Secret, SignInSettings
from connectors.hubspot import HubspotSettings
from connectors.jira import JiraSettings
from connectors.trello import TrelloSettings
from report.access import accounts
from report.access.passwords import Passwords
from report.feed import PATH
from report.pages import PAGES
from rules.load import load_rules
from tests.alerts.firm import TUESDAY, put, settings
from tests.report.access.browsing import PASSWORD, PUBLIC, Browser
from tests.report.firm import alert, feedback, milestone, project
from unify.engine import writing

OURS, THEIRS = "Antelope", "Zebra"
"""In every text of a client of Marco's, and of one of Sandy's."""
INTERNAL = "Quokka"
"""In every text of a date that was promised to no client, of Marco's client."""
EARLIER = TUESDAY - timedelta(hours=1)
"""When decisions were made: those of this very moment are of the next answer."""
SECRET = Secret(reference="env:TOKEN", value=SecretStr("nobody uses it"))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Of a firm in which everything is there twice."""
    folder = tmp_path_factory.mktemp("reach")
    known = settings(
        folder=folder,
        database=f"sqlite:///{folder / 'milepost.db'}",
        public_url=PUBLIC,
        sign_in=SignInSettings(enabled=True),
        sources={
            "delivery": JiraSettings(name="delivery", url="http://127.0.0.1:9", email="a@b.example", token=SECRET),
            "boards": TrelloSettings(name="boards", url="http://127.0.0.1:9", key=SECRET, token=SECRET),
            "crm": HubspotSettings(name="crm", url="http://127.0.0.1:9", token=SECRET),
        },
    )
    known = known.model_copy(
        update={
            "clients": {
                "bank": known.clients["bank"].model_copy(update={"name": f"{OURS} Bank"}),
                "kite": known.clients["kite"].model_copy(update={"name": f"{THEIRS} Stores"}),
            }
        }
    )
    with Hub(known, load_rules(known), redactor=Redactor(), clock=lambda: TUESDAY, wall=lambda: TUESDAY) as hub:
        kinds = {"delivery": "jira", "boards": "trello", "crm": "hubspot"}
        rows = ({"name": name, "kind": kind, "active": True, "last_ok_at": TUESDAY} for name, kind in kinds.items())
        put(hub.engine, "source", *rows)
        fill(hub.engine, "bank", "marco", OURS, 1)
        fill(hub.engine, "kite", "sandy", THEIRS, 2)
        fill_of_several(hub.engine)
        with writing(hub.engine) as connection:
            for name in ("marco", "may"):
                accounts.add(known, connection, name, Passwords().hash(PASSWORD), "root", TUESDAY)
        yield hub


@pytest.fixture(scope="module")
def app(hub: Hub) -> Starlette:
    """All that `serve` answers."""
    return _app(hub, demo=False)


def fill(engine: Engine, client: str, bd: str, word: str, number: int) -> None:
    """Something of that client in every table that a page may read."""
    known = {"client_key": f"client/{client}"}
    whose = known | {"bd_person": f"person/{bd}"}
    in_project = {"project_key": f"delivery/project/{number}"}
    dated = whose | in_project | {"changed_here_at": TUESDAY}
    late = milestone(number, name=f"{word} sign-off", status_native=word, **dated)
    moved = milestone(number + 10, name=f"{word} release", slip_days=9, moves=2, **dated)
    soon = milestone(number + 20, name=f"{word} go-live", due_on=date(2026, 11, 26), **dated)
    said = feedback(number, subject=f"{word} is slow", text=word, author_name=word, **whose, **in_project)
    row = {"source": "crm", "vendor_id": str(number)}
    put(engine, "project", project(number, name=f"{word} app", description=word, **known))
    put(engine, "milestone", late, moved, soon)
    put(engine, "feedback", said)
    told: dict[str, Any] = {"client": f"client/{client}", "bd": f"person/{bd}", "name": word}
    put(engine, "alert", alert("milestone-overdue", late["key"], **told))
    put(engine, "alert", alert("feedback-unhandled", said["key"], **told))
    work = {"kind": "Task", "status_category": "todo", "milestone_keys": [late["key"]], **row, **in_project, **known}
    put(engine, "work_item", {"key": f"delivery/issue/9{number}", "name": f"{word} task", "labels": [word], **work})
    risk = {"status_category": "todo", "probability": 4, "impact": 4, "response_plan": word, **row, **in_project}
    put(engine, "risk", {"key": f"delivery/issue/8{number}", "name": f"{word} risk", **risk})
    put(engine, "company", {"key": f"crm/company/{number}", "name": f"{word} Ltd", **row, **known})
    put(engine, "contact", {"key": f"crm/contact/{number}", "name": f"{word} Wong", **row, **known})
    put(engine, "deal", {"key": f"crm/deal/{number}", "name": f"{word} deal", "stage_category": "todo", **row, **known})
    mail = {"on_key": said["key"], "on_keys": [said["key"]], "kind": "mail", "text": word, "side": "client"}
    put(engine, "comment", {"key": f"crm/mail/{number}", "created_at": TUESDAY, **row, **mail})
    change = {"field": "due", "old": word, "new": word, "changed_at": TUESDAY, "origin": "native"}
    put(engine, "change", {"key": f"delivery/change/{number}", "entity_key": late["key"], **row, **change})
    october = {"first_on": date(2026, 10, 1), "last_on": date(2026, 10, 31), "months": 1, "counted": 6, "met": 4}
    month = {"indicator": "on_time", "value": 66.7, "computed_at": TUESDAY, "left_out": [{"key": word, "reason": word}]}
    kept = {"key": f"on_time/1/2026-10/client/{client}", "details": {"missed": [late["key"], word]}}
    put(engine, "indicator_month", kept | october | month | known)
    noted = {"recorded_at": EARLIER, "recorded_by": bd}
    put(engine, "agreement", {"milestone_key": late["key"], "agreed_on": TUESDAY.date(), "reference": word, **noted})
    put(engine, "answer", {"feedback_key": said["key"], "answered_at": TUESDAY, "how": word, **noted})
    until = {"begins_at": TUESDAY, "ends_at": TUESDAY + timedelta(days=2), "created_at": EARLIER, "created_by": bd}
    put(engine, "silence", {"rule": "item-stale", "client": client, "reason": word, **until})


def fill_of_several(engine: Engine) -> None:
    """What is of more than one client, or of Marco's and yet not for him."""
    internal = milestone(
        31, name=INTERNAL, client_facing=False, client_key="client/bank", project_key="delivery/project/1"
    )
    put(engine, "milestone", internal)
    noted = {"agreed_on": TUESDAY.date(), "recorded_at": EARLIER, "recorded_by": "marco"}
    put(engine, "agreement", {"milestone_key": internal["key"], "reference": INTERNAL, **noted})
    put(engine, "alert", alert("milestone-overdue", internal["key"], name=INTERNAL, client_facing=False))
    snoozed = {"reason": "snoozed", "to_state": "snoozed", "episode": 1, "at": EARLIER, "actor": "marco"}
    of = f"milestone-overdue:{internal['key']}"
    put(engine, "alert_event", {"fingerprint": of, "note": INTERNAL, **snoozed})
    change = {"entity_key": internal["key"], "field": "due", "old": INTERNAL, "new": INTERNAL, "changed_at": TUESDAY}
    put(engine, "change", {"key": "delivery/change/3", "source": "delivery", "vendor_id": "3", **change})

    mail = {"source": "crm", "vendor_id": "3", "on_key": "crm/ticket/2", "on_keys": ["crm/ticket/2", "crm/ticket/1"]}
    said = {"side": "client", "created_at": TUESDAY, "text": "both", "url": f"https://crm.example/{THEIRS}"}
    put(engine, "comment", {"key": "crm/mail/3", **mail, **said})
    put(engine, "reference", {"from_key": "crm/mail/3", "to_key": "crm/ticket/1"})

    doubt = ["issues", THEIRS, 40, 90, [THEIRS], TUESDAY.isoformat()]
    tally = {"stream": "issues", "part": THEIRS, "there": 60, "here": 57, "unlisted": 0, "differs_since": None}
    tally |= {"is_standing": True, "absent": [THEIRS], "is_read_again": False}
    put(engine, "hub_state", {"name": "doubts/delivery", "value": json.dumps([doubt])})
    put(engine, "hub_state", {"name": "counts/delivery", "value": json.dumps([tally])})
    unread = {"source": "delivery", "stream": "issue", "vendor_id": "92", "field": THEIRS, "seen_at": TUESDAY}
    put(engine, "mapping_problem", {"reason": THEIRS, "value": THEIRS, **unread})
    run = {"id": 1, "source": "delivery", "started_at": TUESDAY, "outcome": "failed", "error": THEIRS}
    put(engine, "sync_run", run)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE source SET last_error = ? WHERE name = 'delivery'", (THEIRS,))


OWN = ("bank", "delivery/project/1")
THINGS = ("kite", "delivery/project/2")
OTHERS = ("client/kite", "sandy", "crm/ticket/2", "delivery/issue/2", "crm/company/2")
"""What pages are about, and what else may be tried in its place."""


def addresses(routes: list[BaseRoute], named: Sequence[str] = THINGS) -> Iterator[str]:
    """Each that may be opened; where it names one thing, with each of `named` in its place."""
    for route in routes:
        if isinstance(route, Mount):
            yield from (route.path + path for path in addresses(list(route.routes), named))
        elif isinstance(route, Route) and "GET" in (route.methods or ()):
            holes = re.findall(r"{[^}]*}", route.path)
            yield from (re.sub(r"{[^}]*}", name, route.path) for name in (named if holes else [""]))


IN_OTHER_FORMS = (
    "/?format=xlsx",
    "/sources?format=md",
    "/decisions?format=csv",
    "/projects/delivery/project/1?format=xlsx",
    "/changes/delivery/project/1?format=md",
)
"""They are written of what the page says, as HTML is: a few tell whether that is so."""


def files(named: Sequence[str]) -> Iterator[str]:
    """Each page as its values; a few as what else there is."""
    for kind in PAGES:
        names = named if "{of}" in kind.path else [""]
        yield from (f"{kind.path.replace('{of}', name)}?format=json" for name in names)
    yield from IN_OTHER_FORMS


def text_of(answer: httpx.Response) -> str:
    """All that stands in it: a workbook is packed."""
    if not answer.content.startswith(b"PK"):
        return answer.text
    with ZipFile(BytesIO(answer.content)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


@pytest.fixture(scope="module")
def marco(app: Starlette) -> Browser:
    """Signed in; Antelope is his, Zebra is not."""
    return signed_in(app, "marco")


def signed_in(app: Starlette, name: str) -> Browser:
    """A browser of theirs."""
    browser = Browser(app)
    assert browser.sign_in(name).status_code == 303
    return browser


@pytest.mark.parametrize(
    "query",
    ["", "?client=kite", f"?bd=sandy&q={THEIRS}", "?client=client/kite&lang=zh-Hant-HK"],
)
def test_no_address_leads_a_bd_manager_to_another_s_client(app: Starlette, marco: Browser, query: str) -> None:
    """Whatever the address asks for: not a name, not a text, and nothing breaks."""
    named = THINGS if query else (*THINGS, *OTHERS, *OWN)
    found = {path: marco.get(path + query) for path in addresses(list(app.routes), named)}

    said_back = (f'value="{THEIRS}"', f"q={THEIRS}")
    for path, answer in found.items():
        told = reduce(lambda text, back: text.replace(back, ""), said_back, answer.text)
        assert THEIRS not in told, path
        assert INTERNAL not in told, path
        assert answer.status_code < 500, path
    assert {kind.path for kind in PAGES if kind.is_in_menu} <= set(found)


def test_no_file_tells_a_bd_manager_of_another_s_client(marco: Browser) -> None:
    """The values of a page hold more than it shows."""
    found = {path: marco.get(path) for path in files((*THINGS, *OWN))}

    for path, answer in found.items():
        told = text_of(answer)
        assert THEIRS not in told, path
        assert INTERNAL not in told, path
        assert answer.status_code in (200, 404), path
    assert all(found[path].status_code == 200 for path in IN_OTHER_FORMS)


def test_the_same_addresses_say_it_to_who_sees_all(app: Starlette) -> None:
    """Else the test above would find nothing because there is nothing to find."""
    may = signed_in(app, "may")
    telling = {path for path in addresses(list(app.routes)) if THEIRS in may.get(path).text}

    assert {"/", "/portfolio", "/decisions", "/timeline", "/report.json"} <= telling
    assert {"/clients/kite", "/projects/delivery/project/2"} <= telling


def test_the_same_files_say_it_to_who_sees_all(app: Starlette) -> None:
    """Of both that is kept from Marco, where there is something of both."""
    may = signed_in(app, "may")
    said = {path: text_of(may.get(path)) for path in files(OWN)}

    mailed = "/projects/delivery/project/1?format=json"
    assert {"/?format=json", "/sources?format=json", "/indicators?format=json", mailed} <= _telling(said, THEIRS)
    assert {"/decisions?format=json", "/decisions?format=csv", mailed} <= _telling(said, INTERNAL)
    assert set(IN_OTHER_FORMS) <= _telling(said, THEIRS) | _telling(said, INTERNAL)


def _telling(said: Mapping[str, str], word: str) -> set[str]:
    return {path for path, text in said.items() if word in text}


def test_a_bd_manager_sees_their_own(marco: Browser) -> None:
    """And the header says who reads, with a button to end it."""
    page = marco.get("/portfolio").text

    assert OURS in page
    assert "Signed in as Marco Yip" in page
    assert 'method="post" action="/sign-out"' in page


def test_a_calendar_passes_the_door_by_its_address_alone(hub: Hub, app: Starlette) -> None:
    """Outlook signs in nowhere. It gets that one feed, of one's own clients, and a made-up address gets nothing."""
    calendar = Browser(app)
    address = feed_addresses(hub).address("marco", "bd", TUESDAY).removeprefix(PUBLIC)

    feed = calendar.get(address, accept="*/*")

    assert (feed.status_code, feed.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert OURS in feed.text
    assert THEIRS not in feed.text
    assert calendar.get(address.replace(PATH, f"{PATH}x")).status_code == 404
    assert calendar.get("/portfolio", accept="*/*").status_code == 401


def test_the_button_of_the_header_signs_out(app: Starlette) -> None:
    """With the token that the page carries."""
    browser = signed_in(app, "marco")
    (token,) = re.findall(r'name="token" value="([^"]*)"', browser.get("/portfolio").text)

    assert browser.post("/sign-out", token=token).status_code == 303
    assert browser.get("/portfolio").headers["location"].startswith("/sign-in")
