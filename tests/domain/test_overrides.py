"""For whom and where a server lets the bot's command be used."""

import pytest

from bot.domain.overrides import Override, Target, Usage, allows

GUILD, CHANNEL, USER, PAINTERS, GUESTS = 5000, 2001, 4001, 11, 12
ADA = Usage(GUILD, CHANNEL, USER, (GUILD, PAINTERS, GUESTS))


def role(role_id: int, allowed: bool) -> Override:
    return Override(role_id, Target.ROLE, allowed)


def user(allowed: bool, user_id: int = USER) -> Override:
    return Override(user_id, Target.USER, allowed)


def channel(channel_id: int, allowed: bool) -> Override:
    return Override(channel_id, Target.CHANNEL, allowed)


@pytest.mark.parametrize(
    ("overrides", "allowed"),
    [
        ([], True),
        ([role(GUILD, False)], False),
        ([role(GUILD, False), role(PAINTERS, True)], True),
        ([role(GUILD, True), role(PAINTERS, False)], False),
        ([role(PAINTERS, True), role(GUESTS, False)], True),
        ([role(99, True), role(GUILD, False)], False),
        ([role(GUILD, False), user(True)], True),
        ([role(PAINTERS, True), user(False)], False),
        ([user(False, 99)], True),
        ([channel(CHANNEL, False)], False),
        ([channel(GUILD - 1, False)], False),
        ([channel(GUILD - 1, False), channel(CHANNEL, True)], True),
        ([channel(99, False)], True),
        ([channel(CHANNEL, False), user(True)], False),
        ([channel(CHANNEL, True), role(GUILD, False)], False),
    ],
)
def test_who_may_use_it_where(overrides: list[Override], allowed: bool) -> None:
    assert allows(overrides, ADA) is allowed
    assert allows(list(reversed(overrides)), ADA) is allowed
