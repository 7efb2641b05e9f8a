"""The ways out of the hub, in one explicit list."""

from collections.abc import Mapping

from alerts.channels.base import Channel
from alerts.channels.mail import Email, EmailSettings
from alerts.channels.slack import Slack, SlackSettings, SlackWebhook
from config.clock import Clock
from config.settings import ChannelSettings

CHANNEL_KINDS: Mapping[str, type[ChannelSettings]] = {"email": EmailSettings, "slack": SlackSettings}


def open_channel(settings: ChannelSettings, clock: Clock) -> Channel:
    """The channel that these settings describe; connects to nobody yet."""
    match settings:
        case EmailSettings():
            return Email(settings, clock)
        case SlackSettings(webhook=None):
            return Slack(settings)
        case SlackSettings():
            return SlackWebhook(settings)
    raise ValueError(f"no channel of kind {settings.kind!r}")
