"""Forms, trays and earlier tasks: what people prepare, and look up, before there is a job."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from bot.clock import Clock
from bot.domain.forms import Form, FormStore
from bot.domain.history import PastTask
from bot.domain.job import Job
from bot.domain.parcel import result_named
from bot.domain.references import Remark
from bot.domain.sources import Picture, picture_key
from bot.domain.trays import Collected, TrayStore
from bot.errors import FormForgotten, StorageUnavailable
from bot.jobs.ports import History, JobStore
from bot.jobs.service import new_job_id

WITHIN = 1.0
"""Real seconds for which an answer waits for the database; Discord gives it three."""

REMEMBERED = 256
FORM_LIFE = timedelta(days=1)
STILL_THERE = timedelta(minutes=2)
"""How long before their end the API's links are no longer preferred."""

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class Desk:
    """Keeps what a form is about from its opening to its use, and what people collect for one.

    The latest forms are remembered here too, so that a database that is away for a moment takes nothing from anybody.
    """

    def __init__(
        self,
        *,
        forms: FormStore,
        trays: TrayStore,
        jobs: JobStore,
        history: History,
        clock: Clock,
        new_id: Callable[[], str] = new_job_id,
        within: float = WITHIN,
    ) -> None:
        self._forms = forms
        self._trays = trays
        self._jobs = jobs
        self._history = history
        self._clock = clock
        self._new_id = new_id
        self._within = within
        self._remembered: OrderedDict[str, tuple[Form, datetime]] = OrderedDict()
        self._writing: set[asyncio.Task[None]] = set()
        self._unsaved: set[str] = set()
        self._being_sent: set[str] = set()

    def form(
        self, user_id: int, pictures: Sequence[Picture], left_out: Sequence[Remark] = (), tray_id: int | None = None
    ) -> Form:
        """Return a new form about pictures, which is not kept yet; `tray_id` is the channel of the tray they are of."""
        return Form(self._new_id(), user_id, tuple(pictures), tuple(left_out), tray_id=tray_id)

    def anew(self, form: Form) -> Form:
        """Return the same form under an id of its own."""
        return replace(form, id=self._new_id())

    async def keep(self, form: Form) -> None:
        """Keep a form; a database that takes its time goes on behind one's back.

        Raises:
            StorageUnavailable: the database has said that it does not take it; it is only remembered here.
        """
        self._remembered[form.id] = (form, self._clock.now())
        self._unsaved.add(form.id)
        while len(self._remembered) > REMEMBERED:
            self._unsaved.discard(self._remembered.popitem(last=False)[0])
        storing = asyncio.create_task(self._forms.keep(form), name=f"keeping form {form.id}")
        self._writing.add(storing)
        storing.add_done_callback(partial(self._written, form.id))
        await asyncio.wait({storing}, timeout=self._within)
        if storing.done():
            storing.result()

    async def load(self, form_id: str) -> Form | None:
        """Return a form that is kept or remembered.

        Raises:
            StorageUnavailable: it is not remembered here, and the database does not answer in time.
        """
        remembered = self._recall(form_id)
        try:
            kept = await self._in_time(self._forms.load(form_id))
        except StorageUnavailable:
            if remembered is None:
                raise
            return remembered
        # What was stored and is not there any more was used, maybe in another process.
        return remembered if kept is None and form_id in self._unsaved else kept

    @contextmanager
    def sending(self, form_id: str) -> Iterator[None]:
        """Let a form be sent once at a time: of two at once, neither would find that the other has used it.

        Raises:
            FormForgotten: it is being sent already.
        """
        if form_id in self._being_sent:
            raise FormForgotten
        self._being_sent.add(form_id)
        try:
            yield
        finally:
            self._being_sent.discard(form_id)

    async def is_taken(self, job_id: str) -> bool:
        """Tell whether there is such a job, so that what asks for it was taken in, here or elsewhere.

        Raises:
            StorageUnavailable: the database does not answer in time.
        """
        return await self._in_time(self._jobs.get(job_id)) is not None

    async def used(self, form: Form) -> None:
        """Forget a form whose job was taken in, and take its pictures out of the tray they are of."""
        self._remembered.pop(form.id, None)
        self._unsaved.discard(form.id)
        try:
            await self._forms.remove(form.id)
            if form.tray_id is not None:
                keys = {picture_key(picture.url) for picture in form.pictures}
                await self._trays.remove(form.user_id, form.tray_id, keys)
        except StorageUnavailable as error:
            # What stays behind is forgotten by itself, and seen by its owner until then.
            _log.warning("a used form stays behind", form=form.id, error=str(error))

    async def collect(self, user_id: int, channel_id: int, pictures: Sequence[Picture]) -> Collected:
        """Add pictures to a tray.

        Raises:
            StorageUnavailable: nothing is known to have been added.
        """
        return await self._trays.add(user_id, channel_id, pictures)

    async def tray(self, user_id: int, channel_id: int) -> tuple[Picture, ...]:
        """Return what is in a tray.

        Raises:
            StorageUnavailable: the database does not answer in time.
        """
        return await self._in_time(self._trays.load(user_id, channel_id))

    async def take_out(self, user_id: int, channel_id: int, keys: Collection[str]) -> tuple[Picture, ...]:
        """Take pictures out of a tray by `picture_key`, and return what is left.

        Raises:
            StorageUnavailable: nothing is known to have been taken out.
        """
        return await self._trays.remove(user_id, channel_id, keys)

    async def empty(self, user_id: int, channel_id: int) -> None:
        """Take everything out of a tray.

        Raises:
            StorageUnavailable: it is not known to be empty.
        """
        await self._trays.clear(user_id, channel_id)

    async def originals(self, pictures: Sequence[Picture]) -> tuple[Picture, ...]:
        """Return pictures of one of the bot's own messages with the API's originals before Discord's copies.

        Where the database does not answer in time, the copies have to do.
        """
        named = [result_named(picture.filename) for picture in pictures]
        jobs: dict[str, Job | None] = {}
        try:
            for job_id in {name[0] for name in named if name is not None}:
                jobs[job_id] = await self._in_time(self._jobs.get(job_id))
        except StorageUnavailable as error:
            _log.warning("originals not looked up", error=str(error))
        now = self._clock.now() + STILL_THERE
        found = []
        for picture, name in zip(pictures, named, strict=True):
            job = jobs.get(name[0]) if name is not None else None
            alive = job is not None and (job.results_expire_at is None or now < job.results_expire_at)
            if job is not None and name is not None and alive and 1 <= name[1] <= len(job.results):
                picture = Picture(job.results[name[1] - 1], picture.filename, picture.url)  # noqa: PLW2901 - the same picture, from nearer its source
            found.append(picture)
        return tuple(found)

    async def recent(self, user_id: int, root_id: int) -> Sequence[PastTask]:
        """Return somebody's last tasks with pictures in a channel and its threads, newest first.

        Raises:
            StorageUnavailable: the database does not answer in time.
        """
        return await self._in_time(self._history.recent(user_id, root_id))

    def _recall(self, form_id: str) -> Form | None:
        form, since = self._remembered.get(form_id, (None, self._clock.now()))
        return form if self._clock.now() - since < FORM_LIFE else None

    def _written(self, form_id: str, storing: asyncio.Task[None]) -> None:
        self._writing.discard(storing)
        if storing.cancelled():
            return
        if (error := storing.exception()) is not None:
            _log.warning("a form was not kept", form=form_id, error=str(error))
        else:
            self._unsaved.discard(form_id)

    async def _in_time(self, asking: Awaitable[T]) -> T:
        try:
            return await asyncio.wait_for(asking, self._within)
        except TimeoutError as error:
            raise StorageUnavailable(detail=f"no answer within {self._within:g} s") from error
