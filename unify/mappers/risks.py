"""Work items that are risks: how likely, how bad, what is done about it, as fields or labels of any tool say it.

A field of the tool is asked first, by its name; else a label ("impact-4", "影響：高", "occurred"). What is said in
words that are not known here is named as a problem, and stays empty.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from config.settings import RiskField
from config.words import normal, normals, risk_field_names
from unify.mappers.latest import Latest
from unify.mappers.told import Told
from unify.mapping import MappingContext, Row
from unify.parsing import Reader, day_in

GRADES: Mapping[str, int] = {
    word: grade
    for grade, words in {
        1: "very low|rare|negligible|insignificant|極低|极低|很低|罕見|罕见|可忽略",
        2: "low|unlikely|minor|低|較低|较低|不太可能|輕微|轻微",
        3: "medium|moderate|possible|中|中等|一般|可能",
        4: "high|likely|major|高|較高|较高|很可能|嚴重|严重",
        5: "very high|almost certain|severe|critical|catastrophic|極高|极高|很高|幾乎確定|几乎确定|災難性|灾难性",
    }.items()
    for word in words.split("|")
}
"""Words for 1 to 5. Who has three steps means the middle ones: low is 2, high is 4."""

RESPONSES: Mapping[str, str] = {
    word: response
    for response, words in {
        "avoid": "avoid|avoidance|規避|规避|避免",
        "mitigate": "mitigate|mitigation|reduce|減輕|减轻|緩解|缓解|降低",
        "transfer": "transfer|轉移|转移|轉嫁|转嫁",
        "accept": "accept|acceptance|接受|接納|接纳",
    }.items()
    for word in words.split("|")
}

_GRADE = re.compile(r"([1-5])(?:\.0+)?(?:\s*[-–—:(][^\d%]*|\s+[^\d%]+)?")
"""A number, maybe with its word behind it: "4", "4 - High"."""

_BEFORE_VALUES = tuple("-:：=_")
"""What stands between the name and the value in a label."""


class Risks:
    """What the settings say of risks. `is_one` by type, label, list or section; `row` reads its fields."""

    def __init__(self, context: MappingContext) -> None:
        self._zone = context.zone
        self._marks = normals(context.settings.risk_labels)
        names = risk_field_names(context.settings.risk_fields)
        self._names = {field: sorted(normals(words)) for field, words in names.items()}
        self.names = frozenset(name for words in self._names.values() for name in words)
        """Of all fields that are asked, in the form in which words are compared."""

    def is_one(self, marks: Collection[str]) -> bool:
        """Whether an item with these words (types, labels, lists, sections, in the normal form) is a risk."""
        return not self._marks.isdisjoint(marks)

    def row(self, item: Row, fields: Mapping[str, str], reader: Reader) -> Row:
        """The risk that a work item's row is. `fields`: name -> what it says, as a text, of the tool's own fields.

        Problems go to `reader`, under the name of the field or label.
        """
        told = {field: self._told(names, fields, item["labels"]) for field, names in self._names.items()}
        reading = _Reading(reader, told, self._zone)
        due_on = reading.day("due")
        implemented, implemented_on = reading.happened("implemented")
        occurred, occurred_on = reading.happened("occurred")
        if item["status_category"] == "done":
            implemented, implemented_on = True, implemented_on or day_in(self._zone, item["done_at"])
        kept = ("key", "vendor_id", "url", "created_at", "updated_at", "project_key", "name", "status_native")
        return {name: item[name] for name in (*kept, "status_category")} | {
            "owner_account": next(iter(item["assignee_accounts"]), None),
            "probability": reading.grade("probability"),
            "impact": reading.grade("impact"),
            "response": reading.response(),
            "response_plan": told["plan"].text,
            "due_on": due_on or item["due_on"],
            "implemented": implemented,
            "implemented_on": implemented_on,
            "occurred": occurred,
            "occurred_on": occurred_on,
        }

    @staticmethod
    def _told(names: Collection[str], fields: Mapping[str, str], labels: Collection[str]) -> Told:
        for name, text in fields.items():
            if normal(name) in names and text.strip():
                return Told(name, text.strip())
        for label in labels:
            if normal(label) in names:
                return Told(label, "yes")
            for name in names:
                rest = label.strip()[len(name) :].strip()
                if normal(label).startswith(name) and rest.startswith(_BEFORE_VALUES):
                    return Told(label, rest[1:].strip())
        return Told("", "")


risks_of = Latest(Risks).of


class _Reading:
    """What is told, as values; what cannot be read is noted."""

    def __init__(self, reader: Reader, told: Mapping[RiskField, Told], zone: ZoneInfo) -> None:
        self._reader = reader
        self._told = told
        self._zone = zone

    def grade(self, field: RiskField) -> int | None:
        """1 to 5, by number or by word."""
        said = self._told[field]
        number = _GRADE.fullmatch(normal(said.text))
        grade = int(number[1]) if number else GRADES.get(normal(said.text))
        if grade is None and said.text and said.is_so is not False:
            said.refuse(self._reader, "is no grade from 1 to 5")
        return grade

    def response(self) -> str | None:
        """What is done about it, as one of four words."""
        said = self._told["response"]
        response = RESPONSES.get(normal(said.text))
        if response is None and said.text and said.is_so is not False:
            said.refuse(self._reader, "is no response to a risk: avoid, mitigate, transfer or accept")
        return response

    def day(self, field: RiskField) -> date | None:
        """A day."""
        said = self._told[field]
        day = said.day(self._zone)
        if day is None and said.text:
            said.refuse(self._reader, "is not a day")
        return day

    def happened(self, field: RiskField) -> tuple[bool, date | None]:
        """Whether, and if that is told, on which day: of a tick, a choice or a date."""
        return self._told[field].happened(self._zone, self._reader)
