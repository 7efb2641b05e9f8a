"""What vendors may write and no decoder takes as it is."""

import json

import pytest

from connectors.answers import decode, id_of, slices
from connectors.base import VendorChanged

ODD_IDS: list[object] = [None, True, 1.5, [], {}, "", "a\0b", "\ud83d", "\u202e1", "a\r\nb", "x" * 101]


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('[{"a]":[],"b":', "}]"), ('{"\\"]}":[', "]}")])
def test_what_is_nested_too_deep_is_cut_off_and_costs_nothing_beside_it(opening: str, closing: str) -> None:
    """Every decoder gives up at some depth, and with the value it would give up the page."""
    deep = opening * 5000 + "[]" + closing * 5000
    body = f'[{{"id":"1","name":{deep},"said":"[[["}},{{"id":"2"}}]'.encode()

    first, second = decode(body, "tasks")

    assert (first["id"], first["said"], second) == ("1", "[[[", {"id": "2"})
    assert isinstance(first["name"], list | dict)
    assert [json.loads(one)["id"] for one in slices(body, "tasks")] == ["1", "2"]


def test_what_is_no_json_is_said_to_be_none() -> None:
    """However deep."""
    with pytest.raises(VendorChanged, match="tasks: the answer is not JSON"):
        decode(b"[" * 5000, "tasks")


@pytest.mark.parametrize(
    ("id_", "read"),
    [
        ("10001", "10001"),
        (10001, "10001"),
        *[(odd, "") for odd in ODD_IDS],
    ],
)
def test_an_id_is_a_short_printable_text(id_: object, read: str) -> None:
    """It goes into addresses, requests and keys; half a character there cost the whole page."""
    assert id_of({"id": id_}) == read
