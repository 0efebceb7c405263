"""What makes a database unfit for a policy, or is worth a warning; and the error that carries all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sminion_guard.diagnostic import finding_text
from sminion_guard.errors import PolicyError


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding in the database.

    :param code: SG42x or SG43x.
    :param message: what is wrong, in lower case, names in backticks.
    :param detail: why it matters, or the evidence.
    :param hint: what to do about it, as an action.
    :param refuses: whether the policy cannot be applied with it; else it is a warning.
    :param items: all that it is about, one by one, where message and detail only count them.
    :param accepted: the policy says why it may be so.
    """

    code: str
    message: str
    detail: str | None = None
    hint: str | None = None
    refuses: bool = True
    items: tuple[str, ...] = ()
    accepted: bool = False

    def render(self, *, verbose: bool = False) -> str:
        """The finding as text of a few lines.

        :param verbose: with everything that it is about, one a line.
        """
        text = finding_text(self.code, self.message, detail=self.detail, hint=self.hint)
        return "\n".join([text, *(f"      {item}" for item in self.items if verbose)])

    def as_json(self) -> dict[str, object]:
        """The finding as JSON values."""
        return asdict(self)


class UnfitDatabase(PolicyError):
    """The database cannot enforce the policy; ``problems`` lists the reasons."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(
            "SG417",
            f"the database has {count} finding{'' if count == 1 else 's'} that the policy cannot stand",
            detail="\n".join(problem.render() for problem in self.problems),
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (UnfitDatabase, (self.problems,))
