"""The governor under `urllib3`: for asana, whose `rest_client.pool_manager.request` is wrapped."""

from collections.abc import Callable
from typing import Any

import urllib3

from connectors.exchange import Answer, Call, Final, Lost
from connectors.governor import USER_AGENT, Governor

UNSENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.ProxyError,
)


def govern(pool: urllib3.PoolManager, governor: Governor, base_url: str, final: Final | None = None) -> None:
    """Govern every request of a pool: it may go to `base_url`'s host only. Each body is read before it is handed on."""
    send: Callable[..., Any] = pool.request
    connect_s, read_s = governor.timeout

    def request(method: str, url: str, **options: Any) -> Any:
        options |= {
            "timeout": urllib3.Timeout(connect=connect_s, read=read_s),
            "retries": False,
            "redirect": False,
            "preload_content": True,
            "headers": {**(options.get("headers") or {}), "User-Agent": USER_AGENT},
        }

        def once() -> tuple[Any, Answer]:
            try:
                response = send(method, url, **options)
            except (urllib3.exceptions.HTTPError, OSError) as error:
                raise Lost(error, UNSENT) from error
            return response, Answer(response.status, response.headers, response.data)

        return governor.send(Call(method, url, base_url), once, final)

    pool.request = request  # type: ignore[assignment,method-assign]  # the seam: the SDK asks by this method alone
    governor.on_close(pool.clear)
