"""Reading several parts of a stream, or pieces of a part, at once: threads fetch and decode, one alone saves.

One thread that waits for its vendor keeps nobody busy; the pages of one part come one after another whatever is done,
for each tells where the next begins. So it is parts (projects, boards) that run side by side, and the pieces into which
a connector cuts a large one. A page waits until it is taken, so that memory holds a few for each reader and no more.
"""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from queue import Empty, Full, Queue

from connectors.base import NotFound, NotPermitted, Page, VendorChanged

Read = Callable[[], Iterator[Page]]
Refusal = NotFound | NotPermitted | VendorChanged
OF_ONE_PART = (NotFound, NotPermitted, VendorChanged)
"""What may be wrong with one part alone. A wrong token, a limit or a vendor that is away concern them all."""

Told = Page | Refusal | None
"""Of a part: its next page; why it cannot be read (on); None: that it came to its end."""

_LOOK_S = 0.1
"""How often a reader that nobody takes pages from looks whether anybody still wants them."""


def read_parts(reads: Mapping[str, Read], at_once: int) -> Generator[tuple[str, Told]]:
    """Do all of `reads` (part -> how), up to `at_once` of them side by side; the pages of one part come in their order.

    A part that cannot be read costs no other. Whatever else one raises ends the reading and is raised here, once the
    others have come to the end of their page. Close the iterator to end the reading early.
    """
    if min(len(reads), at_once) <= 1:
        for part, read in reads.items():
            for told in _told(read):
                yield part, told
                del told  # or it lives until the next one is complete: two pages in memory instead of one
        return
    readers = _Readers(reads, min(len(reads), at_once))
    try:
        yield from readers.told()
    finally:
        readers.end()


def _told(read: Read) -> Iterator[Told]:
    try:
        yield from read()
    except OF_ONE_PART as refusal:
        yield refusal
    else:
        yield None


class _Readers:
    """The threads, and what they read."""

    def __init__(self, reads: Mapping[str, Read], count: int) -> None:
        self._todo = deque(reads.items())
        self._found: Queue[tuple[str, Told] | BaseException | None] = Queue(maxsize=1)
        self._over = threading.Event()
        name = threading.current_thread().name
        self._threads = [
            threading.Thread(target=self._work, name=f"{name} reads {number}", daemon=True) for number in range(count)
        ]

    def told(self) -> Iterator[tuple[str, Told]]:
        """What is read, as it comes."""
        for thread in self._threads:
            thread.start()
        working = len(self._threads)
        while working:
            found = self._found.get()
            if found is None:
                working -= 1
            elif isinstance(found, BaseException):
                raise found
            else:
                yield found
                del found

    def end(self) -> None:
        """Let every thread come to its end: nothing of a run goes on after it."""
        self._over.set()
        for thread in self._threads:
            while thread.is_alive():
                with suppress(Empty):
                    self._found.get_nowait()
                thread.join(_LOOK_S)

    def _work(self) -> None:
        try:
            while (todo := self._next()) is not None:
                part, read = todo
                for told in _told(read):
                    self._put((part, told))
                    del told
                    if self._over.is_set():
                        return
            self._put(None)
        except BaseException as error:  # noqa: BLE001  raised again by `told`, in the thread that asked
            self._put(error)

    def _next(self) -> tuple[str, Read] | None:
        try:
            return self._todo.popleft()
        except IndexError:
            return None

    def _put(self, found: tuple[str, Told] | BaseException | None) -> None:
        while not self._over.is_set():
            with suppress(Full):
                self._found.put(found, timeout=_LOOK_S)
                return
