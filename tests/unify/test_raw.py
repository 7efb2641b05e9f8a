"""What a vendor sent can be read back, whatever it sent."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Record
from unify.raw import body_of, decode, fingerprint, pack, unpack


@given(st.lists(st.binary(min_size=1)))
def test_what_is_packed_comes_back(bodies: list[bytes]) -> None:
    """Byte by byte, and in its order: they are the records' own."""
    assert [unpack("zstd", packed) for packed in pack(bodies).result()] == bodies


def test_another_codec_is_refused_by_name() -> None:
    """A newer version may pack otherwise; guessing would show noise."""
    with pytest.raises(ValueError, match="brotli"):
        unpack("brotli", b"")


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text(st.characters())))
def test_a_payload_without_bytes_can_be_read_back(payload: dict[str, object]) -> None:
    """Records made of several answers have no bytes of their own; lone surrogates and 10^30 occur in them too."""
    assert decode(body_of(Record("cards", "c1", None, payload))) == payload


def test_the_order_of_keys_is_no_difference() -> None:
    """Two answers put together in another order must not look like a change."""
    one, other = ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert body_of(Record("s", "1", None, one)) == body_of(Record("s", "1", None, other))


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": NaN}', math.nan),
        (b'{"a": "\\ud83d"}', "\ud83d"),
        (b'\xef\xbb\xbf{"a": 1}', 1),
        (b'{"a": "\xff"}', "\ufffd"),
        (b'{"a": 1%s}' % (b"0" * 5000), math.inf),
    ],
)
def test_json_that_strict_decoders_refuse_is_read(body: bytes, value: object) -> None:
    """One odd title in a page is no reason to lose the page."""
    read = decode(body)["a"]
    assert read == value or (isinstance(read, float) and math.isnan(read))


@given(st.binary())
def test_a_fingerprint_fits_every_database(body: bytes) -> None:
    """Signed 64 bits: SQLite and Postgres have no unsigned ones."""
    assert -(1 << 63) <= fingerprint(body) < 1 << 63
