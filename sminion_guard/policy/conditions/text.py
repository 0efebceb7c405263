"""Reading ``rows = "..."``: a part of SQL's grammar, small enough to be a whitelist by construction.

The precedence is that of PostgreSQL: OR, AND, NOT, then comparisons. What is read is written anew by the compiler,
quoted and with its operators named in full, so no text of the policy file gets into a policy of the database.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple, NoReturn

from sminion_guard.policy.conditions.condition import (
    Among,
    And,
    Column,
    Comparison,
    Condition,
    Constant,
    IsNull,
    Kind,
    Not,
    Operand,
    Or,
    Truth,
    Value,
)
from sminion_guard.policy.conditions.constants import KIND_WORDS, MalformedCondition, constant

LONGEST = 2000
"""Characters of one rule."""
DEEPEST = 40
"""Parentheses and NOTs within each other."""

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^']|'')*') | (?P<quoted>"(?:[^"]|"")+") | (?P<number>-?\d+(?:\.\d+)?(?![\w.])) |
      (?P<value>:[a-z_][a-z0-9_]*) | (?P<cast>::) | (?P<operator><>|!=|<=|>=|[<>=]) |
      (?P<word>[A-Za-z_][A-Za-z0-9_$]*) | (?P<mark>[(),]) | (?P<other>\S)
    )""",
    re.VERBOSE,
)


class _Token(NamedTuple):
    kind: str
    text: str


@cache
def condition(text: str) -> Condition:
    """The condition that ``text`` says.

    :raises MalformedCondition: for everything that is not one of ours.
    """
    if len(text) > LONGEST:
        raise MalformedCondition(f"has {len(text)} characters, more than {LONGEST}", "say it in fewer words")
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[_Token] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            assert match is not None and match.lastgroup is not None
            self.tokens.append(_Token(match.lastgroup, match[match.lastgroup]))
            at = match.end()
        self.at = 0
        self.depth = 0

    def whole(self) -> Condition:
        found = self._or()
        if self._peek().kind != "end":
            self._unexpected()
        return found

    def _or(self) -> Condition:
        found = [self._and()]
        while self._took("or"):
            found.append(self._and())
        return found[0] if len(found) == 1 else Or(tuple(found))

    def _and(self) -> Condition:
        found = [self._not()]
        while self._took("and"):
            found.append(self._not())
        return found[0] if len(found) == 1 else And(tuple(found))

    def _not(self) -> Condition:
        if self._took("not"):
            self._deeper()
            found = Not(self._not())
            self.depth -= 1
            return found
        return self._predicate()

    def _predicate(self) -> Condition:
        if self._took("("):
            self._deeper()
            found = self._or()
            self._need(")")
            self.depth -= 1
            return found
        left = self._operand()
        token = self._peek()
        if token.kind == "operator":
            self.at += 1
            return Comparison(left, "<>" if token.text == "!=" else token.text, self._operand())
        if self._took("is"):
            return self._is(left)
        negated = self._took("not")
        if self._took("in"):
            among: Condition = Among(left, self._list())
        elif self._took("between"):
            low = self._operand()
            self._need("and")
            among = And((Comparison(left, ">=", low), Comparison(left, "<=", self._operand())))
        elif negated:
            self._unexpected()
        else:
            return Truth(left)
        return Not(among) if negated else among

    def _is(self, operand: Operand) -> Condition:
        negated = self._took("not")
        if self._took("null"):
            return Not(IsNull(operand)) if negated else IsNull(operand)
        # `x IS TRUE` is never NULL: it is told by what is.
        for word, truth in (("true", Truth(operand)), ("false", Not(Truth(operand)))):
            if self._took(word):
                opposite = Not(truth) if isinstance(truth, Truth) else truth.condition
                return Or((IsNull(operand), opposite)) if negated else And((Not(IsNull(operand)), truth))
        return self._unexpected()

    def _list(self) -> tuple[Operand, ...]:
        self._need("(")
        found = [self._operand()]
        while self._took(","):
            found.append(self._operand())
        self._need(")")
        return tuple(found)

    def _operand(self) -> Operand:
        token = self._peek()
        self.at += 1
        after = self._peek()
        match token.kind:
            case "value":
                found: Operand = Value(token.text[1:])
            case "quoted":
                found = Column(token.text[1:-1].replace('""', '"'))
            case "number":
                found = _number(token.text)
            case "string":
                return self._cast(_text(token.text))
            case "word":
                word = token.text.lower()
                if after.kind == "string" and word in KIND_WORDS:
                    self.at += 1
                    return constant(KIND_WORDS[word], _text(after.text))
                if word in ("true", "false"):
                    found = Constant(Kind.BOOLEAN, word)
                elif word == "null":
                    raise MalformedCondition("compares with NULL, which is never true", "write `IS NULL`")
                elif after == ("mark", "("):
                    raise MalformedCondition(
                        f"calls the function `{token.text}`",
                        "compare columns as they are; a generated column can hold what has to be computed")
                elif word in ("select", "exists", "case", "array", "row"):
                    raise MalformedCondition(f"uses {word.upper()}")
                else:
                    found = Column(word)
            case _:
                self.at -= 1
                self._unexpected()
        if after.kind == "cast":
            raise MalformedCondition(
                "casts what is no text constant", "compare columns as they are, with values of a type that fits")
        return found

    def _cast(self, text: str) -> Constant:
        if self._peek().kind != "cast":
            return constant(Kind.TEXT, text)
        self.at += 1
        token = self._peek()
        kind = KIND_WORDS.get(token.text.lower()) if token.kind == "word" else None
        if kind is None:
            raise MalformedCondition(f"casts to `{token.text}`", f"a constant is {_kinds()}")
        self.at += 1
        return constant(kind, text)

    def _peek(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _Token("end", "")

    def _took(self, word: str) -> bool:
        """Whether the next token is that key word or mark, which is then read."""
        token = self._peek()
        if token.kind in ("word", "mark") and token.text.lower() == word:
            self.at += 1
            return True
        return False

    def _need(self, word: str) -> None:
        if not self._took(word):
            self._unexpected(f", where `{word.upper()}` belongs")

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise MalformedCondition("is nested too deeply", "say it with fewer parentheses")

    def _unexpected(self, where: str = "") -> NoReturn:
        token = self._peek()
        if token.kind == "end":
            raise MalformedCondition("ends too early" + where if self.tokens else "is empty")
        raise MalformedCondition(f"has `{token.text}`{where or ' where it may not be'}")


def _text(token: str) -> str:
    return token[1:-1].replace("''", "'")


def _number(token: str) -> Constant:
    return constant(Kind.NUMERIC if "." in token else Kind.INTEGER, token)


def _kinds() -> str:
    return ", ".join(kind.value for kind in list(Kind)[:-1]) + f" or {list(Kind)[-1].value}"
