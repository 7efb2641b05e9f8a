"""What people read: texts by key and language, and dates, times and amounts as prose says them.

A package that speaks keeps its texts in `texts/*.yaml` beside its modules, every key in every language:

    late_by:
      en: {one: "{count} day late", other: "{count} days late"}
      zh-Hant-HK: "逾期 {count} 日"
      zh-Hans-CN: "逾期 {count} 天"

A text may use the values that the English one does; `also: [name]` lists those that English leaves out.

Names of people, clients and projects are values, never translated. Zones appear here and nowhere below.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter
from typing import Any, get_args

from babel.dates import format_date, get_timezone_location
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from config.settings import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)

_DATE_PATTERNS: Mapping[Language, tuple[str, str, str, str]] = {
    # Babel's locale, the pattern of a day of this year and of any other, and that of the weekday. Not the locale's own
    # short forms: 5/3/2026 is two days, and CLDR has no form with the weekday and without the year.
    "en": ("en", "d MMM", "d MMM y", "EEE"),
    "zh-Hant-HK": ("zh_Hant_HK", "M月d日", "y年M月d日", "EEEEE"),
    "zh-Hans-CN": ("zh_Hans_CN", "M月d日", "y年M月d日", "EEEEE"),
}


class TextError(Exception):
    """A text is missing, or written wrongly: ours to mend, found when the catalog is loaded or by a test."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text in one language. `one` is what English says of a single thing; elsewhere it equals `other`."""

    one: str
    other: str

    def names(self) -> set[str]:
        """The values that the text asks for."""
        return _names(self.one) | _names(self.other)


class Catalog:
    """Texts by key and language."""

    def __init__(self, texts: Mapping[str, Mapping[Language, Text]]) -> None:
        self._texts = texts

    @classmethod
    def load(cls, *folders: Path) -> "Catalog":
        """Read every `*.yaml` of `folders`. Raises TextError naming all that is wrong: a missing language, a key
        written twice, a `{value}` that the English text does not know."""
        texts: dict[str, Mapping[Language, Text]] = {}
        mistakes: list[str] = []
        for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
            for key, by_language in _read(path).items():
                where = f"{path.name}: {key}"
                if key in texts:
                    mistakes.append(f"{where}: this key has a text already")
                    continue
                try:
                    texts[key] = _by_language(by_language)
                except TextError as error:
                    mistakes.append(f"{where}: {error}")
        if mistakes:
            raise TextError("\n".join(mistakes))
        if not texts:
            raise TextError(f"no texts in {', '.join(map(str, folders))}")
        return cls(texts)

    def keys(self) -> set[str]:
        """The keys there are, so that a test can compare them with those that are said."""
        return set(self._texts)

    def names(self, key: str) -> set[str]:
        """The values that the text of `key` asks for in any language."""
        return set().union(*(text.names() for text in self._texts[key].values()))

    def say(self, language: Language, key: str, **values: object) -> str:
        """The text of `key`, its `{name}` filled from `values`; `count` = 1 takes the text for a single thing.

        Numbers with decimals are written as `number` does. Raises TextError for a key, a language or a value that is
        not there: nobody is sent a hole.
        """
        try:
            text = self._texts[key][language]
        except KeyError:
            raise TextError(f"no text for {key!r} in {language!r}") from None
        try:
            pattern = text.one if values.get("count") == 1 else text.other
            if float in map(type, values.values()):
                values = {name: number(v) if isinstance(v, float) else v for name, v in values.items()}
            return pattern.format_map(values)
        except KeyError as missing:
            raise TextError(f"the text {key!r} needs the value {missing}") from None


def _read(path: Path) -> Mapping[str, Any]:
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise TextError(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise TextError(f"{path}: write keys with their texts by language")
    return content


def _by_language(texts: object) -> Mapping[Language, Text]:
    if not isinstance(texts, dict) or set(texts) - {"also"} != set(LANGUAGES):
        raise TextError(f"needs a text in each of {', '.join(LANGUAGES)}, and in no other")
    read = {language: _text(language, texts[language]) for language in LANGUAGES}
    known = read["en"].names().union(texts.get("also", ()))
    for language, text in read.items():
        if strange := text.names() - known:
            raise TextError(f"{language} uses {{{min(strange)}}}, which the English text does not")
    return read


def _text(language: Language, text: object) -> Text:
    match text:
        case str():
            return Text(one=text, other=text)
        case {"one": str(one), "other": str(other), **rest} if not rest and language == "en":
            return Text(one=one, other=other)
        case _:
            raise TextError(f"{language}: write a text, or for English {{one: …, other: …}}")


def _names(pattern: str) -> set[str]:
    """The `{names}` in `pattern`; only plain ones, so that a text cannot reach into the values it is given."""
    try:
        fields = [
            (name, spec, conversion) for _, name, spec, conversion in Formatter().parse(pattern) if name is not None
        ]
    except ValueError as error:
        raise TextError(f"{pattern!r}: {error}") from error
    if any(spec or conversion or not name.isidentifier() for name, spec, conversion in fields):
        raise TextError(f"{pattern!r}: only plain {{names}} can stand in a text")
    return {name for name, _, _ in fields}


def negotiate(tag: str) -> Language:
    """The shipped language for a tag of a browser, a CRM or a person: `zh-TW` -> `zh-Hant-HK`, `fr` -> `en`.

    Our own table: Babel's negotiation finds nothing for zh-HK, zh-TW or zh, and reads zh-Hant-CN as simplified.
    """
    language, *rest = tag.strip().replace("_", "-").casefold().split("-")
    if language != "zh":
        return "en"
    match rest:
        case ["hant", *_] | ["hk"] | ["mo"] | ["tw"]:
            return "zh-Hant-HK"
        case ["hans", *_] | ["cn"] | ["sg"] | []:
            return "zh-Hans-CN"
        case _:
            return "en"


def day(language: Language, on: date, today: date) -> str:
    """A date in prose: "Mon 16 Nov", "11月16日（一）"; with the year only where it is not that of `today`."""
    date_alone, named = bare_day(language, on, today), weekday(language, on)
    return f"{named} {date_alone}" if language == "en" else f"{date_alone}（{named}）"


def bare_day(language: Language, on: date, today: date) -> str:
    """A date without its weekday: "16 Nov", "11月16日"."""
    locale, this_year, another_year, _ = _DATE_PATTERNS[language]
    return _formatted(on, this_year if on.year == today.year else another_year, locale)


def weekday(language: Language, on: date) -> str:
    """The day of the week as `day` names it: "Mon", "一"."""
    locale, *_, pattern = _DATE_PATTERNS[language]
    return _formatted(on, pattern, locale)


@lru_cache(maxsize=4096)
def _formatted(on: date, pattern: str, locale: str) -> str:
    """Babel takes a fifth of a millisecond for it, and a page or a message names the same few days again and again."""
    return format_date(on, pattern, locale=locale)


def month(language: Language, of: date) -> str:
    """The month of a day with its year: "Oct 2026", "2026年10月"."""
    return _formatted(of, "MMM y" if language == "en" else "y年M月", _DATE_PATTERNS[language][0])


def short_month(language: Language, of: date) -> str:
    """A month on the scale of a chart: "Oct", "10月"."""
    return _formatted(of, "MMM" if language == "en" else "M月", _DATE_PATTERNS[language][0])


def clock(at: datetime, zone: tzinfo) -> str:
    """The time of day in `zone`, alike in every language: "08:52"."""
    return f"{at.astimezone(zone):%H:%M}"


def instant(language: Language, at: datetime, zone: tzinfo, today: date) -> str:
    """A moment in prose, in `zone`: "Fri 20 Nov 16:30", "11月20日（五）16:30"."""
    gap = " " if language == "en" else ""
    return f"{day(language, at.astimezone(zone).date(), today)}{gap}{clock(at, zone)}"


def place(language: Language, zone: tzinfo) -> str:
    """The city that names a zone: "Hong Kong", "香港"; "UTC" for that."""
    return str(get_timezone_location(zone, locale=_DATE_PATTERNS[language][0], return_city=True))


def number(amount: float) -> str:
    """At most one decimal, and none where it is zero: "9.5", "8"."""
    return f"{round(amount, 1) + 0.0:.1f}".removesuffix(".0")  # + 0.0: no "-0"


@cache
def _measures() -> Catalog:
    return Catalog.load(Path(__file__).parent / "texts")


def days(language: Language, count: int) -> str:
    """Calendar days: "8 days", "8 日", "8 天"."""
    return _measures().say(language, "days", count=count)


def working_days(language: Language, count: int) -> str:
    """Days of a calendar: "6 working days", "6 個工作天", "6 个工作日"."""
    return _measures().say(language, "working_days", count=count)


def hours(language: Language, amount: float) -> str:
    """Hours by the clock, or a limit whose kind was said before: "8 h", "8 小時", "8 小时"."""
    return _measures().say(language, "hours", count=round(amount, 1))


def working_hours(language: Language, amount: float) -> str:
    """Hours of a calendar: "9.5 working hours", "9.5 工作小時", "9.5 个工作小时"."""
    return _measures().say(language, "working_hours", count=round(amount, 1))


def ago(language: Language, age: timedelta) -> str:
    """How old something is, in the largest unit that still tells, to the nearest of it: "just now", "8 min ago",
    "5 h ago", "3 days ago"."""
    minutes = _nearest(age, timedelta(minutes=1))
    if minutes < 1:  # also less than none: clocks disagree by seconds
        return _measures().say(language, "just_now")
    if minutes < 60:
        return _measures().say(language, "minutes_ago", count=minutes)
    if (in_hours := _nearest(age, timedelta(hours=1))) < 48:
        return _measures().say(language, "hours_ago", count=in_hours)
    return _measures().say(language, "days_ago", count=_nearest(age, timedelta(days=1)))


def _nearest(age: timedelta, unit: timedelta) -> int:
    return (age + unit / 2) // unit
