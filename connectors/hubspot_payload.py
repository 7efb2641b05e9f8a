"""HubSpot's answers as records' own bytes and as plain objects.

A page is cut into the bytes of its records; where the fast decoder refuses it, it is read in full.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from connectors.answers import REFUSED, decode, encode, mapping
from connectors.base import VendorChanged

Json = dict[str, Any]


class _Envelope(msgspec.Struct):
    results: list[msgspec.Raw]
    paging: Any = None
    total: Any = None
    errors: Any = None


class Sliced(NamedTuple):
    """One record as an object, and its own bytes."""

    payload: Any
    body: bytes


class Answer(NamedTuple):
    """A page or a batch. `after` "" is the end; `errors` are those of a batch that failed in part (status 207)."""

    elements: list[Sliced]
    after: str
    total: int
    errors: Sequence[Mapping[str, Any]]


_envelope = msgspec.json.Decoder(_Envelope)
_anything = msgspec.json.Decoder(Any)


def page(content: bytes) -> Answer:
    """The list in `content`. Raises VendorChanged where there is none."""
    try:
        read = _envelope.decode(content)
        elements = [Sliced(_anything.decode(raw), bytes(raw)) for raw in read.results]
        paging, total, errors = read.paging, read.total, read.errors
    except REFUSED:
        told = an_object(content)
        results = told.get("results")
        if not isinstance(results, list):
            raise VendorChanged("HubSpot's answer holds no list of results") from None
        elements = [Sliced(one, encode(one)) for one in results]
        paging, total, errors = told.get("paging"), told.get("total"), told.get("errors")
    after = mapping(mapping(paging).get("next")).get("after")
    return Answer(
        elements,
        str(after) if isinstance(after, str | int) else "",
        total if isinstance(total, int) else 0,
        [mapping(one) for one in errors] if isinstance(errors, list) else [],
    )


def an_object(content: bytes) -> Json:
    """An answer that is one object, of whatever quality. Raises VendorChanged."""
    read = decode(content, "HubSpot")
    if not isinstance(read, dict):
        raise VendorChanged("HubSpot answered something else than an object")
    return read


def with_associations(one: Sliced, linked: Mapping[str, Sequence[str]]) -> Sliced:
    """The record with what it is associated with, which HubSpot tells in an answer of its own.

    Its own bytes stay as they came; `associations` (type -> ids) is put behind them.
    """
    told = dict(linked)
    return Sliced(
        {**one.payload, "associations": told},
        one.body.rstrip()[:-1] + b',"associations":' + msgspec.json.encode(told) + b"}",
    )


def property_of(payload: object, name: str) -> object:
    """The value of a property, None where it is unset."""
    return mapping(mapping(payload).get("properties")).get(name)
