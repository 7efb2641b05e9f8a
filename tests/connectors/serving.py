"""Serve an ASGI app over real HTTP on loopback, for as long as a test needs it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from sandbox.http import Wire


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Yield the app's base address."""
    listener = socket.create_server(("127.0.0.1", 0))
    quiet: dict[str, Any] = {"log_level": "critical", "access_log": False, "date_header": False}
    quiet["timeout_graceful_shutdown"] = 1  # an answer that nobody waits for any more must not hold up the end
    config = uvicorn.Config(app, http=Wire, lifespan="off", ws="none", **quiet)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
