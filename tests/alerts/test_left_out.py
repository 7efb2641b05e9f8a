"""What no message may hold, whatever a vendor's fields and a rule's title say: looked for in every rule's messages."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.facts import Facts
from alerts.left_out import GONE, without_private
from alerts.messages import TEXTS, Ending, Item, Message
from alerts.phone_size import BODY_CHARS, BODY_LINES, TITLE_WIDTH, width_of
from alerts.planning import said_by
from alerts.writer import Writer
from config.language import LANGUAGES
from config.settings import Language
from rules.load import load_rules
from rules.rule import Rule
from rules.titles import Reading
from tests.alerts import firm
from tests.alerts.firm import TUESDAY, feedback, hk, milestone
from tests.alerts.writing import coordinator, group, item, reader, writer

TELEPHONES = ("+852 9123 4567", "91234567", "9123 4567", "13912345678", "0755-82345678", "+86 139-1234-5678")
ADDRESSES = ("bella.tam@nineferries.example", "tam@mail.nineferries.example")
SUMS = ("HK$1,250,000.50", "$300", "RMB 20000", "¥88", "3.5 million USD", "20萬元", "120,000港元", "300 萬 港幣")
PRIVATE = (*TELEPHONES, *ADDRESSES, *SUMS)
INNOCENT = (
    *("Release 2.1", "20261124", "2026-11-24", "2026-2027", "NFA-12345678", "#91234567", "Q3 2026", "第 3 元素"),
    *("400 items of 12,000", "11月16日", "UAT 2 @ HK", "v1.2.3.4", "14:30-15:30", "crm/ticket/91234567"),
)
RULES = {rule.id: rule for rule in load_rules(firm.settings())}
SCORE = 19.0
"""Of a risk: probability times impact."""
LETTER = "讀" * 400
"""A client's own words; none of ours has this character."""


@pytest.mark.parametrize("private", PRIVATE)
@pytest.mark.parametrize("around", ["call {} today", "請致電{}。", "（{}）", "{}", "UAT: {}, then go-live"])
def test_numbers_addresses_and_sums_are_left_out(private: str, around: str) -> None:
    """The sentence stays, with a mark in their place."""
    assert without_private(around.format(private)) == around.format(GONE)


@pytest.mark.parametrize("innocent", INNOCENT)
def test_what_only_looks_like_one_stays(innocent: str) -> None:
    """Dates, versions, keys of tickets, counts."""
    assert without_private(f"see {innocent} now") == f"see {innocent} now"


@given(st.text(max_size=3000), st.sampled_from(PRIVATE))
def test_no_text_around_them_lets_one_through(text: str, private: str) -> None:
    """Set off by a space, wherever they stand."""
    assert private not in without_private(f"{text[:500]} {private} {text[500:]}")


@pytest.mark.parametrize("unit", ["1", "a", "9 ", "a.", "1,", "+", "-", "HK$1", "9123 ", "字"])
def test_a_text_of_100_000_characters_is_no_work(unit: str) -> None:
    """A vendor's field must not stop the round: no pattern here goes over a text again and again."""
    assert len(without_private(unit * (100_000 // len(unit)))) <= 3000


def whatever_it_holds(rule: Rule) -> Item:
    """A finding of `rule` about a client who need not hide, every column of its view filled with what must not show."""
    clients_words = f"call {TELEPHONES[0]} or write to {ADDRESSES[0]}: {SUMS[0]} is lost {LETTER}"
    of_kind: dict[str, Any] = {
        "text": f"{SUMS[1]} {TELEPHONES[1]} {ADDRESSES[1]}",
        "number": SCORE,
        "flag": True,
        "date": "2026-11-16",
        "instant": hk(20, 16, 30).isoformat(),
        "labels": [SUMS[2]],
        "names": firm.settings().clients["kite"].name,
    }
    facts = {name: of_kind[kind] for name, kind in ((one.name, one.kind) for one in rule.view.columns)}
    words = {"subject", "text"} & facts.keys()
    facts |= {**dict.fromkeys(words, clients_words), "severity": "high", "source": "crm", "url": "https://crm.example"}
    facts |= {"key": "crm/ticket/1", "cadence": "weekly", "cadence_by": "call"}  # ours, and the config's
    facts |= {"calendar": "default", "owner_name": "Raymond Ho", "bd_name": "Marco Yip", "bd": "person/marco"}

    def says(language: Language, known: Facts) -> Any:
        return said_by(rule, known, Reading(language, firm.HK, TUESDAY.astimezone(firm.HK).date()))

    return Item(f"{rule.id}:x", rule.view.name, rule.id, "crm", "kite", "high", Facts(facts), hk(19), says)


def ended(one: Item, reason: str) -> Item:
    how = f"by telephone, {TELEPHONES[0]}"
    return Item(
        **{**{n: getattr(one, n) for n in Item.__slots__}, "ending": Ending(reason, ADDRESSES[0], hk(24, 8), how=how)}
    )


def every_message(one: Item, write: Writer, language: Language) -> list[Message]:
    """All that there is to say of it, to a group and to persons."""
    return [
        message
        for to in (group(language), reader(language), coordinator(language))
        for message in (
            write.one(one, to),
            write.many([one, item(milestone(9, url=None))], to, {}),
            write.ended([ended(one, "answered elsewhere")], to),
            write.ended([ended(one, "cleared"), ended(one, "done")], to),
            write.summary([one], to),
        )
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: str(rule.id))
def test_every_message_of_any_rule_fits_a_phone_and_holds_nothing_that_none_may(rule: Rule, language: Language) -> None:
    """Numbers, addresses, sums, a client's whole letter, the score of a risk, the name of a rule, an exclamation."""
    for message in every_message(whatever_it_holds(rule), writer(), language):
        text = message.as_text()
        assert not [private for private in PRIVATE if private in text]
        assert "讀" * 120 not in text
        assert rule.id not in text
        assert not set("!！") & set(text)
        assert width_of(message.title) <= TITLE_WIDTH + 0.01
        assert len(message.body()) <= BODY_CHARS
        assert len(message.body().splitlines()) < BODY_LINES
        assert rule.view.name != "risk" or "19" not in text.replace("19 Nov", "").replace("11月19日", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_comment_in_a_tool_holds_what_a_client_must_not_read(language: Language) -> None:
    """Guests and customers read along: no lateness, severity, person of ours, number, address or word of a client."""
    write = Writer(firm.settings(language=language), firm.freshness(TUESDAY), firm.working_time(), TUESDAY)
    private = f"{TELEPHONES[0]} {ADDRESSES[0]}"
    comments = [
        write.comment(item(milestone(name=private, owner_name="Raymond Ho", days_overdue=17, working_days_overdue=13))),
        write.comment(item(feedback(author=private, subject=private, text=private, project="boards/board/1", bd=None))),
        write.comment(item(feedback(author=private, subject=private, text=private, project=None, bd=None))),
    ]

    for comment in comments:
        for forbidden in (
            *PRIVATE,
            "Raymond",
            "Marco",
            "17",
            "13",
            "9.5",
            "critical",
            "嚴重",
            "严重",
            "逾期",
            "overdue",
        ):
            assert forbidden not in comment


def test_no_text_of_ours_exclaims_or_begs_pardon() -> None:
    """Nobody shouts, and nobody is "please be informed"."""
    said = [
        TEXTS.say(language, key, **dict.fromkeys(TEXTS.names(key), "x"))
        for key in TEXTS.keys()  # noqa: SIM118  a method of the catalog
        for language in LANGUAGES
    ]

    assert not [text for text in said if set("!！") & set(text) or "be informed" in text or "您好" in text]
