"""One database over some days: runs that are killed, runs that finish, an operator who settles the rest."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.crash import ledger
from tests.crash.ends import End, Trap, kill
from tests.crash.judge import OPERATOR, Account, Kill, judge
from tests.crash.outbox_end import OutboxEnd
from tests.crash.sendgrid_end import SendGridEnd
from tests.crash.shots import Shot, by_day, shots
from tests.crash.smtp_end import SmtpEnd
from tests.crash.world import address, announced, readers, source
from tests.e2e.home import Home
from tests.e2e.outside import Outside

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
PROVIDERS = ("smtp", "sendgrid", "outbox")
FIRST_DAY = dt.date(2026, 2, 2)
MORE_DAYS = 2
APART = dt.timedelta(days=30)  # so that there is something to prune on each day but the first
FINISHED_AFTER = 6
_OPEN = ("planned", "composed", "retry", "sending")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What one scenario is. With `operator`, uncertain deliveries are settled by the command, else they are
    left as they are. `late`: the fault that the proof must find."""

    provider: str
    number: int
    seed: int
    readers: int
    days: int
    kills: int
    window: int
    operator: bool
    labels: tuple[str, ...]  # the steps at which a run is killed here
    late: bool = False


def end_for(spec: Spec, folder: Path) -> End:
    """The other end."""
    if spec.provider == "smtp":
        return SmtpEnd(folder / "smtp")
    if spec.provider == "sendgrid":
        return SendGridEnd(folder / "sendgrid")
    return OutboxEnd(folder / "taken", outbox=folder / "outbox", emptied=spec.number % 2 == 1)


def play(spec: Spec, folder: Path) -> Account:
    """The whole scenario, in an empty folder."""
    logging.disable(logging.CRITICAL)  # of servers that complain of the dead
    outside = Outside()
    end = end_for(spec, folder)
    try:
        return _Play(spec, folder, outside, end).through()
    finally:
        end.close()
        outside.close()


class BrokenRunError(Exception):
    """A run failed through a fault of its own: there is nothing to prove until that is mended."""


class _Play:
    def __init__(self, spec: Spec, folder: Path, outside: Outside, end: End) -> None:
        self._spec = spec
        self._random = random.Random(f"{spec.seed} {spec.provider} {spec.number}")
        self._outside = outside
        self._end = end
        self._home = Home(folder / "home")
        self._database = self._home.folder / "digest.db"
        self._home.configure(
            end.settings,
            f"[delivery]\nwindow = {spec.window}\n",
            f'[operator]\nnotify = "{OPERATOR}"\n',
            source(outside),
            readers(spec.readers),
        )
        self._usual_s = 1.5
        self._account = Account(provider=spec.provider, number=spec.number)

    def through(self) -> Account:
        spec, began = self._spec, time.monotonic()
        plan = shots(
            self._random,
            count=spec.kills,
            labels=spec.labels,
            phases=self._end.phases,
            deepest=self._end.deepest,
        )
        left: list[Shot] = []
        hands = by_day(plan, spec.days)
        days: list[str] = []
        try:
            # A step that was passed too quickly to strike at gets another day or two.
            while hands or (any(shot.kind == "step" for shot in left) and len(days) < spec.days + MORE_DAYS):
                hand = hands.pop(0) if hands else []
                day = str(FIRST_DAY + len(days) * APART)
                days.append(day)
                self._outside.journal(announced(day))
                self._end.day = day
                left = self._kills(day, sorted([*left, *hand], key=lambda shot: shot.rank))
                self._finish(day)
                if spec.operator:
                    self._operate(day)
                    self._finish(day)
        except BrokenRunError as error:
            self._account.problems.append(str(error))
        self._account.unstruck = [shot.at for shot in left if shot.kind == "step"]
        self._account.seconds = time.monotonic() - began
        judge(
            self._account,
            rows=ledger.read(self._database),
            taken=self._end.taken,
            named=self._named(),
            days=days,
            readers=[address(number) for number in range(spec.readers)],
            window=spec.window,
        )
        return self._account

    # ------------------------------------------------------------------------ kills

    def _kills(self, day: str, hand: Sequence[Shot]) -> list[Shot]:
        """Kill one run after another; what did not strike is left for another day."""
        left = []
        for number, shot in enumerate(hand):
            rows = ledger.read(self._database)
            today = [row for row in rows.values() if row.slot == day]
            is_done = len(today) == self._spec.readers and not any(row.state in _OPEN for row in today)
            if is_done and shot.needs_work:
                left.append(shot)
                continue
            if self._spec.operator and number == len(hand) // 2:
                self._operate(day)
            if not self._kill(day, shot, rows):
                left.append(shot)
        # The operator is told once of what is wrong, and a run that nobody struck may have done it. Once that
        # is settled, the next run tells that it is mended.
        for shot in [one for one in left if one.at.startswith("alarms.")]:
            self._operate(day)
            if self._kill(day, shot, ledger.read(self._database)):
                left.remove(shot)
        return left

    def _kill(self, day: str, shot: Shot, before: dict[str, ledger.Row]) -> bool:
        victim = shot.kind == "step" or self._spec.late
        words = (
            [shot.at if shot.kind == "step" else "none", str(shot.nth), *(["--late"] * self._spec.late)]
            if victim
            else None
        )
        trap = None
        if shot.kind == "phase":
            trap = Trap(phase=shot.at, nth=shot.nth, share=shot.share, hang_up=shot.hang_up)
        process = self._start(day, words)
        self._end.arm(trap, process.pid)
        try:
            if shot.kind == "moment":
                time.sleep(shot.share * self._usual_s)
                if process.poll() is None:
                    kill(process.pid)
            code = process.wait(120)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        self._end.disarm()
        if code != -9:
            self._check(day, code)
            return False
        rows = ledger.read(self._database)
        earlier = {row.owner for row in before.values()}
        in_flight = sum(row.state == "sending" and row.owner not in earlier for row in rows.values())
        self._account.kills.append(
            Kill(shot=shot, on_wire=self._end.was_cut, in_flight=in_flight, window=self._spec.window)
        )
        return True

    def _start(self, day: str, victim: Sequence[str] | None) -> subprocess.Popen[bytes]:
        at = f"{day}T12:00:00+00:00"
        config = str(self._home.folder / "digest.toml")
        words = ["digest", "--config", config, "run", "--at", at, "--json"]
        if victim is not None:
            words = ["tests.crash.victim", config, at, *victim]
        environ = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
        with self._log.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=self._home.folder,
                env={**environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _check(self, day: str, code: int) -> None:
        """A run that nobody killed ends well, or says that something is left to do."""
        said = self._log.read_text(errors="replace")
        if code not in (0, 1) or "Traceback" in said:
            raise BrokenRunError(f"a run on {day} that nobody killed ended with {code}: {said[-2000:]}")

    @property
    def _log(self) -> Path:
        return self._home.folder / "run.log"

    # ------------------------------------------------------------------------ what follows

    def _finish(self, day: str) -> None:
        """Run until nothing waits any more."""
        for _ in range(FINISHED_AFTER):
            began = time.monotonic()
            process = self._start(day, ["none", "1", "--late"] if self._spec.late else None)
            self._end.arm(None, process.pid)
            try:
                code = process.wait(120)
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
            self._usual_s = max(0.5, time.monotonic() - began)
            self._end.disarm()
            self._check(day, code)
            rows = ledger.read(self._database).values()
            if not any(row.state in _OPEN for row in rows):
                self._listed()
                return
        self._account.problems.append(f"after {FINISHED_AFTER} runs on {day} something waits still")

    def _listed(self) -> list[dict[str, Any]]:
        """What `digest deliveries list` calls uncertain."""
        ended = self._home.digest("deliveries", "list", "--state", "uncertain", "--limit", "0", "--json")
        if ended.code:
            raise RuntimeError(f"`digest deliveries list` ended with {ended.code}: {ended.err}")
        found: list[dict[str, Any]] = ended.json
        self._account.named |= {one["id"] for one in found}
        return found

    def _named(self) -> dict[str, str]:
        return {one["id"]: one["email"] for one in self._listed()}

    def _operate(self, day: str) -> None:
        """The operator looks into the other end's log, and settles what is uncertain."""
        uncertain = [one["id"] for one in self._listed()]
        has = {one.delivery_id for one in self._end.taken}
        verdicts: dict[str, list[str]] = {}
        for delivery_id in uncertain:
            lost = "--abandon" if self._random.random() < 0.2 else "--resend"
            verdicts.setdefault("--accepted" if delivery_id in has else lost, []).append(delivery_id)
        for verdict, ids in verdicts.items():
            ended = self._home.digest("deliveries", "settle", verdict, *ids)
            if ended.code:
                self._account.problems.append(
                    f"on {day} `settle {verdict}` ended with {ended.code}: {ended.err}"
                )
