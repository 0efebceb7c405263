"""Recipients that may get birth, place and sex of people together, with how many are alone with theirs; free texts."""

from __future__ import annotations

from sminion_guard.checks.inference import inference
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("inference", "recipient", inference, "SG730", "SG731")
