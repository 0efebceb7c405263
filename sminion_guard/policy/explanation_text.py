"""Reading ``explains = "..."``: a few sentences, and nothing else.

Each is compiled anew, from names and constants, so none of its text gets into SQL.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple, NoReturn

from sminion_guard.policy.explanation import (
    TICKET_FIELDS,
    VALUE,
    EqualsText,
    EqualsTicket,
    Explanation,
    HandledRequest,
    NamedSubject,
    OwnRow,
    Test,
    Within,
)

LONGEST = 1000
"""Characters of one sentence."""
MOST_DAYS = 3660
FORMS = (
    "`ticket.basis_ref is sales.orders.id of this subject`",
    "`the subject's own row in crm.customer has manager = ticket.actor`",
    "`the ticket's subject is the subject`",
    "`the actor's unit handles the subject's request`",
)
_HINT = (
    f"write one of these forms: {'; '.join(FORMS)}. A row may have several tests, joined by `and`:"
    " `column = ticket.FIELD`, `column = 'text'`, `column within 30 days of the access`."
    " FIELD is basis_ref, actor, unit or values.NAME"
)
_TOKEN = re.compile(r"""\s*(?:(?P<string>'(?:[^']|'')*')|(?P<quoted>"(?:[^"]|"")+")|(?P<number>\d+(?!\w))"""
                    r"""|(?P<word>[A-Za-z_][A-Za-z0-9_$]*(?:'s\b)?)|(?P<mark>[.=])|(?P<other>\S))""")


class MalformedExplanation(ValueError):
    """A sentence that is none of ours.

    :param hint: what may be written.
    """

    def __init__(self, message: str, hint: str = _HINT) -> None:
        super().__init__(message)
        self.hint = hint


class _Token(NamedTuple):
    kind: str
    text: str


@cache
def explanation(text: str) -> Explanation:
    """What ``text`` says.

    :raises MalformedExplanation: for everything that is not one of the forms.
    """
    if len(text) > LONGEST:
        raise MalformedExplanation(f"has {len(text)} characters, more than {LONGEST}")
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = " ".join(text.split())
        found = list(_TOKEN.finditer(text.rstrip()))
        self.tokens = [_Token(match.lastgroup or "other", match[match.lastgroup or "other"]) for match in found]
        self.at = 0

    def whole(self) -> Explanation:
        found = self._sentence()
        if self._peek().kind != "end":
            self._unexpected()
        return found

    def _sentence(self) -> Explanation:
        if self._peek().text.lower() == "ticket":
            field = self._field()
            self._need("is")
            schema, table, column = self._name(), self._after_dot(), self._after_dot()
            self._need("of", "this", "subject")
            return OwnRow(self.text, schema, table, (EqualsTicket(column, field),))
        self._need("the")
        if self._took("ticket's"):
            self._need("subject", "is", "the", "subject")
            return NamedSubject(self.text)
        if self._took("actor's"):
            self._need("unit", "handles", "the", "subject's", "request")
            return HandledRequest(self.text)
        self._need("subject's", "own", "row", "in")
        schema, table = self._name(), self._after_dot()
        self._need("has")
        tests = [self._test()]
        while self._took("and"):
            tests.append(self._test())
        return OwnRow(self.text, schema, table, tuple(tests))

    def _test(self) -> Test:
        column = self._name()
        if self._took("within"):
            return Within(column, self._days())
        self._need("=")
        token = self._peek()
        if token.kind == "string":
            self.at += 1
            return EqualsText(column, token.text[1:-1].replace("''", "'"))
        return EqualsTicket(column, self._field())

    def _days(self) -> int:
        token = self._peek()
        if token.kind != "number":
            self._unexpected(", where a number of days belongs")
        self.at += 1
        days = int(token.text[:9])
        if not 0 < days <= MOST_DAYS:
            raise MalformedExplanation(f"says {token.text} days", f"write 1 to {MOST_DAYS} days")
        self._need("day" if days == 1 else "days", "of", "the", "access")
        return days

    def _field(self) -> str:
        self._need("ticket", ".")
        field = self._name()
        if field == VALUE[:-1]:
            return VALUE + self._after_dot()
        if field not in TICKET_FIELDS:
            raise MalformedExplanation(f"compares with `ticket.{field}`, which explains nothing",
                                       f"it may be {', '.join(TICKET_FIELDS)}, and values.NAME of `[ticket] values`")
        return field

    def _after_dot(self) -> str:
        self._need(".")
        return self._name()

    def _name(self) -> str:
        token = self._peek()
        if token.kind == "quoted":
            self.at += 1
            return token.text[1:-1].replace('""', '"')
        if token.kind != "word" or "'" in token.text:
            self._unexpected(", where a name belongs")
        self.at += 1
        return token.text.lower()

    def _peek(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _Token("end", "")

    def _took(self, word: str) -> bool:
        token = self._peek()
        if token.kind in ("word", "mark") and token.text.lower() == word:
            self.at += 1
            return True
        return False

    def _need(self, *words: str) -> None:
        for word in words:
            if not self._took(word):
                self._unexpected(f", where `{word}` belongs")

    def _unexpected(self, where: str = "") -> NoReturn:
        token = self._peek()
        if token.kind == "end":
            raise MalformedExplanation("ends too early" + where if self.tokens else "is empty")
        raise MalformedExplanation(f"has `{token.text}`{where or ' where it may not be'}")
