"""The text of an expression before it is parsed: its length, its characters, its numbers, how deep it nests.

sqlglot reads far more than the language has, recurses once for each bracket, and takes a typographic quote for a name.
What is refused here, or for its words in `words`, never reaches it.
"""

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from itertools import pairwise

import sqlglot
from sqlglot import Token, TokenType
from sqlglot.errors import TokenError

MAX_CHARACTERS, MAX_TOKENS, MAX_NESTING = 2_000, 400, 20
MAX_NUMBER = 1e9
MAX_PRODUCTS = 10
"""`*` and `/` in one expression: a product of so many large numbers is still a number on every database."""

UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
"""Control characters, zero-width ones, and those that turn the direction of writing."""

_NUMBER = re.compile(r"\d+(\.\d{1,9})?")
_ALLOWED = re.compile(r"[A-Za-z0-9_ \t\n(),.+\-*/=<>!]")
_SIGNS = frozenset({"(", ")", ",", ".", "+", "-", "*", "/", "=", "<>", "!=", "<", "<=", ">", ">="})
_INSTEAD = {
    **dict.fromkeys('“”„‘’「」『』＂＇`"', "text stands in straight single quotes: 'text'"),
    **dict(zip("；，（）＝＜＞！．＋－＊／　", [f"write {c!r}" for c in ";,()=<>!.+-*/ "], strict=True)),
    **dict.fromkeys("$@?", "what config may change is written params.name"),
    ":": "types are not changed, and what config may change is written params.name",
    **dict.fromkeys("{}", "names stand without braces here; those are for titles"),
    **dict.fromkeys("[]", "a list stands in round brackets, after in"),
    ";": "one expression, without a semicolon",
    "%": "there is no %; patterns belong in quotes, after like",
    "#": "comments are not read here",
    "|": "texts are not joined; for either of two conditions write or",
    "&": "write and",
}
_INSTEAD_OF_SIGN = {"==": "write =", "->": "nothing is taken out of a value", "=>": "write >=", "!": "write not"}


class LanguageError(Exception):
    """An expression that cannot be read. `start` and `end` are places in its text, in characters."""

    def __init__(self, message: str, start: int = 0, end: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = start + 1 if end is None else end


def nearest(name: str, known: Collection[str], listed: Collection[str] = ()) -> str:
    """The end of a message about an unknown name: the nearest right one, or all there are (`listed`, if given)."""
    close = get_close_matches(name.casefold(), sorted(known), 1, 0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known are: {', '.join(sorted(listed or known))}"


def tokens_of(text: str) -> list[Token]:
    """The words and signs of `text`. Raises LanguageError for what is too long, too deep or of another alphabet."""
    if len(text) > MAX_CHARACTERS:
        raise LanguageError(f"longer than {MAX_CHARACTERS} characters", MAX_CHARACTERS)
    if not text.strip():
        raise LanguageError("there is no expression here")
    _check_characters(text)
    try:
        tokens = sqlglot.tokenize(text)
    except TokenError as error:
        raise LanguageError("this cannot be read") from error
    if len(tokens) > MAX_TOKENS:
        raise LanguageError(f"more than {MAX_TOKENS} words and signs", tokens[MAX_TOKENS].start)
    _check_signs(tokens)
    _check_nesting(tokens)
    _check_numbers(tokens)
    return tokens


def is_word(token: Token) -> bool:
    """Whether it is a name or a word of the language, not a sign, a number or a text."""
    return token.token_type is not TokenType.STRING and (token.text[:1].isalpha() or token.text[:1] == "_")


def refused(token: Token, message: str) -> LanguageError:
    """`message` about `token`."""
    return LanguageError(message, token.start, token.end + 1)


def _check_characters(text: str) -> None:
    for start, outside in _outside_quotes(text):
        for offset, character in enumerate(outside, start):
            if not _ALLOWED.fullmatch(character):
                shown = character if character.isprintable() else f"U+{ord(character):04X}"
                hint = _INSTEAD.get(character, "it has no meaning outside quotes")
                raise LanguageError(f"{shown} cannot stand here: {hint}", offset)
        if comment := re.search(r"--|/\*", outside):
            raise LanguageError("comments are not read here", start + comment.start(), start + comment.end())


def _outside_quotes(text: str) -> Iterable[tuple[int, str]]:
    """The stretches of `text` that are not quoted, each with its place. A quote inside a text is doubled."""
    pieces = text.split("'")
    if len(pieces) % 2 == 0:
        raise LanguageError("this quote is not closed", text.rindex("'"))
    place = 0
    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            yield place, piece
        elif unseen := UNSEEN.search(piece):
            at = place + unseen.start()
            raise LanguageError(f"a character that nobody can see stands here: U+{ord(unseen[0]):04X}", at)
        place += len(piece) + 1


def _check_signs(tokens: Iterable[Token]) -> None:
    """Only the signs of the language, and texts without a letter before the quote (N'x' is another type)."""
    products = 0
    for before, token in pairwise([None, *tokens]):
        assert token is not None
        if token.token_type is TokenType.STRING and before is not None:
            if before.token_type is TokenType.STRING:
                raise refused(token, "two texts in a row: texts are not joined, and a quote in one is doubled")
            if is_word(before) and before.end + 1 == token.start:
                raise refused(before, "a text begins with its quote: 'text'")
        if token.token_type in (TokenType.STRING, TokenType.NUMBER) or token.text in _SIGNS:
            products += token.text in ("*", "/") and token.token_type is not TokenType.STRING
            if products > MAX_PRODUCTS:
                raise refused(token, f"more than {MAX_PRODUCTS} times * or /")
        elif token.token_type is TokenType.NATIONAL_STRING:
            raise refused(token, "a text begins with its quote: 'text'")
        elif not is_word(token):
            hint = _INSTEAD_OF_SIGN.get(token.text, "it is no sign of the language")
            raise refused(token, f"this cannot stand here: {hint}")


def _check_nesting(tokens: Iterable[Token]) -> None:
    """Brackets, `case` and rows of `not` or signs: each level costs the parser several frames of Python's stack."""
    opened: list[Token] = []
    cases = run = 0
    for token in tokens:
        run = run + 1 if token.token_type in (TokenType.NOT, TokenType.DASH, TokenType.PLUS) else 0
        cases += (token.token_type is TokenType.CASE) - (token.token_type is TokenType.END)
        if token.token_type is TokenType.L_PAREN:
            opened.append(token)
        elif token.token_type is TokenType.R_PAREN:
            if not opened:
                raise refused(token, "this bracket was never opened")
            opened.pop()
        if max(len(opened) + cases, run) > MAX_NESTING:
            raise refused(token, f"nested more than {MAX_NESTING} deep")
    if opened:
        raise refused(opened[-1], "this bracket is not closed")


def _check_numbers(tokens: list[Token]) -> None:
    """Only 12 and 0.5: of `.5` the tree keeps no place, and `1.` or `1e3` are spellings that nobody needs."""
    for before, token in pairwise([None, *tokens]):
        if token is None or token.token_type is not TokenType.NUMBER:
            continue
        start = before.start if before is not None and before.token_type is TokenType.DOT else token.start
        if start != token.start or not _NUMBER.fullmatch(token.text):
            raise LanguageError("write a number as 12 or 0.5, with nine decimals at most", start, token.end + 1)
        if float(token.text) > MAX_NUMBER:
            raise refused(token, f"numbers go to {MAX_NUMBER:.0f}")
