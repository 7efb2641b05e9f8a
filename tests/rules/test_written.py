"""A condition written out again reads as the same condition."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from rules.language.nodes import Parameter
from rules.language.parse import read_condition
from rules.language.written import written
from rules.load import load_rules
from rules.rule import Rule
from tests.rules.language_expressions import conditions
from tests.rules.language_meanings import E
from tests.rules.language_rows import PARAMS, VIEW
from tests.rules.rows import SETTINGS


@hypothesis_settings(max_examples=150, derandomize=True)
@given(expression=conditions.filter(lambda expression: expression.is_small))
def test_what_is_written_reads_as_what_was_read(expression: E) -> None:
    """An explanation that said something else than the rule would be worse than none."""
    condition = read_condition(expression.text, VIEW.terms, PARAMS)
    text = written(condition)

    if text.count("(") < 20 and len(text) < 2000:
        assert read_condition(text, VIEW.terms, {}) == condition


@pytest.mark.parametrize("rule", load_rules(SETTINGS), ids=lambda rule: rule.id)
def test_every_rule_of_the_library_can_be_written_out(rule: Rule) -> None:
    """With its params in their places."""
    assert read_condition(written(rule.when), rule.view.terms, {}) == rule.when


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("waited > params.hours and not flag", "waited > 8 and not flag"),
        ("day is not null and (n = 1 or not (n > 3))", "day is not null and (n = 1 or not (n > 3))"),
        (
            "at < ago('90m') or day < today - 3 or day = yesterday",
            "at < ago('90m') or day < today - 3 or day = yesterday",
        ),
        ("at < working_hours_ago(params.hours)", "at < working_hours_ago(8)"),
        ("text <> 'it''s' and n not in (1, 2)", "text <> 'it''s' and n not in (1, 2)"),
    ],
)
def test_it_reads_as_a_coordinator_would_write_it(text: str, expected: str) -> None:
    """The params' values stand in their places: they are what was asked."""
    params: dict[str, Parameter] = {"hours": 8}

    assert written(read_condition(text, VIEW.terms, params)) == expected
