"""The kill proof as a command: scenarios in, a table and one sentence out; exit 1 on any violation."""

from __future__ import annotations

import argparse
import concurrent.futures
import multiprocessing
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.crash.scenario import PROVIDERS, Spec, play
from tests.crash.shots import steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.crash.judge import Account

# (window, whether an operator settles): the default window, a small one, and one mail at a time.
VARIETY = ((8, True), (3, False), (8, False), (1, True))
KILLS, DELIVERIES = 200, 2000  # what the whole proof promises
SHOWN = 10
COLUMNS = (
    "provider", "deliveries", "kills", "on the wire", "accepted", "uncertain", "lost", "doubled",
    "misdirected", "seconds",
)  # fmt: skip


def main(words: Sequence[str] | None = None) -> int:
    """See the module."""
    said = _parser().parse_args(words)
    seed = random.SystemRandom().randrange(1_000_000) if said.seed is None else said.seed
    specs = [
        Spec(
            provider=provider,
            number=number,
            seed=seed,
            readers=said.readers,
            days=said.days,
            kills=said.kills,
            window=VARIETY[number % len(VARIETY)][0],
            operator=VARIETY[number % len(VARIETY)][1],
            labels=steps(provider)[number :: said.databases],
            late=said.sabotage,
        )
        for number in range(said.databases)
        for provider in said.providers
    ]
    print(f"seed {seed}: {len(specs)} databases, {said.readers} readers, {said.days} days", flush=True)
    began = time.monotonic()
    accounts = _play_all(specs, workers=said.workers)
    problems = [f"{one.provider} {one.number}: {problem}" for one in accounts for problem in one.problems]
    if said.whole:
        problems += _not_enough(accounts)
    for problem in problems[:SHOWN]:
        print(problem)
    if len(problems) > SHOWN:
        print(f"… and {len(problems) - SHOWN} more")
    _print_table(accounts)
    print(_sentence(accounts, problems, seed=seed, seconds=time.monotonic() - began))
    return 1 if problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--seed", type=int, help="Draw the same kills again.")
    parser.add_argument("--providers", nargs="+", choices=PROVIDERS, default=PROVIDERS)
    parser.add_argument("--databases", type=int, default=4, help="So many for each provider.")
    parser.add_argument("--readers", type=int, default=80)
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--kills", type=int, default=22, help="So many are tried on each database.")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--whole", action="store_true", help=f"Fail below {KILLS} kills, or {DELIVERIES} deliveries."
    )
    parser.add_argument(
        "--sabotage", action="store_true", help="Commit `sending` behind the send: must fail."
    )
    return parser


def _play_all(specs: Sequence[Spec], *, workers: int) -> list[Account]:
    spawn = multiprocessing.get_context("spawn")
    accounts = []
    with (
        tempfile.TemporaryDirectory(prefix="digest-crash-") as folder,
        concurrent.futures.ProcessPoolExecutor(workers, mp_context=spawn) as pool,
    ):
        playing = [pool.submit(play, spec, Path(folder) / f"{spec.provider}-{spec.number}") for spec in specs]
        for one in concurrent.futures.as_completed(playing):
            account = one.result()
            accounts.append(account)
            wire = sum(kill.on_wire for kill in account.kills)
            print(
                f"{account.provider} {account.number}: {len(account.kills)} kills, {wire} on the wire, "
                f"{len(account.problems)} violations, {account.seconds:.0f} s",
                flush=True,
            )
    return accounts


def _not_enough(accounts: Sequence[Account]) -> list[str]:
    kills = [kill for one in accounts for kill in one.kills]
    deliveries, wire = sum(one.deliveries for one in accounts), sum(kill.on_wire for kill in kills)
    found = []
    if len(kills) < KILLS or deliveries < DELIVERIES:
        found.append(
            f"only {len(kills)} kills over {deliveries} deliveries; {KILLS} over {DELIVERIES} are promised"
        )
    if wire * 2 < len(kills):
        found.append(f"only {wire} of {len(kills)} kills hit while bytes were on the wire; half is promised")
    for provider in sorted({one.provider for one in accounts}):
        struck = {kill.shot.at for one in accounts if one.provider == provider for kill in one.kills}
        missing = sorted(set(steps(provider)) - struck)
        if missing:
            found.append(f"{provider}: nobody was killed at {', '.join(missing)}")
    return found


def _print_table(accounts: Sequence[Account]) -> None:
    rows = [
        _row(provider, accounts)
        for provider in PROVIDERS
        if any(one.provider == provider for one in accounts)
    ]
    if len(rows) > 1:
        rows.append(("all", *(sum(int(row[column]) for row in rows) for column in range(1, len(COLUMNS)))))
    widths = [max(len(str(row[column])) for row in (COLUMNS, *rows)) for column in range(len(COLUMNS))]
    for row in (COLUMNS, *rows):
        print("  ".join(str(cell).rjust(width) for cell, width in zip(row, widths, strict=True)))


def _row(provider: str, accounts: Sequence[Account]) -> tuple[object, ...]:
    mine = [one for one in accounts if one.provider == provider]
    kills = [kill for one in mine for kill in one.kills]
    return (
        provider, sum(one.deliveries for one in mine), len(kills), sum(kill.on_wire for kill in kills),
        sum(one.accepted for one in mine), sum(len(one.named) for one in mine),
        sum(one.lost for one in mine), sum(one.doubled for one in mine),
        sum(one.misdirected for one in mine), round(sum(one.seconds for one in mine)),
    )  # fmt: skip


def _sentence(accounts: Sequence[Account], problems: Sequence[str], *, seed: int, seconds: float) -> str:
    kills = [kill for one in accounts for kill in one.kills]
    wire = sum(kill.on_wire for kill in kills)
    lost, doubled = sum(one.lost for one in accounts), sum(one.doubled for one in accounts)
    return (
        f"{len(kills)} kills, {wire} of them while bytes were on the wire, over "
        f"{sum(one.deliveries for one in accounts)} deliveries: {lost} lost, {doubled} doubled, "
        f"{sum(one.misdirected for one in accounts)} misdirected, "
        f"{sum(len(one.named) for one in accounts)} uncertain and each named, {len(problems)} violations, "
        f"in {seconds:.0f} s; again with: make crash SEED={seed}"
    )


if __name__ == "__main__":
    sys.exit(main())
