"""What Jira's words mean: those that we ship, those of the site's vocabulary, those that the config adds."""

from collections.abc import Mapping
from typing import Any

from config.settings import Severity, StatusCategory
from config.words import normal, normals
from connectors.jira_fields import CustomFields, custom_fields
from unify.mappers.acceptance import Acceptance
from unify.mappers.latest import Latest
from unify.mappers.risks import Risks
from unify.mapping import MappingContext, Row

CANCELLED = frozenset(
    normal(word)
    for word in (
        "Won't Do",
        "Won't Fix",
        "Duplicate",
        "Cannot Reproduce",
        "Declined",
        "Rejected",
        "Cancelled",
        "Canceled",
        "Abandoned",
        "Invalid",
        "不做",
        "不予处理",
        "不予處理",
        "不会修复",
        "重复",
        "重複",
        "无法重现",
        "無法重現",
        "已取消",
        "已拒绝",
        "已拒絕",
    )
)
"""Resolutions that mean that nothing was delivered; the config's `status` may name others."""

SEVERITIES: Mapping[str, Severity] = {
    "blocker": "critical",
    "highest": "critical",
    "critical": "critical",
    "最高": "critical",
    "high": "high",
    "高": "high",
    "low": "info",
    "lowest": "info",
    "minor": "info",
    "trivial": "info",
    "低": "info",
    "最低": "info",
}
"""By priority; every other one, and none, is a warning."""

MOST_PEOPLE = 5000

CATEGORIES: Mapping[str, StatusCategory] = {"new": "todo", "indeterminate": "in_progress", "done": "done"}


class Words:
    """What the vocabulary and the settings say, ready to be asked for every issue."""

    def __init__(self, context: MappingContext) -> None:
        settings, vocabulary = context.settings, context.vocabulary
        self.fields: CustomFields = custom_fields(
            vocabulary.get("fields", {}).values(),
            settings.client_field,
            settings.risk_fields,
            settings.accepted_field,
        )
        self.types = {id_: _names(one) for id_, one in vocabulary.get("issuetypes", {}).items()}
        self.statuses = {id_: _names(one) for id_, one in vocabulary.get("statuses", {}).items()}
        self.status = {normal(word): category for word, category in settings.status.items()}
        self.milestone_types = normals(settings.milestone_types)
        self.client_facing = normals(settings.client_facing_types)
        self.feedback = normals(settings.feedback_labels)
        self.urgent = normals(settings.urgent_labels)
        self.risks = Risks(context)
        self.acceptance = Acceptance(context)
        self.budget_hours: Mapping[str, float] = settings.budget_hours
        self.client_prefix = normal(settings.client_field)
        self.browse = "" if "//api.atlassian.com/" in settings.url else settings.url.rstrip("/")

        self.people: dict[tuple[object, ...], tuple[str | None, Row | None]] = {}
        """Accounts already read, by all that was said of them: the same few people stand on every issue."""

    def remember(self, mark: tuple[object, ...], account: tuple[str | None, Row | None]) -> None:
        """Keep an account for the next issue; a site with very many people begins anew."""
        if len(self.people) >= MOST_PEOPLE:
            self.people.clear()
        self.people[mark] = account

    def told(self, names: set[str]) -> StatusCategory | None:
        """What the config says of a status or resolution of any of these names."""
        return next((self.status[name] for name in sorted(names) if name in self.status), None)


words_of = Latest(Words).of


def _names(payload: Mapping[str, Any]) -> set[str]:
    """What a type or status is called, in the account's language and as it was made."""
    said = (payload.get(name) for name in ("name", "untranslatedName"))
    return {normal(name) for name in said if isinstance(name, str) and name}
