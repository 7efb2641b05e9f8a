"""Every address of the whole application, tried by a BD manager: none leads to anything of another's client.

The addresses are those that the application has: a new page is tried as soon as it is there.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from io import BytesIO
from zipfile import ZipFile

import httpx
import pytest
from pydantic import SecretStr
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
from tests.report.access.there_twice import INTERNAL, OURS, THEIRS, fill, fill_of_several
from unify.engine import writing

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
