"""The words about levels: to whom an alert goes that nobody takes, and by when; and that it went there."""

from alerts.escalation import Rise
from alerts.messages import TEXTS
from alerts.phone_size import TITLE_WIDTH, titled
from alerts.plain_text import cut, gapped, spaced
from alerts.wording import NAME_CHARS, Scene, Wording
from config.language import clock, instant
from config.settings import Language


def goes_up(scene: Scene, language: Language, rise: Rise) -> str:
    """By when somebody must have taken it, and who gets it then."""
    today = scene.day(rise.at) == scene.today
    at = clock(rise.at, scene.zone) if today else instant(language, rise.at, scene.zone, scene.today)
    return TEXTS.say(language, "goes_up", at=at, who=_before_a_stop(person(scene, rise.to), language))


def went_up(language: Language, who: str) -> str:
    """That it went to `who`, in one line."""
    return TEXTS.say(language, "risen", who=_before_a_stop(who, language))


def went_up_title(wording: Wording, width: float = TITLE_WIDTH) -> str:
    """What went up, and whose it is."""
    client, what = cut(wording.client, NAME_CHARS), cut(wording.what, NAME_CHARS)
    return titled(wording.say, "risen.title", client, what, width)


def taken_over_title(wording: Wording) -> str:
    """What somebody else has by now, and whose it is."""
    client, what = cut(wording.client, NAME_CHARS), cut(wording.what, NAME_CHARS)
    return titled(wording.say, "taken_over.title", client, what, TITLE_WIDTH)


def person(scene: Scene, name: str) -> str:
    """What somebody is called who is one of `[people]`."""
    known = scene.settings.people.get(name)
    return cut(known.name, NAME_CHARS) if known else name


def _before_a_stop(name: str, language: Language) -> str:
    """`name` among Chinese words that a mark of theirs follows: without a gap there."""
    return spaced(name, language).removesuffix(" ") if gapped(name, language) != name else name
