"""The words of the language: its functions, its own words, and what to write instead of those that SQL has besides.

An expression is made of these and of the view's names alone, so that sqlglot never sees a word that it would take for
more than we have.
"""

from collections.abc import Collection, Iterable, Mapping

from sqlglot import Token, TokenType

from rules.language.text import is_word, nearest, refused

FUNCTIONS: Mapping[str, str] = {
    "abs": "abs(number)",
    "ago": "ago('3d')",
    "coalesce": "coalesce(value, value)",
    "contains": "contains(text, 'part')",
    "days_between": "days_between(date, date)",
    "has_label": "has_label(labels, 'label')",
    "hours_between": "hours_between(instant, instant)",
    "if": "if(condition, value, value)",
    "length": "length(text)",
    "lower": "lower(text)",
    "starts_with": "starts_with(text, 'beginning')",
    "working_days_ago": "working_days_ago(3)",
    "working_hours_ago": "working_hours_ago(8)",
}
"""Every function by its one spelling, and how it is written."""

DAYS: Mapping[str, int] = {"today": 0, "yesterday": -1, "tomorrow": 1}
"""The words for a day, as days after today."""

_JOINING = frozenset({"and", "or", "not", "in", "like", "between", "when", "then", "else", "is", "case"})
"""A bracket may follow them, which is then no function's."""
_OWN = frozenset({*_JOINING, *DAYS, "now", "null", "true", "false", "end"})
_OPERATORS = frozenset({"=", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", ","})

_ONE_ROW = "a rule looks at one row at a time"
_TYPES = "values are compared as they are: dates with today, instants with now, texts with 'text'"
_CASE = "like, contains and starts_with take letters in either case already"
_SPAN = "a span is written today - 3, ago('3h'), working_days_ago(3) or working_hours_ago(8)"
_INSTEAD: Mapping[str, str] = {
    **dict.fromkeys(("select", "from", "where", "exists", "with", "union", "join"), f"no sub-queries: {_ONE_ROW}"),
    **dict.fromkeys(("count", "sum", "avg", "over", "partition", "group", "order", "limit", "row_number"), _ONE_ROW),
    **dict.fromkeys(("min", "max", "greatest", "least"), "write if(a > b, a, b), which says what a missing value does"),
    **dict.fromkeys(("insert", "update", "delete", "drop", "create", "alter", "attach", "pragma"), "a rule only reads"),
    **dict.fromkeys(("cast", "try_cast", "date", "timestamp", "datetime", "time", "convert"), _TYPES),
    **dict.fromkeys(("ilike", "upper", "ucase", "lcase"), _CASE),
    **dict.fromkeys(("regexp", "rlike", "glob", "similar", "match"), "write like 'a%', contains or starts_with"),
    **dict.fromkeys(("interval", "day", "days", "hour", "hours", "minutes", "week", "weeks", "month", "months"), _SPAN),
    **dict.fromkeys(("current_date", "curdate", "sysdate", "getdate"), "write today"),
    **dict.fromkeys(("current_timestamp", "current_time", "localtimestamp", "localtime"), "write now"),
    **dict.fromkeys(("nvl", "ifnull", "isnull"), "write coalesce(value, value), or value is null"),
    **dict.fromkeys(("len", "char_length"), "write length(text)"),
    **dict.fromkeys(("concat", "substr", "substring", "trim", "replace"), "texts are only compared, not made"),
    **dict.fromkeys(("round", "floor", "ceil", "mod", "div", "power"), "numbers have +, -, *, / and abs(number)"),
    **dict.fromkeys(("any", "some", "all"), "write in ('a', 'b')"),
    **dict.fromkeys(("julianday", "datediff", "extract", "strftime", "date_diff"), "write days_between(date, date)"),
    "iif": "write if(condition, value, value)",
    "escape": "a backslash before % or _ takes them literally: like '50\\%'",
    "collate": "texts have no order to choose",
    "distinct": "write = or <>, and is null for what is missing",
    "symmetric": "write the smaller value first",
    "xor": "write (a and not b) or (b and not a)",
    "elseif": "write another when",
    "unknown": "write is null",
    "none": "write null, after is",
    "as": "nothing is renamed in an expression",
}


def check_words(tokens: list[Token], names: Collection[str]) -> None:
    """That every word is one of the language or of `names`, in its place. Raises LanguageError with the nearest."""
    for before, token, following in zip([None, *tokens[:-1]], tokens, [*tokens[1:], None], strict=True):
        if not is_word(token) or (before is not None and before.token_type is TokenType.DOT):
            continue  # the name of a param
        word = token.text.casefold().partition(" ")[0]  # sqlglot takes `similar to` for one
        sign = following.token_type if following is not None else None
        if sign is TokenType.DOT:
            if word != "params":
                raise refused(token, "names stand alone, but for params.name")
        elif sign is TokenType.L_PAREN and word not in _JOINING:
            _check_function(token, word)
        elif word not in names and word not in _OWN:
            raise refused(token, _unknown(word, names))
    if tokens[-1].text.casefold() in _JOINING | _OPERATORS and tokens[-1].token_type is not TokenType.STRING:
        raise refused(tokens[-1], "something is missing after this")


def function_around(tokens: Iterable[Token]) -> str | None:
    """How the function is written whose bracket is open at the end of `tokens`, if there is one."""
    words: list[str] = []
    before = ""
    for token in tokens:
        if token.token_type is TokenType.L_PAREN:
            words.append(before)
        elif token.token_type is TokenType.R_PAREN:
            words.pop()
        before = token.text.casefold()
    return FUNCTIONS.get(words[-1]) if words else None


def _unknown(word: str, names: Collection[str]) -> str:
    if word == "params":
        return "write params.name, with one of the rule's params"
    if word in FUNCTIONS:
        return f"write {FUNCTIONS[word]}"
    meant = _INSTEAD.get(word) or nearest(word, {*names, *_OWN, *FUNCTIONS}, {*names, *DAYS, "now"})
    return f"there is no {word!r}; {meant}"


def _check_function(token: Token, word: str) -> None:
    if word in DAYS or word == "now":
        raise refused(token, f"write {word}, without brackets")
    if word not in FUNCTIONS:
        raise refused(token, f"there is no function {token.text!r}; {_INSTEAD.get(word) or nearest(word, FUNCTIONS)}")
