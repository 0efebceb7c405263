"""How the story puts a question: a login asks for a purpose and a reason, the server answers, the answer is judged."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import dedent

from sminion_guard.demo.actors import Parameters
from sminion_guard.demo.answer import Answer, Expectation
from sminion_guard.demo.printer import ROWS_SHOWN
from sminion_guard.demo.shop import Shop

DENIED = "42501"
"""PostgreSQL's own `insufficient_privilege`, raised by its privilege check and not by the guard's code."""


def ask(
    shop: Shop, login: str, purpose: str, reason: str, statement: str, expected: Expectation, *,
    subject: int | None = None, schemas: Sequence[str] | None = None, basis_ref: str | None = None,
) -> Answer:
    """Open a ticket (or use the one for the same reason), enter it, run ``statement``, commit, show and judge.

    :param subject: the one person a purpose that sees blocked people asks for.
    :param schemas: which compartment, where the purpose has several.
    :param basis_ref: what the access rests on, such as a request.
    """
    text = dedent(statement).strip()
    named = None if subject is None else str(subject)
    answer = shop.login(login).act(purpose, reason, text, subject=named, schemas=schemas, basis_ref=basis_ref)
    about = f", person {subject}" if subject is not None else f", schemas {', '.join(schemas)}" if schemas else ""
    about += f", {basis_ref}" if basis_ref else ""
    shop.printer.shows(f"{login} for {purpose} ({reason}{about})", text, answer, expected)
    return answer


def attempt(
    shop: Shop, login: str, before: Sequence[tuple[str, Parameters]], statement: str, expected: Expectation, *,
    told: str,
) -> Answer:
    """Run a transaction of raw statements, show it and judge its answer.

    :param before: statements that are run first, each with its parameters.
    :param told: the transaction as it is shown; secrets are left out of it.
    """
    answer = shop.login(login).attempt(before, statement)
    shop.printer.shows(f"{login}, raw connection", told, answer, expected)
    return answer


def say(shop: Shop, login: str, statement: str, expected: Expectation, *, shown: int = ROWS_SHOWN) -> Answer:
    """Run a statement outside of any ticket, as those who hold an office do, show it and judge the answer.

    :param shown: at most so many rows are printed.
    """
    text = dedent(statement).strip()
    answer = shop.login(login).say(text)
    shop.printer.shows(shop.login(login).who, text, answer, expected, rows=shown)
    return answer


def told_token(token: str) -> str:
    """As much of a token as may be shown: its secret stays out of every log."""
    ticket, _, role = token.split(".", 2)
    return f"{ticket}.<secret>.{role}"
