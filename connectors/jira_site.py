"""A Jira site as its requests show it: signing in by the `jira` SDK, one way out, and its statuses as our errors."""

import json
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from config.settings import Secret
from connectors import jira_payload as payloads
from connectors.answers import mapping, server_time
from connectors.base import AccessDenied, ConnectorError, NotFound, NotPermitted, VendorChanged
from connectors.governor import Governor

if TYPE_CHECKING:
    import requests
    from jira import JIRA

Json = dict[str, Any]

AT_ONCE = 3
"""Requests to a site that are under way at once, and so projects, or pieces of one, that are read side by side: enough
to keep one processor busy while Jira thinks."""


class SearchRefused(VendorChanged):
    """Jira does not take a search as it stands: its first page was answered by 400."""


class JiraSite:
    """Asks one site, Cloud or Data Center, as one account."""

    def __init__(self, name: str, url: str, user: str, credential: Secret, governor: Governor) -> None:
        """`user` "": the credential is a personal access token, which says by itself whose it is."""
        self.name = name or "jira"
        self.who = user or "the token's account"
        self.governor = governor
        self._url = url
        self._user = user
        self._credential = credential
        self._turns = threading.Semaphore(AT_ONCE)
        """Whoever holds one waits for one answer, and asks for nothing else meanwhile. Large projects read side by side
        have more readers than there are turns."""
        self.server_time: datetime | None = None
        """Jira's clock, as its latest answer told it; None until one tells."""

    @cached_property
    def info(self) -> Json:
        """Whose address it is; anybody may ask. Raises NotFound where no Jira answers."""
        wrong = NotFound(
            f"{self.name}: no Jira answers at {self._url}: check `url` "
            "(a Data Center often lives under a path such as /jira)"
        )
        try:
            site = payloads.an_object(self.send("GET", "serverInfo", version="2"))
        except (NotFound, VendorChanged):
            raise wrong from None
        if "deploymentType" not in site or "baseUrl" not in site:
            raise wrong
        return site

    @property
    def is_cloud(self) -> bool:
        """Whether it is Cloud; Data Center says `Server`, as Server did."""
        return str(self.info["deploymentType"]) == "Cloud"

    @cached_property
    def me(self) -> Json:
        """Our own account. It needs a log-in, and so proves the credential."""
        return payloads.an_object(self.get("myself"))

    def issue(self, id_: str, fields: str) -> Json:
        """Some fields of one issue."""
        return payloads.fields_of(payloads.an_object(self.get(f"issue/{quote(id_)}", {"fields": fields})))

    # --- requests

    @cached_property
    def _client(self) -> "JIRA":
        """The SDK's client: it asks nothing by itself, repeats nothing, and every request passes the governor."""
        from jira import JIRA

        from connectors.transports import over_requests

        secret = self._credential.reveal()
        sign_in: Json = {"basic_auth": (self._user, secret)} if self._user else {"token_auth": secret}
        client = JIRA(server=self._url, get_server_info=False, max_retries=0, **sign_in)
        over_requests.mount(client._session, self.governor, self._url)
        return client

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> bytes:
        """What a GET brings; errors as `send`."""
        return self.send("GET", path, params=params)

    def send(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        params: Mapping[str, Any] | None = None,
        version: str = "",
    ) -> bytes:
        """The answer's own bytes. Raises by `_refusal`, and what the governor raises."""
        import requests

        client = self._client
        version = version or ("3" if self.is_cloud else "2")
        url = f"{client.server_url}/rest/api/{version}/{path}"
        data = None if body is None else json.dumps(body)
        # Past what the SDK puts before its session: it reads errors, and falls over those of another shape.
        with self._turns:
            response = requests.Session.request(client._session, method, url, params=params, data=data)
        self.server_time = server_time(response.headers) or self.server_time
        if not response.ok:
            raise self._refusal(method, path, response, params or {})
        if "AUTHENTICATED_FAILED" in response.headers.get("X-Seraph-LoginReason", ""):
            # An empty 200: what Jira lets anybody read, shown to somebody with a wrong credential.
            raise self._wrong_credential()
        return response.content

    def _refusal(
        self, method: str, path: str, response: "requests.Response", asked: Mapping[str, Any]
    ) -> ConnectorError:
        """Jira's status as an error of ours."""
        status, headers, said = response.status_code, response.headers, self._said(response.content)
        what = f"{method} {path.partition('/')[0]}"
        if "CAPTCHA" in headers.get("X-Authentication-Denied-Reason", ""):
            return AccessDenied(
                f"{self.name}: Jira asks {self.who} for a CAPTCHA after failed log-ins: log in once with a browser"
            )
        if status == 401:
            return self._wrong_credential()
        if status == 403:
            return NotPermitted(f"{self.name}: {self.who} may not {what}{said}: ask a Jira admin for the permission")
        if status == 404:
            return NotFound(f"{self.name}: {what} found nothing, or nothing that {self.who} may see{said}")
        is_search = status == 400 and "jql" in asked and "nextPageToken" not in asked
        refusal = SearchRefused if is_search else VendorChanged
        return refusal(f"{self.name}: Jira answered {status} to {what}{said}")

    def _said(self, content: bytes) -> str:
        complaints = self.governor.brief(_complaints(content))
        return f" ({complaints})" if complaints else ""

    def _wrong_credential(self) -> AccessDenied:
        hint = ""
        if self._url.rstrip("/").endswith(".atlassian.net"):
            hint = "; a token with scopes works only under https://api.atlassian.com/ex/jira/CLOUD-ID"
        return AccessDenied(
            f"{self.name}: Jira refuses {self.who}: check {self._credential.reference}, its user and whether "
            f"it has expired{hint}"
        )

    def not_visible(self, key: str) -> str:
        """What to say of a project that cannot be seen."""
        return (
            f"{self.who} does not see the project {key}: give it Browse Projects there, or take {key} out of "
            f"sources.{self.name}.projects"
        )


def _complaints(content: bytes) -> str:
    """What Jira says is wrong; nothing of an HTML page."""
    try:
        read = json.loads(content)
    except ValueError:
        return ""
    told = mapping(read)
    messages = told.get("errorMessages")
    lines = [*(messages if isinstance(messages, list) else []), *mapping(told.get("errors")).values()]
    return " ".join(str(line) for line in lines)
