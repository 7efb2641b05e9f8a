"""Jira's answers as records' own bytes and as plain objects.

A page is cut into the bytes of its records, and each is decoded only as far as the mapper reads it: half the work of a
full decode. Where the decoder refuses (a lone surrogate, an object where the API promises a list) that record, or that
page, is read in full.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, TypedDict, cast

import msgspec

from connectors.answers import REFUSED, decode, encode, id_of, mapping
from connectors.base import VendorChanged
from connectors.jira_fields import FIELDS, tells_of_our_fields

Json = dict[str, Any]

# --- the projection: leaves are Any, so that an odd one does not refuse the record ----------------------------------


class _User(TypedDict, total=False):
    accountId: Any
    accountType: Any
    displayName: Any
    emailAddress: Any
    active: Any
    name: Any
    key: Any


class _Named(TypedDict, total=False):
    id: Any
    name: Any


class _Status(_Named, total=False):
    statusCategory: Any


class _Project(_Named, total=False):
    key: Any
    projectTypeKey: Any


class _ParentFields(TypedDict, total=False):
    issuetype: _Named | None


class _Parent(TypedDict, total=False):
    id: Any
    key: Any
    fields: _ParentFields | None


class _Comments(TypedDict, total=False):
    comments: list[msgspec.Raw] | None
    total: Any


class _Changelog(TypedDict, total=False):
    histories: list[msgspec.Raw] | None


class _Comment(TypedDict, total=False):
    id: Any
    author: _User | None
    body: Any
    created: Any
    updated: Any
    jsdPublic: Any


class _Entry(TypedDict, total=False):
    id: Any
    author: _User | None
    created: Any
    items: Any


class _IssueChanges(TypedDict, total=False):
    issueId: Any
    changeHistories: list[msgspec.Raw] | None


class _MarkFields(TypedDict, total=False):
    updated: Any


class _Mark(TypedDict, total=False):
    id: Any
    fields: _MarkFields | None


class _Envelope(msgspec.Struct):
    """Any of Jira's pages; which list it holds depends on the call."""

    issues: list[msgspec.Raw] | None = None
    values: list[msgspec.Raw] | None = None
    comments: list[msgspec.Raw] | None = None
    issueChangeLogs: list[msgspec.Raw] | None = None
    nextPageToken: Any = None
    isLast: Any = None
    total: Any = None


_BRANCHES: Mapping[str, Any] = {
    "status": _Status | None,
    "resolution": _Named | None,
    "assignee": _User | None,
    "reporter": _User | None,
    "creator": _User | None,
    "priority": _Named | None,
    "parent": _Parent | None,
    "issuetype": _Named | None,
    "fixVersions": list[_Named] | None,
    "project": _Project | None,
    "comment": _Comments | None,
}


class Sliced(NamedTuple):
    """One record: what the mapper reads of it, and its own bytes."""

    payload: Any
    body: bytes


class Answer(NamedTuple):
    """A page: its elements (cut out of its bytes, or objects where it had to be read whole), and what follows."""

    elements: list[Any]
    token: str
    is_last: bool
    total: int | None


@cache
def issue_decoder(custom: tuple[str, ...]) -> msgspec.json.Decoder[Any]:
    """Decodes an issue as far as it is mapped; `custom` are the ids of the custom fields that are."""
    make = cast(Any, TypedDict)
    fields = make("Fields", {name: _BRANCHES.get(name, Any) for name in (*FIELDS, "comment", *custom)}, total=False)
    shape = {"id": Any, "key": Any, "fields": fields, "changelog": _Changelog | None}
    return msgspec.json.Decoder(make("Issue", shape, total=False))


_comment = msgspec.json.Decoder(_Comment)
_entries = msgspec.json.Decoder(list[_Entry])
_anything = msgspec.json.Decoder(Any)
_mark = msgspec.json.Decoder(_Mark)
_issue_changes = msgspec.json.Decoder(_IssueChanges)
_envelope = msgspec.json.Decoder(_Envelope)
_array = msgspec.json.Decoder(list[msgspec.Raw])


def page(content: bytes, name: str) -> Answer:
    """The page whose list is called `name`; "" for an answer that is a bare list.

    Raises VendorChanged where there is no such list.
    """
    try:
        if not name:
            return Answer(list(_array.decode(content)), "", True, None)
        read = _envelope.decode(content)
        elements, token, is_last, total = getattr(read, name), read.nextPageToken, read.isLast, read.total
    except REFUSED:
        whole = decode(content, "Jira")
        told = whole if isinstance(whole, dict) else {}
        elements = told.get(name) if name else whole
        token, is_last, total = told.get("nextPageToken"), told.get("isLast"), told.get("total")
    if not isinstance(elements, list):
        raise VendorChanged(f"Jira's answer holds no list of {name or 'records'}")
    return Answer(
        elements,
        token if isinstance(token, str) else "",
        is_last is True,
        total if isinstance(total, int) else None,
    )


def sliced(element: Any, decoder: "msgspec.json.Decoder[Any]" = _anything) -> Sliced:
    """An element of a page as payload and bytes of its own (a slice would keep its whole page alive)."""
    if not isinstance(element, msgspec.Raw):
        return Sliced(element, encode(element))
    body = bytes(element)
    try:
        return Sliced(decoder.decode(element), body)
    except REFUSED:
        return Sliced(decode(body, "Jira"), body)


def comment(element: Any) -> Sliced:
    """A comment."""
    return sliced(element, _comment)


def history(issue: str, elements: list[Any]) -> Sliced | None:
    """Of these entries of the changelog of `issue` (an id: letters and digits) those that tell of our fields, as one
    record; None: none do."""
    bodies = [bytes(one) if isinstance(one, msgspec.Raw) else encode(one) for one in elements]
    listed = b"[%b]" % b",".join(bodies)
    try:
        entries = _entries.decode(listed)
    except REFUSED:
        entries = [decode(one, "Jira") for one in bodies]
    ours = [number for number, entry in enumerate(entries) if tells_of_our_fields(entry)]
    if not ours:
        return None
    if len(ours) < len(entries):
        entries = [entries[number] for number in ours]
        listed = b"[%b]" % b",".join(bodies[number] for number in ours)
    return Sliced({"id": issue, "histories": entries}, b'{"id":"%b","histories":%b}' % (issue.encode(), listed))


def issue_changes(element: Any) -> tuple[str, list[Any]]:
    """Of the bulk changelog: an issue's id ("" where there is none), and entries of its history.

    What stands there and is no list becomes an entry with that in place of what it changed: so the mapper names it.
    """
    read = mapping(sliced(element, _issue_changes).payload)
    entries = read.get("changeHistories")
    listed = entries if isinstance(entries, list) else [] if entries is None else [{"items": entries}]
    return id_of({"id": read.get("issueId")}), listed


# --- small readings of what may be anything


def an_object(content: bytes) -> Json:
    """An answer that is one object. Raises VendorChanged."""
    read = decode(content, "Jira")
    if not isinstance(read, dict):
        raise VendorChanged("Jira answered something else than an object")
    return read


def user_id(user: Mapping[str, Any]) -> str:
    """Cloud knows `accountId` only, Data Center `key` and `name`."""
    return next((user[name] for name in ("accountId", "key", "name") if isinstance(user.get(name), str)), "")


def fields_of(issue: object) -> Json:
    """An issue's fields; empty where they are no object."""
    fields = issue.get("fields") if isinstance(issue, dict) else None
    return fields if isinstance(fields, dict) else {}


def is_service_desk(fields: Mapping[str, Any]) -> bool:
    """Whether an issue lies in a service project, by its fields."""
    return mapping(fields.get("project")).get("projectTypeKey") == "service_desk"


def mark_of(element: Any) -> tuple[str, object]:
    """Id and `updated` of an issue that is not decoded yet."""
    try:
        read = _mark.decode(element) if isinstance(element, msgspec.Raw) else element
    except REFUSED:
        read = decode(bytes(element), "Jira")
    return id_of(read), fields_of(read).get("updated")
