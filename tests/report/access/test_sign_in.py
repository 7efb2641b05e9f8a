"""Signing in with a password, and out again: what a browser gets, for how long, and what ends it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from report.access import accounts
from report.access.accounts import LOGIN
from report.access.pages import onward
from report.access.passwords import Passwords
from tests.alerts.firm import settings
from tests.report.access.browsing import CHEAP, PASSWORD, PASSWORDS, House, leads_to
from unify.engine import writing

SESSION = "__Host-milepost-session"


def test_nobody_reads_before_they_sign_in(house: House) -> None:
    """A page leads to the sign-in and then on; a program is told in a word; whether it is well, anybody may ask."""
    browser = house.browser()

    page = browser.get("/portfolio?client=bank&sort=-slip")
    assert leads_to(page) == "/sign-in?next=%2Fportfolio%3Fclient%3Dbank%26sort%3D-slip"
    assert browser.get("/portfolio", accept="application/json").status_code == 401
    api = browser.get("/api/portfolio")
    assert (api.status_code, api.headers["content-type"]) == (401, "application/problem+json")
    assert api.json() == {"title": "Unauthorized", "status": 401, "detail": "Sign in first."}
    assert browser.get("/nothing").status_code == 303
    assert browser.get("/healthz").text == "ok"


@pytest.mark.parametrize("typed", ["marco", " Marco ", "marco@lanternquay.example"])
def test_who_signs_in_gets_where_they_wanted_to_go(house: House, typed: str) -> None:
    """By name or e-mail; the form needs no script, and says which fields a keyring may fill."""
    browser = house.browser()
    form = browser.get("/sign-in?next=%2Fportfolio%3Fsort%3D-slip").text
    action = re.findall(r'<form method="post" action="([^"]*)"', form)[0].replace("&amp;", "&")

    answer = browser.sign_in(typed, path=action)

    assert leads_to(answer) == "/portfolio?sort=-slip"
    assert browser.is_in
    assert [(one.event, one.who, one.address) for one in house.log()] == [("signed_in", "marco", browser.address)]
    assert "<script" not in form
    assert 'autocomplete="current-password"' in form


@pytest.mark.parametrize("lang", ["en", "zh-Hant-HK", "zh-Hans-CN"])
def test_the_page_is_in_the_language_that_is_asked_for(house: House, lang: str) -> None:
    """And what was wrong is too, with the name kept."""
    answer = house.browser().sign_in("marco", "not the password", path=f"/sign-in?lang={lang}")

    said = {"en": "do not fit together", "zh-Hant-HK": "名稱或密碼不正確", "zh-Hans-CN": "用户名或密码不正确"}
    assert answer.status_code == 403
    assert said[lang] in answer.text
    assert 'value="marco"' in answer.text


def test_the_cookie_is_out_of_reach_of_scripts_and_other_hosts(house: House) -> None:
    """Under https it is never sent without it."""
    written = house.browser().sign_in("marco").headers.get_list("set-cookie")

    assert len(written) == 2
    for cookie in written:
        assert cookie.startswith("__Host-milepost-")
        assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


def test_on_this_machine_alone_a_cookie_does_without_https(house: House) -> None:
    """Without a public address everything stays within it; a browser keeps no Secure cookie of http."""
    here = House(house.engine, house.settings, public_url="")
    browser = here.browser()

    assert all("Secure" not in cookie for cookie in browser.sign_in("marco").headers.get_list("set-cookie"))
    assert browser.is_in


def test_whatever_is_wrong_the_answer_is_the_same(house: House) -> None:
    """No list of our people can be made by trying: unknown, of a lead, without a password, or a wrong one."""
    names = ("marco", "xxxxx", "kevin", "")
    answers = [house.browser().sign_in(name, "not the password") for name in names]

    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.text.replace(f'value="{name}"', "") for answer, name in zip(answers, names, strict=True)}) == 1


def test_the_log_names_accounts_and_not_what_was_typed(house: House) -> None:
    """People type their password where the name belongs."""
    house.browser().sign_in("my secret password", "marco")
    house.browser().sign_in("marco", "wrong password")

    assert [(one.event, one.who) for one in house.log()] == [("failed", ""), ("failed", "marco")]
    assert "secret" not in repr(house.log())


# --- how long it lasts


def test_who_stays_away_for_a_day_signs_in_again(house: House) -> None:
    """Each look begins the day anew."""
    browser = house.browser()
    browser.sign_in("marco")
    house.pass_(hours=23)
    assert browser.is_in
    house.pass_(hours=23)
    assert browser.is_in
    house.pass_(hours=24)
    assert not browser.is_in


def test_after_a_week_everybody_signs_in_again(house: House) -> None:
    """However often they look: who left the firm a week ago is out."""
    browser = house.browser()
    browser.sign_in("marco")
    for _ in range(13):
        house.pass_(hours=12)
        assert browser.is_in
    house.pass_(hours=12)
    assert not browser.is_in


@pytest.mark.parametrize("change", ["sign_out", "remove", "change_password"])
def test_a_lost_phone_is_signed_out_at_once(house: House, change: str) -> None:
    """By each of the commands; who signs in afterwards stays."""
    phone, may = house.browser(), house.browser()
    phone.sign_in("marco")
    may.sign_in("may")
    house.pass_(minutes=1)
    with writing(house.engine) as connection:
        given = ("marco", PASSWORDS.hash("another password")) if change == "change_password" else ("marco",)
        getattr(accounts, change)(house.settings, connection, *given, "root", house.now)

    assert not phone.is_in
    assert may.is_in
    if change == "change_password":
        assert phone.sign_in("marco", "another password").status_code == 303
        assert phone.is_in


def test_who_leaves_the_settings_is_out(house: House) -> None:
    """At the next start, whatever cookie they have."""
    browser = house.browser()
    browser.sign_in("marco")
    people = {name: one for name, one in settings().people.items() if name != "marco"}
    browser.app = House(house.engine, settings(people=people, clients={})).app

    assert not browser.is_in


def test_to_sign_out_ends_copies_of_the_cookie_too(house: House) -> None:
    """And no other browser of the same person."""
    desk, phone, thief = house.browser(), house.browser(), house.browser()
    desk.sign_in("marco")
    phone.sign_in("marco")
    thief.cookies.set(SESSION, desk.cookies[SESSION], domain="hub.acme.example")
    assert thief.is_in

    answer = desk.post("/sign-out", token=desk.token)

    assert leads_to(answer) == "/sign-in?out=1"
    assert "You are signed out." in desk.get("/sign-in?out=1").text
    assert (desk.is_in, thief.is_in, phone.is_in) == (False, False, True)
    assert house.log()[-1].event == "signed_out"


def test_a_session_is_made_at_sign_in_and_never_taken_from_the_browser(house: House) -> None:
    """Who planted theirs before does not get in with it (fixation): the one of before ends."""
    planted, victim = house.browser(), house.browser()
    planted.sign_in("may")
    before = planted.cookies[SESSION]
    victim.cookies.set(SESSION, before, domain="hub.acme.example", path="/")

    victim.sign_in("marco")

    assert victim.cookies[SESSION] != before
    assert not planted.is_in


@pytest.mark.parametrize("forged", ["", "x", "WyJhIiwibWFyY28iLDAsMF0.AAAA", "é"])
def test_a_cookie_that_is_not_ours_is_nobody(house: House, forged: str) -> None:
    """Whatever is in it."""
    answer = house.browser().request("GET", "/portfolio", headers={"cookie": f"{SESSION}={forged}".encode()})

    assert answer.status_code == 401


# --- how often one may try


def test_ten_wrong_passwords_lock_a_name_for_a_while(house: House) -> None:
    """Even the right one, and whoever the address is; then it is let in again."""
    for number in range(10):
        assert house.browser(f"198.51.100.{number}").sign_in("marco", "wrong password").status_code == 403

    locked = house.browser("198.51.100.99").sign_in("marco")
    assert locked.status_code == 429
    assert int(locked.headers["retry-after"]) == 900
    assert house.browser().sign_in("may").status_code == 303
    assert [one.event for one in house.log()] == ["failed"] * 9 + ["throttled", "signed_in"]

    house.pass_(minutes=15)
    assert house.browser().sign_in("marco").status_code == 303


def test_a_name_that_nobody_has_is_locked_in_the_same_way(house: House) -> None:
    """Else ten tries would tell who has an account."""
    answers = [house.browser().sign_in("nobody", "wrong password").status_code for _ in range(11)]

    assert answers == [403] * 10 + [429]


def test_a_name_and_its_e_mail_have_ten_tries_together(house: House) -> None:
    """They open one door: whoever guesses by both has no more. Nor do spaces and capitals make another name."""
    ways = ("marco", "marco@lanternquay.example", " MARCO ", "Marco@LanternQuay.example")
    for number in range(10):
        assert house.browser().sign_in(ways[number % 4], "wrong password").status_code == 403

    assert {house.browser().sign_in(way).status_code for way in ways} == {429}


def test_strangers_do_not_lock_somebody_out_of_their_own_browser(house: House) -> None:
    """One that they signed in with before; until all of it is signed out because it was lost."""
    own = house.browser()
    own.sign_in("marco")
    house.pass_(hours=30)
    for number in range(10):
        house.browser(f"198.51.100.{number}").sign_in("marco", "wrong password")

    assert own.sign_in("may").status_code == 303  # it is no other's
    assert own.sign_in("marco").status_code == 429
    own = house.browser()
    house.pass_(minutes=15)
    own.sign_in("marco")
    for number in range(10):
        house.browser(f"198.51.100.{number}").sign_in("marco", "wrong password")
    assert own.sign_in("marco").status_code == 303

    with writing(house.engine) as connection:
        since = house.now + timedelta(minutes=1)
        connection.execute(update(LOGIN).where(LOGIN.c.name == "marco").values(sessions_valid_since=since))
    house.pass_(minutes=2)
    assert own.sign_in("marco").status_code == 429


def test_sixty_tries_of_one_address_are_enough(house: House) -> None:
    """Whatever names it tries; IPv6 gives a household 2^64 addresses, which are one."""
    for number in range(60):
        assert house.browser(f"2001:db8::{number:x}").sign_in(f"name{number}", "wrong password").status_code == 403

    assert house.browser("2001:db8::ffff").sign_in("marco").status_code == 429
    assert house.browser("2001:db8:0:1::1").sign_in("marco").status_code == 303


def test_right_passwords_are_not_counted(house: House) -> None:
    """A whole office comes from one address on Monday morning."""
    assert {house.browser().sign_in("marco").status_code for _ in range(12)} == {303}


# --- what is posted


def test_a_form_of_ours_carries_its_token(house: House) -> None:
    """And its body arrives whole."""
    browser = house.browser()
    browser.sign_in("marco")

    sent = browser.post("/post", token=browser.token, note="好")

    assert (sent.status_code, "note=%E5%A5%BD" in sent.text) == (200, True)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_what_another_site_posts_is_refused(house: House, site: str) -> None:
    """Even with the token, and even to sign in: somebody would work in a stranger's account."""
    browser = house.browser()
    browser.sign_in("marco")

    assert browser.post("/post", site, token=browser.token).status_code == 403
    assert house.browser().post("/sign-in", site, name="marco", password=PASSWORD).status_code == 403


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://hub.acme.example", 200),
        ("https://evil.example", 403),
        ("http://hub.acme.example", 403),
        ("https://hub.acme.example.evil.example", 403),
        ("https://hub.acme.example:99999", 403),
        ("null", 403),
        ("", 403),
    ],
)
def test_an_old_browser_says_the_page_that_it_comes_from(house: House, origin: str, status: int) -> None:
    """Without Sec-Fetch-Site."""
    browser = house.browser()
    browser.sign_in("marco")
    headers = {"origin": origin} if origin else {}

    answer = browser.request("POST", "/post", headers=headers, data={"token": browser.token})

    assert answer.status_code == status


@pytest.mark.parametrize("token", ["", "x", "好"])
def test_without_the_token_of_the_session_nothing_is_taken(house: House, token: str) -> None:
    """Nor with another session's."""
    browser, other = house.browser(), house.browser()
    browser.sign_in("marco")
    other.sign_in("may")

    assert browser.post("/post", token=token).status_code == 403
    assert browser.post("/post", token=other.token).status_code == 403
    assert browser.is_in


def test_what_is_no_form_sends_the_token_in_a_header(house: House) -> None:
    """A program of a page of ours; in the body of another kind nobody looks for it."""
    browser = house.browser()
    browser.sign_in("marco")
    how = {"sec-fetch-site": "same-origin", "content-type": "application/json"}

    body = f"token={browser.token}"
    assert browser.request("POST", "/post", headers=how, content=body).status_code == 403
    assert browser.request("POST", "/post", headers={**how, "x-form-token": browser.token}).status_code == 200


def test_too_much_is_refused(house: House) -> None:
    """Before it fills the memory."""
    browser = house.browser()
    browser.sign_in("marco")

    assert browser.post("/post", token=browser.token, note="x" * 1_000_001).status_code == 413


def test_the_links_of_mails_prove_themselves(house: House) -> None:
    """They are opened from a mail program's own browser, where nobody is signed in."""
    assert house.browser().post("/a/some-token", "cross-site", a="b").text == "a=b"


# --- where it leads


@pytest.mark.parametrize(
    "wanted",
    [
        *("https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "///evil.example"),
        *(
            "javascript:alert(1)",
            "evil.example",
            "",
            " /portfolio",
            "/port\nfolio",
            "/\t/evil.example",
            "//[",
            "/sign-out",
        ),
        "/sign-in?next=/sign-in",
    ],
)
def test_nobody_is_led_elsewhere(wanted: str) -> None:
    """A link to our own sign-in page is easily sent; browsers forgive much in an address."""
    assert onward(wanted) == "/"


@pytest.mark.parametrize("wanted", ["/", "/portfolio?client=bank", "/projects/delivery/project/10", "/clients/好"])
def test_pages_of_ours_are_gone_on_to(wanted: str) -> None:
    """With their filters."""
    assert onward(wanted) == wanted


# --- what every answer says


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nothing", "/healthz", "/sign-out"])
def test_every_answer_wants_https_from_now_on(house: House, path: str) -> None:
    """And no frame, no cache, no word to other sites."""
    headers = house.browser().get(path).headers

    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


def test_without_https_nobody_is_told_to_insist_on_it(house: House) -> None:
    """This machine alone would be out of reach for a year."""
    here = House(house.engine, house.settings, public_url="")

    assert "strict-transport-security" not in here.browser().get("/sign-in").headers


@pytest.mark.parametrize("host", ["hub.acme.example/sign-in/", "hub.acme.example:443/sign-in/", "hub.acme.example:x"])
def test_a_host_header_opens_no_page(house: House, host: str) -> None:
    """Put together with the path, it would begin as an address that is open to all."""
    answer = house.browser().get("/portfolio", host=host)

    assert answer.status_code == 421


def test_a_wrong_name_costs_as_much_as_a_wrong_password(house: House) -> None:
    """Else the time that an answer takes would tell who has an account."""
    reckoned: list[str | None] = []

    class Reckoning(Passwords):
        def fits(self, kept: str | None, password: str) -> bool:
            reckoned.append(kept)
            return super().fits(kept, password)

    slow = House(house.engine, house.settings, passwords=Reckoning(CHEAP))
    for name in ("marco", "kevin", "nobody", ""):
        slow.browser().sign_in(name, "wrong password")

    assert [kept is None for kept in reckoned] == [False, True, True, True]
