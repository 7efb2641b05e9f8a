"""The page that tells a coordinator the language says what the language is."""

import re
from pathlib import Path

import pytest

from rules.fields import read_severity
from rules.language import constants, text
from rules.language.nodes import Parameter, Term
from rules.language.parse import read_condition
from rules.language.text import LanguageError
from rules.language.words import DAYS, FUNCTIONS
from rules.views import MILESTONE

PAGE = (Path(__file__).parents[2] / "docs" / "rule-language.md").read_text("utf-8")
TERMS = {**MILESTONE.terms, "labels": Term("labels")}
PARAMS: dict[str, Parameter] = {"most": 3, "days": 7}


def section(title: str) -> str:
    return re.split(r"^## ", PAGE.split(f"\n## {title}\n")[1], flags=re.MULTILINE)[0]


def cells(title: str, number: int) -> list[str]:
    """The code in a column of a section's table."""
    rows = re.findall(r"^\| (`.*) \|$", section(title), re.MULTILINE)
    found = (re.fullmatch(r"`([^`]*)`", row.split(" | ")[number]) for row in rows)
    return [code[1] for code in found if code]


@pytest.mark.parametrize("written", [*cells("Conditions", 0), *cells("Values", 0), *cells("Time", 0)])
def test_every_expression_of_the_page_is_read(written: str) -> None:
    """Whoever copies one must not be refused."""
    read_condition(written, TERMS, PARAMS)


@pytest.mark.parametrize("written", cells("Severities", 0))
def test_every_severity_of_the_page_is_one(written: str) -> None:
    """A severity is read by its own rules."""
    read_severity(written, MILESTONE, PARAMS)


@pytest.mark.parametrize("written", cells("What is not there", 0))
def test_what_the_page_calls_missing_is_refused(written: str) -> None:
    """Else the page sends people away from what works."""
    with pytest.raises(LanguageError):
        read_condition(written, TERMS, PARAMS)


@pytest.mark.parametrize("written", cells("What is not there", 1))
def test_what_the_page_offers_instead_is_read(written: str) -> None:
    """A cure that is refused too is worse than none."""
    read_condition(written, TERMS, PARAMS)


def test_every_function_and_limit_stands_on_the_page() -> None:
    """A function that nobody is told of is not there."""
    for name in FUNCTIONS:
        assert f"{name}(" in PAGE, name
    for word in DAYS:
        assert f"`{word}" in PAGE, word
    said = {int(number) for number in re.findall(r"\d+", section("Limits"))}
    assert said == {
        text.MAX_CHARACTERS,
        text.MAX_TOKENS,
        text.MAX_NESTING,
        text.MAX_PRODUCTS,
        int(text.MAX_NUMBER),
        constants.MAX_DAYS,
        constants.MAX_WORKING_HOURS,
        constants.MAX_PATTERN,
        constants.MAX_WILDCARDS,
    }
