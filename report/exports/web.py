"""A page as a file over HTTP: `?format=` at its address, with the same filters and of the same clients."""

import tempfile
from collections.abc import Callable, Iterator
from typing import BinaryIO

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from report.asked import Asked, Reader
from report.exports.file import CannotWrite, Part, ReportFile
from report.exports.forms import FORMS

Exported = Callable[[Reader, str, str], None]
"""Is told who takes what away, and from which network address."""

_CHUNK = 1 << 16


def as_file(part: Part, asked: Asked, request: Request, exported: Exported) -> Response:
    """The page in the form that the address asks for; 400 with what it can ask for where it cannot be had."""
    query = request.query_params
    form = next((known for known in FORMS if known.name == query["format"]), None)
    if form is None:
        raise HTTPException(400, f"format: one of {', '.join(known.name for known in FORMS)}")
    file = tempfile.TemporaryFile()  # noqa: SIM115  it is closed when it was sent
    try:
        form.write(ReportFile(asked, part.document.title, [part], query.get("table", "")), file)
    except CannotWrite as cannot:
        file.close()
        raise HTTPException(400, str(cannot)) from cannot
    except BaseException:
        file.close()
        raise
    what = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    exported(asked.reader, what, request.client.host if request.client else "")
    name = f"{part.kind.key}-{asked.moment.today}.{form.name}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "content-length": str(file.tell())}
    return StreamingResponse(_sent(file), media_type=form.media_type, headers=headers)


def _sent(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk
