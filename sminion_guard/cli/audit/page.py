"""Who saw a person's data, as a page for that person: in plain words, for any screen, without external resources."""

from __future__ import annotations

from sminion_guard.audit.reading import Page
from sminion_guard.cli.audit import words
from sminion_guard.cli.policy_page import environment


def subject_page(page: Page) -> str:
    """The page. All texts are escaped: actors and reasons are what logins wrote."""
    return environment().get_template("subject.html.j2").render(page=page, words=words)
