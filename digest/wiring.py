"""Settings → open adapters. The only file that knows every adapter."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from digest import __version__
from digest.errors import EndpointError
from digest.gists import Writer
from digest.http import Client
from digest.links import Signer
from digest.mail.site import Site
from digest.mail.templates import Templates
from digest.mailers import open_mailer
from digest.mailers.null import NullMailer
from digest.membership.house import House
from digest.membership.posting import Post, Posted, post
from digest.pipeline.alarms import Operator
from digest.pipeline.gists import GistRules
from digest.pipeline.works import DeliveryRules, Works, never, quietly, unlabelled, untold
from digest.sources import open_source
from digest.store import Store
from digest.store.bounces import SoftBounces
from digest.store.gists import Budget
from digest.store.limits import Limits, Warmup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.config import GistSettings, MeaningSettings, Settings
    from digest.endpoint import Endpoint
    from digest.pipeline.meaning import Meaning
    from digest.ports import Source
    from digest.web.desk import Desk


def site_of(settings: Settings) -> Site:
    """Who sends, in the words of the settings."""
    site = settings.site
    return Site(
        name=site.name,
        url=site.url or "",
        sender_name=site.sender_name,
        sender_address=site.sender_address,
        contact=site.contact_address,
        unsubscribe=site.unsubscribe_address,
        postal_address=site.postal_address,
        list_id=site.list_id,
        return_path=settings.mail.return_path or "",
        thumbnails=settings.digest.thumbnails,
    )


def signer_of(settings: Settings) -> Signer:
    """Who signs the links."""
    site = settings.site
    return Signer(
        site.secret.get_secret_value(), tuple(secret.get_secret_value() for secret in site.old_secrets)
    )


def delivery_of(settings: Settings) -> DeliveryRules:
    """How deliveries are handed over."""
    said = settings.delivery
    warmup = said.warmup
    return DeliveryRules(
        window=said.window,
        uncertain=said.uncertain,
        give_up=dt.timedelta(hours=said.give_up_hours),
        soft_bounces=SoftBounces(count=said.soft_bounces, days=said.soft_bounce_days),
        limits=Limits(
            per_second=said.per_second,
            per_day=said.per_day,
            domain_per_minute=said.domain_per_minute,
            domains=said.domains,
            warmup=None if warmup is None else Warmup(first_day=warmup.first_day, growth=warmup.growth),
        ),
    )


def operator_of(settings: Settings) -> Operator:
    """Whom to tell when a morning does not go out."""
    said = settings.operator
    return Operator(notify=said.notify, ping_url=said.ping_url, agent=f"paper-digest/{__version__}")


def _endpoint(
    said: MeaningSettings | GistSettings, *, failed: str, strict: bool, tell: Callable[..., None]
) -> Endpoint | None:
    """The model's endpoint; None, and a line of the log, where no request can be made of what is said."""
    from digest.endpoint import Endpoint  # imported here: most have none

    key = said.api_key.get_secret_value() if said.api_key else None
    agent = f"paper-digest/{__version__}"
    try:
        return Endpoint(url=said.url or "", api_key=key, timeout_s=said.timeout_s, agent=agent)
    except EndpointError as error:
        if strict:
            raise
        tell(failed, error=str(error))  # no mail waits for it to be mended
        return None


def meaning_of(
    settings: Settings,
    store: Store,
    *,
    asking: bool = True,
    strict: bool = False,
    should_stop: Callable[[], bool] = never,
    tell: Callable[..., None] = untold,
    step: Callable[[str], None] = unlabelled,
) -> Meaning | None:
    """What turns papers and topics into vectors, where the settings name a model; `asking` False: it is not
    asked, and the vectors that there are count. So it is with an address or key of which no request can be
    made, and the log is told; `strict`: that raises EndpointError."""
    said = settings.meaning
    if said.url is None or said.model is None:
        return None
    from digest.meaning import Embedder  # imported here: most have none
    from digest.pipeline.meaning import Meaning

    endpoint = _endpoint(said, failed="meaning.failed", strict=strict, tell=tell) if asking else None
    embedder = Embedder(endpoint, model=said.model, dimensions=said.dimensions, batch=said.batch)
    return Meaning(store, embedder, seconds=said.seconds_a_run, tell=tell, should_stop=should_stop, step=step)


def gists_of(
    settings: Settings, *, asking: bool = True, strict: bool = False, tell: Callable[..., None] = untold
) -> GistRules | None:
    """Who writes a sentence on each paper, where the settings name a model; `asking` False: it is not asked,
    and what it wrote is shown. So it is with an address or key of which no request can be made, and the log
    is told; `strict`: that raises EndpointError."""
    said = settings.gist
    if said.url is None or said.model is None:
        return None
    endpoint = _endpoint(said, failed="gists.failed", strict=strict, tell=tell) if asking else None
    return GistRules(
        writer=Writer(endpoint, model=said.model),
        budget=Budget(requests=said.daily_requests, tokens=said.daily_tokens),
        seconds_a_run=said.seconds_a_run,
        concurrency=said.concurrency,
    )


def sources_of(settings: Settings, store: Store) -> tuple[Source, ...]:
    """The configured sources, over one polite client whose pace the store keeps."""
    agent = f"paper-digest/{__version__} (+mailto:{settings.site.contact_address})"
    client = Client(user_agent=agent, pace=store.pace)
    return tuple(open_source(source, client) for source in settings.sources)


@contextlib.contextmanager
def open_store(settings: Settings, *, scratch: bool = False) -> Iterator[Store]:
    """The database, up to date, with the file's readers in it; `scratch`: a copy, thrown away at the end."""
    url = settings.store.url
    with Store.scratch(url) if scratch else Store.open(url) as store:
        store.subscribers.synchronise(settings.readers())
        yield store


@contextlib.contextmanager
def open_works(
    settings: Settings,
    *,
    scratch: bool = False,
    progress: Callable[[str, int, int], None] = quietly,
    should_stop: Callable[[], bool] = never,
    tell: Callable[..., None] = untold,
    step: Callable[[str], None] = unlabelled,
    shunned_minutes: frozenset[int] = frozenset(),
) -> Iterator[Works]:
    """Everything that a run works with; closed at the end. Templates are proved first, so that a fault in
    one is told before anything happens. `scratch`: on a copy of the database and with no provider, for
    what shall change nothing."""
    templates = Templates.load(settings.digest.templates)
    with (
        open_store(settings, scratch=scratch) as store,
        contextlib.closing(NullMailer() if scratch else open_mailer(settings.mail)) as mailer,
    ):
        yield Works(
            store=store,
            sources=sources_of(settings, store),
            mailer=mailer,
            templates=templates,
            site=site_of(settings),
            signer=signer_of(settings),
            window_days=settings.digest.window_days,
            when_empty=settings.digest.when_empty,
            half_life=half_life_of(settings),
            keep_days=settings.store.keep_days,
            delivery=dataclasses.replace(delivery_of(settings), shunned_minutes=shunned_minutes),
            meaning=meaning_of(
                settings, store, asking=not scratch, should_stop=should_stop, tell=tell, step=step
            ),
            gists=gists_of(settings, asking=not scratch, tell=tell),
            progress=progress,
            should_stop=should_stop,
            tell=tell,
            step=step,
        )


def half_life_of(settings: Settings) -> dt.timedelta:
    """In how long what a reader likes comes to count half."""
    return dt.timedelta(days=settings.learning.half_life_days)


WEB_BUSY_S = 5  # how long a page waits for another writer, before it says that the library is busy


@contextlib.contextmanager
def open_desk(settings: Settings, *, tell: Callable[..., None] = untold) -> Iterator[Desk]:
    """Everything that the web side works with; closed at the end. `tell` keeps a log. Until then a thread
    posts the notes that pages ask for."""
    # Imported here: Flask is loaded for `digest web` alone.
    from digest.ports import Catalogue
    from digest.web.desk import Desk, SourceLabel
    from digest.web.poster import Poster

    site = settings.site
    with open_store(_patient(settings)) as store:
        sources = sources_of(settings, store)
        desk = Desk(
            store=store,
            site=site_of(settings),
            signer=signer_of(settings),
            secret=site.secret.get_secret_value(),
            old_secrets=tuple(secret.get_secret_value() for secret in site.old_secrets),
            settings=settings.web,
            defaults=settings.digest,
            sources=tuple(
                SourceLabel(name=source.name, title=source.title, kind=one.kind)
                for source, one in zip(sources, settings.sources, strict=True)
            ),
            catalogues=tuple(source for source in sources if isinstance(source, Catalogue)),
            templates=settings.digest.templates,
            half_life=half_life_of(settings),
            soft_bounces=delivery_of(settings).soft_bounces,
            webhook_key=settings.mail.sendgrid.webhook_key or "",
            meaning=meaning_of(settings, store, tell=tell),
            tell=tell,
        )
        templates = Templates.load(settings.digest.templates)
        rules = Post(templates=templates, limits=delivery_of(settings).limits)
        with Poster(desk.house, lambda: open_mailer(settings.mail), rules=rules) as poster:
            yield dataclasses.replace(desk, poke=poster.poke)


def post_notes(works: Works) -> Posted:
    """Send the notes that wait, by the provider of a run."""
    house = House(store=works.store, site=works.site, signer=works.signer, clock=works.clock, tell=works.tell)
    if not works.store.notes.has_work(works.clock()):
        return Posted()
    rules = Post(
        templates=works.templates,
        limits=works.delivery.limits,
        jitter=works.jitter,
        should_stop=works.should_stop,
        step=works.step,
    )
    with works.store.own() as owner:
        return post(house, works.mailer, owner, rules=rules)


def _patient(settings: Settings) -> Settings:
    """The settings with a database that a page does not wait for as long as a run does."""
    url = settings.store.url
    if "timeout=" in url:
        return settings
    url = f"{url}{'&' if '?' in url else '?'}timeout={WEB_BUSY_S}"
    return settings.model_copy(update={"store": settings.store.model_copy(update={"url": url})})
