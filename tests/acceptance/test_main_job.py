"""The main job as a person sees it: `/seedream`, a thread, a task, pictures."""

from datetime import timedelta

import pytest

from sandbox.discord import File
from tests.acceptance.house import House, labelled, picture, status, task_id, words


async def test_text_only(house: House) -> None:
    interaction = await house.ask(prompt="a calm harbour at dawn")
    answer = await interaction.acknowledged()
    assert (answer.kind, answer.ephemeral) == ("deferred", False)

    card = await house.done(interaction)
    thread = card.thread
    assert thread is not None
    assert thread.name == "a calm harbour at dawn"
    assert "> a calm harbour at dawn" in words(card)
    assert (labelled(card, "Version"), labelled(card, "Size"), labelled(card, "Pictures")) == ("5.0-lite", "2K", "1")
    assert "Done: 1 picture" in str(labelled(card, "Outcome"))

    (entry,) = house.world.seedream.ledger
    assert entry.payload == {
        "prompt": "a calm harbour at dawn",
        "version": "5.0-lite",
        "size": "2K",
        "max_images": 1,
    }
    task, pictures = house.messages(interaction)
    assert task_id(task) == entry.task_id
    assert [*map(status, task.revisions), status(task)] == ["pending", "processing", "completed"]
    (attachment,) = pictures.attachments
    assert attachment.description == "a calm harbour at dawn (image 1 of 1)"
    assert (attachment.width, attachment.height) == (160, 120)
    assert pictures.pinged == [house.person]


async def test_times_are_relative_timestamps_of_the_status(house: House) -> None:
    interaction = await house.ask()
    await house.done(interaction)
    task = house.messages(interaction)[0]
    pending = labelled(task.revisions[0], "Status")
    entry = house.world.seedream.ledger[0]
    assert pending == f"`pending` since <t:{int(entry.at.timestamp())}:R>"


async def test_nobody_but_the_requester_is_mentioned_and_only_once(house: House) -> None:
    other = house.world.discord.add_person("noor")
    prompt = f"@everyone @here <@{other.id}> <@&{house.guild.id}> a crowd"
    interaction = await house.ask(prompt=prompt, max_images=11, image1=picture(name=f"<@{other.id}>.png"))
    await house.done(interaction)
    everything = [interaction.original, *house.messages(interaction)]
    assert [p for m in everything if m is not None for p in m.pinged] == [house.person]


@pytest.mark.parametrize("count", [1, 3, 14])
async def test_references_arrive_whole_and_in_order(house: House, count: int) -> None:
    files = [picture(n) for n in range(1, count + 1)]
    options = {f"image{n}": file for n, file in enumerate(files, start=1)}
    interaction = await house.ask(prompt="image 1 in the style of the rest", **options)
    card = await house.done(interaction)
    (entry,) = house.world.seedream.ledger
    assert [upload.data for upload in house.uploads(entry)] == [file.data for file in files]
    assert f"{count} photo{count}.png" in str(labelled(card, "Reference images"))


async def test_gaps_between_image_options_keep_the_order(house: House) -> None:
    first, second = picture(1), picture(2)
    await house.done(await house.ask(image9=second, image2=first))
    (entry,) = house.world.seedream.ledger
    assert [upload.data for upload in house.uploads(entry)] == [first.data, second.data]


async def test_fifteen_images_come_as_ten_and_five(house: House) -> None:
    interaction = await house.ask(prompt="a set of stamps", max_images=15)
    await house.done(interaction)
    batches = [m for m in house.messages(interaction) if m.attachments]
    assert [len(m.attachments) for m in batches] == [10, 5]
    assert [a.description for a in house.pictures(interaction)] == [
        f"a set of stamps (image {n} of 15)" for n in range(1, 16)
    ]
    assert [a.data for a in house.pictures(interaction)] == await house.results()
    assert house.world.seedream.ledger[0].payload["max_images"] == 15


async def test_auto_leaves_max_images_out(house: House) -> None:
    house.replan(auto_images=6)
    interaction = await house.ask(max_images=0, image1=picture())
    card = await house.done(interaction)
    assert "max_images" not in house.world.seedream.ledger[0].payload
    assert labelled(card, "Pictures") == "Auto (up to 14)"
    assert len(house.pictures(interaction)) == 6


async def test_options_reach_the_api(house: House) -> None:
    await house.done(await house.ask(version="4.0", size="1280 x 720", max_images=2))
    payload = house.world.seedream.ledger[0].payload
    assert (payload["version"], payload["size"], payload["max_images"]) == ("4.0", "1280x720", 2)


async def test_both_result_shapes_mixed(house: House) -> None:
    house.replan(result_shape="mixed")
    interaction = await house.ask(max_images=3)
    await house.done(interaction)
    assert len(house.pictures(interaction)) == 3


async def test_an_undocumented_status_is_waited_through(house: House) -> None:
    house.replan(unknown_status="warming-up", unknown_seconds=7.0)
    interaction = await house.ask()
    await house.done(interaction)
    assert len(house.pictures(interaction)) == 1


async def test_a_single_image_job_costs_at_most_five_counted_requests(house: House) -> None:
    before = len(house.world.discord.requests)
    await house.done(await house.ask())
    counted = [r for r in house.world.discord.requests[before:] if r.counts_toward_global_limit]
    assert len(counted) <= 5, [(r.method, r.path) for r in counted]


async def test_usual_duration_is_told_once_it_is_known(house: House) -> None:
    for _ in range(3):
        await house.done(await house.ask())
    interaction = await house.ask()
    await house.done(interaction)
    assert "usually ready in about" in str(labelled(house.messages(interaction)[0].revisions[0], "Status"))


async def test_picture_bytes_decide_not_names(house: House) -> None:
    disguised = File("notes.txt", picture(form="JPEG").data, content_type="text/plain")
    interaction = await house.ask(image1=disguised)
    await house.done(interaction)
    assert house.paid == 1


async def test_reference_links_go_directly_when_set(empty_house: House) -> None:
    await empty_house.start(seedream={"reference_mode": "direct"})
    await empty_house.done(await empty_house.ask(image1=picture()))
    (entry,) = empty_house.world.seedream.ledger
    assert empty_house.world.seedream.uploads == []
    assert entry.references[0].startswith(empty_house.world.discord.base_url)  # type: ignore[union-attr]


async def test_result_links_are_fetched_at_once(house: House) -> None:
    interaction = await house.ask()
    await house.done(interaction)
    await house.clock.advance(timedelta(hours=25).total_seconds())
    assert house.pictures(interaction)[0].data


async def test_the_card_tells_the_most_it_can_cost_where_prices_are_set(empty_house: House) -> None:
    await empty_house.start(seedream={"price_per_image": {"5.0-lite": "0.035"}, "currency": "EUR"})
    card = await empty_house.done(await empty_house.ask(max_images=4))
    assert labelled(card, "Costs at most") == "0.14 EUR"
    card = await empty_house.done(await empty_house.ask(max_images=0, image1=picture()))
    assert labelled(card, "Costs at most") == "0.49 EUR"
    card = await empty_house.done(await empty_house.ask(version="4.0"))
    assert labelled(card, "Costs at most") is None
