"""The certificate of a destruction as a page to print and sign, without external resources."""

from __future__ import annotations

from datetime import UTC, datetime

from sminion_guard.cli.policy_page import environment
from sminion_guard.cli.report_page import plain
from sminion_guard.subjects import Certificate


def page(found: Certificate) -> str:
    """The page. All texts are escaped."""
    return environment().get_template("certificate.html.j2").render(found=found, plain=plain, moment=_moment)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
