"""What a browser keeps for us: signed, out of reach of scripts, for us alone, and under https never sent without it."""

import hashlib
from datetime import timedelta
from typing import Any, Literal

from itsdangerous import BadData, Signer, URLSafeSerializer
from starlette.requests import HTTPConnection
from starlette.responses import Response

Use = Literal["session", "browser", "way"]
"""Who signed in; which browser somebody signed in with before; what it needs on its way back from the provider."""


class Cookies:
    """Writes and reads them. SameSite is Lax: who follows a link of a mail, or comes back from the provider, is
    signed in there; what is posted from elsewhere comes without them."""

    def __init__(self, key: str, *, https: bool) -> None:
        """`https`: people reach us by it, so that the browser is told to keep them for it and for this host alone."""
        self._key = key
        self._https = https

    def read(self, request: HTTPConnection, use: Use) -> Any:
        """What we told that browser, as JSON has it; None for nothing, or nothing of ours."""
        try:
            return self._signed(use).loads(request.cookies.get(self.name(use), ""))
        except BadData:
            return None

    def put(self, response: Response, use: Use, told: Any, good_for: timedelta) -> None:
        """Have the browser keep `told`, which it can read and not change."""
        value = self._signed(use).dumps(told)
        response.set_cookie(
            self.name(use),
            value.decode() if isinstance(value, bytes) else value,
            max_age=int(good_for.total_seconds()),
            secure=self._https,
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response, use: Use) -> None:
        """Have the browser forget it."""
        response.delete_cookie(self.name(use), secure=self._https, httponly=True, samesite="lax")

    def name(self, use: Use) -> str:
        """What the browser calls it. It takes one that begins with __Host- from no other host, and not without TLS."""
        return f"__Host-milepost-{use}" if self._https else f"milepost-{use}"

    def form_token(self, session: str) -> str:
        """What the forms of that session send along: no other site can know it."""
        signer = Signer(self._key, salt="milepost.report.form", digest_method=hashlib.sha256)
        return signer.get_signature(session.encode()).decode()

    def _signed(self, use: Use) -> URLSafeSerializer:
        return URLSafeSerializer(
            self._key, salt=f"milepost.report.{use}", signer_kwargs={"digest_method": hashlib.sha256}
        )
