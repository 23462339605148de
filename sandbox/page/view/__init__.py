"""What one person sees, as keys and payloads: pure functions of the sandbox, and one cache for messages."""

from sandbox.discord import Person
from sandbox.discord.errors import Json
from sandbox.page.desk import Desk
from sandbox.page.view.cache import ViewCache
from sandbox.page.view.channels import channels_of, channels_view
from sandbox.page.view.interactions import interactions_view
from sandbox.page.view.messages import messages_view
from sandbox.page.view.people import people_view
from sandbox.page.view.seedream import ledger_view, tasks_view
from sandbox.page.view.switches import bot_view, faults_view, traffic_view

View = dict[str, Json | list[Json]]
"""Payloads by key: "message:123", "bot". A payload is never changed once it is made."""


def view_of(desk: Desk, person: Person, cache: ViewCache) -> View:
    """Return everything there is to see for a person.

    Args:
        desk: what is shown.
        person: whose eyes it is seen with.
        cache: this person's own; it is kept from one call to the next.
    """
    cache.turn()
    channels = channels_of(desk.world.discord, person)
    messages, authors = messages_view(desk, person, channels, cache)
    return {
        **people_view(desk, person, authors),
        **channels_view(desk, person, channels, cache),
        **messages,
        **interactions_view(desk, person),
        **tasks_view(desk),
        "ledger": ledger_view(desk),
        **faults_view(desk),
        "bot": bot_view(desk),
        "traffic": traffic_view(desk),
    }
