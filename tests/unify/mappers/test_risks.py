"""Items that are risks, in each of the three tools: which they are, and what is read of them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from connectors.base import Record
from connectors.jira_fields import custom_fields
from sandbox.jira_state import document
from tests.connectors.jira_firm import context as jira_context
from tests.unify.mappers import test_asana, test_jira, test_trello
from unify.mappers import MAPPERS, jira
from unify.mapping import Mapped, Row
from unify.tables import Risk

Tool = Callable[..., Mapped]

FIELD_IDS = {
    "Probability": "customfield_1",
    "Impact": "customfield_2",
    "應對": "customfield_3",
    "已發生": "customfield_4",
}
SAID = {"Probability": "4", "Impact": "極高", "應對": "Mitigate", "已發生": "2026-11-20"}


def in_jira(labels: tuple[str, ...] = ("Risk",), fields: Mapping[str, Any] | None = None, **more: Any) -> Mapped:
    """An issue with these labels; the fields are choices."""
    said = fields or {}
    known = {id_: {"id": id_, "name": name} for name, id_ in FIELD_IDS.items()}
    told = {FIELD_IDS[name]: {"id": "1", "value": value} for name, value in said.items()}
    payload = test_jira.issue(labels=list(labels), duedate="2026-12-01", assignee=test_jira.MEI, **told, **more)
    return jira.map_record(Record("issues", "20417", None, payload), jira_context({"fields": known}))


def in_trello(labels: tuple[str, ...] = ("Risk",), fields: Mapping[str, Any] | None = None, **more: Any) -> Mapped:
    """A card with these labels; the fields are texts, numbers and dates."""
    said = fields or {}
    board = test_trello.VOCABULARY["boards"][test_trello.BOARD]
    known = [{"id": id_, "name": name, "type": "text"} for name, id_ in FIELD_IDS.items()]
    items = [{"idCustomField": FIELD_IDS[name], "value": _trello_value(value)} for name, value in said.items()]
    payload = test_trello.card(
        labels=[{"name": label} for label in labels], customFieldItems=items, due="2026-12-01T04:00:00.000Z", **more
    )
    words = test_trello.VOCABULARY | {"boards": {test_trello.BOARD: board | {"customFields": known}}}
    return test_trello.mapped(payload, vocabulary=words)


def _trello_value(value: str) -> dict[str, str]:
    kind = "number" if value.isdigit() else "date" if value[:2] == "20" else "text"
    return {kind: f"{value}T04:00:00.000Z" if kind == "date" else value}


def in_asana(labels: tuple[str, ...] = ("Risk",), fields: Mapping[str, Any] | None = None, **more: Any) -> Mapped:
    """A task with these tags; the fields are choices, but for dates."""
    said = fields or {}
    custom = [_asana_field(name, value) for name, value in said.items()]
    tags = [{"gid": "1", "name": label} for label in labels]
    return test_asana.mapped(test_asana.task(tags=tags, custom_fields=custom, due_on="2026-12-01", **more))


def _asana_field(name: str, value: str) -> dict[str, Any]:
    if value[:2] == "20":
        return {"gid": FIELD_IDS[name], "name": name, "display_value": f"{value}T00:00:00.000Z"}
    return test_asana.field(name, value, FIELD_IDS[name])


TOOLS = pytest.mark.parametrize("tool", [in_jira, in_trello, in_asana])


def risk(mapped: Mapped) -> Row:
    """The one risk that a record is; nothing may be unreadable."""
    assert mapped.problems == []
    (row,) = mapped.rows["risk"]
    return row


@TOOLS
@pytest.mark.parametrize("word", ["Risk", " risk ", "風險", "风险"])
def test_an_item_of_that_label_is_a_risk_and_stays_a_work_item(tool: Tool, word: str) -> None:
    """It still has a date and somebody who works on it."""
    made = tool((word,))

    (item,) = made.rows["work_item"]
    assert risk(made)["key"] == item["key"]
    assert "risk" not in tool(("risky",)).rows


def test_a_type_a_list_and_a_section_make_a_risk_too() -> None:
    """Each tool has its own way to keep a register."""
    board = test_trello.VOCABULARY["boards"][test_trello.BOARD]
    lists = {"boards": {test_trello.BOARD: board | {"lists": [{"id": "7", "name": "風險", "closed": False}]}}}
    section = {"sections": {"7": {"gid": "7", "name": "风险"}}}

    assert "risk" in in_jira((), issuetype={"id": "1", "name": "Risk"}).rows
    assert "risk" in test_trello.mapped(test_trello.card(idList="7"), vocabulary=test_trello.VOCABULARY | lists).rows
    within = {"memberships": [test_asana.within("7")]}
    assert "risk" in test_asana.mapped(test_asana.task(**within), vocabulary=test_asana.VOCABULARY | section).rows


@TOOLS
def test_what_is_known_of_a_risk_is_read_from_fields(tool: Tool) -> None:
    """A choice, a number, a word in any of three languages, a day."""
    found = risk(tool(fields=SAID))

    assert (found["probability"], found["impact"]) == (4, 5)
    assert found["response"] == "mitigate"
    assert (found["occurred"], found["occurred_on"]) == (True, date(2026, 11, 20))
    assert (found["implemented"], found["implemented_on"]) == (False, None)
    assert found["due_on"] == date(2026, 12, 1)
    assert found["owner_account"] is not None


@TOOLS
def test_what_no_field_says_a_label_may_say(tool: Tool) -> None:
    """Teams without the right to make fields write it so."""
    found = risk(tool(("風險", "probability-3", "影響：高", "response=avoid", "Occurred", "response date: 2026-11-27")))

    assert (found["probability"], found["impact"], found["response"]) == (3, 4, "avoid")
    assert (found["occurred"], found["occurred_on"], found["due_on"]) == (True, None, date(2026, 11, 27))


@TOOLS
def test_a_field_comes_before_a_label(tool: Tool) -> None:
    """The label may be last year's."""
    assert risk(tool(("Risk", "probability-1"), {"Probability": "5"}))["probability"] == 5


@TOOLS
def test_what_nobody_said_stays_empty(tool: Tool) -> None:
    """A risk that was only named is one whose response is missing, not one of grade 1."""
    found = risk(tool())

    assert [found[name] for name in ("probability", "impact", "response")] == [None, None, None]
    assert (found["response_plan"], found["implemented"], found["occurred"]) == ("", False, False)


@TOOLS
@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("Probability", "9", "is no grade from 1 to 5"),
        ("Probability", "45%", "is no grade from 1 to 5"),
        ("Impact", "purple", "is no grade from 1 to 5"),
        ("應對", "pray", "is no response to a risk: avoid, mitigate, transfer or accept"),
        ("已發生", "perhaps", "is neither yes or no nor a day"),
    ],
)
def test_an_odd_value_is_named_and_stays_empty(tool: Tool, name: str, value: str, reason: str) -> None:
    """The coordinator finds the field, and what stands in it; the risk is there all the same."""
    made = tool(fields={name: value})

    assert [(one.field, one.reason, one.value) for one in made.problems] == [(name, reason, repr(value))]
    (found,) = made.rows["risk"]
    assert not any(found[column] for column in ("probability", "impact", "response", "occurred"))


@pytest.mark.parametrize(
    ("said", "grade"),
    [
        *((str(number), number) for number in range(1, 6)),
        *(("3.0", 3), ("4 - High", 4), ("2 (unlikely)", 2), ("５", 5), ("Very Low", 1), ("Almost certain", 5)),
        *(
            ("低", 2),
            ("中", 3),
            ("高", 4),
            ("極低", 1),
            ("较高", 4),
            ("罕见", 1),
            ("嚴重", 4),
            ("None", None),
            ("無", None),
        ),
    ],
)
def test_a_grade_is_a_number_or_a_word_in_three_languages(said: str, grade: int | None) -> None:
    """Three steps are the middle ones of five."""
    assert risk(in_jira(fields={"Impact": said}))["impact"] == grade


@pytest.mark.parametrize("said", ["0", "6", "4/5", "4.5", "12", "-1", "3-4"])
def test_what_only_begins_like_a_grade_is_none(said: str) -> None:
    """A guess would stand in a matrix as if somebody had said it."""
    made = in_jira(fields={"Impact": said})

    assert made.rows["risk"][0]["impact"] is None
    assert [one.field for one in made.problems] == ["Impact"]


@TOOLS
def test_a_risk_that_is_done_was_dealt_with(tool: Tool) -> None:
    """Its response was carried out on that day, unless a field tells another."""
    done: dict[Any, dict[str, Any]] = {
        in_jira: {"status": test_jira.status("done"), "resolutiondate": "2026-11-20T16:30:00.000+0000"},
        in_trello: {
            "dueComplete": True,
            "actions": [test_trello.action("updateCard", {"old": {"dueComplete": False}}, date="2026-11-20T16:30:00Z")],
        },
        in_asana: {"completed": True, "completed_at": "2026-11-20T16:30:00.000Z"},
    }
    found = risk(tool(**done[tool]))

    assert (found["implemented"], found["implemented_on"]) == (True, date(2026, 11, 21))  # by our clock on the wall
    assert found["status_category"] == "done"


def test_a_field_of_another_name_is_read_where_the_config_names_it() -> None:
    """By its name, or in Jira by its id; ours is then no longer asked."""
    known = [{"id": "customfield_9", "name": "Chance"}, {"id": "customfield_1", "name": "Probability"}]

    assert dict(custom_fields(known, "", {"probability": "Chance"}).risk) == {"Chance": "customfield_9"}
    assert dict(custom_fields(known, "", {"probability": "customfield_9"}).risk) == {"customfield_9": "customfield_9"}
    assert custom_fields(known, "", {}).ids() == ["customfield_1"]


def test_a_plan_may_be_a_paragraph() -> None:
    """Jira keeps long texts as documents."""
    payload = test_jira.issue(labels=["risk"], customfield_5=document("Two weeks in reserve.\nMap the fields first."))
    words = {"fields": {"customfield_5": {"id": "customfield_5", "name": "應對方案"}}}
    made = jira.map_record(Record("issues", "1", None, payload), jira_context(words))

    assert risk(made)["response_plan"] == "Two weeks in reserve.\nMap the fields first."


def test_rows_name_every_column_that_a_mapper_fills() -> None:
    """The store would refuse a column that is not there, and forget one that is not named."""
    filled = set(Risk.model_fields) - {"source", "changed_here_at", "deleted_at", "delete_reason"}

    for tool in (in_jira, in_trello, in_asana):
        assert set(risk(tool())) == filled
    assert all(
        "risk" in MAPPERS[kind].tables(stream)
        for kind, stream in {"jira": "issues", "trello": "cards", "asana": "tasks"}.items()
    )
