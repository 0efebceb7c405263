"""`sminion-guard subject certificate`: the act of a destruction, to print and sign, with what proves it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.audit.given import PublishedOption, VkeysOption, newest
from sminion_guard.cli.common import FINDINGS, DatabaseOption, as_json
from sminion_guard.cli.database import conninfo
from sminion_guard.cli.officer import officer
from sminion_guard.cli.request import ActorOption, moment
from sminion_guard.cli.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sminion_guard.subjects import Certificate, KeptCertificate


class CertificateFormat(StrEnum):
    """How a certificate is written."""

    JSON = "json"
    HTML = "html"


def certify(
    request: Annotated[int, typer.Argument(metavar="REQUEST", help="Number of the request `destroy`.")],
    output: Annotated[Path, typer.Option(
        "--output", metavar="FILE", help="Where to write it; replaced as a whole, readable by you alone.")],
    backups_until: Annotated[datetime | None, typer.Option(
        "--backups-until", metavar="DATE", show_default=False, parser=moment,
        help="Until when backups still have the data. Default: as `[operator] backups` of the policy says.")] = None,
    form: Annotated[CertificateFormat, typer.Option(
        "--format", help="html: to print and sign. json: for programs.")] = CertificateFormat.HTML,
    language: Annotated[str, typer.Option(
        "--language", metavar="LANGUAGE", help="Of the page: en, de, or a catalogue FILE.toml (docs/PAGE.md).")] = "en",
    proof: Annotated[Path | None, typer.Option(
        "--proof", metavar="DIR", show_default=False, file_okay=False,
        help="Write there what the log has of it: each event, its .tlog-proof, and what the database keeps of the"
             " certificate. Needs --vkey.")] = None,
    vkey: VkeysOption = [],  # noqa: B006 - typer makes a list of its own
    published: PublishedOption = None,
    auditor_url: Annotated[str | None, typer.Option(
        "--auditor-url", metavar="URL", show_default=False,
        help="The database as an auditor, for --proof. Default: the same login, where it is one.")] = None,
    actor: ActorOption = None, database_url: DatabaseOption = None,
) -> None:
    """Write the certificate of a finished destruction, and keep it in the database without the key of the person.

    Exit code 1: an event of it is not sealed yet, and has no proof.
    """
    from sminion_guard.cli.certificate_page import page
    from sminion_guard.policy.page.words import words
    from sminion_guard.subjects import (  # here: commands without a database need no libpq
        certificate,
        certificate_events,
        keep,
    )

    if proof is not None and not vkey:
        raise typer.BadParameter("pass `--vkey`, the public key of the log, with `--proof`")
    try:
        said = words(language)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--language") from error
    with officer(database_url) as connection:
        found = certificate(
            connection, request, in_backups_until=None if backups_until is None else backups_until.date())
        kept = keep(connection, request, _text(replace(found, subject=None)), actor=actor)
        belonging = certificate_events(connection, request, kept.number)
    write_whole(output, [
        _text(found, kept) if form is CertificateFormat.JSON else page(found, kept, said)])
    typer.echo(f"certificate {kept.number} of destruction {found.number}: {output}")
    typer.echo(f"kept until {kept.keep_until:%Y-%m-%d}")
    if proof is None:
        return
    proof.mkdir(parents=True, exist_ok=True)
    write_whole(proof / f"certificate-{kept.number}.json", [kept.document])
    left = list(_prove(proof, belonging, auditor_url or database_url, vkey, published or []))
    for line in left:
        typer.echo(f"warning: {line}", err=True)
    if left:
        raise typer.Exit(FINDINGS)


def _text(found: Certificate, kept: KeptCertificate | None = None) -> str:
    whole = as_json(found)
    if kept is not None:
        whole["certificate"] = {
            "number": kept.number, "issued_at": str(kept.issued_at), "keep_until": str(kept.keep_until),
            "sha256": sha256(kept.document.encode()).hexdigest()}
    return json.dumps(whole, indent=2, ensure_ascii=False)


def _prove(
    directory: Path, belonging: Iterable[tuple[str, int | None]], url: str | None, vkey: Sequence[str],
    published: Sequence[Path],
) -> Iterator[str]:
    """Write the events and their proofs; yields what has none yet."""
    import psycopg

    from sminion_guard.audit import database

    with psycopg.connect(conninfo(url)) as connection:
        log = database.SealedLog(connection)
        checkpoint, note = newest(log, vkey, published)
        for event, number in belonging:
            if number is None or number > checkpoint.size:
                yield f"event `{event}` is not sealed yet: run `sminion-guard audit seal`, and this again"
                continue
            leaf, proof = database.prove(log, number, checkpoint, note)
            name = f"{event.replace('_', '-')}-{number}.tlog-proof"
            (directory / name).write_bytes(bytes(proof))
            (directory / f"{name}.json").write_bytes(leaf.entry)
            typer.echo(f"{directory / name}: event {number}")
