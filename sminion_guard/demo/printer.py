"""Prints the demo: who asks, the SQL, the answer. Plain text if the output is no terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from time import perf_counter

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sminion_guard.demo.answer import Answer, Expectation

WIDTH = 80
"""Columns of the text, also where no terminal says how wide it is."""
ROWS_SHOWN = 5


class Printer:
    """Prints, and keeps count of answers that are not the expected ones.

    :param console: where to print.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        if not self.console.is_terminal:
            self.console.width = WIDTH
        self.answers = 0
        self.surprises: list[str] = []
        self._chapter = 0

    @property
    def _width(self) -> int:
        return min(self.console.width, WIDTH)

    def chapter(self, title: str, text: str = "") -> None:
        """Begin a chapter."""
        self._chapter += 1
        self.console.print()
        self.console.print(Text(f"{self._chapter}. {title}", style="bold cyan"))
        if text:
            self.say(text)

    def say(self, text: str) -> None:
        """A short paragraph."""
        paragraph = " ".join(text.split())
        self.console.print(Text(textwrap.fill(paragraph, self._width)))

    @contextmanager
    def work(self, what: str) -> Iterator[list[str]]:
        """Name a longer work and measure it; what is appended to the list is printed with the time."""
        notes: list[str] = []
        start = perf_counter()
        if self.console.is_terminal:
            with self.console.status(Text(what)):
                yield notes
        else:
            yield notes
        line = Text(f"  {perf_counter() - start:5.1f} s  ", style="dim")
        self.console.print(line + Text("  ".join([what, *notes]), style="default"))

    def shows(self, who: str, statement: str, answer: Answer, expected: Expectation, *, rows: int = ROWS_SHOWN) -> None:
        """Show a statement with its answer, and judge the answer.

        :param who: who asks, and for what purpose.
        :param statement: the SQL as it was sent.
        :param expected: the judge.
        :param rows: at most so many rows are printed.
        """
        self.console.print()
        self.console.print(Text(f"  {who}", style="magenta"))
        for line in textwrap.dedent(statement).strip().splitlines():
            self.console.print(Text(f"    {line}", style="bold"))
        if answer.refusal:
            self._refusal(answer)
        else:
            self._rows(answer, rows)
        self.judge(f"{who}: {' '.join(statement.split())}", answer, expected)

    def judge(self, what: str, answer: Answer, expected: Expectation) -> None:
        """Count an answer, and say so when it is not the expected one."""
        self.answers += 1
        wanted = expected(answer)
        if wanted:
            got = str(answer.refusal) if answer.refusal else f"{answer.affected} rows, first {answer.rows[:1]}"
            self.surprises.append(f"{what}\n    expected {wanted}, got {got}")
            self.console.print(Text(f"    NOT AS EXPECTED: expected {wanted}", style="bold red"))

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """An aligned table."""
        grid = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        lines = [list(row) for row in rows]
        for at, name in enumerate(columns):
            numbers = bool(lines) and all(isinstance(row[at], (int, float)) for row in lines)
            grid.add_column(Text(name), justify="right" if numbers else "left", overflow="fold")
        for row in lines:
            grid.add_row(*(Text(_cell(entry)) for entry in row))
        self.console.print(Padding(grid, (0, 0, 0, 4), expand=False))

    def _rows(self, answer: Answer, shown: int) -> None:
        took = f"{answer.seconds * 1000:.1f} ms"
        if not answer.columns:
            self.console.print(Text(f"    {_count(answer.affected)} written, {took}", style="green"))
        elif answer.affected == 1 and len(answer.columns) == 1:
            self.console.print(Text(f"    {answer.columns[0]} = {_cell(answer.value)}  ({took})", style="green"))
        else:
            self.table(answer.columns, answer.rows[:shown])
            more = f", the first {shown} of them here" if answer.affected > shown else ""
            self.console.print(Text(f"    {_count(answer.affected)}{more}  ({took})", style="green"))

    def _refusal(self, answer: Answer) -> None:
        found = answer.refusal
        assert found is not None
        code = f"{found.code} {found.kind}" if found.kind else found.code
        for line in textwrap.wrap(f"{code}  {found.message}", self._width - 4, subsequent_indent=" " * 7):
            self.console.print(Text(f"    {line}", style="red"))
        for line in found.excerpt.splitlines() if found.excerpt else ():  # never wrapped: carets stand under the text
            self.console.print(Text(f"    {line}", style="dim"), no_wrap=True, overflow="ignore", crop=False)
        for name, text in (("detail", found.detail), ("hint", found.hint)):
            if text:
                width = self._width - 11
                parts = [part for line in f"{name}: {text}".splitlines() for part in textwrap.wrap(line, width)]
                for line in parts:
                    self.console.print(Text(f"           {line}", style="dim"))


def _count(number: int) -> str:
    return f"{number} row" + ("" if number == 1 else "s")


def _cell(entry: object) -> str:
    if entry is None:
        return "-"
    if isinstance(entry, datetime):
        return f"{entry:%Y-%m-%d %H:%M:%S}"
    return str(entry)
