"""What people may ask of whoever keeps data about them. For privacy officers: each call is an event of the log."""

from __future__ import annotations

from sminion_guard.subjects.request import Request, RequestEvent
from sminion_guard.subjects.requests import Requests

__all__ = ["Request", "RequestEvent", "Requests"]
