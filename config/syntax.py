"""A config file as bytes and as TOML: what keeps it from being read at all."""

import re
import tomllib
from pathlib import Path
from typing import Any

from config.mistakes import ConfigError, Mistake

_CURES = (
    ("Invalid value", 'a text stands in quotes: key = "value"'),
    ("newline or end of document", 'one `key = value` on a line, and a text in quotes: key = "value"'),
    (
        "Unterminated|Illegal character|Expected ['\"]{2}",
        "end the text with the quote that it begins with, on the same line",
    ),
    ("Cannot|Duplicate", "this key or table stands twice: keep one"),
    ("Expected '='|Invalid statement", "write `key = value`, or a table: [section.name]"),
    ("Invalid initial character", "a key is of letters, digits, - and _; an inline table, { … }, stands on one line"),
    ("Unclosed array", "end the list with ], and part what stands in it with commas"),
    ("Unclosed inline table", "end the table with }, all on one line"),
    ("Unescaped|Escaped|hex value", r"write \\ for a backslash, or the text in single quotes"),
    ("declaration", "a table is written [section.name], an element of a list [[routes]]"),
)
_PLAIN = {"＝": "=", "：": "="}
"""What an input method for Chinese makes of =; all else that it, or a word processor, puts there are quotes."""


def read(path: Path) -> str:
    """The text of the file. Raises ConfigError."""

    def refuse(problem: str, line: int | None = None) -> ConfigError:
        return ConfigError([Mistake(str(path), line, "", problem)])

    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise refuse("there is no such file; run `milepost init` to write one") from None
    except IsADirectoryError:
        raise refuse("this is a folder; name the file in it") from None
    except PermissionError:
        raise refuse("this user may not read the file; change its owner or its permissions") from None
    except (OSError, ValueError) as error:
        raise refuse(f"the file cannot be read ({type(error).__name__})") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refuse("this line is not UTF-8; save the file as UTF-8", line) from None


def parse(text: str, file: str) -> dict[str, Any]:
    """The values of `text`. Raises ConfigError with the first thing that is not TOML: what follows it means nothing."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigError([Mistake(file, None, "", "lists or tables are nested too deeply")]) from None
    except ValueError as error:
        raise ConfigError([_syntax(str(error), text, file)]) from None


def _syntax(message: str, text: str, file: str) -> Mistake:
    """What `tomllib` refuses, with a cure; its words name places and keys, never a value."""
    written = text.replace("\r\n", "\n").split("\n")
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    line = int(found[1]) if found else len(written) if "end of document" in message else None
    key = re.match(r"\s*([\w.-]+)\s*=", written[line - 1]) if line else None
    cure = next((cure for sign, cure in _CURES if re.search(sign, message)), "see https://toml.io")
    outside_texts = re.sub(r"\"[^\"]*(\"|$)|'[^']*('|$)|#.*", "", written[line - 1]) if line else ""
    if re.search(r"=\s*(yes|no|on|off|true|false)\s*$", outside_texts, re.IGNORECASE):
        cure = "write true or false, in small letters"
    elif strange := re.search(r"[“”‘’＂「」＝：]", outside_texts):
        cure = f"write a plain {_PLAIN.get(strange[0], chr(34))} for {strange[0]}"
    return Mistake(file, line, key[1] if key else "", f"this is not TOML; {cure}")
