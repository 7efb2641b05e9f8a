"""Signing in with the accounts of a company: over real HTTP, with a stand-in of its provider."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey
from pydantic import SecretStr

from config.settings import OidcSettings, Secret
from report.access import accounts
from report.access.oidc import Provider
from report.access.pages import BACK
from sandbox.oidc import CLIENT_ID, CLIENT_SECRET, OidcSandbox
from sandbox.server import Server
from tests.alerts.firm import TUESDAY, settings
from tests.report.access.browsing import PUBLIC, Browser, House, leads_to
from unify.engine import writing

MARCO = {"email": "Marco@lanternquay.example", "email_verified": True}


@pytest.fixture(scope="module")
def running() -> Iterator[OidcSandbox]:
    """A provider that listens."""
    made = OidcSandbox(lambda: TUESDAY, PUBLIC + BACK)
    server = Server(made.app)
    server.start()
    made.issuer = server.address
    yield made
    server.stop()


@pytest.fixture
def company(running: OidcSandbox) -> OidcSandbox:
    """As it is on any day; Marco is signed in there."""
    running.claims, running.named, running.refuses, running.signs_with = dict(MARCO), {}, "", running.key
    running.app.faults.clear()
    return running


@pytest.fixture
def office(house: House, company: OidcSandbox) -> House:
    """The firm, whose people sign in there too."""
    return House(house.engine, settings(), provider=provider(company))


def provider(company: OidcSandbox, **changed: Any) -> Provider:
    """As the settings name it."""
    secret = Secret(reference="env:OIDC", value=SecretStr(CLIENT_SECRET))
    told = OidcSettings(**{"issuer": company.issuer, "client_id": CLIENT_ID, "client_secret": secret, **changed})
    return Provider(told, PUBLIC + BACK, lambda: TUESDAY, stop=threading.Event(), redact=str)


def go(browser: Browser, path: str = "/sign-in/with") -> str:
    """Go to the provider and be sent back: to which address."""
    return str(httpx.get(leads_to(browser.get(path)), timeout=30).headers["location"]).removeprefix(PUBLIC)


def test_the_company_says_who_somebody_is(office: House) -> None:
    """And what they may read is said here; they go on to where they wanted."""
    browser = office.browser()

    answer = browser.get(go(browser, "/sign-in/with?next=%2Fportfolio%3Fsort%3D-slip"))

    assert leads_to(answer) == "/portfolio?sort=-slip"
    assert browser.is_in
    assert [(one.event, one.who, one.what) for one in office.log()] == [("signed_in", "marco", "by the provider")]


def test_what_is_asked_cannot_be_used_by_others(office: House) -> None:
    """State, nonce and the code's challenge are new each time; what answers them stays in a cookie of ours."""
    browser = office.browser()
    queries = [httpx.QueryParams(urlsplit(leads_to(browser.get("/sign-in/with"))).query) for _ in range(2)]

    for name in ("state", "nonce", "code_challenge"):
        assert queries[0][name] != queries[1][name]
    assert (queries[0]["response_type"], queries[0]["code_challenge_method"]) == ("code", "S256")
    assert queries[0]["redirect_uri"] == PUBLIC + BACK


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "yes"},
        {"email": None},
        {"email": ["marco@lanternquay.example"]},
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": [CLIENT_ID, "another"]},
        {"azp": "another"},
        {"nonce": "of another asking"},
        {"nonce": None},
        {"exp": None},
        {"exp": int((TUESDAY - timedelta(minutes=2)).timestamp())},
        {"iat": None},
        {"sub": None},
    ],
)
def test_a_word_that_is_not_for_us_and_now_is_not_believed(
    office: House, company: OidcSandbox, claims: dict[str, Any]
) -> None:
    """Each is a way in that others had; nobody is told which check it was."""
    company.claims |= claims
    browser = office.browser()

    answer = browser.get(go(browser))

    assert answer.status_code == 403
    assert "did not confirm who you are" in answer.text
    assert not browser.is_in
    assert [one.event for one in office.log()] == ["failed"]


def test_a_word_signed_with_another_key_is_not_believed(office: House, company: OidcSandbox) -> None:
    """Whoever can write a token is not the provider."""
    company.signs_with = ECKey.generate_key("P-256", {"kid": "sandbox-1"})
    browser = office.browser()

    assert browser.get(go(browser)).status_code == 403
    assert not browser.is_in


def test_entra_id_says_in_its_own_way_that_an_e_mail_is_verified(office: House, company: OidcSandbox) -> None:
    """The owner of its domain is."""
    company.claims = {"email": "marco@lanternquay.example", "xms_edov": "1"}
    browser = office.browser()
    browser.get(go(browser))

    assert browser.is_in


@pytest.mark.parametrize("email", ["stranger@lanternquay.example", "ray@lanternquay.example", "may", " May ", " "])
def test_who_is_known_there_and_not_here_may_not_read(office: House, company: OidcSandbox, email: str) -> None:
    """They are told whom to ask. A name of ours where an e-mail should be is nobody's."""
    company.claims["email"] = email
    browser = office.browser()

    answer = browser.get(go(browser))

    assert answer.status_code == 403
    assert "May Chan can change that" in answer.text
    assert not browser.is_in


def test_an_answer_is_for_the_browser_that_asked(office: House) -> None:
    """Who sends somebody their own answer would have them work in a stranger's account."""
    browser, other = office.browser(), office.browser()
    answer = go(browser)
    go(other)

    assert other.get(answer).status_code == 403
    assert office.browser().get(answer).status_code == 403
    assert browser.get(answer).status_code == 303


def test_an_answer_is_good_once(office: House) -> None:
    """It stays in the history of a browser."""
    browser = office.browser()
    answer = go(browser)
    browser.get(answer)

    assert browser.get(answer).status_code == 403


def test_who_refuses_there_is_back_at_the_sign_in(office: House, company: OidcSandbox) -> None:
    """With the way to try once more."""
    company.refuses = "access_denied"
    browser = office.browser()

    answer = browser.get(go(browser))

    assert answer.status_code == 403
    assert 'href="/sign-in/with"' in answer.text


def test_to_be_signed_out_holds_for_who_never_had_a_password(office: House, company: OidcSandbox) -> None:
    """A lost phone, by `milepost users sign-out`."""
    company.claims["email"] = "kevin@lanternquay.example"
    browser = office.browser()
    browser.get(go(browser))
    assert browser.is_in
    with writing(office.engine) as connection:
        accounts.sign_out(office.settings, connection, "kevin", "root", office.now + timedelta(seconds=1))

    assert not browser.is_in


def test_without_any_password_the_page_offers_the_company_alone(office: House) -> None:
    """As long as somebody has one, both."""
    both = office.browser().get("/sign-in").text
    with writing(office.engine) as connection:
        for name in ("marco", "may"):
            accounts.remove(office.settings, connection, name, "root", office.now)
    alone = office.browser().get("/sign-in").text

    assert "Sign in with your company account" in both
    assert 'type="password"' in both
    assert 'type="password"' not in alone


# --- a provider that is away, or not itself


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ({"issuer": "https://evil.example"}, "it calls itself 'https://evil.example': write that as issuer"),
        (
            {"authorization_endpoint": "https://evil.example/authorize"},
            "its authorization_endpoint is at 'evil.example'",
        ),
        ({"authorization_endpoint": "javascript:alert(1)"}, "its authorization_endpoint is at ''"),
    ],
)
def test_nobody_is_sent_where_the_settings_do_not_say(
    office: House, company: OidcSandbox, named: dict[str, str], why: str
) -> None:
    """The log says what to write, if it is right."""
    company.named = named

    assert office.browser().get("/sign-in/with").status_code == 503
    assert why in office.log()[0].what


@pytest.mark.parametrize("endpoint", ["token_endpoint", "jwks_uri"])
def test_nothing_is_asked_of_another_host(office: House, company: OidcSandbox, endpoint: str) -> None:
    """The client's secret goes to the provider alone."""
    browser = office.browser()
    answer = go(browser)
    company.named = {endpoint: "http://127.0.0.1:9/elsewhere"}

    assert browser.get(answer).status_code == 503
    assert not browser.is_in


def test_a_host_that_the_settings_name_may_be_asked(company: OidcSandbox) -> None:
    """Google's keys are at another one."""
    company.named = {"authorization_endpoint": "https://accounts.acme.example/authorize"}

    address, _ = provider(company, hosts=("accounts.acme.example",)).begin("/")

    assert address.startswith("https://accounts.acme.example/authorize?")


def test_a_provider_that_is_away_says_so(house: House) -> None:
    """At once, in words for whoever wanted to read."""
    away = OidcSandbox(lambda: TUESDAY, PUBLIC + BACK)
    away.issuer = "http://127.0.0.1:9"
    office = House(house.engine, settings(), provider=provider(away))

    answer = office.browser().get("/sign-in/with")

    assert answer.status_code == 503
    assert "does not answer" in answer.text


def test_to_ask_the_provider_again_and_again_is_throttled(house: House) -> None:
    """Each costs it some requests; nobody need be signed in to ask."""
    away = OidcSandbox(lambda: TUESDAY, PUBLIC + BACK)
    away.issuer = "http://127.0.0.1:9"
    office = House(house.engine, settings(), provider=provider(away))

    answers = [office.browser().get("/sign-in/back?state=x&code=y").status_code for _ in range(61)]

    assert answers == [403] * 60 + [429]
    assert len(office.log()) == 60
