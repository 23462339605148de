"""Who has been offered what: once each, whichever process asks, until its time is over."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.domain.offers import Offer
from bot.storage import Database, SqlOfferStore
from sandbox.clock import EPOCH

OFFER = Offer(message_id=70, user_id=5, channel_id=9)


async def test_an_offer_is_claimed_once(database: Database) -> None:
    stores = [SqlOfferStore(database) for _ in range(5)]
    claimed = await asyncio.gather(*(store.claim(OFFER, EPOCH) for store in stores))
    assert claimed.count(True) == 1
    assert await stores[0].claim(replace(OFFER, user_id=6), EPOCH)
    assert await stores[0].claim(replace(OFFER, message_id=71), EPOCH)


async def test_a_forgotten_offer_can_be_made_again(database: Database) -> None:
    store = SqlOfferStore(database)
    await store.claim(OFFER, EPOCH)
    await store.forget(OFFER.message_id, OFFER.user_id)
    await store.forget(OFFER.message_id, OFFER.user_id)
    assert await store.claim(OFFER, EPOCH)


async def test_old_offers_are_given_out_once_oldest_first_and_some_at_a_time(database: Database) -> None:
    store = SqlOfferStore(database)
    for number in range(5):
        offer = replace(OFFER, message_id=number + 1)
        assert await store.claim(offer, EPOCH + timedelta(minutes=number))
        await store.answered(replace(offer, answer_id=number + 100))
    before = EPOCH + timedelta(minutes=3)
    first = await store.take_old(before, 2)
    rest = await store.take_old(before, 9)
    assert sorted((offer.message_id, offer.answer_id) for offer in first) == [(1, 100), (2, 101)]
    assert [(offer.message_id, offer.answer_id) for offer in rest] == [(3, 102)]
    assert await store.take_old(before, 9) == []
