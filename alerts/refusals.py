"""Why something cannot be done, in the language of whoever tried."""

from collections.abc import Callable

from alerts.messages import TEXTS
from config.settings import Language
from unify.decisions import Refused


class NotAllowed(Refused):
    """More than the role of whoever asks may decide; the message says who may."""

    def __init__(self, told: Callable[[Language], str]) -> None:
        """`told` says it in a language; as an error's text it is English."""
        super().__init__(told("en"))
        self.told = told


def refused(key: str) -> Refused:
    """That something cannot be done, by the text of `key`."""
    return Refused(TEXTS.say("en", key), key)


def in_words(error: Refused, language: Language) -> str:
    """What `error` says in `language`; in English where only the command line can meet it."""
    if isinstance(error, NotAllowed):
        return error.told(language)
    return TEXTS.say(language, error.key) if error.key else str(error)
