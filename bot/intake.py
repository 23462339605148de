"""From a draft to a job, whichever interaction it came by: the same checks, place and acknowledgement."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import discord

from bot.discord_bot import SeedreamBot, acknowledge
from bot.domain.job import Job
from bot.domain.place import choose_venue
from bot.domain.request import RequestDraft, check_request
from bot.domain.sources import Source
from bot.errors import RequestError
from bot.interactions import job_id_of, place_kind, place_of, requester_of, rights


async def take_in(
    interaction: discord.Interaction[SeedreamBot],
    draft: RequestDraft,
    sources: Sequence[Source],
    problems: Sequence[RequestError] = (),
) -> Job:
    """Check everything that needs no I/O, and hand the job over, which acknowledges the interaction.

    Args:
        interaction: not answered yet.
        draft: what is asked for; how many references there are at least is counted here.
        sources: where the references come from, in order; those that are no pictures yet are gathered afterwards.
        problems: what was found wrong on the way here; it is told with the rules that the request breaks.

    Raises:
        RequestRefused: the rules that the request breaks, as far as they are known by now.
        CannotPostPictures: there is no way to post pictures there.
        ShuttingDown: nothing new is taken in.
        AlreadyTaken: another process has heard of it too, and took it in.
    """
    # Whatever is no picture yet brings one or more, or ends the job.
    request = check_request(replace(draft, reference_count=len(sources)), problems)
    choice = choose_venue(place_kind(interaction), rights(interaction))
    jobs = interaction.client.jobs
    with jobs.admission():
        return await jobs.accept(
            requester=requester_of(interaction),
            place=place_of(interaction, choice),
            request=request,
            sources=sources,
            acknowledge=partial(acknowledge, interaction),
            job_id=job_id_of(interaction),
        )
