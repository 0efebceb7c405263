"""The policy as a page for the people whose data it protects: Markdown or HTML, in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from sminion_guard.policy import OPEN_CATEGORIES
from sminion_guard.policy.show import Overview

BASES = {
    "consent": "you have given your consent, and may withdraw it at any time",
    "contract": "it is needed for a contract with you",
    "legal_obligation": "the law obliges us",
    "legitimate_interest": "we have a legitimate interest, and you may object at any time",
    "public_data": "you have made the data public yourself",
    "mandatory_disclosure": "the law requires the data to be disclosed",
    "vital_interest": "somebody's life or health depends on it",
}
"""Legal basis to the words for it."""

OPERATIONS = {
    "collect": "collected", "use": "used", "clarify": "corrected", "delete": "deleted", "transfer": "passed on",
    "depersonalize": "made anonymous", "block": "blocked", "destroy": "destroyed",
}
"""Operation to its participle."""

ENDS = {"destroy": "to be destroyed", "depersonalize": "to be made anonymous"}
"""What is to be done with data when their retention ends. The guard hides them; it does not do it by itself."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~&-])")


def render(view: Overview, template: str) -> str:
    """The page.

    :param template: ``policy.html.j2`` or ``policy.md.j2``.
    """
    titles = {purpose.name: purpose.title for purpose in view.purposes}
    return environment().get_template(template).render(
        policy=view, titles=titles, bases=BASES, operations=OPERATIONS, ends=ENDS
    )


def escape_markdown(text: object) -> str:
    """``text`` on one line, with every character that Markdown reads as markup escaped."""
    return _MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))


def environment() -> Environment:
    """What renders the templates beside this file; those named ``.html.j2`` escape all texts."""
    made = Environment(
        loader=PackageLoader("sminion_guard.cli"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,  # a misspelt field fails instead of printing nothing
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["md"] = escape_markdown
    made.filters["words"] = _words
    return made


def _words(names: Iterable[str]) -> str:
    """Names of categories as words; keys and neutral columns say nothing about a person and are left out."""
    return ", ".join(name.replace("_", " ") for name in names if name not in OPEN_CATEGORIES) or "keys only"
