"""Asking Asana: the SDK's `call_api` over a governed urllib3 pool, and what Asana's refusals mean.

The SDK builds the address and signs in. Its iterators, which change the query they are given, its own retries, and its
reading of answers, which turns no-break spaces into plain ones, are passed by: the answer's bytes come back untouched.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from config.settings import Secret
from connectors.answers import REFUSED, decode, encode, server_time
from connectors.base import AccessDenied, ConnectorError, NotFound, NotPermitted, VendorChanged, VendorUnavailable
from connectors.governor import Governor

if TYPE_CHECKING:
    import asana

log = logging.getLogger(__name__)

VENDOR_URL = "https://app.asana.com/api/1.0"

PAGE, SMALL_PAGE = 100, 25
"""The most that one request gives; and how much to ask for when that was too much for Asana."""

BATCH = 10
"""GETs that one `/batch` takes."""

RESTARTS = 2
"""How often a list whose offset expired is begun again."""

Json = dict[str, Any]


class Refused(VendorChanged):
    """A 400: a parameter that Asana does not take, or an offset that has expired."""


class Listed(NamedTuple):
    """A page of a list: its elements in their own bytes, and the offset of the next one."""

    elements: Sequence[bytes]
    offset: str


class _Next(msgspec.Struct):
    offset: str = ""


class _Page(msgspec.Struct):
    data: list[msgspec.Raw]
    next_page: _Next | None = None


class _Part(msgspec.Struct):
    status_code: int
    body: msgspec.Raw = msgspec.Raw(b"null")


class _Batch(msgspec.Struct):
    data: list[_Part]


class AsanaApi:
    """One credential at one address. Every verb raises the errors of `connectors.base`."""

    def __init__(self, name: str, url: str, token: Secret, governor: Governor) -> None:
        """`url` "": Asana's own."""
        self.name = name
        self.url = (url or VENDOR_URL).rstrip("/")
        self.server_time: datetime | None = None
        """The server's own clock, by its latest answer; None until one tells."""
        self._token = token
        self._governor = governor
        self._client: asana.ApiClient | None = None
        self._announced: set[str] = set()

    def object(self, path: str, **query: str) -> Json:
        """The one record that an answer holds."""
        return self._data(self._send("GET", path, query), path)

    def pages(self, path: str, query: Mapping[str, str], offset: str = "") -> Iterator[Sequence[bytes]]:
        """The pages of a list, from `offset` on: elements in their own bytes.

        One whose offset expired meanwhile is begun again, so that an element may come twice; a page too large for
        Asana is asked for in smaller ones.
        """
        limit, restarts = PAGE, 0
        given: set[str] = set()
        while True:
            where = {"offset": offset} if offset else {}
            try:
                content = self._send("GET", path, {**query, "limit": str(limit), **where})
            except Refused:
                if not offset or restarts == RESTARTS:
                    raise
                offset, restarts = "", restarts + 1
                continue
            except VendorUnavailable:
                if limit == SMALL_PAGE:
                    raise
                limit = SMALL_PAGE
                continue
            page = self._listed(content, path)
            yield page.elements
            if not page.offset:
                return
            if page.offset in given:
                raise VendorChanged(f"{self.name}: Asana gave the same offset twice; reading on would never end")
            given.add(page.offset)
            offset = page.offset

    def many(self, paths: Sequence[str], fields: str) -> Iterator[Sequence[bytes] | None]:
        """All elements of several lists, in the order of `paths` and ten lists a request; None for one that is gone."""
        for start in range(0, len(paths), BATCH):
            some = paths[start : start + BATCH]
            options = {"limit": PAGE, "fields": fields.split(",")}
            actions = [{"relative_path": path, "method": "get", "options": options} for path in some]
            # Each action counts as a request, the batch itself does not.
            self._governor.spend(len(some) - 1)
            with self._governor.reading():
                content = self._send("POST", "/batch", {}, {"actions": actions})
            parts = _parts(content)
            if parts is None or len(parts) != len(some):
                raise VendorChanged(f"{self.name}: Asana answered a batch of {len(some)} otherwise than documented")
            for part, path in zip(parts, some, strict=True):
                yield self._whole_list(part, path, fields)

    def write(self, method: str, path: str, data: Json | None = None) -> Json:
        """POST, PUT or DELETE."""
        return self._data(self._send(method, path, {}, data), path)

    def wrong_url(self) -> NotFound:
        """Something answers there, but it is not Asana."""
        return NotFound(f"{self.name}: no Asana answers at {self.url}: check sources.{self.name}.url")

    # --- reading answers

    def _whole_list(self, part: _Part, path: str, fields: str) -> Sequence[bytes] | None:
        """A list of which a batch brought the first page. What failed for the moment is asked for by itself."""
        query = {"opt_fields": fields}
        if part.status_code == 429 or part.status_code >= 500:
            return [element for page in self.pages(path, query) for element in page]
        if part.status_code != 200:
            refusal = self._refusal(part.status_code, bytes(part.body), "GET", path)
            if isinstance(refusal, NotFound):
                return None
            raise refusal
        first = self._listed(bytes(part.body), path)
        more = self.pages(path, query, first.offset) if first.offset else ()
        return [*first.elements, *(element for page in more for element in page)]

    def _listed(self, content: bytes, path: str) -> Listed:
        try:
            page = msgspec.json.decode(content, type=_Page)
            elements = [bytes(element) for element in page.data]
            return Listed(elements, page.next_page.offset if page.next_page else "")
        except REFUSED:
            found = decode(content, f"{self.name}: {path}")
        if not isinstance(found, dict) or not isinstance(found.get("data"), list):
            raise VendorChanged(f"{self.name}: Asana's answer to {path} is no list")
        following = found.get("next_page")
        offset = following.get("offset") if isinstance(following, dict) else None
        return Listed([encode(element) for element in found["data"]], offset if isinstance(offset, str) else "")

    def _data(self, content: bytes, path: str) -> Json:
        found = decode(content, f"{self.name}: {path}")
        data = found.get("data") if isinstance(found, dict) else None
        if not isinstance(data, dict):
            raise VendorChanged(f"{self.name}: Asana's answer to {path} holds no record")
        return data

    # --- sending

    def _send(self, method: str, path: str, query: Mapping[str, str], data: Json | None = None) -> bytes:
        """The bytes of an answer. `query` is copied: the SDK keeps what it is given."""
        from asana.rest import ApiException

        if self._client is None:
            self._client = self._connect()
        try:
            response = self._client.call_api(
                path,
                method,
                query_params=dict(query),
                header_params={"Accept": "application/json", "Content-Type": "application/json"},
                body=None if data is None else {"data": data},
                auth_settings=["personalAccessToken"],
                _preload_content=False,
                _return_http_data_only=True,
            )
        except ApiException as error:
            raise self._refusal(error.status, error.body or b"", method, path) from None
        if "json" not in response.headers.get("Content-Type", ""):
            raise self.wrong_url()
        self._note_change(response.headers.get("Asana-Change"))
        self.server_time = server_time(response.headers) or self.server_time
        content: bytes = response.data
        return content

    def _connect(self) -> "asana.ApiClient":
        """The SDK takes 150 ms to import: only who reads Asana pays."""
        import asana

        from connectors.transports import over_urllib3

        configuration = asana.Configuration()
        # It would print the log lines of everybody who uses urllib3, addresses and all.
        for logger in configuration.logger.values():
            logger.removeHandler(configuration.logger_stream_handler)
        configuration.host = self.url
        configuration.access_token = self._token.reveal()
        configuration.retry_strategy = False
        configuration.ssl_ca_cert = self._governor.ca_file or None
        configuration.proxy = self._governor.proxy_for(self.url)
        client = asana.ApiClient(configuration)
        # Threads for calls that nobody makes; joined in the background, they may hang the program's end.
        client.pool.close()
        client.pool.join()
        del client.pool
        over_urllib3.govern(client.rest_client.pool_manager, self._governor, self.url)
        return client

    def _note_change(self, announced: str | None) -> None:
        """Asana announces what it will change in a header: said once."""
        if announced and announced not in self._announced:
            self._announced.add(announced)
            log.warning("%s: Asana announces a change: %s", self.name, self._governor.brief(announced, 300))

    def _refusal(self, status: int, body: bytes, method: str, path: str) -> ConnectorError:
        """What a status means."""
        what = f"{self.name}: Asana refuses {method} {path}"
        complaint = self._governor.brief(_complaint(body))
        said = f" ({complaint})" if complaint else ""
        if status == 401:
            return AccessDenied(
                f"{self.name}: Asana refuses the token: it is wrong or revoked; make a new one for "
                f"{self._token.reference}"
            )
        if status == 402:
            return NotPermitted(f"{what}: that is a paid feature, and the workspace has none{said}")
        if status == 403:
            return NotPermitted(f"{what}: the user of {self._token.reference} may not do this{said}")
        if status == 451:
            return AccessDenied(f"{what} from this region{said}")
        if status in (404, 410):
            return NotFound(f"{self.name}: Asana does not find {path}: deleted, or not shown to the token's user{said}")
        if status == 400:
            return Refused(f"{what}{said}")
        return VendorChanged(f"{self.name}: Asana answered {status} to {method} {path}, which is not documented{said}")


def _parts(content: bytes) -> Sequence[_Part] | None:
    """The answers that a batch holds; None where it holds none."""
    try:
        return msgspec.json.decode(content, type=_Batch).data
    except REFUSED:
        pass
    found = decode(content, "/batch")
    listed = found.get("data") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        return None
    parts = [part for part in listed if isinstance(part, dict) and isinstance(part.get("status_code"), int)]
    return [_Part(part["status_code"], msgspec.Raw(encode(part.get("body")))) for part in parts]


def _complaint(body: bytes) -> str:
    """What Asana says is wrong; nothing of an HTML page."""
    try:
        return " ".join(str(error.get("message", "")) for error in json.loads(body)["errors"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
