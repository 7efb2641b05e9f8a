"""Who may read what `serve` answers: the doors before its pages, and the pages of signing in, as the settings want."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.routing import Route

from cli.hub import Hub
from config.settings import Settings
from config.values import is_loopback
from report.access.cookies import Cookies
from report.access.door import Door, Posted
from report.access.entrance import Entrance
from report.access.oidc import Provider
from report.access.pages import BACK, SignInPages
from unify.keys import read_key


@dataclass(frozen=True, slots=True)
class Access:
    """`doors` stand before all pages; `routes` are those on which somebody signs in, where the settings ask for it."""

    doors: Sequence[Middleware]
    routes: Sequence[Route] = ()


def access(hub: Hub, signed: Sequence[str] = ()) -> Access:
    """As the hub's settings want it. `signed`: how addresses begin that prove themselves, beside the links of mails."""
    settings = hub.settings
    key = read_key(Path(str(hub.engine.url.database)), "sessions")
    hub.redactor.register(key)
    cookies = Cookies(key, https=urlsplit(settings.public_url).scheme == "https")
    entrance = _entrance(hub) if settings.sign_in.enabled else None
    doors = [
        Middleware(Door, entrance=entrance, cookies=cookies, clock=hub.wall, signed=signed),
        Middleware(Posted, public_url=settings.public_url, signed=signed),
    ]
    if entrance is None:
        return Access(doors)
    return Access(doors, SignInPages(settings, entrance, cookies, _provider(hub)).routes())


def refusal(settings: Settings, host: str) -> str:
    """Why nobody may be answered at that address of this machine, and what to do; "" where they may."""
    if is_loopback(host):
        return ""
    if not settings.sign_in.enabled:
        return (
            f"{host} can be reached by others, and nobody is asked to sign in: set enabled = true under [sign_in] "
            "(docs/sign-in.md), or use 127.0.0.1 behind a proxy with sign-in"
        )
    if urlsplit(settings.public_url).scheme != "https":
        return (
            f"{host} can be reached by others, who send a password there: set public_url to the https:// address of "
            "your proxy (docs/sign-in.md)"
        )
    return ""


def _entrance(hub: Hub) -> Entrance:
    zone = hub.settings.zone
    return Entrance(hub.settings, hub.engine, hub.reader, hub.wall, lambda: hub.clock().astimezone(zone).date())


def _provider(hub: Hub) -> Provider | None:
    oidc = hub.settings.sign_in.oidc
    if oidc is None:
        return None
    back = hub.settings.public_url.rstrip("/") + BACK
    return Provider(oidc, back, hub.wall, stop=hub.stop, redact=hub.redactor)
