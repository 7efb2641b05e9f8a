"""The governor under `httpx`: for vendors that we ask without an SDK."""

import ssl
from collections.abc import Mapping

import httpx

from connectors.exchange import Answer, Call, Final, Lost
from connectors.governor import USER_AGENT, Governor

UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class GovernedTransport(httpx.BaseTransport):
    """Sends what the governor lets through, and hands back an answer whose body has been read."""

    def __init__(self, governor: Governor, base_url: str, final: Final | None) -> None:
        trusted = ssl.create_default_context(cafile=governor.ca_file) if governor.ca_file else True
        # A client with a transport of its own does not look for proxies in the environment.
        self._inner = httpx.HTTPTransport(verify=trusted, proxy=governor.proxy_for(base_url))
        self._governor = governor
        self._base_url = base_url
        self._final = final

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One call, however many attempts."""

        def once() -> tuple[httpx.Response, Answer]:
            try:
                response = self._inner.handle_request(request)
                response.read()
            except httpx.HTTPError as error:
                raise Lost(error, UNSENT) from error
            return response, Answer(response.status_code, response.headers, response.content)

        call = Call(request.method, str(request.url), self._base_url)
        return self._governor.send(call, once, self._final)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def client(governor: Governor, base_url: str, headers: Mapping[str, str], final: Final | None = None) -> httpx.Client:
    """A client whose every request is governed and may go to `base_url`'s host only."""
    connect_s, read_s = governor.timeout
    made = httpx.Client(
        base_url=base_url,
        headers={**headers, "User-Agent": USER_AGENT},
        transport=GovernedTransport(governor, base_url, final),
        timeout=httpx.Timeout(read_s, connect=connect_s),
        follow_redirects=False,
    )
    governor.on_close(made.close)
    return made
