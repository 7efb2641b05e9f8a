"""Which fields of an issue are read, and how a site's own ones are found.

The mapper asks here too: what it reads and what is asked for are one list.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from config.settings import RiskField
from config.words import risk_field_names

FIELDS = (
    "summary",
    "description",
    "status",
    "statuscategorychangedate",
    "resolution",
    "resolutiondate",
    "assignee",
    "reporter",
    "creator",
    "duedate",
    "created",
    "updated",
    "labels",
    "priority",
    "parent",
    "issuetype",
    "fixVersions",
    "project",
    "timetracking",
)
"""What is asked of an issue beside its comments and the fields of `CustomFields`: never `*all`."""

CHANGED_FIELDS = ("duedate", "status", "fixVersions", "assignee")
"""Whose history is read."""

_CHANGED_NAMES = frozenset(name.casefold() for name in (*CHANGED_FIELDS, "due date", "fix version"))


class CustomFields(NamedTuple):
    """Ids of the fields that sites name for themselves; "" where a site has none."""

    start: str
    client: str
    request: str
    """A service project's request type: only requests of clients carry one."""
    epic: str
    """Data Center's way from an issue to its epic: the epic's key. Cloud's is `parent`."""

    risk: Mapping[str, str]
    """Name -> id of those that tell of risks."""

    accepted: Mapping[str, str]
    """Name -> id of the one that tells whether the client accepted something."""

    def ids(self) -> list[str]:
        """Those that exist."""
        told = (self.start, self.client, self.request, self.epic, *self.risk.values(), *self.accepted.values())
        return list(dict.fromkeys(one for one in told if one))


def custom_fields(
    known: Iterable[Mapping[str, Any]],
    client_field: str,
    risk_fields: Mapping[RiskField, str],
    accepted_field: str = "",
) -> CustomFields:
    """Find our custom fields among a site's: by schema where that is unique, else by untranslated name, else by name.

    `name` is translated to the account's language and need not be unique; `untranslatedName` is sent by Cloud only.
    `client_field`, `risk_fields` and `accepted_field` are the config's own names.
    """
    fields = [one for one in known if isinstance(one.get("id"), str)]
    return CustomFields(
        start=_named(fields, "Start date"),
        client=_named(fields, client_field) if client_field else "",
        request=_by_schema(fields, "com.atlassian.servicedesk:vp-origin"),
        epic=_by_schema(fields, "com.pyxis.greenhopper.jira:gh-epic-link"),
        risk=dict(
            found
            for names in risk_field_names(risk_fields).values()
            if (found := next(((name, id_) for name in names if (id_ := _named(fields, name))), None))
        ),
        accepted={accepted_field: id_} if accepted_field and (id_ := _named(fields, accepted_field)) else {},
    )


def _named(fields: list[Mapping[str, Any]], name: str) -> str:
    for said in ("id", "untranslatedName", "name"):
        for one in fields:
            if str(one.get(said, "")).casefold() == name.casefold():
                return str(one["id"])
    return ""


def _by_schema(fields: list[Mapping[str, Any]], custom: str) -> str:
    schemas = ((one["id"], one.get("schema")) for one in fields)
    return next((str(id_) for id_, told in schemas if isinstance(told, Mapping) and told.get("custom") == custom), "")


def tells_of_our_fields(entry: object) -> bool:
    """Whether a changelog entry is about a field whose history is read. Data Center shows all, not all by `fieldId`.

    An odd one is: only the mapper can name what is odd in it.
    """
    items = entry.get("items") if isinstance(entry, dict) else entry
    if not isinstance(items, list):
        return items is not None
    for item in items:
        if not isinstance(item, dict):
            return True
        for name in (item.get("fieldId"), item.get("field")):
            if name is not None and (not isinstance(name, str) or name.casefold() in _CHANGED_NAMES):
                return True
    return False
