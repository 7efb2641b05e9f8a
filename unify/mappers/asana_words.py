"""What Asana's vocabulary and the settings say, ready to be asked for every task."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from config.settings import Severity, StatusCategory
from config.words import category, normal, normals
from connectors.base import Problem, Record
from unify.mappers.acceptance import Acceptance
from unify.mappers.effort import Effort
from unify.mappers.latest import Latest
from unify.mappers.risks import Risks
from unify.mapping import MappingContext
from unify.parsing import Reader

STATUS_FIELDS = normals(("Status", "Task progress", "狀態", "状态", "進度", "进度"))
PRIORITY_FIELDS = normals(("Priority", "優先級", "优先级", "優先次序", "優先順序"))
"""Asana has neither status nor priority: these are fields that its own templates, or their translations, call so."""

SEVERITIES: Mapping[str, Severity] = {
    "urgent": "critical",
    "critical": "critical",
    "緊急": "critical",
    "紧急": "critical",
    "high": "high",
    "高": "high",
    "low": "info",
    "低": "info",
}
"""By priority; every other one, and none, is a warning."""


COMPLETED, INCOMPLETE = "completed", "incomplete"
"""Asana has no word for it but a tick."""


class Words:
    """The vocabulary of one context. What is odd in it is left out: it is reported nowhere, as it maps to no row."""

    def __init__(self, context: MappingContext) -> None:
        settings, vocabulary = context.settings, context.vocabulary
        self._own_status = settings.status
        self.feedback = normals(settings.feedback_labels)
        self.urgent = normals(settings.urgent_labels)
        self.risks = Risks(context)
        self.acceptance = Acceptance(context)
        self.effort = Effort(context)
        self.client_field = normal(settings.client_field)
        self._sections = {gid: one.text("name") for gid, one in _readers(vocabulary.get("sections", {}))}
        memberships = dict(_readers(vocabulary.get("users", {})))
        self.users = frozenset(memberships)
        self._guests = frozenset(gid for gid, one in memberships.items() if one.flag("is_guest"))
        self._members: dict[str, frozenset[str]] = {}
        self._shared_with: dict[str, str] = {}
        self._teams = {gid: _gids(one.objects("members")) for gid, one in _readers(vocabulary.get("teams", {}))}
        self._fields: dict[str, str] = {}
        self._options: dict[str, str] = {}
        for gid, project in _readers(vocabulary.get("settings", {})):
            self._members[gid] = _gids(project.objects("members"))
            if project.text("privacy_setting") != "private":
                self._shared_with[gid] = project.text("team", "gid")
            for setting in project.objects("custom_field_settings"):
                field = setting.at("custom_field")
                self._fields[field.text("gid")] = field.text("name")
                self._options |= {option.text("gid"): option.text("name") for option in field.objects("enum_options")}

    def section(self, told: Reader) -> str:
        """What a section is called now: a task that was read before keeps the name of then."""
        return self._sections.get(told.text("gid")) or told.text("name")

    def called(self, told: Reader) -> str:
        """What a custom field is called now."""
        return self._fields.get(told.text("gid")) or told.text("name")

    def field(self, told: Reader) -> str:
        """The same, in the form in which words are compared."""
        return normal(self.called(told))

    def option(self, told: Reader) -> str:
        """What a choice of a custom field is called now."""
        return self._options.get(told.text("gid")) or told.text("name")

    def values(self, field: Reader) -> list[str]:
        """What a task's custom field holds: the names of its choices, else its text."""
        chosen = [field.at("enum_value")] if field.has("enum_value") else field.objects("multi_enum_values")
        names = [name for name in map(self.option, chosen) if name]
        return names or [text for text in (field.text("display_value"),) if text]

    def category(self, word: str) -> StatusCategory | None:
        """What a section or a field's value means; None where nobody said."""
        return category(word, self._own_status)

    def shows_to_clients(self, projects: Iterable[str]) -> bool | None:
        """Whether a guest is a member of one of these projects; None where no project tells its members."""
        known = [self._members[gid] for gid in projects if self._members.get(gid)]
        return any(members & self._guests for members in known) if known else None

    def readers(self, project: str) -> list[str]:
        """Who was let into a project: its members, and its team's unless it is private; none if either is not known.

        Guests of the workspace read nothing else, but tasks that they follow.
        """
        members, team = self._members.get(project, frozenset()), self._shared_with.get(project, "")
        if not members or (team and team not in self._teams):
            return []
        return sorted(members | self._teams.get(team, frozenset()))


words_of = Latest(Words).of


def _gids(people: Iterable[Reader]) -> frozenset[str]:
    return frozenset(gid for one in people if (gid := one.text("gid")))


def _readers(payloads: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Reader]]:
    unheard: list[Problem] = []
    for gid, payload in payloads.items():
        yield gid, Reader(Record("", gid, None, payload), unheard)
