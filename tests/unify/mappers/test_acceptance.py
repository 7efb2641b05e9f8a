"""What follows a milestone that is done, in each of the three tools: acceptance by the client, and payment."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from connectors.base import Record
from connectors.jira_fields import custom_fields
from tests.connectors.jira_firm import context as jira_context
from tests.unify.mappers import test_asana, test_jira, test_trello
from unify.mappers import jira
from unify.mapping import Mapped

Tool = Callable[..., Mapped]

FIELD, FIELD_ID = "Accepted on", "customfield_1"


def in_jira(*labels: str, said: Any = None, **settings: Any) -> Mapped:
    """An issue of the type Milestone with these labels; `said`: what the field holds."""
    payload = test_jira.issue(issuetype={"id": "1", "name": "Milestone"}, labels=list(labels), **{FIELD_ID: said})
    known = {"fields": {FIELD_ID: {"id": FIELD_ID, "name": FIELD}}}
    return jira.map_record(Record("issues", "20417", None, payload), jira_context(known, **settings))


def in_trello(*labels: str, said: Any = None, **settings: Any) -> Mapped:
    """A card with the label of milestones and these."""
    board = test_trello.VOCABULARY["boards"][test_trello.BOARD]
    words = {"boards": {test_trello.BOARD: board | {"customFields": [{"id": FIELD_ID, "name": FIELD}]}}}
    items = [{"idCustomField": FIELD_ID, "value": {"text": said}}] if said else []
    named = [test_trello.MILESTONE, *({"name": label} for label in labels)]
    payload = test_trello.card(labels=named, customFieldItems=items)
    return test_trello.mapped(payload, vocabulary=test_trello.VOCABULARY | words, **settings)


def in_asana(*labels: str, said: Any = None, **settings: Any) -> Mapped:
    """A milestone with these tags."""
    fields = [{"gid": FIELD_ID, "name": FIELD, "display_value": said}]
    tags = [{"gid": "1", "name": label} for label in labels]
    payload = test_asana.task(resource_subtype="milestone", tags=tags, custom_fields=fields)
    return test_asana.mapped(payload, **settings)


TOOLS = pytest.mark.parametrize("tool", [in_jira, in_trello, in_asana])


def acceptance(mapped: Mapped) -> tuple[bool | None, date | None]:
    """Of the one milestone that a record is; nothing may be unreadable."""
    assert mapped.problems == []
    (row,) = mapped.rows["milestone"]
    return row["accepted"], row["accepted_on"]


@TOOLS
def test_nobody_can_tell_who_accepted_what_where_the_config_says_nothing(tool: Tool) -> None:
    """Else every milestone that was ever done would wait for a label that this firm never uses."""
    assert acceptance(tool("Accepted")) == (None, None)


@TOOLS
def test_a_label_that_the_config_names_says_that_it_was_accepted(tool: Tool) -> None:
    """In any case of letters; without it the milestone waits."""
    assert acceptance(tool(" ACCEPTED", accepted_labels=("Accepted", "已驗收"))) == (True, None)
    assert acceptance(tool("Shipped", accepted_labels=("Accepted", "已驗收"))) == (False, None)


def test_a_status_a_list_and_a_section_say_it_too() -> None:
    """Boards have a last list for it."""
    released = test_jira.issue(
        issuetype={"id": "1", "name": "Milestone"}, status=test_jira.status("done", "Signed off")
    )
    card = test_trello.card(labels=[test_trello.MILESTONE], idList=test_trello.DONE)
    task = test_asana.task(resource_subtype="milestone", memberships=[test_asana.within(test_asana.ACCEPTANCE)])

    in_a_status = jira.map_record(Record("issues", "1", None, released), jira_context(accepted_labels=["Signed off"]))
    assert acceptance(in_a_status)[0] is True
    assert acceptance(test_trello.mapped(card, accepted_labels=("已完成",)))[0] is True
    assert acceptance(test_asana.mapped(task, accepted_labels=("Acceptance",)))[0] is True


@TOOLS
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2026-11-20", (True, date(2026, 11, 20))),
        ("2026-11-20T00:00:00.000Z", (True, date(2026, 11, 20))),
        ("Yes", (True, None)),
        ("已驗收", (True, None)),
        ("否", (False, None)),
        (None, (False, None)),
    ],
)
def test_a_field_says_it_by_a_tick_or_a_day(tool: Tool, said: str | None, expected: tuple[bool, date | None]) -> None:
    """The day is shown to the client in the report."""
    assert acceptance(tool(said=said, accepted_field=FIELD)) == expected


@TOOLS
@pytest.mark.parametrize("said", ["perhaps", "9999-99-99", "-1", "1" * 400, "+051502-03-14T04:00:00.000Z"])
def test_an_odd_value_is_named_and_the_milestone_waits(tool: Tool, said: str) -> None:
    """It is no acceptance; the coordinator finds the field, and what stands in it."""
    made = tool(said=said, accepted_field=FIELD)

    assert [(one.field, one.reason) for one in made.problems] == [(FIELD, "is neither yes or no nor a day")]
    (row,) = made.rows["milestone"]
    assert (row["accepted"], row["accepted_on"]) == (False, None)


@TOOLS
def test_a_label_says_that_a_milestone_is_paid_for(tool: Tool) -> None:
    """Ours without any config; the config's where it names others."""
    assert [row["payment"] for row in tool("付款里程碑").rows["milestone"]] == [True]
    assert [row["payment"] for row in tool("Payments").rows["milestone"]] == [False]
    assert [row["payment"] for row in tool("Invoice", payment_labels=("Invoice",)).rows["milestone"]] == [True]


def test_jira_is_asked_for_the_field_that_the_config_names_and_for_no_other() -> None:
    """Each field asked for makes every page larger."""
    known = [{"id": FIELD_ID, "name": FIELD}]

    assert custom_fields(known, "", {}, FIELD).ids() == [FIELD_ID]
    assert custom_fields(known, "", {}).ids() == []


@TOOLS
@pytest.mark.parametrize(
    ("said", "accepted"),
    [
        *(
            (word, True)
            for word in ("Approved", "Signed off", "Passed", "通過", "通过", "簽收", "已签收", "確認", "确认")
        ),
        *((word, False) for word in ("Pending", "Rejected", "待驗收", "待验收", "不通過", "不通过")),
    ],
)
def test_a_field_answers_in_the_words_of_acceptance(tool: Tool, said: str, accepted: bool) -> None:
    """Nobody writes yes or no there."""
    shown = {"value": said} if tool is in_jira else said

    assert acceptance(tool(said=shown, accepted_field=FIELD)) == (accepted, None)
