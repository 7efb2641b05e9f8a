"""What `[sign_in]` asks of the rest of the settings."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from config.mistakes import Found
from config.settings import SignInSettings
from config.values import is_loopback


def check_sign_in(sign_in: SignInSettings, public_url: str) -> Iterator[Found]:
    """A password goes over https only, and a provider of OpenID Connect sends people back to an address of ours."""
    public = urlsplit(public_url)
    if sign_in.enabled and public_url and public.scheme != "https" and not is_loopback(public.hostname or ""):
        yield (
            ("public_url",),
            'whoever signs in sends a password there: write an address that begins with "https://", of a proxy with '
            "a certificate",
        )
    if sign_in.enabled and public.path not in ("", "/"):
        yield ("public_url",), "sign-in needs a host name of its own: write the address without a path"
    if sign_in.oidc is not None and not sign_in.enabled:
        yield ("sign_in", "enabled"), "nobody is asked to sign in: write enabled = true, or take [sign_in.oidc] out"
    if sign_in.oidc is not None and not public_url:
        yield ("sign_in", "oidc"), "the provider sends people back to public_url: write it, at the top of the file"
