"""Odd values in otherwise good records: each field that a tool's records have, with each kind of oddity in its place.

The records are the stand-in's own, as they come over the wire. What hangs together (a task and its stories) is a
family, called by its root; a family is spoilt in one place or nowhere, so that what differs is that one place's doing.
"""

import json
import random
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sandbox.http import Fault, Reply
from tests.faults.rig import Rig
from tests.sync.test_odd_data import lists_of_records

Key = str | int
Ref = tuple[str, str]
"""A stream and an id there."""

ODD: Mapping[str, str | None] = {
    "missing": None,
    "null": "null",
    "empty text": '""',
    "text": '"\\u5341"',
    "number": "7",
    "flag": "true",
    "list": '[1,null,"x",{"id":[],"gid":{}}]',
    "object": '{"id":{"x":1},"gid":[],"name":["y"]}',
    "10^30": "1" + "0" * 30,
    "10^5000": "1" + "0" * 5000,
    "infinity": "1e999",
    "no number": "NaN",
    "below zero": "-1",
    "year 51502": '"51502-01-01T00:00:00.000Z"',
    "year 1": '"0001-01-01T00:00:00+14:00"',
    "no date": '"2026-02-30"',
    "100 kB": json.dumps("x" * 100_000),
    "1,000 deep": "[" * 1000 + "]" * 1000,
    "1,000 objects deep": '{"content":' * 1000 + "[]" + "}" * 1000,
    "NUL": '"a\\u0000b"',
    "half a character": '"\\ud83d"',
    "right to left": '"\\u202egpj.\\u2067\\u200f"',
    "markup": "\"<script>alert(1)</script>{{ 7*7 }}=cmd|'/c'!A1\\r\\nBcc: x@x.example\"",
}
"""What stands in a field's place, as JSON; None takes the field away."""

_ABSENT = ("missing", "null", "empty text")
_OBJECTS = ("object", "1,000 objects deep")
_NUMBERS = ("number", "below zero")
_UNSTORABLE = ("NUL", "half a character")
_NOWHERE = ("list", "1,000 deep", "10^5000", "infinity", "no number", *_UNSTORABLE)
"""What no field of ours can hold."""

_IDS = ("id", "gid", "issueId", "from", "idShort", "toObjectId")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")

ELEMENTS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "jira": {
        "issues": (r"/search/jql$", "issues"),
        "histories": (r"/changelog/bulkfetch$", "issues"),
    },
    "trello": {"cards": (r"/cards/all$", "cards"), "actions": (r"/boards/\w+/actions$", "actions")},
    "asana": {"tasks": (r"/tasks$", "tasks"), "stories": (r"/batch$", "stories")},
    "hubspot": {
        "tickets": (r"/tickets/search$", "tickets"),
        "ticket_history": (r"/tickets/batch/read$", "tickets"),
        "links of tickets": (r"/associations/[\d-]+/tickets/", "tickets"),
        "emails": (r"/emails/search$", "emails"),
        "links of emails": (r"/associations/[\d-]+/emails/", "emails"),
    },
}
"""Kind of tool -> kind of element -> what requests bring it, and the stream of the record that its id names."""


READ_AT_TIMES = frozenset(
    (
        *(("issues", f"fields.{name}") for name in ("resolution", "resolutiondate")),  # of an issue that is done
        ("cards", "closed"),  # of a card that is not done
        ("actions", "data.old.idList"),  # that it is there says enough
        ("tasks", "completed_at"),  # of a task that is completed
        ("tickets", "properties.hs_last_closed_date"),  # of a ticket that is closed
        ("stories", "text"),  # of a comment
        *(("stories", f"target{below}") for below in ("", ".projects", ".projects.*")),  # of a move between sections
    )
)
"""Fields that tell something in some records only: an oddity there is named where it would have told something."""

NULL_OR_OBJECT = frozenset((("issues", "fields.assignee"), ("tasks", "assignee"), ("tasks", "parent")))
"""Fields that are null in one record and an object in another."""


class Place(NamedTuple):
    """A field of an element: of which kind and id the element is, and the way to the field from there."""

    kind: str
    id: str
    path: tuple[Key, ...]

    @property
    def field(self) -> str:
        """The same in all elements of the kind: "fields.labels.*"."""
        return ".".join("*" if isinstance(key, int) else key for key in self.path)


class Mutation(NamedTuple):
    """One odd value in one place."""

    at: Place
    odd: str

    @property
    def names_another(self) -> bool:
        """Whether it is the id that is odd: what has none is named by its stream."""
        return any(key in _IDS for key in self.at.path[-2:])

    def is_plausible(self, was: Any, tool: str) -> bool:
        """Whether it may be meant, in place of `was`: a vendor may leave out a field, and say another word there."""
        if self.odd in _ABSENT:
            return True
        if self.odd in _OBJECTS:  # one that tells nothing of what is read says no more than null does
            is_silent = was is None and self.odd == "1,000 objects deep"
            return isinstance(was, dict) or (is_silent and (self.at.kind, self.at.field) in NULL_OR_OBJECT)
        if self.at.path[-1] == "body" and self.odd not in (*_NUMBERS, "flag", "10^30", *_NOWHERE):
            return True  # Jira's older interface writes texts, where the newer has documents
        if self.at.path[-1] == "type" and "body" in self.at.path and self.odd in _UNSTORABLE:
            return True  # of a part of a document: compared with the kinds that are known, and not kept
        if self.odd in _NOWHERE or isinstance(was, dict | list):
            return False
        if self.at.path[-1] in _IDS:
            return True
        if isinstance(was, bool) or self.odd == "flag":
            return isinstance(was, bool) and self.odd == "flag"
        if self.odd in (*_NUMBERS, "10^30"):  # HubSpot, and Jira's histories, tell time in either way
            in_numbers = tool == "hubspot" or (self.at.kind, self.at.path[-1]) == ("histories", "created")
            return self.odd in _NUMBERS and (not isinstance(was, str) or in_numbers)
        return not (isinstance(was, str) and _DATE.match(was))

    def __str__(self) -> str:
        return f"{self.odd} in {self.at.kind} {self.at.id}, {'.'.join(map(str, self.at.path))}"


def listen(rig: Rig) -> dict[Ref, Any]:
    """From now on, every element that passes over the wire, by its kind and id."""
    heard: dict[Ref, Any] = {}

    def hear(kind: str, reply: Reply) -> Reply:
        for _, element in _elements(json.loads(reply.body)):
            heard.setdefault((kind, _id_of(element)), element)
        return reply

    _alter(rig, hear)
    return heard


def spoil(rig: Rig, mutations: Sequence[Mutation]) -> None:
    """From now on, these elements come with their odd value, in whatever answer."""
    wanted = {(one.at.kind, one.at.id): one for one in mutations}

    def change(kind: str, reply: Reply) -> Reply:
        answer = json.loads(reply.body)
        for listed, element in _elements(answer):
            mutation = wanted.get((kind, _id_of(element)))
            if mutation is not None:
                _put(listed[listed.index(element)], mutation)
        body = json.dumps(answer, separators=(",", ":"))
        for name, value in ODD.items():  # no encoder would write some of them
            body = body.replace(json.dumps(_mark(name)), value or "")
        return replace(reply, body=body.encode())

    _alter(rig, change)


def _alter(rig: Rig, alter: Callable[[str, Reply], Reply]) -> None:
    for kind, (requests, _) in ELEMENTS[rig.kind].items():
        rig.faults.append(Fault(requests, status=0, times=10**9, alter=partial(alter, kind)))


def _elements(answer: Any) -> Iterator[tuple[list[Any], Any]]:
    for listed in lists_of_records(answer):
        for element in list(listed):
            yield listed, element


def _id_of(element: Any) -> str:
    """Jira's changes, HubSpot's links and everything else."""
    return str(element.get("issueId") or element.get("gid") or element.get("id") or element["from"]["id"])


def _mark(odd: str) -> str:
    return f"odd value: {odd}"


def _put(element: Any, mutation: Mutation) -> None:
    *way, last = mutation.at.path
    for key in way:
        if isinstance(element, dict) and key not in element:
            return  # another answer tells less of it
        element = element[key]
    if ODD[mutation.odd] is not None:
        element[last] = _mark(mutation.odd)
    elif isinstance(element, dict):
        element.pop(last, None)
    else:
        del element[last]


def value_at(element: Any, path: tuple[Key, ...]) -> Any:
    """What stands there."""
    for key in path:
        element = element[key]
    return element


def paths(value: Any, before: tuple[Key, ...] = ()) -> Iterator[tuple[Key, ...]]:
    """The way to every field at any depth; of the elements of a list, to the first."""
    inside = value.items() if isinstance(value, dict) else list(enumerate(value))[:1] if isinstance(value, list) else ()
    for key, held in inside:
        yield (*before, key)
        yield from paths(held, (*before, key))


def mutations_of(
    kind: str, heard: Mapping[Ref, Any], roots: Mapping[Ref, Ref], dice: random.Random
) -> dict[Ref, Mutation]:
    """Of most families one mutation each, by root: every field gets one oddity before any gets its second."""
    places: dict[str, dict[Ref, Place]] = defaultdict(dict)
    for (stream, id_), element in sorted(heard.items(), key=lambda one: one[0]):
        root = roots.get((ELEMENTS[kind][stream][1], id_))
        if root is None:
            continue
        for path in paths(element):
            place = Place(stream, id_, path)
            places[f"{stream} {place.field}"].setdefault(root, place)
    families = sorted(set(roots.values()))
    free = set(dice.sample(families, len(families) * 6 // 7))
    fields = sorted(places, key=lambda field: (len(places[field]), field))
    turns = {field: dice.sample(list(ODD), len(ODD)) for field in fields}
    made: dict[Ref, Mutation] = {}
    for turn in range(len(ODD)):
        for field in fields:
            root = next((one for one in places[field] if one in free), None)
            if root is not None:
                free.remove(root)
                made[root] = Mutation(places[field][root], turns[field][turn])
    return made


# --- what a database holds, by family


def roots_in(database: Path) -> dict[Ref, Ref]:
    """Of every record the root of its family; of what concerns several families (a project, a contact) none."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        asked = "SELECT stream, vendor_id, parent_stream, parent_id FROM raw_record"
        above = {(stream, id_): (up, up_id) for stream, id_, up, up_id in connection.execute(asked)}
        asked = "SELECT key, on_key FROM comment WHERE on_key IS NOT NULL"
        above |= {_ref(key): _ref(on) for key, on in connection.execute(asked)}
    connection.close()
    found = {}
    for ref in above:
        root = ref
        while above.get(root, ("", ""))[0]:
            root = above[root]
        if root[0] in ("issues", "cards", "tasks", "tickets"):
            found[ref] = root
    return found


def _ref(key: str) -> Ref:
    """Stream and id of a row's key."""
    _, stream, id_ = key.split("/", 2)
    return stream, id_


_OWN = ("work_item", "milestone", "feedback", "risk", "comment", "change", "raw_record", "mapping_problem")
_SHARED = ("project", "client", "company", "contact", "deal")
"""Accounts and persons are left out: every record that names one tells of it, and the last one read is believed."""

_VOLATILE = {"changed_here_at", "seen_at", "pass_id", "deleted_at"}

Row = tuple[str, tuple[Any, ...]]
"""A table's name, and what stands in it but for when we saw it."""


def rows_of(database: Path, roots: Mapping[Ref, Ref]) -> dict[Ref | None, set[Row]]:
    """All living rows by the root of their family; those of no family, or of an unknown record, under None."""
    found: dict[Ref | None, set[Row]] = defaultdict(set)
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        for table in (*_OWN, *_SHARED):
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                told = dict(row)
                if told.get("deleted_at") is None:
                    root = roots.get(_record_of(told)) if table in _OWN else None
                    found[root].add((table, tuple(told[name] for name in told if name not in _VOLATILE)))
    connection.close()
    return found


def _record_of(told: Mapping[str, Any]) -> Ref:
    """The record that a row is about."""
    if "key" not in told:
        return told["stream"], told["vendor_id"]
    return _ref(told.get("on_key") or told.get("entity_key") or told["key"])
