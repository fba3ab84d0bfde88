"""Prometheus's view of the whole: what is in the ledger, counted by its state, and how long requests took.

Names of sources, states and rules of addresses are all that labels hold: no address, token, word or id. What
the database says is kept for some seconds; latencies are of this process alone.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, cast, get_args

import flask
from werkzeug.exceptions import NotFound

from digest import __version__
from digest.errors import StoreError
from digest.model import DeliveryState, EventKind, SourceStatus
from digest.store.tally import take_tally
from digest.web.desk import Desk, desk

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from flask.blueprints import BlueprintSetupState
    from prometheus_client.core import GaugeMetricFamily, Metric

    from digest.store.sources import SourceRecord
    from digest.store.tally import Tally

blueprint = flask.Blueprint("metrics", __name__)

EXTENSION = "digest.metrics"
KEPT_S = 10.0
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


class Meters:
    """The meters of one app."""

    def __init__(self, desk: Desk) -> None:
        from prometheus_client import CollectorRegistry, Histogram

        self.registry = CollectorRegistry(auto_describe=False)
        self.requests = Histogram(
            "digest_request_seconds",
            "How long requests were handled, by the rule of their address.",
            ("rule", "method", "status"),
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self.registry.register(_Library(desk))


class _Library:
    """What the database says, as metrics; asked for at most once in KEPT_S."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._kept: tuple[Tally, list[SourceRecord], dt.datetime | None] | None = None
        self._until = 0.0

    def collect(self) -> Iterator[Metric]:
        """See `prometheus_client.registry.Collector`."""
        from prometheus_client.core import InfoMetricFamily

        yield InfoMetricFamily("digest_build", "What runs here.", {"version": __version__})
        found = self._look()
        yield _gauge("digest_database_up", "Whether the database answers.", int(found is not None))
        if found is not None:
            tally, records, ticked_at = found
            now = self._desk.clock()
            yield from _of_sources(self._desk, {record.name: record for record in records}, now=now)
            yield from _of_tally(tally)
            if ticked_at is not None:
                age = (now - ticked_at).total_seconds()
                yield _gauge("digest_last_tick_age_seconds", "Since a run for everybody last ended.", age)

    def _look(self) -> tuple[Tally, list[SourceRecord], dt.datetime | None] | None:
        store = self._desk.store
        with self._lock:
            if self._kept is None or time.monotonic() >= self._until:
                try:
                    tally = take_tally(store.database)
                    self._kept = (tally, store.sources.records(), store.facts.ticked_at())
                except StoreError as error:
                    self._desk.tell("store.refused", rule="/metrics", reason=str(error))
                    self._kept = None
                self._until = time.monotonic() + KEPT_S
            return self._kept


def _of_sources(
    desk: Desk, records: Mapping[str, SourceRecord], *, now: dt.datetime
) -> Iterator[GaugeMetricFamily]:
    from prometheus_client.core import GaugeMetricFamily

    status = GaugeMetricFamily(
        "digest_source_status", "1 for what the last look at a source said.", labels=("source", "status")
    )
    seen = GaugeMetricFamily("digest_source_seen", "What the last look saw.", labels=("source",))
    new = GaugeMetricFamily("digest_source_new", "What of it was new.", labels=("source",))
    age = GaugeMetricFamily(
        "digest_source_success_age_seconds", "Since a source was last read.", labels=("source",)
    )
    for source in desk.sources:
        record = records.get(source.name)
        if record is None:
            continue
        for one in get_args(SourceStatus):
            status.add_metric((source.name, one), int(record.status == one))
        seen.add_metric((source.name,), record.seen)
        new.add_metric((source.name,), record.new)
        if record.succeeded_at is not None:
            age.add_metric((source.name,), (now - record.succeeded_at).total_seconds())
    yield from (status, seen, new, age)


def _of_tally(tally: Tally) -> Iterator[GaugeMetricFamily]:
    yield _gauge("digest_papers", "Works in the library.", tally.papers)
    yield _gauge("digest_editions", "Editions that are kept.", tally.editions)
    states, kinds = get_args(DeliveryState), get_args(EventKind)
    # What is pruned is counted no more: these are gauges, which a counter may not be.
    yield _gauges("digest_deliveries", "Deliveries that are kept.", "state", tally.deliveries, states)
    yield _gauges("digest_events", "What providers told of them.", "kind", tally.events, kinds)
    yield _gauges("digest_notes", "Mails of one occasion.", "state", tally.notes)
    yield _gauges("digest_subscribers", "Readers.", "status", tally.subscribers)
    yield _gauges("digest_suppressions", "Addresses that get no mail.", "cause", tally.suppressions)


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    from prometheus_client.core import GaugeMetricFamily

    return GaugeMetricFamily(name, words, value=value)


def _gauges(
    name: str, words: str, label: str, counts: Mapping[str, int], known: tuple[str, ...] = ()
) -> GaugeMetricFamily:
    """One for each; those that are known are 0 rather than missing, so that an alarm can be made of them."""
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(name, words, labels=(label,))
    for one, count in {**dict.fromkeys(known, 0), **counts}.items():
        family.add_metric((one,), count)
    return family


@blueprint.record_once
def _install(state: BlueprintSetupState) -> None:
    from digest.web import desk as desks

    state.app.extensions[EXTENSION] = Meters(state.app.extensions[desks.EXTENSION])
    # Called in reverse: after this one no other makes a 304 of a 200.
    state.app.after_request_funcs.setdefault(None, []).insert(0, _end)


def _end(response: flask.Response) -> flask.Response:
    begun = flask.g.get("begun")  # by `security`, before anything else
    if begun is not None and desk().settings.metrics:
        meters = cast("Meters", flask.current_app.extensions[EXTENSION])
        # Nobody outside may make a series of their own: neither of a path nor of a method.
        rule = flask.request.url_rule.rule if flask.request.url_rule is not None else "-"
        method = flask.request.method if flask.request.method in _METHODS else "-"
        labels = meters.requests.labels(rule, method, f"{response.status_code // 100}xx")
        labels.observe(time.perf_counter() - begun)
    return response


@blueprint.get("/metrics")
def metrics() -> flask.Response:
    """All of it, in Prometheus's text."""
    from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

    if not desk().settings.metrics:
        raise NotFound
    meters = cast("Meters", flask.current_app.extensions[EXTENSION])
    response = flask.Response(generate_latest(meters.registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    response.headers["Cache-Control"] = "no-store"
    return response
