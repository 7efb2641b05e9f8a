"""Names for the same thing: e-mail addresses, domains and names in the one form in which they are compared.

Addresses and domains are evidence and may link; names only ever make a suggestion.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable
from ipaddress import ip_address
from typing import TypeVar

import tldextract

from config.words import is_role_mailbox, may_be_a_clients, normal

Key = TypeVar("Key", bound=Hashable)

_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
"""The Public Suffix List as shipped with tldextract 5.4: no request, no cache on disk."""

_ADDRESS = re.compile(r"[^\s<>@,;:\"()\x00-\x1f]+@[^\s<>@,;:\"()/\x00-\x1f]+")
_IN_BRACKETS = re.compile(r"<([^<>]*)>\s*$")
_LEGAL_WORDS = frozenset(
    """
    ag co company corp corporation gmbh group hk holdings inc incorporated limited llc llp ltd plc pte pty
    """.split()  # noqa: SIM905  a list literal would be a screen long
)
_LEGAL_ENDINGS = re.compile(r"(股份)?有限(责任|責任)?公司|公司|集團|集团|香港")
_SIMPLIFIED = str.maketrans(
    "陳張劉黃趙吳孫馬羅鄭謝馮許鄧蕭葉餘蔣盧賴譚鄒龔韓萬錢嚴湯莊鍾鐘龍顧聶齊龐賀歐蘇詠嬌麗華國傑偉強嵐潔儀鳳蘭瑩寶貴榮興慶勝"
    "輝曉靜瑪麥應達義禮樂諾軒紅綺緻衛東穎銘鋒鈞鵬濤澤淨書敘畢聰賢賓這車貝見長門風飛魚鳥齡潤",
    "陈张刘黄赵吴孙马罗郑谢冯许邓萧叶余蒋卢赖谭邹龚韩万钱严汤庄钟钟龙顾聂齐庞贺欧苏咏娇丽华国杰伟强岚洁仪凤兰莹宝贵荣兴庆胜"
    "辉晓静玛麦应达义礼乐诺轩红绮致卫东颖铭锋钧鹏涛泽净书叙毕聪贤宾这车贝见长门风飞鱼鸟龄润",
)
_NOT_A_WORD = re.compile(r"[\W_]+")


def normal_email(text: str | None) -> str | None:
    """The address in `text` as it is compared, or None where there is none ("", "-", "n/a", a name alone).

    Lower case, without the display name, the domain in its ASCII form. Dots and +tags stay: they may matter.
    """
    if not text:
        return None
    bracketed = _IN_BRACKETS.search(text)
    address = normal(bracketed[1] if bracketed else text)
    if not _ADDRESS.fullmatch(address):
        return None
    local, _, host = address.partition("@")
    domain = ascii_host(host)
    return f"{local}@{domain}" if domain else None


def ascii_host(host: str) -> str | None:
    """A host's name in lower case and ASCII (`公司.hk` is `xn--55qx5d.hk`); None where it can be none."""
    try:
        return normal(host).rstrip(".").encode("idna").decode("ascii") or None
    except UnicodeError:  # an empty or overlong label
        return None


def registrable_domain(text: str | None) -> str | None:
    """The domain somebody registered: `acme.com.hk` of `May <may@mail.acme.com.hk>`, of `https://www.acme.com.hk/x`.

    None for an IP address, a bare host, a public suffix by itself. A last label that the Public Suffix List does not
    hold is a suffix by the list's own default rule: `a.harbour.example` gives `harbour.example`.
    """
    if not text:
        return None
    host = normal(text).removesuffix(">").rpartition("@")[2]
    host = re.split(r"[/?#:]", re.sub(r"^[a-z][a-z0-9+.-]*://", "", host), maxsplit=1)[0]
    name = ascii_host(host)
    if name is None or "." not in name or _is_ip(name):
        return None
    parts = _SUFFIXES(name)
    if parts.suffix:
        return f"{parts.domain}.{parts.suffix}" if parts.domain else None
    return ".".join(name.split(".")[-2:])


def client_domain(text: str | None) -> str | None:
    """The registrable domain of an address, host or URL, if it can tell a client: not free mail, not a tool's."""
    domain = registrable_domain(text)
    return domain if domain and may_be_a_clients(domain) else None


def names_one_person(email: str) -> bool:
    """Whether a normalised address may stand for one person: `support@…` and `noreply@…` do not."""
    return not is_role_mailbox(email)


def name_key(name: str) -> str:
    """A person's or thing's name for comparing: compatibility forms, case and spaces folded. 陳 and 陈 stay two."""
    return " ".join(normal(name).split())


def name_hint(name: str) -> str:
    """`name_key` with the commonest traditional characters of names made simplified: good for a suggestion only.

    Lossy on purpose, like every such table; 陳嘉欣 and 陈嘉欣 meet here and nowhere else.
    """
    return name_key(name).translate(_SIMPLIFIED)


def company_key(name: str) -> str:
    """A company's name without its legal form and punctuation: `Paper Kite Stores (HK) Ltd`, `paper kite stores`."""
    words = _NOT_A_WORD.sub(" ", _LEGAL_ENDINGS.sub(" ", normal(name))).split()
    return " ".join(word for word in words if word not in _LEGAL_WORDS)


def only_one(pairs: Iterable[tuple[Key, str]]) -> dict[Key, str]:
    """Key -> the one value it stands with. A key that stands with several tells nothing, and is left out."""
    values: dict[Key, set[str]] = defaultdict(set)
    for key, value in pairs:
        values[key].add(value)
    return {key: next(iter(found)) for key, found in values.items() if len(found) == 1}


def _is_ip(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
