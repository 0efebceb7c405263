"""The policy as a page for the people whose data it protects: Markdown or HTML, in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from sminion_guard.policy.page.changes import changes
from sminion_guard.policy.page.notice import Installed, Notice
from sminion_guard.policy.page.phrases import Phrases, sentence_end
from sminion_guard.policy.page.register import measures, recipients
from sminion_guard.policy.page.words import Words

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~&-])")


@dataclass(frozen=True, slots=True)
class Changed:
    """What has changed since the version before."""

    lead: str
    sentences: tuple[str, ...] = ()


def render(page: Notice, template: str, words: Words, installed: Installed | None = None) -> str:
    """The page.

    :param template: ``policy.html.j2`` or ``policy.md.j2``.
    :param installed: since when it is in force, and what was before; None for a file, which is not in force.
    """
    before = installed.before.own_categories if installed and installed.before else {}
    say = Phrases(words, {**before, **page.own_categories})
    changed = _changed(page, installed, say) if installed else None
    return environment().get_template(template).render(
        page=page, words=words, say=say, titles=page.titles, since=installed.since if installed else None,
        changed=changed, parts=_parts(page, changed), ends=any(entry.keep for purpose in page.purposes
                                                               for entry in purpose.kept),
    )


def render_register(page: Notice, template: str, words: Words, installed: Installed | None = None) -> str:
    """The record of processing activities.

    :param template: ``register.html.j2`` or ``register.md.j2``.
    """
    return environment().get_template(template).render(
        page=page, words=words, say=Phrases(words, page.own_categories), recipients=recipients,
        measures=measures(page), since=installed.since if installed else None)


def _changed(page: Notice, installed: Installed, say: Phrases) -> Changed:
    if installed.before_version is None:
        return Changed(say.words(".changes_first"))
    if installed.before is None:
        return Changed(say.words(".changes_unknown", version=installed.before_version))
    found = changes(installed.before, page, say)
    lead = ".changes_since" if found else ".changes_none"
    return Changed(say.words(lead, version=installed.before_version), found)


def _parts(page: Notice, changed: Changed | None) -> tuple[str, ...]:
    """The sections, in their order."""
    return ("operator", *(("changes",) if changed else ()), "purposes",
            *(("together",) if page.pairs or page.further else ()), "recipients", "ask")


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
    made.filters["first_upper"] = lambda text: text[:1].upper() + text[1:]
    made.filters["sentence_end"] = sentence_end
    made.filters["title_of"] = _title_of
    return made


def _title_of(name: str, titles: Mapping[str, str]) -> str:
    return titles[name]
