"""The channels that messages go out by, in one explicit list."""

import threading
from collections.abc import Callable, Mapping, Sequence

from alerts.channels.base import Channel, Outgoing
from alerts.channels.by_apprise import AppriseSettings, ByApprise
from alerts.channels.dingtalk import DingTalk, DingTalkSettings
from alerts.channels.feishu import Feishu, FeishuSettings
from alerts.channels.mail import Email, EmailSettings
from alerts.channels.slack import SlackSettings, connect
from alerts.channels.teams import Teams, TeamsSettings
from alerts.channels.wecom import WeCom, WeComSettings
from alerts.links import Offer
from config.clock import Clock
from config.settings import ChannelSettings

CHANNEL_KINDS: Mapping[str, type[ChannelSettings]] = {
    "slack": SlackSettings,
    "email": EmailSettings,
    "wecom": WeComSettings,
    "dingtalk": DingTalkSettings,
    "feishu": FeishuSettings,
    "teams": TeamsSettings,
    "apprise": AppriseSettings,
}


def open_channel(
    settings: ChannelSettings,
    clock: Clock,
    wall: Clock,
    stop: threading.Event,
    redact: Callable[[str], str],
    offers: Callable[[Outgoing], Sequence[Offer]] = lambda _: (),
) -> Channel:
    """The channel for `settings`; nothing is connected to before the first message. `clock` dates messages, `wall` is
    real time; `offers`: the links by which the reader of a message can act, where it goes to one."""
    match settings:
        case SlackSettings():
            return connect(settings, stop, redact)
        case EmailSettings():
            return Email(settings, clock, offers)
        case WeComSettings():
            return WeCom(settings, wall, stop, redact)
        case DingTalkSettings():
            return DingTalk(settings, wall, stop, redact)
        case FeishuSettings():
            return Feishu(settings, wall, stop, redact)
        case TeamsSettings():
            return Teams(settings, wall, stop, redact)
        case AppriseSettings():
            return ByApprise(settings)
        case _:
            raise ValueError(f"channel {settings.name}: there is no kind {settings.kind!r}")


def edits(settings: ChannelSettings | None) -> bool:
    """Whether the channel changes in place what it sent, which is no new message to anybody. None: it is gone."""
    return isinstance(settings, SlackSettings) and settings.token is not None
