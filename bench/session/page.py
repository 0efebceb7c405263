"""The tables of docs/PERFORMANCE.md, from one run."""

from __future__ import annotations

from collections.abc import Callable

from bench.session.measure import Cell, Table
from bench.session.report import Report
from bench.session.variants import BY_HAND, NAMES, PLAIN

Cells = dict[str, Cell]


def page(report: Report) -> str:
    """Latencies as p50 / p99 and ratio to plain, ratios to entering by hand, and throughputs, as Markdown."""
    disk = " and ".join(f"{spent:.0f}" for spent in report.fdatasync)
    parts = [f"PostgreSQL {report.server}, {report.cpus} CPUs, one fdatasync {disk} µs before and after.\n"]
    if report.latency:
        parts.append(_table(report.latency, _latency))
        if any(BY_HAND in cells for cells in report.latency.values()):
            parts.append(_table(report.latency, lambda cells, name: _ratio(cells, name, BY_HAND)))
    for workers, table in report.throughput.items():
        parts.append(f"{workers}:\n\n" + _table(table, _throughput))
    return "\n".join(parts)


def _table(table: Table, show: Callable[[Cells, str], str]) -> str:
    names = [name for name in NAMES if any(name in cells for cells in table.values())]
    lines = [f"| | {' | '.join(names)} |", f"|{' --- |' * (len(names) + 1)}"]
    for workload, cells in table.items():
        lines.append(f"| {workload} | {' | '.join(show(cells, name) if name in cells else '' for name in names)} |")
    return "\n".join(lines) + "\n"


def _latency(cells: Cells, name: str) -> str:
    cell = cells[name]
    return f"{cell.percentile(50):.0f} / {cell.percentile(99):.0f} **{_ratio(cells, name, PLAIN)}**"


def _throughput(cells: Cells, name: str) -> str:
    rounds = cells[name].rounds
    return f"{sum(rounds) / len(rounds):.0f} **{_ratio(cells, name, PLAIN)}**"


def _ratio(cells: Cells, name: str, base: str) -> str:
    return f"{cells[name].ratio(cells[base]):.2f}" if base in cells else ""
