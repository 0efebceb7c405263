"""What a recipient of a kind never gets, whatever its contract says: what a policy names as ``profile``."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class RecipientProfile(StrEnum):
    """The kinds of recipients that are known."""

    WEB_ANALYTICS = "web_analytics"
    """It learns what is read and bought, and nothing that identifies a person, or a device for long."""


class Holds(StrEnum):
    """What values of a category of the policy's own hold, where a profile must know it."""

    URL = "url"
    TITLE = "title"
    FREE_TEXT = "free_text"
    DEVICE = "device"
    IDENTITY = "identity"
    COORDINATES = "coordinates"


class TimeUnit(StrEnum):
    """The finest time that a recipient gets."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def and_coarser(self) -> tuple[str, ...]:
        """This one and all that are as coarse. A month does not begin with a week, so it is coarser all the same."""
        units = [unit.value for unit in TimeUnit]
        return (*units[units.index(self.value):], "decade", "century", "millennium")


_IDENTIFYING = frozenset({"identity", "birth", "contact", "address", "device", "free_text"})


def never_for(profile: RecipientProfile, holds: Mapping[str, Holds]) -> frozenset[str]:
    """The categories that no recipient with a profile gets.

    :param holds: of the policy's own categories.
    """
    return _IDENTIFYING | {name for name, held in holds.items() if held is not Holds.COORDINATES}


def coordinates(holds: Mapping[str, Holds]) -> frozenset[str]:
    """The categories that hold coordinates of places."""
    return frozenset(name for name, held in holds.items() if held is Holds.COORDINATES)
