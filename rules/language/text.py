"""The text of an expression before it is parsed: its limits, its characters, its words.

sqlglot reads far more than the language has, recurses once for each bracket, and takes a typographic quote for a name.
What is refused here never reaches it.
"""

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches

import sqlglot
from sqlglot import Token, TokenType
from sqlglot.errors import TokenError

MAX_CHARACTERS, MAX_TOKENS, MAX_NESTING, MAX_NUMBER = 2_000, 400, 20, 1e9
FUNCTIONS = (
    "abs",
    "ago",
    "coalesce",
    "contains",
    "if",
    "length",
    "starts_with",
    "working_days_ago",
    "working_hours_ago",
)
_BEFORE_BRACKET = {*FUNCTIONS, "and", "or", "not", "in", "when", "then", "else", "between", "case"}
_NUMBER = re.compile(r"\d+(\.\d+)?")
_ALLOWED = re.compile(r"[A-Za-z0-9_ \t\n(),.+\-*/=<>!]")
_INSTEAD = {
    **dict.fromkeys('“”„‘’「」『』＂＇`"', "text stands in straight single quotes: 'text'"),
    **dict(zip("；，（）＝＜＞！．＋－＊／　", [f"write {c!r}" for c in ";,()=<>!.+-*/ "], strict=True)),
    ";": "one expression, without a semicolon",
    "%": "there is no %; patterns belong in quotes, after like",
    "#": "comments are not read here",
}


class LanguageError(Exception):
    """An expression that cannot be read. `start` and `end` are places in its text, in characters."""

    def __init__(self, message: str, start: int = 0, end: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = start + 1 if end is None else end


def nearest(name: str, known: Collection[str]) -> str:
    """The end of a message about an unknown name: the nearest right one, or all there are."""
    close = get_close_matches(name.casefold(), sorted(known), 1, 0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known are: {', '.join(sorted(known))}"


def tokens_of(text: str) -> list[Token]:
    """The words of `text`. Raises LanguageError for what is too long, too deep or of another alphabet."""
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
    _check_nesting(tokens)
    _check_functions(tokens)
    _check_numbers(tokens)
    return tokens


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
        elif _UNSEEN.search(piece):
            raise LanguageError("this text holds a character that nobody can see", place)
        place += len(piece) + 1


# Control characters, zero-width ones, and those that turn the direction of writing.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def _check_nesting(tokens: Iterable[Token]) -> None:
    """Brackets, `case` and rows of `not` or `-`: each level costs the parser several frames of Python's stack."""
    depth = run = 0
    for token in tokens:
        run = run + 1 if token.token_type in (TokenType.NOT, TokenType.DASH) else 0
        depth += (token.token_type in (TokenType.L_PAREN, TokenType.CASE)) - (
            token.token_type in (TokenType.R_PAREN, TokenType.END)
        )
        if max(depth, run) > MAX_NESTING:
            raise LanguageError(f"nested more than {MAX_NESTING} deep", token.start, token.end + 1)


def _check_functions(tokens: list[Token]) -> None:
    """Only our own spelling of a function: sqlglot would take `nvl`, `len` and hundreds more."""
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        word = token.text.casefold()
        opens = following is not None and following.token_type is TokenType.L_PAREN
        if opens and token.text[:1].isalpha() and token.token_type is not TokenType.STRING:
            if word not in _BEFORE_BRACKET:
                raise LanguageError(
                    f"there is no function {token.text!r}; {nearest(word, FUNCTIONS)}", token.start, token.end + 1
                )
        elif word == "if" and token.token_type is not TokenType.STRING:
            raise LanguageError("write if(condition, value, value)", token.start, token.end + 1)


def _check_numbers(tokens: list[Token]) -> None:
    """Only 12 and 0.5: of `.5` the tree keeps no place, and `1.` or `1e3` are spellings that nobody needs."""
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.token_type is not TokenType.NUMBER:
            continue
        start = before.start if before is not None and before.token_type is TokenType.DOT else token.start
        if start != token.start or not _NUMBER.fullmatch(token.text):
            raise LanguageError("write a number as 12 or 0.5", start, token.end + 1)
        if float(token.text) > MAX_NUMBER:
            raise LanguageError(f"numbers go to {MAX_NUMBER:.0f}", start, token.end + 1)
