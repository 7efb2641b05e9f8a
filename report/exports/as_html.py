"""One page of HTML that needs nothing else: from a mail, on a phone, on paper."""

from typing import BinaryIO

from report.exports.file import ReportFile
from report.exports.leads import Leads
from report.html import render_file


def write_html(report: ReportFile, out: BinaryIO) -> None:
    """With a list of contents where it has several pages; everything in UTF-8."""
    parts = list(report.parts)
    kinds, base = [part.kind for part in parts], report.asked.settings.public_url.rstrip("/")
    documents = [Leads(part.kind.key, base, kinds).document(part.document) for part in parts]
    out.write(render_file(documents, report.asked, report.title, report.as_of).encode())
