"""What a guarded session costs, beside the same engine on unprotected tables, and beside the wall entered by hand.

One database holds the same rows twice, protected and not. All variants are measured in turn, round after round, in
random order. Ratios are medians over the rounds of the ratio within a round: of latencies (less is better) for one
thread, of units of work per second (more is better) for many threads and for several processes. The server waits for
its disk, since durability is what the log of statements waits for. Ctrl-C ends the measuring and shows what there is.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bench.session import measure
from bench.session.delayed import delayed
from bench.session.page import page
from bench.session.report import Report
from bench.session.variants import NAMES, Variant, available
from bench.session.workers import Workers
from bench.session.workloads import ALONE, TOGETHER
from bench.session.world import prepare, settings, sync_time
from sminion_guard.embedded import Server, find_binaries
from sminion_guard.session.tickets.server_facts import UpsertLeakWarning

PARTS = ("alone", "threads", "processes")


def main() -> int:
    """Measure and report; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.session", description=__doc__, epilog="; ".join(
        f"{name}: {what}" for name, what in NAMES.items()
    ))
    parser.add_argument("--rounds", type=int, default=40, help="for one thread (default: 40)")
    parser.add_argument("--repeat", type=int, default=20, help="units of work in each round (default: 20)")
    parser.add_argument("--slices", type=int, default=6, help="rounds for threads and processes (default: 6)")
    parser.add_argument("--seconds", type=float, default=0.5, help="of each slice (default: 0.5)")
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--parts", default=",".join(PARTS), help="some of: %(default)s")
    parser.add_argument("--workloads", help="of one thread, some of them, divided by commas (default: all)")
    parser.add_argument("--variants", help="some of them, divided by commas (default: all that there are)")
    parser.add_argument("--pg", metavar="system|wheel|DIRECTORY|VERSION")
    parser.add_argument("--delay", type=float, metavar="MS", help="of a network, for each direction, in milliseconds")
    parser.add_argument("--volatile", action="store_true", help="a server that does not wait for its disk")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values there too")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write tables for a page there too")
    options = parser.parse_args()
    warnings.simplefilter("ignore", UpsertLeakWarning)
    os.environ["PYTHONWARNINGS"] = "ignore::RuntimeWarning"  # for the processes
    parts = options.parts.split(",")
    if not set(parts) <= set(PARTS):
        parser.error(f"parts are {', '.join(PARTS)}")
    workloads = options.workloads.split(",") if options.workloads else list(ALONE)
    if not set(workloads) <= set(ALONE):
        parser.error(f"workloads are {', '.join(ALONE)}")
    binaries = find_binaries(options.pg)
    status = 0
    with ExitStack() as stack:
        server = stack.enter_context(
            Server(binaries, durable=not options.volatile, settings=settings(binaries)))
        world = prepare(server)
        if options.delay:
            world = stack.enter_context(delayed(world, options.delay))
        names = options.variants.split(",") if options.variants else list(available(world))
        if not set(names) <= set(available(world)):
            parser.error(f"variants here are {', '.join(available(world))}")
        variants = [Variant(world, name, options.threads) for name in names]
        version = variants[0].driver.info.server_version
        report = Report(f"{version // 10000}.{version % 10000}", os.cpu_count() or 1, not options.volatile)
        report.fdatasync.append(sync_time(server.directory))
        try:
            _measure(options, parts, workloads, names, variants, world, report)
        except KeyboardInterrupt:
            status = 130
        report.fdatasync.append(sync_time(server.directory))
        for variant in variants:
            variant.close()
    report.show(Console(width=None if sys.stdout.isatty() else 120))
    if options.json:
        options.json.write_text(json.dumps(report.as_json(), indent=1), encoding="utf-8")
    if options.markdown:
        options.markdown.write_text(page(report), encoding="utf-8")
    return status


def _measure(options, parts, workloads, names, variants, world, report) -> None:  # type: ignore[no-untyped-def]
    turns = {
        "alone": (options.rounds + 1) * len(workloads) * len(names),
        "threads": (options.slices + 1) * len(TOGETHER) * len(names),
        "processes": (options.slices + 1) * len(TOGETHER) * len(names),
    }
    columns = TextColumn("{task.description:10}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        for part in (part for part in PARTS if part in parts):
            bar = progress.add_task(part, total=turns[part])

            def done(bar: object = bar) -> None:
                progress.advance(bar)  # type: ignore[arg-type]

            if part == "alone":
                measure.alone(variants, workloads, options.rounds, options.repeat, report.latency, done)
            elif part == "threads":
                into = report.throughput.setdefault(f"{options.threads} threads", {})
                measure.threads(variants, options.threads, options.slices, options.seconds, into, done)
            else:
                into = report.throughput.setdefault(f"{options.processes} processes", {})
                with Workers(world, names, options.processes) as workers:
                    measure.processes(workers, names, options.slices, options.seconds, into, done)


if __name__ == "__main__":
    sys.exit(main())
