"""The report over HTTP: who is answered, what the browser is told, and what is asked for by the address."""

import asyncio
import base64
import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette

from config.settings import Language
from report.asked import Reader
from report.server import Health, server
from report.site import Site
from rules.load import load_rules
from tests.alerts.firm import TUESDAY, put, settings
from tests.report.firm import feedback, milestone, moment
from unify.engine import StoreError


class Browser:
    """Asks the application, without a socket."""

    def __init__(self, app: Starlette, address: str = "127.0.0.1") -> None:
        self._transport = httpx.ASGITransport(app, client=(address, 50000))

    def get(self, path: str, **how: Any) -> httpx.Response:
        """The answer to a GET."""
        return self.request("GET", path, **how)

    def request(self, method: str, path: str, **how: Any) -> httpx.Response:
        """The answer to a request; `how` are httpx's params and headers."""

        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://127.0.0.1:8080") as client:
                return await client.request(method, path, **how)

        return asyncio.run(asked())


Serve = Callable[..., Browser]


@pytest.fixture
def serve(engine: Engine) -> Serve:
    """A client of the application over the firm; `options` are the application's."""
    put(engine, "milestone", milestone(1, name="UAT sign-off"))
    put(engine, "feedback", feedback(1))

    def made(
        language: Language = "en",
        now: Callable[[], datetime] = lambda: TUESDAY,
        address: str = "127.0.0.1",
        **options: Any,
    ) -> Browser:
        known = settings(language=language)
        site = Site(engine, known, lambda: moment(known, now()), load_rules(known), lambda _: Reader())
        return Browser(server(pages=site.routes(), **({"health": Health} | options)), address)

    return made


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080", "[::1]"])
def test_this_machine_is_answered(serve: Serve, host: str) -> None:
    """Whatever name and port somebody who sits here takes."""
    assert serve().get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080", "", "0.0.0.0", "127.0.0.1:80:80"]
)
@pytest.mark.parametrize("path", ["/", "/report.json", "/healthz", "/nothing"])
def test_any_other_host_is_refused(serve: Serve, host: str, path: str) -> None:
    """A page of an attacker whose name points here (DNS rebinding) reads nothing, not even whether we are well."""
    answer = serve().get(path, headers={"host": host})

    assert answer.status_code == 421
    assert "UAT" not in answer.text


def test_two_host_headers_are_refused(serve: Serve) -> None:
    """A proxy that looks at the one and we at the other would open what each keeps shut."""
    answer = serve().get("/", headers=httpx.Headers([("host", "evil.example"), ("host", "localhost")]))

    assert answer.status_code == 421


@pytest.mark.parametrize(
    ("public_url", "host"),
    [("https://hub.acme.example", "hub.acme.example"), ("https://[2001:db8::1]:8443", "[2001:db8::1]:8443")],
)
def test_the_public_address_is_answered(serve: Serve, public_url: str, host: str) -> None:
    """What stands in `public_url` is where people come from, through a proxy with sign-in."""
    assert serve(public_url=public_url).get("/", headers={"host": host}).status_code == 200
    assert serve(public_url=public_url).get("/", headers={"host": "other.acme.example"}).status_code == 421


@pytest.mark.parametrize("path", ["/", "/report.json", "/healthz", "/nothing"])
def test_every_answer_tells_the_browser_to_trust_nothing(serve: Serve, path: str) -> None:
    """No script, no request, no frame, no copy in a cache, no address told to whom a link leads."""
    headers = serve().get(path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy
    assert "unsafe" not in policy
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")
    assert headers["cache-control"] == "no-store"


def test_the_page_s_style_passes_the_policy(serve: Serve) -> None:
    """The hash in the header is that of the style as it is sent."""
    answer = serve().get("/")

    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_there_is_nothing_to_write_to(serve: Serve, method: str) -> None:
    """Read only."""
    assert serve().request(method, "/").status_code == 405


# --- what is asked for --------------------------------------------------------------------------------------------


def test_bd_narrows_page_and_json(serve: Serve) -> None:
    """Each BD manager keeps the address of their own page."""
    page, told = serve().get("/?bd=marco"), serve().get("/report.json?bd=marco").json()

    assert "UAT sign-off" in page.text
    assert "Paper Kite" not in page.text
    assert list(told["clients"]) == ["client/bank"]


@pytest.mark.parametrize("path", ["/", "/report.json"])
def test_a_name_that_is_no_bd_manager_is_not_found(serve: Serve, path: str) -> None:
    """An empty page for a mistyped name would read as "all is well"."""
    answer = serve().get(path, params={"bd": "<script>marc0"})

    assert (answer.status_code, "script" in answer.text) == (404, False)


@pytest.mark.parametrize(
    ("lang", "shown"),
    [("", "en-HK"), ("zh-TW", "zh-Hant-HK"), ("zh-CN", "zh-Hans-CN"), ("fr", "en-HK"), ("en", "en-HK")],
)
def test_lang_takes_the_nearest_language(serve: Serve, lang: str, shown: str) -> None:
    """Any tag that a phone may send."""
    assert f'<html lang="{shown}">' in serve().get("/", params={"lang": lang}).text


@pytest.mark.parametrize(
    ("address", "shown"), [("/?bd=kevin", "zh-Hans-CN"), ("/?bd=kevin&lang=en", "en-HK"), ("/", "en-HK")]
)
def test_a_bd_manager_s_page_is_in_their_language(serve: Serve, address: str, shown: str) -> None:
    """Scenario 8: the address that Kevin keeps needs no second parameter; whoever asks for another language gets it."""
    assert f'<html lang="{shown}">' in serve().get(address).text


@pytest.mark.parametrize("language", ["en", "zh-Hant-HK"])
def test_links_keep_the_language_that_the_reader_has(serve: Serve, language: str) -> None:
    """To narrow the page to a colleague's clients must not throw the reader into another script."""
    page = serve(language=language).get("/?lang=en").text

    assert '<input type="hidden" name="lang" value="en">' in page
    narrowed = serve(language=language).get("/?bd=kevin&lang=en").text
    assert 'href="/?bd=kevin&amp;lang=zh-Hans-CN" lang="zh-Hans-CN"' in narrowed


# --- when something fails -----------------------------------------------------------------------------------------


def test_health_tells_monitors_what_is_wrong(serve: Serve) -> None:
    """503 wakes somebody; the words tell them why."""
    well = serve().get("/healthz")
    ill = serve(health=lambda: Health(("crm: not read since 10:30", "2 messages need a person"))).get("/healthz")

    assert (well.status_code, well.text) == (200, "ok")
    assert (ill.status_code, ill.text) == (503, "crm: not read since 10:30\n2 messages need a person")


@pytest.mark.parametrize(
    ("address", "host"),
    [("203.0.113.9", "hub.acme.example"), ("203.0.113.9", "127.0.0.1"), ("127.0.0.1", "hub.acme.example")],
)
def test_strangers_learn_no_more_than_that_something_is_wrong(serve: Serve, address: str, host: str) -> None:
    """Nobody signs in to ask; which tools a firm has is not for everybody who knows the address, or writes ours as Host
    where `serve` listens to others, or comes by a proxy that stands here."""
    ill = serve(
        health=lambda: Health(("crm: not read since 10:30",)), public_url="https://hub.acme.example", address=address
    )
    answer = ill.get("/healthz", headers={"host": host})

    assert (answer.status_code, answer.text) == (503, "milepost status says what does not work")


def test_a_database_that_cannot_be_read_is_no_page(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """The reader learns that it is not their fault, the log learns what it is, and no path leaves the machine."""

    def broken() -> datetime:
        raise StoreError("The database /srv/milepost.db is damaged")

    answer = serve(now=broken).get("/")

    assert (answer.status_code, "/srv" in answer.text) == (503, False)
    assert "/srv/milepost.db is damaged" in caplog.text


def test_a_page_travels_compressed_and_a_workbook_as_it_is(serve: Serve) -> None:
    """On a phone in a lift the first page is there at once; a workbook is compressed already."""
    browser = serve()

    page, workbook = browser.get("/"), browser.get("/portfolio", params={"format": "xlsx"})
    plain = browser.get("/", headers={"accept-encoding": "identity"})

    assert page.headers["content-encoding"] == "gzip"
    assert int(page.headers["content-length"]) < len(plain.content) / 3
    assert page.text == plain.text
    assert "content-encoding" not in workbook.headers
    assert int(workbook.headers["content-length"]) == len(workbook.content)
