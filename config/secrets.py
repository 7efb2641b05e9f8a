"""Secrets: where they come from, and how they are kept out of everything that is written.

Settings hold references, `env:NAME` or `file:PATH`; `References` looks them up. One `Redactor` knows every value that
was resolved and sits on all that this process logs, prints or stores as an error.
"""

import base64
import json
import logging
import re
import stat
import sys
import threading
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote, quote_plus

from pydantic import SecretStr

from config.settings import LITERAL, Secret

_MASK = "***"
_SHORTEST = 4
_OF_A_SHELL = re.compile(r"\$(\w+|\{\w+\})")
"""How a shell would name a variable: here it would be taken for the secret itself."""


class References:
    """Turns what the config says of a secret into the secret. Calling it raises ValueError with what to do."""

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self._environ = environ
        self._folder = folder
        self.resolved: list[Secret] = []

    def __call__(self, reference: str) -> Secret:
        """The secret behind `env:NAME` or `file:PATH` (relative to the config file); anything else is a literal."""
        kind, _, name = reference.partition(":")
        if kind == "env":
            value = self._from_environment(name.strip())
        elif kind == "file":
            value = self._from_file(name)
        elif kind.strip().casefold() in ("env", "file") or _OF_A_SHELL.fullmatch(reference):
            raise ValueError('write "env:NAME" or "file:PATH", in small letters and without $')
        else:
            value, reference = reference, LITERAL
        value = value.strip()
        if not value:
            raise ValueError('the secret is empty; write "env:NAME" or "file:PATH"')
        if not value.isprintable():
            raise ValueError("the secret holds a line break or another character that cannot be sent")
        secret = Secret(reference=reference, value=SecretStr(value))
        self.resolved.append(secret)
        return secret

    def _from_environment(self, name: str) -> str:
        value = self._environ.get(name)
        if not name:
            raise ValueError('write the name of a variable: "env:NAME"')
        if value is None:
            raise ValueError(f'the environment variable {name} is not set; set it, or write "file:PATH"')
        return value

    def _from_file(self, name: str) -> str:
        try:
            path = self._folder / Path(name).expanduser()
            if stat.S_ISREG(path.stat().st_mode):  # asked first: reading a pipe would wait for ever
                return path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            raise ValueError(f"there is no file {name}") from None
        except PermissionError:
            raise ValueError(f"the file {name} may not be read by this user") from None
        except UnicodeDecodeError:
            raise ValueError(f"the file {name} is not text in UTF-8") from None
        except (OSError, ValueError, RuntimeError) as error:  # a name too long, with a NUL, of a user without a home
            raise ValueError(f"the file {name!r} cannot be read ({type(error).__name__})") from None
        raise ValueError(f"{name or 'it'} is not a file")


class Redactor:
    """Takes registered secrets out of any text, in every form that a request or an error gives them.

    Values under 4 characters are not hidden: they would make holes in ordinary words and protect nothing.
    """

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def register(self, value: str) -> None:
        """Hide `value` from now on: as it is, URL-encoded, escaped, and within the base64 of Basic's `user:value`."""
        if len(value) < _SHORTEST:
            return
        self._forms |= {re.escape(form) for form in _spellings(value)}
        self._forms |= {rf"[\w+/-]*{re.escape(core)}[\w+/-]*=*" for core in _base64_cores(value.encode())}
        longest_first = sorted(self._forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(longest_first))

    def __call__(self, text: str) -> str:
        """`text` without any registered secret."""
        return self._pattern.sub(_MASK, text) if self._pattern else text


def _spellings(value: str) -> Iterable[str]:
    escaped = {quote(value), quote(value, safe=""), quote_plus(value)}
    lower_hex = {re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), form) for form in escaped}
    return {
        value,
        *escaped,
        *lower_hex,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
    }


def _base64_cores(value: bytes) -> Iterable[str]:
    """The characters that base64 makes of `value` alone, whatever precedes it.

    Three bytes become four characters, so what `user:` before the secret changes is only how far the groups are
    shifted: there are three cases, and at each end a character shared with the neighbour falls away.
    """
    for shift, shared in ((0, 0), (1, 2), (2, 3)):
        whole = (shift + len(value)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(bytes(shift) + value).decode()[shared:whole]


def install(redactor: Redactor) -> None:
    """Put `redactor` on every log record, on uncaught exceptions of all threads, and quiet httpx's own loggers.

    On the records themselves rather than on handlers: uvicorn and others bring their handlers later.
    """
    make_record = logging.getLogRecordFactory()

    def make_clean_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        return _redacted(make_record(*args, **kwargs), redactor)

    def print_clean(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        sys.stderr.write(redactor("".join(traceback.format_exception(kind, error, trace))))

    def print_clean_of_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_type is not SystemExit:
            print_clean(args.exc_type, args.exc_value, args.exc_traceback)

    logging.setLogRecordFactory(make_clean_record)
    sys.excepthook = print_clean
    threading.excepthook = print_clean_of_thread
    for name in ("httpx", "httpcore"):  # at INFO and DEBUG they write whole URLs and headers
        logging.getLogger(name).setLevel(logging.WARNING)


def _redacted(record: logging.LogRecord, redactor: Redactor) -> logging.LogRecord:
    """`record` with its message put together and its traceback written out, both redacted."""
    try:
        message = record.getMessage()
    except (TypeError, ValueError, KeyError):  # arguments that do not fit: logging would print them as they are
        message = f"{record.msg} (its arguments do not fit)"
    record.msg, record.args = redactor(message), None
    if record.exc_info:
        record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip()
        record.exc_info = None  # formatters write `exc_text`; those that prefer `exc_info` would show it unredacted
    if record.exc_text:  # another redactor, of older settings, may have written it
        record.exc_text = redactor(record.exc_text)
    if record.stack_info:
        record.stack_info = redactor(record.stack_info)
    return record
