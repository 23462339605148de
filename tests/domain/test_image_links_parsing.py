"""Links as people write them: what they are taken for, and what is no link."""

from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.links import LONGEST_NAME, message_link, name_of_link, parse_links
from bot.domain.sources import MessageLink, Picture
from bot.errors import LinkNotUnderstood, LinkWithPassword

A, B = "https://a.example/cat.png", "http://b.example:8080/dog.jpg?w=200,h=300#top"
MESSAGE = "https://discord.com/channels/11/22/33"


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("", []),
        (" \n , ,, \t", []),
        (A, [A]),
        (f"{A} {B}", [A, B]),
        (f"{A},{B}", [A, B]),
        (f"{A}, {B},", [A, B]),
        (f"{A}\n{B}\r\n{A}", [A, B, A]),
        (f"<{A}><{B}>".replace("><", "> <"), [A, B]),
        (f"<{A}>,<{B}>", [A, B]),
        (f"{A},<{B}>", [A, B]),
        ("https://img.example/w_200,h_300/cat.png", ["https://img.example/w_200,h_300/cat.png"]),
        ("HTTPS://A.EXAMPLE/Cat.PNG", ["HTTPS://A.EXAMPLE/Cat.PNG"]),
        ("https://bücher.example/ä.png", ["https://bücher.example/ä.png"]),
        ("https://[2606:4700::1]/a.png", ["https://[2606:4700::1]/a.png"]),
    ],
)
def test_links_in_their_order(text: str, urls: list[str]) -> None:
    links = parse_links(text)
    assert links.problems == ()
    assert [source.url for source in links.sources if isinstance(source, Picture)] == urls
    assert len(links.sources) == len(urls)


@pytest.mark.parametrize(
    "text",
    [
        "cat.png",
        "www.example.com/cat.png",
        "//a.example/cat.png",
        "ftp://a.example/cat.png",
        "file:///etc/passwd",
        "data:image/png;base64,iVBORw0KGgo=",
        "javascript:alert(1)",
        "https://",
        "https:///cat.png",
        "https://:80/cat.png",
        "https://a.example:99999/cat.png",
        "https://a.example:0/cat.png",
        "https://a.example:port/cat.png",
        "https://[::1/cat.png",
        "https://[nonsense]/cat.png",
        "<>x",
        "12345",
    ],
)
def test_what_is_no_link_is_named(text: str) -> None:
    links = parse_links(f"{A} {text} {B}")
    assert [type(problem) for problem in links.problems] == [LinkNotUnderstood]
    (problem,) = links.problems
    assert isinstance(problem, LinkNotUnderstood)
    assert problem.text == text
    assert len(links.sources) == 2


def test_what_stands_in_a_link_to_be_kept_secret_is_not_repeated() -> None:
    links = parse_links("https://mara:secret@a.example/cat.png")
    (problem,) = links.problems
    assert isinstance(problem, LinkWithPassword)
    assert (links.sources, problem.host) == ((), "a.example")


@pytest.mark.parametrize("host", ["discord.com", "www.discord.com", "ptb.discord.com", "canary.discord.com"])
@pytest.mark.parametrize("beginning", ["https://", "http://", "HTTPS://"])
@pytest.mark.parametrize("end", ["", "/", "?x=1", "#top"])
def test_a_link_to_a_message_of_whichever_client(host: str, beginning: str, end: str) -> None:
    assert message_link(f"{beginning}{host}/channels/11/22/33{end}") == MessageLink(11, 22, 33)
    assert message_link(f"{beginning}{host.replace('discord', 'discordapp')}/channels/@me/22/33{end}") == MessageLink(
        None, 22, 33
    )


@pytest.mark.parametrize(
    "text",
    [
        "https://discord.com/channels/11/22",
        "https://discord.com/channels/11/22/33/44",
        "https://discord.com/channels/11/22/x",
        "https://discord.com.evil.example/channels/11/22/33",
        "https://evildiscord.com/channels/11/22/33",
        "https://evil.example/discord.com/channels/11/22/33",
        "https://discord.com@evil.example/channels/11/22/33",
        "https://discord.com/channels/11/22/" + "9" * 20,
        "https://discord.com/channels/١١/٢٢/٣٣",
        "https://cdn.discordapp.com/attachments/11/22/cat.png",
    ],
)
def test_other_links_are_no_links_to_messages(text: str) -> None:
    assert message_link(text) is None


@given(st.none() | st.integers(1, 2**63 - 1), st.integers(1, 2**63 - 1), st.integers(1, 2**63 - 1))
def test_a_message_comes_back_from_its_link(guild: int | None, channel: int, message: int) -> None:
    link = MessageLink(guild, channel, message)
    assert message_link(link.url) == link
    assert parse_links(f"<{link.url}>").sources == (link,)


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
addresses = st.builds(
    lambda host, path: f"https://{host}.example/{quote(path)}", st.text("abcxyz", min_size=1, max_size=9), names
)
gaps = st.text(" \n\t,", min_size=1, max_size=4).filter(lambda gap: gap.strip(" \n\t") != gap or "," in gap)


@given(st.lists(st.tuples(addresses, st.booleans()), max_size=20), gaps)
def test_however_links_are_put_together_they_come_back(links: list[tuple[str, bool]], gap: str) -> None:
    text = gap.join(f"<{address}>" if bracketed else address for address, bracketed in links)
    found = parse_links(text)
    assert found.problems == ()
    assert [source.url for source in found.sources if isinstance(source, Picture)] == [address for address, _ in links]


@given(st.text(max_size=200) | st.text("htps:/.<>,@[] \n1", max_size=60))
def test_any_text_is_links_and_named_problems(text: str) -> None:
    found = parse_links(text)
    for source in found.sources:
        if isinstance(source, Picture):
            assert source.url in text
            assert urlsplit(source.url).scheme in {"http", "https"}
            assert "@" not in urlsplit(source.url).netloc
            assert source.filename
    for problem in found.problems:
        if isinstance(problem, LinkNotUnderstood):
            assert problem.text in text


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (A, "cat.png"),
        (B, "dog.jpg"),
        ("https://a.example/cat%20one.png", "cat one.png"),
        ("https://a.example/cats/", "cats"),
        ("https://a.example/", "a.example"),
        ("https://a.example", "a.example"),
        ("https://a.example/?file=cat.png", "a.example"),
        ("https://a.example/..%2f..%2fetc%2fpasswd", "passwd"),
        ("https://a.example/..", "a.example"),
        ("https://a.example/a%00b%0a.png", "ab.png"),
        ("https://a.example/%E2%80%AEgnp.exe", "gnp.exe"),
        ("https://a.example/" + "x" * 300 + ".png", "x" * 96 + ".png"),
    ],
)
def test_the_name_of_a_linked_picture(url: str, name: str) -> None:
    assert name_of_link(url) == name


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_a_name_is_always_safe(path: str) -> None:
    name = name_of_link(f"https://a.example/{quote(path)}")
    assert 0 < len(name) <= LONGEST_NAME
    assert name.isprintable()
    assert not set(name) & set('<>:"/\\|?*')
    assert name not in {".", ".."}
