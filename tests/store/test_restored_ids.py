"""After a backup came back, nobody gets a number that stands in somebody else's links."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from digest.store import Store
from digest.store.backups import back_up
from digest.store.restores import ROOM, end_flights, restoring
from tests.store.test_confirmations import NOW, confirm_it, wish

if TYPE_CHECKING:
    from pathlib import Path


def test_a_link_of_before_a_restore_confirms_nothing_of_after_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    with Store.open(url) as store:
        store.confirmations.ask(wish(), decide=confirm_it)
        back_up(url, tmp_path / "backup.db", clock=lambda: NOW)
        store.confirmations.ask(wish(), decide=confirm_it)
    with restoring(url, tmp_path / "backup.db", force=True, now=NOW) as going:
        with Store.open(going.url) as ready:
            end_flights(ready.database, until=NOW, now=NOW)
        going.finish()
    with Store.open(url) as store:
        assert store.confirmations.ask(wish(NOW + dt.timedelta(days=1)), decide=confirm_it) > ROOM
        waiting = [note for note in store.notes.latest() if note.asked_at == NOW]
        assert [note.state for note in waiting] == ["uncertain"]  # it may have left before the restore
