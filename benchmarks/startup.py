"""What `digest --help` costs, beside what starting Python costs, both measured in this one run.

    python benchmarks/startup.py [--json] [--rounds 20]

Processes are started in turn, one of each, and timed from start to end by the wall clock; the median and
the best of the rounds are told, and the ratio of the medians, for which the goal is 4 at most. The script
installed beside this interpreter is the one that runs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

GOAL = 4.0


def cost_ms(command: list[str]) -> float:
    """One run of a command, in milliseconds. Raises where it fails."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def measure(rounds: int) -> dict[str, object]:
    """The figures, by what was measured."""
    digest = str(Path(sys.executable).with_name("digest"))
    commands = {"help": [digest, "--help"], "python": [sys.executable, "-c", "pass"]}
    costs: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            costs[name].append(cost_ms(command))
    median = {name: statistics.median(values) for name, values in costs.items()}
    return {
        "what": "help",
        "rounds": rounds,
        "help_ms": round(median["help"], 2),
        "help_best_ms": round(min(costs["help"]), 2),
        "python_ms": round(median["python"], 2),
        "python_best_ms": round(min(costs["python"]), 2),
        "ratio": round(median["help"] / median["python"], 2),
        "goal": GOAL,
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=20)
    arguments = parser.parse_args()
    figures = measure(arguments.rounds)
    if arguments.json:
        print(json.dumps(figures))
    else:
        print(
            f"digest --help {figures['help_ms']} ms, python -c pass {figures['python_ms']} ms (medians of "
            f"{arguments.rounds}): {figures['ratio']} times; the goal is {GOAL:g} at most"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
