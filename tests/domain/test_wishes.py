"""What the words of a message ask for: wishes are taken out, everything else is the prompt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.sizes import ExactSize, Tier, Version
from bot.domain.wishes import Wishes, mentions, read_wishes, readable, without_links
from bot.errors import ImageCountNotUnderstood, PromptMissing, RequestRefused, SizeNotUnderstood

ME = 1001


@pytest.mark.parametrize(
    ("text", "prompt", "version", "size", "images"),
    [
        ("turn this into clay, 3K, 4 images", "turn this into clay", None, "3K", "4"),
        ("turn this into clay", "turn this into clay", None, None, None),
        ("4 images of cats on a wall", "4 images of cats on a wall", None, None, None),
        ("cats, 4 images of them, red", "cats, 4 images of them, red", None, None, None),
        ("a wall --size 3K --images 4 --version 4.5", "a wall", "4.5", "3K", "4"),
        ("--images auto a wall in --size=2560x1440 Rome", "a wall in Rome", None, "2560x1440", "auto"),
        ("a wall --size 2560 x 1440 at dawn", "a wall at dawn", None, "2560 x 1440", None),
        ("a wall —size 3K", "a wall", None, "3K", None),
        ("a wall –images 2", "a wall", None, None, "2"),
        ("a wall, --size 3K, red", "a wall, red", None, "3K", None),
        ("a wall --size 3K, red", "a wall, red", None, "3K", None),
        ("3K, a wall", "a wall", None, "3K", None),
        ("a wall\n2560x1440\nat dawn", "a wall\nat dawn", None, "2560x1440", None),
        ("a wall; v4.5; auto", "a wall", "4.5", None, "auto"),
        ("a wall, version 4.0, 1 picture", "a wall", "4.0", None, "1"),
        ("a wall, Seedream 4.5, 2 PICS.", "a wall", "4.5", None, "2"),
        ("a wall, seedream 5", "a wall", "5.0-lite", None, None),
        ("a wall, version 5.0 lite", "a wall", "5.0-lite", None, None),
        ("a wall --version 5.0-lite", "a wall", "5.0-lite", None, None),
        ("a wall, 2K, 3K", "a wall", None, "3K", None),
        ("a wall --size 2K, 3K", "a wall", None, "3K", None),
        ("a wall, 8K, very detailed", "a wall, 8K, very detailed", None, None, None),
        ("a logo, v2", "a logo, v2", None, None, None),
        ("1,000 cats,, and a dog", "1,000 cats,, and a dog", None, None, None),
        ("an autobahn, auto-rickshaws", "an autobahn, auto-rickshaws", None, None, None),
        ("a --sizeable cat with--size 3K", "a --sizeable cat with--size 3K", None, None, None),
        ("--quality high a wall", "--quality high a wall", None, None, None),
        ("a wall --size 9K", "a wall", None, "9K", None),
        ("a wall --images many", "a wall", None, None, "many"),
        ("a wall --images", "a wall", None, None, ""),
        ("a wall --size --images 4", "a wall", None, "", "4"),
        ("3K", "", None, "3K", None),
        ("", "", None, None, None),
    ],
)
def test_what_is_understood(text: str, prompt: str, version: str | None, size: str | None, images: str | None) -> None:
    wishes = read_wishes(text)
    assert (wishes.prompt, wishes.version, wishes.size, wishes.images) == (prompt, version, size, images)
    assert bool(wishes.taken) == (version is not None or size is not None or images is not None)


def test_what_was_taken_is_told_as_it_was_written() -> None:
    assert read_wishes("clay, 3k , --images 4, V4.5.").taken == ("3k", "--images 4", "V4.5")


def test_a_request_with_defaults_for_what_is_not_said() -> None:
    request = read_wishes("a wall").request(2)
    assert (request.version, request.size, request.max_images) == (Version.V5_0_LITE, Tier.K2, 1)
    assert request.reference_count == 2
    request = read_wishes("a wall, auto, v4.5, 2560x1440").request(0)
    assert (request.version, request.size, request.max_images) == (Version.V4_5, ExactSize(2560, 1440), None)


def test_every_bad_wish_is_told_at_once() -> None:
    with pytest.raises(RequestRefused) as caught:
        read_wishes("--size 9K --images many").request(0)
    assert [type(problem) for problem in caught.value.problems] == [
        PromptMissing,
        SizeNotUnderstood,
        ImageCountNotUnderstood,
    ]


@pytest.mark.parametrize("images", ["many", "", "-3", "4.5", "9" * 40, "²"])
def test_a_number_of_pictures_that_is_none(images: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        Wishes("a wall", images=images).request(0)
    assert [type(problem) for problem in caught.value.problems] == [ImageCountNotUnderstood]


@given(st.text(max_size=200))
def test_nothing_fails_and_what_is_no_wish_is_left_alone(text: str) -> None:
    wishes = read_wishes(text)
    if not wishes.taken:
        assert wishes.prompt == text.strip()
    assert len(wishes.prompt) <= len(text)


WORD = st.text(st.sampled_from("abcdeghjmqrtuwyz äß?'"), min_size=1, max_size=30).map(str.strip).filter(bool)
WISH = st.sampled_from(["3K", "2560x1440", "4 images", "auto", "v4.5", "--size 2K", "--images 2", "version 4.0"])


@given(st.lists(st.tuples(WORD, st.sampled_from([", ", "; ", "\n", ","])), min_size=1, max_size=6), st.data())
def test_wishes_come_out_wherever_they_stand_and_the_rest_keeps_its_order(
    pieces: list[tuple[str, str]], data: st.DataObject
) -> None:
    wish = data.draw(WISH)
    place = data.draw(st.integers(0, len(pieces)))
    words = [word for word, _ in pieces]
    with_wish = [*words[:place], wish, *words[place:]]
    wishes = read_wishes(", ".join(with_wish))
    assert wishes.prompt == ", ".join(words)
    assert wishes.taken == (wish,)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (f"<@{ME}> a fox", "a fox"),
        (f"a <@!{ME}> fox", "a fox"),
        (f"a fox <@{ME}>", "a fox"),
        (f"<@{ME}><@{ME}>", ""),
        (f"<@{ME}> like <@7> and <@&8> in <#9>", "like @Noor and @painters in #wall"),
        (f"<@{ME}> like <@99>", "like"),
        (f"<@{ME}> a <:party:123456> and <a:spin:42>", "a :party: and :spin:"),
        (f"<@{ME}>\na fox\nin  rain", "a fox\nin rain"),
        ("two  blanks stay", "two  blanks stay"),
    ],
)
def test_mentions_become_names(text: str, read: str) -> None:
    assert readable(text, me=ME, names={7: "Noor", 8: "painters", 9: "wall"}) == read


@pytest.mark.parametrize(
    ("text", "left", "links"),
    [
        ("a fox", "a fox", ()),
        ("like https://a.example/b.png, 3K", "like, 3K", ("https://a.example/b.png",)),
        ("<https://a.example/b.png> in clay", "in clay", ("https://a.example/b.png",)),
        ("HTTP://a.example/b (see http://c.example/d).", "(see ).", ("HTTP://a.example/b", "http://c.example/d")),
        ("a\nhttps://a.example/b?x=1,2&y=3\nb", "a\n\nb", ("https://a.example/b?x=1,2&y=3",)),
        ("ftp://a.example/b", "ftp://a.example/b", ()),
        ("two  blanks stay", "two  blanks stay", ()),
    ],
)
def test_links_leave_the_words(text: str, left: str, links: tuple[str, ...]) -> None:
    assert without_links(text) == (left, links)


@given(st.text(max_size=80))
def test_words_without_links_are_left_alone(text: str) -> None:
    left, links = without_links(text)
    assert links or left == text
    assert without_links(left)[0].count("://") <= text.count("://")


@given(st.text(max_size=60), st.integers(1, 2**63))
def test_no_mention_is_left(text: str, other: int) -> None:
    read = readable(f"{text}<@{other}><@!{ME}><@&{other}><#{other}>", me=ME, names={})
    assert not mentions(read, ME)
    assert not mentions(read, other)


@pytest.mark.parametrize(
    ("text", "found"),
    [(f"a <@{ME}> b", True), (f"<@!{ME}>", True), (f"<@&{ME}>", False), (f"<@{ME}1>", False), ("a fox", False)],
)
def test_who_is_mentioned_by_the_text_itself(text: str, found: bool) -> None:
    assert mentions(text, ME) is found
