"""What counts as the same address, the same domain, and what never names anybody."""

import pytest

from unify.identity import client_domain, company_key, name_key, names_one_person, normal_email, registrable_domain


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("May Chan <May.Chan@ACME.example>", "may.chan@acme.example"),
        (" may+jira@acme.example ", "may+jira@acme.example"),
        ("ｍａｙ@acme.example", "may@acme.example"),
        ("a@渡輪.example", "a@xn--45ws81e.example"),
        *[(nothing, None) for nothing in (None, "", "-", "n/a", "May Chan", "a@b@c", "a@", "@b.example", "a@x..y")],
    ],
)
def test_an_address_is_compared_without_name_case_and_width(written: str | None, compared: str | None) -> None:
    """Tools write one address in many ways; what is no address is none, and so never links two people."""
    assert normal_email(written) == compared


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("may@mail.acme.com.hk", "acme.com.hk"),
        ("https://www.acme.com.hk/contact?x=1", "acme.com.hk"),
        ("lands.gov.hk", "lands.gov.hk"),
        ("a.harbour.example", "harbour.example"),
        ("nineferries.example.", "nineferries.example"),
        *[(none, None) for none in (None, "", "com.hk", "gov.hk", "localhost", "10.0.0.1", "a@10.0.0.1")],
    ],
)
def test_a_domain_is_the_part_that_somebody_registered(written: str | None, domain: str | None) -> None:
    """Two labels of com.hk would make all of Hong Kong one client."""
    assert registrable_domain(written) == domain


@pytest.mark.parametrize("address", ["a@gmail.com", "a@yahoo.com.hk", "a@vip.qq.com", "hub@acme.atlassian.net"])
def test_free_mail_and_tool_senders_tell_no_client(address: str) -> None:
    """Anybody may write from there."""
    assert client_domain(address) is None


def test_a_shared_mailbox_names_no_person() -> None:
    """Whoever reads support@ is not one human."""
    assert not names_one_person("support@paperkite.example")
    assert names_one_person("poon.winglam@paperkite.example")


def test_two_scripts_of_a_name_stay_two_names() -> None:
    """陳 and 陈 may be one person or two: a program cannot know."""
    assert name_key("陳嘉欣") != name_key("陈嘉欣")
    assert name_key(" Raymond  HO ") == name_key("Raymond Ho")


@pytest.mark.parametrize("name", ["Paper Kite Stores (HK) Ltd", "paper kite stores", "Paper Kite Stores Co., Limited"])
def test_a_company_is_named_without_its_legal_form(name: str) -> None:
    """The form differs between contract, CRM and board; it says nothing about who it is."""
    assert company_key(name) == "paper kite stores"
