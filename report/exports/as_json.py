"""The values of the pages, for programs: as the API gives them."""

from typing import BinaryIO

from pydantic_core import to_json

from report.exports.file import ReportFile
from report.exports.values import values_of


def write_json(report: ReportFile, out: BinaryIO) -> None:
    """An object with the moment (`as_of`) and, by their keys, the pages."""
    pages = {part.kind.key: values_of(part.kind).dump_python(part.values, mode="json") for part in report.parts}
    out.write(to_json({"as_of": report.asked.now, "pages": pages}, indent=2) + b"\n")
