"""The little of JQL that a hub sends, evaluated over issues as the API shows them.

Strict where Jira is strict: a query must be bounded, an unquoted reserved word is a mistake, an unknown project fails
the whole query, and a quoted date-time has minute granularity and is read in the zone of the account's profile.
https://support.atlassian.com/jira-software-cloud/docs/jql-fields/ (checked November 2026)
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

Issue = Mapping[str, Any]
Test = Callable[[Issue], bool]

RESERVED = frozenset({"or", "and", "not", "in", "is", "empty", "null", "order", "by", "select", "limit"})
_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|(>=|<=|!=|=|>|<|\(|\)|,)|([^\s"(),=<>!]+))')
_NUMBERED_KEY = re.compile(r"(.*)-(\d+)$")


class JqlError(ValueError):
    """What Jira answers 400 to."""


@dataclass(frozen=True)
class Query:
    """A parsed query: what it keeps, and by which fields it sorts (field, descending)."""

    keeps: Test
    order: list[tuple[str, bool]]
    bounded: bool

    def run(self, issues: Collection[Issue]) -> list[Issue]:
        """The issues it finds, in its order."""
        found = [issue for issue in issues if self.keeps(issue)]
        for name, descending in reversed(self.order):
            found.sort(key=lambda issue: _sort_value(issue, name), reverse=descending)
        return found


def instant(text: object) -> datetime | None:
    """Jira's `2026-08-24T11:11:52.944+0800`, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) and text else None


def parse(jql: str, *, projects: Collection[str], zone: ZoneInfo, epoch: bool) -> Query:
    """Read a query. `projects` are the keys and ids that exist; `epoch`: bare milliseconds are understood (Cloud)."""
    return _Parser(jql, projects, zone, epoch).query()


class _Parser:
    def __init__(self, jql: str, projects: Collection[str], zone: ZoneInfo, epoch: bool) -> None:
        self.tokens: list[tuple[str, bool]] = []
        position = 0
        while jql[position:].strip():
            match = _TOKEN.match(jql, position)
            if match is None:
                raise JqlError(f"Error in the JQL Query near '{jql[position : position + 10]}'.")
            quoted, sign, word = match.groups()
            self.tokens.append((quoted, True) if quoted is not None else (sign or word, False))
            position = match.end()
        self.projects, self.zone, self.epoch = projects, zone, epoch
        self.at = 0

    def query(self) -> Query:
        keeps: Test = lambda issue: True  # noqa: E731  the empty restriction
        bounded = False
        if self.tokens and not self._next_is("order"):
            keeps, bounded = self._either(), True
        order: list[tuple[str, bool]] = []
        if self._next_is("order"):
            self._take("order")
            self._take("by")
            order.append(self._sort_key())
            while self._next_is(","):
                self._take(",")
                order.append(self._sort_key())
        if self.at < len(self.tokens):
            raise JqlError(f"Error in the JQL Query: Expecting 'ORDER BY' but got '{self.tokens[self.at][0]}'.")
        return Query(keeps, order, bounded)

    def _sort_key(self) -> tuple[str, bool]:
        name = self._take().lower()
        descending = self._next_is("desc")
        if descending or self._next_is("asc"):
            self._take()
        return name, descending

    def _either(self) -> Test:
        left = self._both()
        while self._next_is("or"):
            self._take()
            left = _any(left, self._both())
        return left

    def _both(self) -> Test:
        left = self._one()
        while self._next_is("and"):
            self._take()
            left = _all(left, self._one())
        return left

    def _one(self) -> Test:
        if self._next_is("("):
            self._take()
            inside = self._either()
            self._take(")")
            return inside
        name = self._take().lower()
        sign = self._take().lower()
        match sign:
            case "in":
                self._take("(")
                values = {self._value(name)}
                while self._next_is(","):
                    self._take()
                    values.add(self._value(name))
                self._take(")")
                return lambda issue: _field(issue, name) in values
            case "is":
                negated = self._next_is("not")
                if negated:
                    self._take()
                if self._take().lower() not in ("empty", "null"):
                    raise JqlError("Error in the JQL Query: 'is' can only be followed by EMPTY or NULL.")
                return lambda issue: (_field(issue, name) is None) != negated
            case "=" | "!=" | ">=" | ">" | "<=" | "<":
                return _compared(name, sign, self._value(name))
        raise JqlError(f"Error in the JQL Query: Expecting an operator but got '{sign}'.")

    def _value(self, name: str) -> Any:
        text, quoted = self.tokens[self.at] if self.at < len(self.tokens) else ("", False)
        if not quoted and text.lower() in RESERVED:
            raise JqlError(f"Error in the JQL Query: '{text}' is a reserved JQL word. You must surround it in quotes.")
        self.at += 1
        if name == "project":
            if text not in self.projects:
                raise JqlError(f"The value '{text}' does not exist for the field 'project'.")
            return text
        if name in ("updated", "created", "resolutiondate", "resolved"):
            return self._date(text, quoted)
        return text.lower()

    def _date(self, text: str, quoted: bool) -> datetime:
        if not quoted and text.isdigit():
            if not self.epoch:
                raise JqlError(f"Date value '{text}' for field 'updated' is invalid.")
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        for form in ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d"):
            try:
                return datetime.strptime(text, form).replace(tzinfo=self.zone).astimezone(UTC)
            except ValueError:
                continue
        raise JqlError(
            f"Date value '{text}' for field 'updated' is invalid. Valid formats include: 'yyyy-MM-dd HH:mm'."
        )

    def _next_is(self, word: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][0].lower() == word and not self.tokens[self.at][1]

    def _take(self, wanted: str | None = None) -> str:
        if self.at >= len(self.tokens):
            raise JqlError("Error in the JQL Query: unexpected end of query.")
        text, _ = self.tokens[self.at]
        if wanted is not None and not self._next_is(wanted):
            raise JqlError(f"Error in the JQL Query: Expecting '{wanted}' but got '{text}'.")
        self.at += 1
        return text


def _any(left: Test, right: Test) -> Test:
    return lambda issue: left(issue) or right(issue)


def _all(left: Test, right: Test) -> Test:
    return lambda issue: left(issue) and right(issue)


def _compared(name: str, sign: str, wanted: Any) -> Test:
    def test(issue: Issue) -> bool:
        value = _field(issue, name)
        if value is None:  # in JQL an empty field is not even different from a value
            return False
        return bool(
            (sign == "=" and value == wanted)
            or (sign == "!=" and value != wanted)
            or (sign == ">=" and value >= wanted)
            or (sign == ">" and value > wanted)
            or (sign == "<=" and value <= wanted)
            or (sign == "<" and value < wanted)
        )

    return test


def _field(issue: Issue, name: str) -> Any:
    fields = issue["fields"]
    match name:
        case "project":
            return fields["project"]["key"]
        case "updated" | "created":
            return instant(fields.get(name))
        case "resolutiondate" | "resolved":
            return instant(fields.get("resolutiondate"))
        case "resolution":
            return (fields.get("resolution") or {}).get("name", "").lower() or None
        case "statuscategory":
            # JQL takes the category's key or its English name; Jira knows "Done" by both.
            return fields["status"]["statusCategory"]["key"].lower()
        case "issuetype" | "type":
            return fields["issuetype"]["name"].lower()
        case "key" | "issuekey" | "id":
            return issue["id"]
    raise JqlError(f"Field '{name}' does not exist or you do not have permission to view it.")


def _sort_value(issue: Issue, name: str) -> Any:
    if name in ("key", "issuekey"):
        match = _NUMBERED_KEY.match(issue["key"])
        return (match[1], int(match[2])) if match else (issue["key"], 0)
    if name == "id":
        return int(issue["id"])
    return _field(issue, name) or datetime.min.replace(tzinfo=UTC)
