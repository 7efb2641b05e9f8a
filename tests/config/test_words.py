"""The shipped word lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import words
from config.settings import StatusCategory


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("Done", "done"),
        (" ＤＯＮＥ ", "done"),
        ("closed", "done"),
        ("完成", "done"),
        ("已完成", "done"),
        ("結案", "done"),
        ("Doing", "in_progress"),
        ("In Progress", "in_progress"),
        ("進行中", "in_progress"),
        ("进行中", "in_progress"),
        ("Done 🎉", "done"),
        ("✔️ DONE!", "done"),
        ("完成 ✅", "done"),
        ("【已完成】", "done"),
        ("In-progress…", "in_progress"),
        ("🏃\u200d♀️進行中", "in_progress"),
    ],
)
def test_default_words_mean_what_teams_mean_by_them(word: str, meaning: StatusCategory) -> None:
    """Full-width letters, stray spaces, emoji and brackets are how people write it, not another word."""
    assert words.category(word, own={}) == meaning


@pytest.mark.parametrize("word", ["Not done", "Done?", "Ｄone？", "未完成", "未完成 ✅", "Inprogress", "✅", ""])
def test_words_are_compared_whole(word: str) -> None:
    """未完成 holds 完成 and means the opposite: an unknown word says nothing."""
    assert words.category(word, own={}) is None


def test_the_configs_words_come_first() -> None:
    """A firm whose "Done" is a column for the client's approval says so, in whatever spelling."""
    own: dict[str, StatusCategory] = {"DONE ": "in_progress", "待客戶回覆": "in_progress"}

    assert words.category("done", own) == "in_progress"
    assert words.category("待客戶回覆", own) == "in_progress"
    assert words.category("Done ✅", own) == "in_progress"
    assert words.category("closed", own) == "done"


def test_what_adorns_a_word_counts_where_the_config_says_so() -> None:
    """Some boards tell lists apart by their emoji alone."""
    own: dict[str, StatusCategory] = {"✅": "done", "Review 🔁": "in_progress", "Review 🚫": "cancelled"}

    found = [words.category(word, own) for word in ("✅", "🚫", "review 🚫", "REVIEW 🔁")]

    assert found == ["done", None, "cancelled", "in_progress"]


@given(st.text())
def test_the_normal_form_is_its_own(word: str) -> None:
    """What is stored normal may be made normal again without becoming another word."""
    assert words.normal(words.normal(word)) == words.normal(word)


def test_every_shipped_word_stands_in_its_normal_form() -> None:
    """A word that is not in it would never be found."""
    shipped = [*words.STATUS_WORDS, *words.ROLE_MAILBOXES, *words.FREE_MAIL_DOMAINS, *words.TOOL_SENDER_DOMAINS]

    assert [word for word in shipped if words.normal(word) != word] == []
    assert [word for word in words.STATUS_WORDS if words.plain(word) != word] == []


@pytest.mark.parametrize(
    ("email", "is_role"),
    [
        ("support@paperkite.example", True),
        ("No-Reply+ticket7@paperkite.example", True),
        ("may@acme.example", False),
        ("", False),
    ],
)
def test_a_shared_mailbox_is_known_by_its_local_part(email: str, is_role: bool) -> None:
    """Several people read support@: it may name a client, never a person."""
    assert words.is_role_mailbox(email) is is_role


@pytest.mark.parametrize(
    ("domain", "possible"),
    [("nineferries.example", True), ("Gmail.com", False), ("yahoo.com.hk", False), ("atlassian.net", False)],
)
def test_free_mail_and_tool_senders_tell_no_client(domain: str, possible: bool) -> None:
    """One client with a Gmail user must not become the client of everybody with Gmail."""
    assert words.may_be_a_clients(domain) is possible
