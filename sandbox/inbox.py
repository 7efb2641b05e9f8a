"""Pages where people read what the hub sent: mails, and Slack messages with what they said before."""

from collections.abc import Sequence
from datetime import datetime
from html import escape, unescape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sandbox.lantern_quay.office import HONG_KONG_TIME
from sandbox.mail import MailSandbox, Received
from sandbox.slack import SlackSandbox
from sandbox.slack_wire import Posted

# Whatever a message holds, it runs nothing and loads nothing.
HEADERS = {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"}

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 1.5rem auto; padding: 0 1rem; color: #1c2733 }
article { border: 1px solid #c8d1da; border-radius: 6px; padding: .6rem 1rem; margin: 1rem 0 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: .4rem 0 }
.meta { color: #55636f; font-size: .875rem }
"""


def routes(mail: MailSandbox, slack: SlackSandbox) -> Sequence[Route]:
    """The pages, below /inbox."""

    async def overview(request: Request) -> Response:
        newest_mails = reversed(list(enumerate(mail.received)))
        mails = "".join(_mail(number, received) for number, received in newest_mails)
        posts = "".join(_post(slack, message) for message in reversed(slack.messages))
        return _page(
            "Received messages",
            f"<h2>Mail ({len(mail.received)})</h2>{mails}<h2>Slack ({len(slack.messages)})</h2>{posts}",
        )

    async def whole_mail(request: Request) -> Response:
        number = request.path_params["number"]
        if number >= len(mail.received):
            return _page("No such mail", "", status=404)
        received = mail.received[number]
        html = received.part("html")
        return HTMLResponse(html, headers=HEADERS) if html else _page(_subject(received), _pre(received.part("plain")))

    async def source(request: Request) -> Response:
        number = request.path_params["number"]
        if number >= len(mail.received):
            return _page("No such mail", "", status=404)
        raw = mail.received[number].raw.decode("utf-8", "replace")
        return Response(raw, media_type="text/plain; charset=utf-8", headers=HEADERS)

    return [
        Route("/", overview),
        Route("/mail/{number:int}", whole_mail),
        Route("/mail/{number:int}/source", source),
    ]


def _mail(number: int, received: Received) -> str:
    to = escape(", ".join(received.recipients))
    links = f'<a href="mail/{number}">as a mail program shows it</a>, <a href="mail/{number}/source">source</a>'
    return (
        f"<article><h3>{escape(_subject(received))}</h3>"
        f'<p class="meta">{_when(received.at)} to {to}: {links}</p>{_pre(received.part("plain"))}</article>'
    )


def _post(slack: SlackSandbox, message: Posted) -> str:
    edits = "".join(
        f'<p class="meta">before, {_when(edit.at, "%H:%M")}:</p>{_pre(_readable(edit.text))}'
        for edit in reversed(message.edits)
    )
    to = escape(slack.recipient(message.channel))
    shown = "\n".join(filter(None, [message.text, *map(_words, message.blocks)])) if message.blocks else message.text
    thread = ", in a thread" if message.thread_ts else ""
    return f'<article><p class="meta">{_when(message.at)} to {to}{thread}</p>{_pre(_readable(shown))}{edits}</article>'


def _words(block: dict[str, object]) -> str:
    """The text of a block: a section's, a header's, or the parts of a context."""
    parts = [block.get("text"), *_list(block.get("fields")), *_list(block.get("elements"))]
    return "\n".join(
        str(part["text"]) for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _readable(text: str) -> str:
    """Slack's three escapes undone: the page escapes for itself."""
    return unescape(text)


def _subject(received: Received) -> str:
    return str(received.message["subject"] or "(no subject)")


def _pre(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"


def _page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style><h1>{escape(title)}</h1>{body}</html>",
        status_code=status,
        headers=HEADERS,
    )


def _when(at: datetime, form: str = "%a %d %b %Y %H:%M") -> str:
    """By the clocks of the story's place."""
    return at.astimezone(HONG_KONG_TIME).strftime(form)
