"""Where the log goes: `serve` writes it with times, for the journal; other commands say it as they say all else."""

import logging

_SAID_IN_THE_END = ("sync.", "rules.", "alerts.")
"""Whose warnings are results too: a command that does one round says those by itself."""


class TalkHandler(logging.Handler):
    """Says what somebody must know while a command runs, above its moving lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether nobody else says it."""
        is_result = record.levelno <= logging.WARNING and record.name.startswith(_SAID_IN_THE_END)
        return super().filter(record) is not False and not is_result

    def emit(self, record: logging.LogRecord) -> None:
        """Say it, with its traceback if it has one."""
        from cli.talk import say, warn  # heavy, and most commands have nothing to say

        (warn if record.levelno >= logging.WARNING else say)(self.format(record))


def log_as_talk() -> None:
    """Say the log on standard error; unless somebody has taken it already."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[TalkHandler()])
    logging.getLogger("connectors").setLevel(logging.INFO)  # that a vendor answers again is news


def log_with_times() -> None:
    """Write the log line by line, for a process that lives for months."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, TalkHandler)]:
        root.removeHandler(handler)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("connectors", "sync"):  # that a source is back is news
        logging.getLogger(name).setLevel(logging.INFO)
