"""Where messages go, over every kind of place and every set of rights."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.place import NoThread, PlaceKind, Right, Venue, VenueChoice, choose_venue
from bot.errors import CannotPostPictures
from tests.support.jobs import make_place

ALL = frozenset(Right)


@given(st.sampled_from(PlaceKind), st.frozensets(st.sampled_from(Right)))
def test_no_venue_is_chosen_that_lacks_a_right_it_needs(kind: PlaceKind, rights: frozenset[Right]) -> None:
    if Right.ATTACH_FILES not in rights:
        with pytest.raises(CannotPostPictures) as refused:
            choose_venue(kind, rights)
        assert Right.ATTACH_FILES.value in refused.value.missing
        assert not rights & {Right(name) for name in refused.value.missing}
        return
    choice = choose_venue(kind, rights)
    if choice.venue is Venue.THREAD:
        assert kind is PlaceKind.TEXT
        assert {Right.VIEW_CHANNEL, Right.CREATE_PUBLIC_THREADS, Right.SEND_MESSAGES_IN_THREADS} <= rights
        # What was sent has to be found again after a crash.
        assert Right.READ_MESSAGE_HISTORY in rights
        assert choice == VenueChoice(Venue.THREAD)
    elif choice.venue is Venue.CHANNEL and kind is not PlaceKind.DIRECT_MESSAGE:
        send = Right.SEND_MESSAGES_IN_THREADS if kind is PlaceKind.THREAD else Right.SEND_MESSAGES
        assert {send, Right.VIEW_CHANNEL, Right.READ_MESSAGE_HISTORY} <= rights
        assert kind is not PlaceKind.FOREIGN
    assert (choice.venue is Venue.THREAD) == (choice.no_thread is None)
    assert bool(choice.missing) == (choice.no_thread is NoThread.PERMISSION)
    assert not set(choice.missing) & rights


def test_a_thread_is_opened_wherever_that_is_possible() -> None:
    needed = {
        Right.ATTACH_FILES,
        Right.VIEW_CHANNEL,
        Right.CREATE_PUBLIC_THREADS,
        Right.SEND_MESSAGES_IN_THREADS,
        Right.READ_MESSAGE_HISTORY,
    }
    for count in range(len(Right) + 1):
        for rights in itertools.combinations(Right, count):
            if needed <= set(rights):
                assert choose_venue(PlaceKind.TEXT, frozenset(rights)).venue is Venue.THREAD


@pytest.mark.parametrize(
    ("kind", "rights", "choice"),
    [
        (PlaceKind.TEXT, ALL, VenueChoice(Venue.THREAD)),
        (
            PlaceKind.TEXT,
            ALL - {Right.CREATE_PUBLIC_THREADS},
            VenueChoice(Venue.CHANNEL, NoThread.PERMISSION, (Right.CREATE_PUBLIC_THREADS,)),
        ),
        (
            PlaceKind.TEXT,
            ALL - {Right.CREATE_PUBLIC_THREADS, Right.SEND_MESSAGES},
            VenueChoice(Venue.INTERACTION, NoThread.PERMISSION, (Right.CREATE_PUBLIC_THREADS,)),
        ),
        (PlaceKind.TEXT, ALL - {Right.SEND_MESSAGES, Right.EMBED_LINKS}, VenueChoice(Venue.THREAD)),
        (
            PlaceKind.TEXT,
            ALL - {Right.READ_MESSAGE_HISTORY},
            VenueChoice(Venue.INTERACTION, NoThread.PERMISSION, (Right.READ_MESSAGE_HISTORY,)),
        ),
        (PlaceKind.THREAD, ALL, VenueChoice(Venue.CHANNEL, NoThread.IN_THREAD)),
        (
            PlaceKind.THREAD,
            ALL - {Right.SEND_MESSAGES_IN_THREADS},
            VenueChoice(Venue.INTERACTION, NoThread.IN_THREAD),
        ),
        (PlaceKind.OTHER, ALL, VenueChoice(Venue.CHANNEL, NoThread.CHANNEL_KIND)),
        (
            PlaceKind.OTHER,
            ALL - {Right.READ_MESSAGE_HISTORY},
            VenueChoice(Venue.INTERACTION, NoThread.CHANNEL_KIND),
        ),
        (
            PlaceKind.DIRECT_MESSAGE,
            frozenset({Right.ATTACH_FILES, Right.EMBED_LINKS}),
            VenueChoice(Venue.CHANNEL, NoThread.DIRECT_MESSAGE),
        ),
        (PlaceKind.FOREIGN, ALL, VenueChoice(Venue.INTERACTION, NoThread.NOT_A_MEMBER)),
    ],
)
def test_the_venue_of_each_kind_of_place(kind: PlaceKind, rights: frozenset[Right], choice: VenueChoice) -> None:
    assert choose_venue(kind, rights) == choice


@pytest.mark.parametrize(
    ("kind", "rights", "missing"),
    [
        (PlaceKind.TEXT, ALL - {Right.ATTACH_FILES}, ("attach_files",)),
        (PlaceKind.TEXT, frozenset[Right](), ("send_messages", "attach_files")),
        (PlaceKind.THREAD, frozenset({Right.SEND_MESSAGES}), ("send_messages_in_threads", "attach_files")),
        (PlaceKind.FOREIGN, frozenset[Right](), ("attach_files",)),
        (PlaceKind.DIRECT_MESSAGE, frozenset[Right](), ("attach_files",)),
    ],
)
def test_without_attaching_nothing_is_begun_and_the_missing_rights_are_told(
    kind: PlaceKind, rights: frozenset[Right], missing: tuple[str, ...]
) -> None:
    with pytest.raises(CannotPostPictures) as refused:
        choose_venue(kind, rights)
    assert refused.value.missing == missing


def test_a_place_never_shows_its_token() -> None:
    place = make_place(token="very-secret")
    assert "very-secret" not in f"{place!r} {place}"
