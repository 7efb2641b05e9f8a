"""`[sign_in]`: what it asks of the rest of the settings."""

import pytest

from config.loading import load_text
from tests.config.kinds import CHANNELS, ENVIRON, SOURCES, read
from tests.config.test_loading import SMALL, mistakes

PUBLIC = 'public_url = "https://hub.acme.example"\n'
OIDC = """
[sign_in]
enabled = true

[sign_in.oidc]
issuer = "https://login.acme.example"
client_id = "milepost"
client_secret = "env:JIRA_TOKEN"
"""


def test_nobody_is_asked_to_sign_in_unless_the_settings_say_so() -> None:
    """Out of the box it serves the machine that it runs on."""
    sign_in = read(SMALL).settings.sign_in

    assert (sign_in.enabled, sign_in.oidc) == (False, None)


def test_a_provider_is_read_with_its_secret() -> None:
    """Which is looked up, and known to the redactor."""
    loaded = read(PUBLIC + SMALL + OIDC)

    assert loaded.settings.sign_in.oidc is not None
    assert loaded.settings.sign_in.oidc.client_secret in loaded.secrets


def test_a_secret_in_the_file_itself_is_warned_of() -> None:
    """As everywhere."""
    (warning,) = read(PUBLIC + SMALL + OIDC.replace("env:JIRA_TOKEN", "the secret itself")).warnings

    assert "sign_in.oidc.client_secret: the secret itself stands here" in warning
    assert "the secret itself stands" in warning


def test_the_environment_may_say_it() -> None:
    """A container has no file of its own."""
    environ = {**ENVIRON, "MILEPOST_SIGN_IN__ENABLED": "true", "MILEPOST_PUBLIC_URL": "https://hub.acme.example"}
    loaded = load_text(SMALL, environ, source_kinds=SOURCES, channel_kinds=CHANNELS)

    assert loaded.settings.sign_in.enabled


@pytest.mark.parametrize(
    "public_url", ["", "http://localhost:8080", "http://127.0.0.1:8080/", "https://hub.acme.example"]
)
def test_a_password_goes_over_https_or_stays_here(public_url: str) -> None:
    """Without an address of its own it is reached on this machine alone."""
    assert read(f'public_url = "{public_url}"\n' + SMALL + "[sign_in]\nenabled = true\n").settings.sign_in.enabled


@pytest.mark.parametrize(
    ("top", "wrong", "right", "says"),
    [
        ('public_url = "http://hub.acme.example"\n', "", "", "whoever signs in sends a password there"),
        ('public_url = "https://acme.example/hub"\n', "", "", "write the address without a path"),
        ("", "", "", "the provider sends people back to public_url"),
        (PUBLIC, "enabled = true", "enabled = false", "nobody is asked to sign in: write enabled = true"),
        (PUBLIC, "https://login", "http://login", 'an address that begins with "https://"'),
        (PUBLIC, "https://login.acme.example", "", "write the provider's own address"),
        (PUBLIC, 'client_id = "milepost"\n', "", "client_id"),
        (PUBLIC, "enabled = true", 'enabled = "no"', "write true or false"),
        (PUBLIC, "enabled = true", "enable = true", 'did you mean "enabled"?'),
    ],
)
def test_what_does_not_fit_is_said_with_its_cure(top: str, wrong: str, right: str, says: str) -> None:
    """With all else that is wrong."""
    assert says in "\n".join(mistakes(top + SMALL + OIDC.replace(wrong, right)))
