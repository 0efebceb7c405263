"""A report on a terminal: a bar of eighths for each day."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.audit.report import Block, Chart, Line, Report, Table
from sminion_guard.cli.audit.words import plain

BARS = "▁▂▃▄▅▆▇█"
WIDEST = 28
"""How many characters of a name a chart shows."""


def report_text(report: Report) -> str:
    """The report, with its last newline."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    month = report.month
    policy = f"policy {report.policy}" if report.policy else "without a policy"
    yield plain(f"{month.name}: database {report.database}, {policy}. Days are those of time zone {month.zone}.")
    for headline in report.headlines():
        yield f"{'!' if headline.alarming else ' '} {headline.value:>12,}  {headline.label}"
    for title, blocks in report.drawn():
        yield ""
        yield title
        yield "=" * len(title)
        for block in blocks:
            yield from map(plain, _block(block))


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Line):
        yield f"! {block.text}" if block.alarming else block.text
    elif isinstance(block, Chart):
        yield from _chart(block)
    elif isinstance(block, Table):
        yield f"{block.caption}:"
        shown = [block.head, *(tuple(_cell(cell) for cell in row) for row in block.rows)]
        wide = [max(len(row[n]) for row in shown) for n in range(len(block.head))]
        for row in shown:
            cells = (cell.rjust(wide[n]) if isinstance(block.rows[0][n], int) else cell.ljust(wide[n])
                     for n, cell in enumerate(row))
            yield f"  {'  '.join(cells)}".rstrip()


def _chart(chart: Chart) -> Iterator[str]:
    most = max(series.most for series in chart.series)
    yield f"{chart.title}, {chart.what} of each day, at most {most:,}:"
    wide = min(WIDEST, max(len(series.label) for series in chart.series))
    for series in chart.series:
        label = series.label if len(series.label) <= wide else series.label[:wide - 1] + "…"
        bars = "".join(BARS[(value * (len(BARS) - 1) + most - 1) // most] if value else " " for value in series.values)
        yield f"  {label.ljust(wide)}  {series.total:>10,}  {bars}".rstrip()


def _cell(cell: str | int) -> str:
    return f"{cell:,}" if isinstance(cell, int) else cell
