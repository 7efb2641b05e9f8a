"""The forms of a file, in the order in which they are offered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from report.exports.as_csv import write_csv
from report.exports.as_html import write_html
from report.exports.as_json import write_json
from report.exports.as_markdown import write_markdown
from report.exports.as_pdf import write_pdf
from report.exports.as_xlsx import write_xlsx
from report.exports.file import ReportFile


@dataclass(frozen=True, slots=True)
class Form:
    """`name` is what one asks for, and the end of a file's name. `write` raises CannotWrite. `is_text`: a terminal or a
    pipe can take it."""

    name: str
    media_type: str
    write: Callable[[ReportFile, BinaryIO], None]
    is_text: bool = True


FORMS: Sequence[Form] = (
    Form("html", "text/html; charset=utf-8", write_html),
    Form("pdf", "application/pdf", write_pdf, is_text=False),
    Form("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx, is_text=False),
    Form("csv", "text/csv; charset=utf-8", write_csv),
    Form("md", "text/markdown; charset=utf-8", write_markdown),
    Form("json", "application/json", write_json),
)
