"""The comments in the tools and the note in the CRM: short, neutral, in the language of those who must act."""

from typing import Any

import pytest

from tests.alerts.firm import feedback, milestone
from tests.alerts.writing import UNPROMISED, item, writer


def test_the_comment_in_the_tool_names_nobody() -> None:
    """A client may read it one day."""
    late, waits = (
        writer().comment(item(found)) for found in (milestone(), feedback(bd=None, project="boards/board/1"))
    )

    assert late == "Due Mon 16 Nov has passed; please update the date or the status. (Milepost)"
    assert waits == "Waiting for an answer since Fri 20 Nov 16:30. (Milepost)"


def test_the_note_in_the_crm_says_who_waits_and_since_when() -> None:
    """Whoever opens the company's page sees no ticket beside the note."""
    assert writer().comment(item(feedback(bd=None))) == (
        "潘詠琳 has waited for an answer since Fri 20 Nov 16:30. (Milepost)"
    )


def test_what_was_due_this_morning_is_not_said_to_be_of_a_day_that_passed() -> None:
    """At nine, of half past eight."""
    assert writer().comment(item(UNPROMISED)) == ("Due today 08:30; please update the date or the status. (Milepost)")


@pytest.mark.parametrize(
    ("people", "begins"),
    [
        pytest.param({"owner": "person/kevin", "bd": "person/sandy"}, "截止日 11月16日（一）已过", id="the owner's"),
        pytest.param({"owner": "person/x", "bd": "person/sandy"}, "到期日 11月16日（一）已過", id="the BD manager's"),
        pytest.param({"owner": None, "bd": "person/marco"}, "Due Mon 16 Nov has passed", id="the organisation's"),
    ],
)
def test_the_comment_is_in_the_language_of_those_who_must_act(people: dict[str, Any], begins: str) -> None:
    """A team in Shenzhen reads Chinese, whatever the organisation's language is."""
    assert writer().comment(item(milestone(**people))).startswith(begins)
