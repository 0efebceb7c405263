"""How what is refused or found reads, wherever it is shown: code, message, detail and hint."""

from __future__ import annotations


def refusal_text(
    code: str, message: str, *, detail: str | None = None, hint: str | None = None, excerpt: str | None = None
) -> str:
    """One refusal, as a server writes it::

        SG101: `crm.customer` and `hr.employee` may not be merged
          line 1: SELECT * FROM crm.customer JOIN hr.employee USING (id)
                                ^^^^^^^^^^^^      ^^^^^^^^^^^
        detail: ...
        hint: ...

    :param excerpt: lines of the statement with carets under what is meant; they stay on lines of their own, since a
        word before them would shift the carets.
    """
    parts = (f"{code}: {message}", excerpt, detail and f"detail: {detail}", hint and f"hint: {hint}")
    return "\n".join(part for part in parts if part)


def finding_text(
    code: str, message: str, *, place: str | None = None, detail: str | None = None, hint: str | None = None
) -> str:
    """One of many findings, as compilers write them, with its code at the end of the first line.

    :param place: what precedes the message, such as ``privacy.toml:12``.
    """
    first = f"{place}: {message} [{code}]" if place else f"{message} [{code}]"
    parts = (first, detail and f"    detail: {detail}", hint and f"    hint: {hint}")
    return "\n".join(part for part in parts if part)
