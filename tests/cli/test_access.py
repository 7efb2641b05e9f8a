"""At which addresses `serve` may be reached."""

import pytest

from cli.access import refusal
from config.settings import SignInSettings
from tests.alerts.firm import settings

SIGNED_IN = {"sign_in": SignInSettings(enabled=True)}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_may_always_be_reached(host: str) -> None:
    """With sign-in and without."""
    assert refusal(settings(), host) == ""
    assert refusal(settings(**SIGNED_IN), host) == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "hub.acme.example"])
def test_others_reach_it_by_https_once_people_sign_in(host: str) -> None:
    """And until then are told what to do."""
    assert "set enabled = true under [sign_in]" in refusal(settings(public_url="https://hub.acme.example"), host)
    assert "set public_url to the https:// address" in refusal(settings(**SIGNED_IN), host)
    assert "set public_url" in refusal(settings(public_url="http://localhost:8080", **SIGNED_IN), host)
    assert refusal(settings(public_url="https://hub.acme.example", **SIGNED_IN), host) == ""
