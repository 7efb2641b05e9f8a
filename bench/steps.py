"""Where the time of a sync goes, by watches put around the hub's functions from outside."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

from sqlalchemy.engine import RootTransaction

import sync.engine
from connectors.jira import Jira
from connectors.jira_site import JiraSite
from unify.pages import PageStore
from unify.records import Records
from unify.rows import RowStore

STEPS = ("fetch", "decode", "raw", "map", "write", "derive")
"""Waiting for an answer and receiving it; cutting and decoding pages; the raw payloads; the pure mappers; rows,
problems, touched keys and commits; link and derive."""


class Watch:
    """Seconds by step; a step inside another is not counted for that one. For one thread."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._running: list[str] = []
        self._since = perf_counter()

    def begin(self, step: str) -> None:
        """From here on the time is this step's."""
        self._lap()
        self._running.append(step)

    def end(self) -> None:
        """From here on it is the one's around it again."""
        self._lap()
        self._running.pop()

    def _lap(self) -> None:
        now = perf_counter()
        if self._running:
            self.seconds[self._running[-1]] += now - self._since
        self._since = now

    def over(self, owner: object, name: str, step: str) -> None:
        """Count what the method does as `step`."""
        method: Callable[..., Any] = getattr(owner, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            self.begin(step)
            try:
                return method(*args, **kwargs)
            finally:
                self.end()

        setattr(owner, name, watched)

    def over_pages(self, owner: object, name: str, step: str) -> None:
        """Count the making of each page that the generator yields as `step`, but not what is done with it."""
        method: Callable[..., Iterator[Any]] = getattr(owner, name)

        def watched(*args: Any) -> Iterator[Any]:
            pages = method(*args)
            while True:
                self.begin(step)
                try:
                    page = next(pages, None)
                finally:
                    self.end()
                if page is None:
                    return
                yield page

        setattr(owner, name, watched)


def watch_sync() -> Watch:
    """Put watches around the steps of this process's syncs."""
    watch = Watch()
    watch.over(JiraSite, "send", "fetch")
    watch.over_pages(Jira, "read", "decode")
    watch.over(Records, "_differing", "raw")
    watch.over(Records, "_store", "raw")
    watch.over(Records, "missing_children", "raw")
    watch.over(RowStore, "_map_all", "map")
    watch.over(PageStore, "save", "write")
    watch.over(PageStore, "end_pass", "write")
    watch.over(RootTransaction, "commit", "write")
    watch.over(sync.engine, "settle", "derive")
    return watch
