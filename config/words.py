"""The word lists that Milepost ships: what a status word means, and which addresses name nobody in particular.

The config adds to them (`[sources.NAME.status]`); it is asked first.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from config.settings import EffortField, RiskField, StatusCategory


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@lru_cache(maxsize=4096)  # statuses, types and labels: few words, each asked for with every item
def normal(word: str) -> str:
    """The form in which words are compared: compatibility characters folded, case folded, trimmed."""
    folded = unicodedata.normalize("NFKC", word).casefold()
    return unicodedata.normalize("NFKC", folded).strip()  # folding case can undo the normal form (İ)


def normals(words: Iterable[str]) -> frozenset[str]:
    """Words in the form in which they are compared; an empty one is none."""
    return frozenset(map(normal, words)) - {""}


_LETTERS = re.compile(r"[^\W_]+|\?")


@lru_cache(maxsize=4096)
def plain(word: str) -> str:
    """`normal`, without emoji, punctuation and doubled spaces; a question mark stays, for "Done?" asks. May be ""."""
    return " ".join(_LETTERS.findall(normal(word)))


STATUS_WORDS: Mapping[str, StatusCategory] = {
    "done": "done",
    "closed": "done",
    "完成": "done",
    "已完成": "done",
    "結案": "done",
    "doing": "in_progress",
    "in progress": "in_progress",
    "進行中": "in_progress",
    "进行中": "in_progress",
}
"""Category by plain word. What is not here says nothing: the mapper decides what a word of its tool then means."""


WAITING_FOR_CLIENT: frozenset[str] = frozenset(
    {
        *("waiting on contact", "waiting for contact", "waiting on customer", "waiting for customer"),
        *("waiting on client", "waiting for client", "pending customer", "pending client", "client review"),
        *("待客戶回覆", "等候客戶回覆", "等待客戶回覆", "待客戶確認", "待客户回复", "等待客户回复", "待客户确认"),
    }
)
"""Statuses, in small letters, that say that the client is to answer: HubSpot's and Jira Service Management's own words
among them."""


REPORT_WORDS: frozenset[str] = frozenset(
    {
        *("progress report", "monthly report", "status report", "進度報告", "月報", "項目報告"),
        *("进度报告", "月报", "项目报告"),
    }
)
"""What a mail that brings a client their progress report says, in small letters."""


REPORT_SENT_WORDS: frozenset[str] = frozenset(
    {
        *("report sent", "progress report sent", "monthly report sent", "status report sent"),
        *("已發送進度報告", "已發送月報", "已發送項目報告", "已发送进度报告", "已发送月报", "已发送项目报告"),
    }
)
"""What a note begins with, in small letters, that says that the report went out other than by a logged mail."""


def category(word: str, own: Mapping[str, StatusCategory]) -> StatusCategory | None:
    """What a list, section or status called `word` means: by the source's `status`, else by ours, else None.

    People adorn the names of lists ("完成 ✅"). What only adorns is ignored, unless the config tells words apart by it.
    """
    told = {normal(key): value for key, value in own.items()}
    if (exact := told.get(normal(word))) or not (wanted := plain(word)):
        return exact
    return {plain(key): value for key, value in own.items()}.get(wanted) or STATUS_WORDS.get(wanted)


RISK_FIELDS: Mapping[RiskField, tuple[str, ...]] = {
    "probability": ("Probability", "Likelihood", "機率", "概率", "可能性"),
    "impact": ("Impact", "影響", "影响", "影響程度", "影响程度"),
    "response": ("Response", "Risk response", "應對", "应对", "應對策略", "应对策略"),
    "plan": ("Response plan", "Mitigation plan", "應對方案", "应对方案", "應對措施", "应对措施"),
    "due": ("Response date", "Response due", "應對日期", "应对日期"),
    "implemented": ("Implemented", "Response implemented", "已實施", "已实施"),
    "occurred": ("Occurred", "Risk occurred", "已發生", "已发生"),
}
"""What the fields of a risk are called in the tools."""


EFFORT_FIELDS: Mapping[EffortField, tuple[str, ...]] = {
    "estimate": ("Estimated time", "Estimated hours", "預計工時", "预计工时", "預算工時", "预算工时"),
    "remaining": ("Remaining time", "Remaining hours", "剩餘工時", "剩余工时"),
    "spent": (
        "Actual time",
        "Actual hours",
        "Hours spent",
        "Time spent",
        "實際工時",
        "实际工时",
        "已用工時",
        "已用工时",
    ),
}
"""What the fields that hold hours are called in the tools."""


def effort_field_names(own: Mapping[EffortField, str]) -> dict[EffortField, tuple[str, ...]]:
    """The names of each field that holds hours: the config's where it gives one, else ours."""
    return {field: (own[field],) if own.get(field) else names for field, names in EFFORT_FIELDS.items()}


def risk_field_names(own: Mapping[RiskField, str]) -> dict[RiskField, tuple[str, ...]]:
    """The names of each field of a risk: the config's where it gives one, else ours."""
    return {field: (own[field],) if own.get(field) else names for field, names in RISK_FIELDS.items()}


ROLE_MAILBOXES = _words(
    """
    accounts accounting admin administrator billing careers contact contactus cs customerservice do-not-reply
    donotreply enquiries enquiry feedback finance hello help helpdesk hr info inquiries inquiry invoice it jobs mail
    mailer-daemon marketing newsletter no-reply noreply notifications office operations ops postmaster procurement
    recruitment reception sales secretary security service services shop support team tech webmaster
    """
)
"""Local parts that several people read: they may tell which client writes, never which person."""

FREE_MAIL_DOMAINS = _words(
    """
    126.com 139.com 163.com 189.cn aliyun.com aol.com biznetvigator.com fastmail.com foxmail.com gmail.com gmx.com
    gmx.de gmx.net googlemail.com hkbn.net hotmail.com hotmail.com.hk i-cable.com icloud.com live.com live.cn
    live.hk mac.com
    mail.com me.com msn.com netvigator.com outlook.com outlook.hk pm.me proton.me protonmail.com qq.com rocketmail.com
    sina.cn sina.com sina.com.cn sohu.com tom.com vip.163.com vip.qq.com vip.sina.com wo.cn yahoo.cn yahoo.co.uk
    yahoo.com yahoo.com.cn yahoo.com.hk yandex.com yeah.net ymail.com zoho.com
    """
)
"""Where anybody may have an address: never a client's domain."""

TOOL_SENDER_DOMAINS = _words(
    """
    asana.com atlassian.com atlassian.net bitbucket.org calendly.com docusign.net dropbox.com github.com gitlab.com
    hubspot.com hubspotemail.net intercom.io jianguoyun.com jiandaoyun.com mingdao.com monday.com notion.so pingcode.com
    pipedrive.com salesforce.com slack.com tapd.cn teambition.com trello.com worktile.com zendesk.com zoom.us
    """
)
"""Where tools write from: a mail of theirs comes from no client."""


def is_role_mailbox(email: str) -> bool:
    """Whether `email` is a mailbox that several people read: `support@…`, `no-reply+ticket7@…`."""
    local, _, _ = normal(email).partition("@")
    return local.partition("+")[0] in ROLE_MAILBOXES


def may_be_a_clients(domain: str) -> bool:
    """Whether a registrable `domain` can tell a client: neither free mail nor a tool's own sender."""
    return normal(domain) not in FREE_MAIL_DOMAINS | TOOL_SENDER_DOMAINS
