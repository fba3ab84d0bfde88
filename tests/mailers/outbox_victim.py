"""A process that writes mails into an outbox until it is killed. Run by the tests: FOLDER ROUND."""

from __future__ import annotations

import dataclasses
import itertools
import sys
from pathlib import Path

from digest.mailers.outbox import OutboxMailer
from tests.mailers.messages import message

WINDOW = 8


def main(folder: Path, turn: str) -> None:
    """Batches of WINDOW deliveries named `turn`-number, one after another; one line a batch."""
    mailer = OutboxMailer(folder)
    for start in itertools.count(step=WINDOW):
        batch = [
            dataclasses.replace(message(number), delivery_id=f"{turn}-{number}")
            for number in range(start, start + WINDOW)
        ]
        sys.stdout.write(f"{start}\n")
        sys.stdout.flush()
        for _ in mailer.send(batch):
            pass


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
