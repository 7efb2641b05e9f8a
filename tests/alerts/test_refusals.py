"""What is refused is said in the language of whoever tried."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from alerts.delegation import (
    Asker,
    Role,
    allow_agreeing,
    allow_silence,
    allow_snooze,
    allow_taking,
    allow_unsilence,
    longest_snooze,
)
from alerts.refusals import NotAllowed, in_words, refused
from alerts.silences import Match
from config.language import LANGUAGES
from config.settings import Language
from rules.working_time import calendars
from tests.alerts import firm
from tests.alerts.firm import TUESDAY
from unify.decisions import Refused

FAR = datetime(2027, 3, 1, tzinfo=UTC)
HK = calendars(firm.settings(), TUESDAY)["default"]
THEIRS = Match("milestone-overdue", "kite")


def who(role: Role) -> Asker:
    """Somebody of that role."""
    return Asker("sam", role)


def silences(role: Role, match: Match = THEIRS, *, is_theirs: bool = True) -> None:
    """Somebody of that role wants to silence what `match` means for months."""
    allow_silence(who(role), match, FAR, HK, TUESDAY, is_theirs=is_theirs, of_the_hub=False)


def snoozes(role: Role) -> None:
    """Somebody of that role wants to snooze an alert for months."""
    allow_snooze(who(role), FAR, longest_snooze(who(role), HK, TUESDAY, of_the_hub=False), HK, TUESDAY)


TRIED: dict[str, Callable[[], None]] = {
    "a lead takes": lambda: allow_taking(who("lead"), is_theirs=False, of_the_hub=False),
    "an admin takes": lambda: allow_taking(who("admin"), is_theirs=False, of_the_hub=False),
    "a lead snoozes": lambda: snoozes("lead"),
    "a coordinator snoozes": lambda: snoozes("coordinator"),
    "a BD manager snoozes": lambda: snoozes("bd"),
    "a coordinator agrees": lambda: allow_agreeing(who("coordinator")),
    "a lead silences": lambda: silences("lead"),
    "a BD manager silences all": lambda: silences("bd", Match("milestone-overdue")),
    "a BD manager silences another's": lambda: silences("bd", is_theirs=False),
    "a BD manager silences for months": lambda: silences("bd"),
    "a lead ends a silence": lambda: allow_unsilence(who("lead"), is_theirs=False, of_the_hub=False),
}


@pytest.mark.parametrize("tried", TRIED)
def test_whoever_may_not_reads_why_in_their_own_language(tried: str) -> None:
    """Names and what they typed aside, a Chinese sentence has no English in it."""
    with pytest.raises(NotAllowed) as error:
        TRIED[tried]()

    said = {language: in_words(error.value, language) for language in LANGUAGES}
    assert said["en"] == str(error.value)
    assert len(set(said.values())) == len(LANGUAGES)
    for language in ("zh-Hant-HK", "zh-Hans-CN"):
        words = said[language].replace("sam", "").replace("kite", "")
        assert not re.search("[A-Za-z]{2,}", words), words


@pytest.mark.parametrize("key", ["refused.past", "refused.no_date"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_done_is_said_in_every_language(key: str, language: Language) -> None:
    """As a form in Slack or the page of a link meets it."""
    error = refused(key)

    assert (in_words(error, language) == str(error)) == (language == "en")


def test_what_only_a_command_can_meet_is_said_as_it_is() -> None:
    """Its words name options, which are English."""
    assert in_words(Refused("give --until"), "zh-Hant-HK") == "give --until"
