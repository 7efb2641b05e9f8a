"""Put before another program by PYTHONPATH: whatever it asks of a vendor, the address in BENCH_URL answers.

Those programs know their vendor's address by heart, or insist on https. Nothing else of them is changed, but that a
sign-in by refresh token, which no stand-in has, is answered here with the token in BENCH_TOKEN.
"""

import json
import os
from typing import Any
from urllib.parse import urlsplit

import requests.adapters
import urllib3

TARGET = urlsplit(os.environ["BENCH_URL"])
STRIPPED = os.environ.get("BENCH_STRIPPED", "")
"""The beginning of the vendor's paths, where the stand-in has another."""

_send = requests.adapters.HTTPAdapter.send
_urlopen = urllib3.PoolManager.urlopen


def redirected(url: str) -> str:
    """The same path and query at the stand-in."""
    asked = urlsplit(url)
    path = TARGET.path + asked.path.removeprefix(STRIPPED).replace("//", "/")  # one program writes both
    return asked._replace(scheme=TARGET.scheme, netloc=TARGET.netloc, path=path).geturl()


def send(adapter: Any, request: Any, *args: Any, **options: Any) -> Any:
    """As requests does, elsewhere."""
    if "oauth" in urlsplit(request.url).path:
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = 200, request.url, request
        answer._content = json.dumps(
            {"access_token": os.environ["BENCH_TOKEN"], "refresh_token": "again", "expires_in": 86400}
        ).encode()
        return answer
    request.url = redirected(request.url)
    return _send(adapter, request, *args, **options)


def urlopen(pool: Any, method: str, url: str, *args: Any, **options: Any) -> Any:
    """As urllib3 does, elsewhere."""
    return _urlopen(pool, method, redirected(url), *args, **options)


requests.adapters.HTTPAdapter.send = send  # type: ignore[method-assign, assignment]  # the whole point
urllib3.PoolManager.urlopen = urlopen  # type: ignore[method-assign, assignment]  # the whole point
