"""One file, or one text, statement by statement: verdicts with lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sminion_guard.analyzer import Catalog, Reason, Verdict, analyze
from sminion_guard.checking.source import Piece, pieces
from sminion_guard.codes import CODES
from sminion_guard.errors import ContextMissing, OpaqueStatement, PolicyError
from sminion_guard.policy import Policy, compartments_of


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a file; lines and columns count from 1, columns in characters, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one statement of a file.

    :param line: where the statement begins, from 1.
    :param verdict: None for what is no statement, such as a psql command.
    :param reasons: why it is refused; none when it is allowed. Their spans are offsets of characters in ``statement``.
    :param places: the same spans in the file, reason by reason; the whole statement where a reason has none.
    """

    file: str
    line: int
    statement: str
    purpose: str | None
    verdict: Verdict | None
    reasons: tuple[Reason, ...]
    places: tuple[Place, ...]

    @property
    def allowed(self) -> bool:
        return not self.reasons


def check_file(path: Path, *, catalog: Catalog, policy: Policy, purpose: str | None) -> Iterator[Finding]:
    """Judge the statements of a file.

    :param purpose: for statements without a ``-- purpose:`` comment above them.
    :raises OpaqueStatement: when the file cannot be read.
    :raises ContextMissing: for a statement without a purpose.
    :raises PolicyError: for a purpose that the policy does not know.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise OpaqueStatement("SG823", f"file `{path}` cannot be read", detail=str(error),
                              hint=CODES["SG823"].fix) from error
    yield from check_text(text, file=str(path), catalog=catalog, policy=policy, purpose=purpose)


def check_text(text: str, *, file: str, catalog: Catalog, policy: Policy, purpose: str | None) -> Iterator[Finding]:
    """Judge the statements of a text that is called ``file``; as :func:`check_file`."""
    lines = _Lines(text)
    for piece in pieces(text):
        if piece.trouble is not None:
            yield _trouble(piece, file, lines)
            continue
        meant = piece.purpose or purpose
        line = lines.at(piece.start)[0]
        if meant is None:
            raise ContextMissing("SG822", f"{file}:{line}: no purpose is named for the statement",
                                 hint=CODES["SG822"].fix)
        try:
            compartments_of(policy, meant)
        except PolicyError as error:
            raise PolicyError(error.code, f"{file}:{line}: {error.message}", detail=error.detail,
                              hint=error.hint) from None
        verdict = analyze(piece.text, catalog=catalog, policy=policy, purpose=meant)
        reasons = tuple(in_characters(piece.text, reason) for reason in verdict.reasons)
        places = tuple(lines.place(piece, reason) for reason in reasons)
        yield Finding(file, line, piece.text, meant, verdict, reasons, places)


def in_characters(text: str, reason: Reason) -> Reason:
    """The reason with spans in characters instead of bytes."""
    if text.isascii() or not reason.spans:
        return reason
    data = text.encode("utf-8", "surrogatepass")
    spans = tuple(
        (len(data[:start].decode("utf-8", "replace")), len(data[:end].decode("utf-8", "replace")))
        for start, end in reason.spans
    )
    return Reason(reason.code, reason.message, reason.detail, reason.hint, spans)


def _trouble(piece: Piece, file: str, lines: _Lines) -> Finding:
    entry = CODES["SG821"]
    reason = Reason("SG821", f"{piece.trouble} cannot be judged", entry.why, entry.fix)
    return Finding(file, lines.at(piece.start)[0], piece.text, piece.purpose, None, (reason,),
                   (lines.place(piece, reason),))


class _Lines:
    """Offsets of characters as lines and columns."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        end = text.find("\n")
        while end >= 0:
            self._starts.append(end + 1)
            end = text.find("\n", end + 1)

    def at(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def place(self, piece: Piece, reason: Reason) -> Place:
        start, end = reason.spans[0] if reason.spans else (0, len(piece.text))
        return Place(*self.at(piece.start + start), *self.at(piece.start + max(end, start + 1)))
