"""A record's own bytes, as they are kept: compressed, with the name of the codec, and told apart by a hash."""

import json
import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import orjson
import xxhash
import zstandard

from connectors import answers
from connectors.base import Record

CODEC = "zstd"


class _PerThread(threading.local):
    """A decompressor shared by threads gives wrong sizes and then segfaults: every thread has its own, and a thread
    beside it that compresses what it hands over."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Have both anew."""
        self.decompress = zstandard.ZstdDecompressor().decompress
        name = f"{threading.current_thread().name} packs"
        self.packs = ThreadPoolExecutor(1, thread_name_prefix=name)  # starts its thread when it is first needed


_zstd = _PerThread()
os.register_at_fork(after_in_child=_zstd.begin)  # a child has none of its parent's threads, and would wait for ever


def body_of(record: Record) -> bytes:
    """The bytes to keep: the vendor's own, or the payload's where a record was made of several answers."""
    if record.body:
        return record.body
    try:
        return orjson.dumps(record.payload, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # A lone surrogate, or a number beyond 64 bits: the slow encoder escapes the one and writes the other.
        return json.dumps(record.payload, sort_keys=True).encode()


def decode(body: bytes) -> Any:
    """The payload in `body`, read as it was when it came, whatever a vendor may have written."""
    return answers.decode(body, "a stored payload")


def fingerprint(body: bytes) -> int:
    """xxh3 of `body` as the signed 64-bit number that every database can hold."""
    unsigned = xxhash.xxh3_64_intdigest(body)
    return unsigned - (1 << 64) if unsigned >> 63 else unsigned


def pack(bodies: Sequence[bytes]) -> Future[list[bytes]]:
    """`bodies`, each compressed with `CODEC`, in a thread of its own: the rows of a page are made meanwhile."""
    if not bodies:
        nothing: Future[list[bytes]] = Future()
        nothing.set_result([])
        return nothing
    return _zstd.packs.submit(_pack, bodies)


def _pack(bodies: Sequence[bytes]) -> list[bytes]:
    # One call for all: a call each would ask for the interpreter's lock back after each, and wait for it.
    packed = zstandard.ZstdCompressor(level=1).multi_compress_to_buffer(list(bodies))
    return [packed[number].tobytes() for number in range(len(packed))]


def unpack(codec: str, packed: bytes) -> bytes:
    """What `pack` was given. Raises ValueError for a codec that this program does not know."""
    if codec != CODEC:
        raise ValueError(f"a raw record is packed with {codec!r}, which this version cannot read")
    return _zstd.decompress(packed)
