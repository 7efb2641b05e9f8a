"""The governor under `requests`: for jira (mounted on the SDK's session) and py-trello (as its `http_service`)."""

from collections.abc import Mapping
from typing import Any

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter

from connectors.exchange import Answer, Call, Final, Lost
from connectors.governor import USER_AGENT, Governor

UNSENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.ProxyError,
)


class GovernedAdapter(HTTPAdapter):
    """Sends what the governor lets through, and hands back an answer whose body has been read."""

    def __init__(self, governor: Governor, base_url: str, final: Final | None) -> None:
        super().__init__(max_retries=0)
        self._governor = governor
        self._base_url = base_url
        self._final = final

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """One call, however many attempts. The caller's `timeout` and `verify` give way to ours."""
        request.headers["User-Agent"] = USER_AGENT
        sender = super().send
        # `requests` prefers REQUESTS_CA_BUNDLE to what a session says: the configured file is set here.
        trusted = self._governor.ca_file or verify

        def once() -> tuple[requests.Response, Answer]:
            try:
                response = sender(request, False, self._governor.timeout, trusted, cert, proxies)
                return response, Answer(response.status_code, response.headers, response.content)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                raise Lost(error, UNSENT) from error

        call = Call(request.method or "GET", request.url or "", self._base_url)
        return self._governor.send(call, once, self._final)


def mount(session: requests.Session, governor: Governor, base_url: str, final: Final | None = None) -> None:
    """Govern every request of a session that an SDK made: it may go to `base_url`'s host only."""
    adapter = GovernedAdapter(governor, base_url, final)
    for prefix in list(session.adapters):
        session.adapters.pop(prefix).close()
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    governor.on_close(session.close)


def session(governor: Governor, base_url: str, final: Final | None = None) -> requests.Session:
    """A governed session. An `auth` is set, so that a ~/.netrc never takes the place of our Authorization header."""
    made = requests.Session()
    made.auth = _unchanged
    mount(made, governor, base_url, final)
    return made


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
