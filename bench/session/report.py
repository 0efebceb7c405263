"""Tables for people, JSON for programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table as Shown

from bench.session.measure import Table
from bench.session.variants import BY_HAND, NAMES, PLAIN


@dataclass(slots=True)
class Report:
    """What was measured, as far as it has come.

    :param server: its version, such as ``15.18``.
    :param cpus: of this machine.
    :param durable: whether the server waits for its disk.
    :param fdatasync: microseconds of one, before and after.
    :param latency: microseconds of one unit of work.
    :param throughput: by workers (``16 threads``): units of work in a second.
    """

    server: str
    cpus: int
    durable: bool
    fdatasync: list[float] = field(default_factory=list)
    latency: Table = field(default_factory=dict)
    throughput: dict[str, Table] = field(default_factory=dict)

    def show(self, console: Console) -> None:
        """Print all of it."""
        disk = " and ".join(f"{spent:.0f}" for spent in self.fdatasync)
        console.print(
            f"PostgreSQL {self.server}, {self.cpus} CPUs, fsync {'on' if self.durable else 'off'}; one fdatasync takes "
            f"{disk} µs (before and after)", highlight=False,
        )
        self._table(console, "one thread: latency in µs", self.latency, latency=True)
        for workers, table in self.throughput.items():
            self._table(console, f"{workers}: units of work per second, latency of each in µs", table, latency=False)

    def _table(self, console: Console, title: str, table: Table, *, latency: bool) -> None:
        if not table:
            return
        shown = Shown(title=title, title_justify="left")
        shown.add_column("")
        shown.add_column("")
        for column in ([] if latency else ["per second"]) + ["p50", "p99", f"to {PLAIN}", f"to {BY_HAND}"]:
            shown.add_column(column, justify="right")
        for workload, cells in table.items():
            for number, name in enumerate(name for name in NAMES if name in cells):
                cell = cells[name]
                rate = [] if latency else [f"{sum(cell.rounds) / len(cell.rounds):,.0f}"]
                ratios = [f"{cell.ratio(cells[base]):.2f}" if base in cells else "" for base in (PLAIN, BY_HAND)]
                shown.add_row(
                    workload if number == 0 else "", name, *rate, f"{cell.percentile(50):,.0f}",
                    f"{cell.percentile(99):,.0f}", *ratios,
                )
            shown.add_section()
        console.print(shown)

    def as_json(self) -> dict[str, Any]:
        """The same; ratios of latencies, and of throughputs, to each of the two baselines."""
        return {
            "postgresql": self.server,
            "cpus": self.cpus,
            "durable": self.durable,
            "fdatasync_us": self.fdatasync,
            "variants": NAMES,
            "latency": _values(self.latency, "median_us"),
            "throughput": {workers: _values(table, "per_second") for workers, table in self.throughput.items()},
        }


def _values(table: Table, compared: str) -> dict[str, Any]:
    return {
        workload: {
            name: {
                "count": len(cell.spent), "p50_us": cell.percentile(50), "p99_us": cell.percentile(99),
                f"{compared}_by_round": cell.rounds,
                "ratios": {base: cell.ratio(cells[base]) for base in (PLAIN, BY_HAND) if base in cells},
            }
            for name, cell in cells.items()
        }
        for workload, cells in table.items()
    }
