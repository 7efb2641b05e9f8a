"""What people read: catalogs, and dates and amounts in three languages."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import language
from config.language import Catalog, TextError
from config.settings import Language

TODAY = date(2026, 11, 24)
HONG_KONG = ZoneInfo("Asia/Hong_Kong")

LATE = """
late_by:
  en: {one: "{client}: {count} day late", other: "{client}: {count} days late"}
  zh-Hant-HK: "{client}：逾期 {count} 日"
  zh-Hans-CN: "{client}：逾期 {count} 天"
"""


def catalog(folder: Path, text: str) -> Catalog:
    (folder / "messages.yaml").write_text(text, encoding="utf-8")
    return Catalog.load(folder)


@pytest.mark.parametrize(
    ("tongue", "count", "said"),
    [
        ("en", 1, "九渡銀行: 1 day late"),
        ("en", 0, "九渡銀行: 0 days late"),
        ("en", 8, "九渡銀行: 8 days late"),
        ("en", 9.5, "九渡銀行: 9.5 days late"),
        ("zh-Hant-HK", 1, "九渡銀行：逾期 1 日"),
        ("zh-Hans-CN", 8, "九渡銀行：逾期 8 天"),
    ],
)
def test_a_text_is_said_in_the_language_asked_for(tmp_path: Path, tongue: Language, count: float, said: str) -> None:
    """Each reader has a language; English alone tells one from many."""
    assert catalog(tmp_path, LATE).say(tongue, "late_by", client="九渡銀行", count=count) == said


def test_what_is_missing_raises_and_never_leaves_a_hole(tmp_path: Path) -> None:
    """A message with a key or an empty place in it would reach a client's manager."""
    texts = catalog(tmp_path, LATE)

    with pytest.raises(TextError, match="'late_for'"):
        texts.say("en", "late_for")
    with pytest.raises(TextError, match="'fr'"):
        texts.say("fr", "late_by", client="x", count=2)  # type: ignore[arg-type]  # what a database row could hold
    with pytest.raises(TextError, match="'client'"):
        texts.say("en", "late_by", count=2)


def test_loading_names_every_mistake_at_once(tmp_path: Path) -> None:
    """Whoever translates mends a file in one go."""
    mistakes = """
no_mainland: {en: "a", zh-Hant-HK: "b"}
two_many: {en: "{count}", zh-Hant-HK: "{count}", zh-Hans-CN: {one: "1", other: "2"}}
mistyped: {en: "{client}", zh-Hant-HK: "{client}", zh-Hans-CN: "{cleint}"}
reaches_in: {en: "{client.secret}", zh-Hant-HK: "", zh-Hans-CN: ""}
open: {en: "{client", zh-Hant-HK: "", zh-Hans-CN: ""}
"""

    with pytest.raises(TextError) as refusal:
        catalog(tmp_path, mistakes)

    named = str(refusal.value).splitlines()
    assert [line.split(":")[1].strip() for line in named] == [
        "no_mainland",
        "two_many",
        "mistyped",
        "reaches_in",
        "open",
    ]
    assert "cleint" in named[2]


def test_a_text_may_need_a_value_that_english_leaves_out(tmp_path: Path) -> None:
    """Mainland readers are told the limit that has passed, English ones the hours of waiting; a typo is still found."""
    texts = 'waits: {also: [over], en: "{waited}", zh-Hant-HK: "{waited}", zh-Hans-CN: "超时 {over}"}'

    assert catalog(tmp_path, texts).say("zh-Hans-CN", "waits", waited="6 h", over="2 小时") == "超时 2 小时"
    with pytest.raises(TextError, match=r"uses \{over\}"):
        catalog(tmp_path, texts.replace("[over]", "[ovre]"))


@pytest.mark.parametrize("text", ["- a list", "late: {en: [", "late: {en: 1, zh-Hant-HK: 1, zh-Hans-CN: 1}", ""])
def test_a_file_of_texts_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """A damaged file is ours to mend, and is found when the program starts."""
    with pytest.raises(TextError):
        catalog(tmp_path, text)


def test_one_key_has_one_text(tmp_path: Path) -> None:
    """Two files that both say `late_by` would otherwise be told apart by their names."""
    (tmp_path / "again.yaml").write_text(LATE, encoding="utf-8")

    with pytest.raises(TextError, match="a text already"):
        catalog(tmp_path, LATE)


@given(value=st.text())
def test_values_are_data_and_never_patterns(value: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A client called `{client}` stays one."""
    said = catalog(tmp_path_factory.mktemp("texts"), LATE).say("en", "late_by", client=value, count=2)

    assert said == f"{value}: 2 days late"


@pytest.mark.parametrize(
    ("tag", "shipped"),
    [
        ("zh-HK", "zh-Hant-HK"),
        ("zh_TW", "zh-Hant-HK"),
        ("zh-MO", "zh-Hant-HK"),
        ("zh-Hant", "zh-Hant-HK"),
        ("zh-Hant-CN", "zh-Hant-HK"),
        ("ZH-hant-hk", "zh-Hant-HK"),
        ("zh", "zh-Hans-CN"),
        ("zh-CN", "zh-Hans-CN"),
        ("zh_SG", "zh-Hans-CN"),
        ("zh-Hans-HK", "zh-Hans-CN"),
        ("en-GB", "en"),
        ("fr", "en"),
        ("", "en"),
    ],
)
def test_tags_of_the_world_meet_the_languages_we_ship(tag: str, shipped: Language) -> None:
    """The script decides before the country: Babel reads zh-Hant-CN as simplified, and finds nothing for zh-HK."""
    assert language.negotiate(tag) == shipped


@pytest.mark.parametrize(
    ("tongue", "on", "said"),
    [
        ("en", date(2026, 11, 16), "Mon 16 Nov"),
        ("zh-Hant-HK", date(2026, 11, 16), "11月16日（一）"),
        ("zh-Hans-CN", date(2026, 11, 16), "11月16日（一）"),
        ("en", date(2026, 9, 6), "Sun 6 Sep"),
        ("zh-Hans-CN", date(2026, 9, 6), "9月6日（日）"),
        ("en", date(2027, 1, 4), "Mon 4 Jan 2027"),
        ("zh-Hant-HK", date(2025, 12, 31), "2025年12月31日（三）"),
    ],
)
def test_a_day_carries_its_weekday_and_only_a_strange_year(tongue: Language, on: date, said: str) -> None:
    """Prose as the messages show it: nobody needs this year's number."""
    assert language.day(tongue, on, TODAY) == said


@pytest.mark.parametrize(
    ("tongue", "said"),
    [("en", "Fri 20 Nov 16:30"), ("zh-Hant-HK", "11月20日（五）16:30"), ("zh-Hans-CN", "11月20日（五）16:30")],
)
def test_an_instant_is_said_in_the_readers_zone(tongue: Language, said: str) -> None:
    """Instants are UTC everywhere else; here 08:30 UTC is half past four in Hong Kong."""
    assert language.instant(tongue, datetime(2026, 11, 20, 8, 30, tzinfo=UTC), HONG_KONG, TODAY) == said


def test_an_instant_late_in_utc_is_the_next_local_day() -> None:
    """23:30 UTC on the 31st is the morning of the 1st in Hong Kong, of another month and year."""
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)

    assert language.instant("en", new_year, HONG_KONG, TODAY) == "Fri 1 Jan 2027 07:30"


def test_amounts_are_said_as_the_messages_say_them() -> None:
    """Days and working days are two sums: the words keep them apart in every language."""
    assert [language.days(tongue, 8) for tongue in language.LANGUAGES] == ["8 days", "8 日", "8 天"]
    assert [language.working_days(tongue, 6) for tongue in language.LANGUAGES] == [
        "6 working days",
        "6 個工作天",
        "6 个工作日",
    ]
    assert [language.working_hours(tongue, 9.5) for tongue in language.LANGUAGES] == [
        "9.5 working hours",
        "9.5 工作小時",
        "9.5 个工作小时",
    ]
    assert [language.hours(tongue, 8.0) for tongue in language.LANGUAGES] == ["8 h", "8 小時", "8 小时"]
    assert (language.days("en", 1), language.working_days("en", 1), language.working_hours("en", 1.04)) == (
        "1 day",
        "1 working day",
        "1 working hour",
    )


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(seconds=-3), "just now"),
        (timedelta(seconds=29), "just now"),
        (timedelta(seconds=59), "1 min ago"),
        (timedelta(minutes=8, seconds=29), "8 min ago"),
        (timedelta(minutes=8, seconds=50), "9 min ago"),
        (timedelta(minutes=59, seconds=40), "1 h ago"),
        (timedelta(minutes=119), "2 h ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(hours=48), "2 days ago"),
    ],
)
def test_freshness_is_said_in_the_largest_unit_that_tells(age: timedelta, said: str) -> None:
    """Every message says how old its data is; a vendor's clock may run ahead of ours."""
    assert language.ago("en", age) == said
