"""Which shards are whose: every shard belongs to exactly one process, and the environment says which process it is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import ClusterSettings, load_settings


@given(st.integers(1, 40), st.integers(0, 100))
def test_every_shard_is_one_processs_and_every_process_has_one(count: int, more: int) -> None:
    shards = count + more
    members = [ClusterSettings(count=count, id=number, shards=shards) for number in range(count)]
    assert sorted(shard for member in members for shard in member.shard_ids) == list(range(shards))
    assert all(member.shard_ids for member in members)
    assert max(len(m.shard_ids) for m in members) - min(len(m.shard_ids) for m in members) <= 1


@pytest.mark.parametrize(
    ("cluster", "total", "ids"),
    [
        (ClusterSettings(), None, ()),
        (ClusterSettings(shards=3), 3, (0, 1, 2)),
        (ClusterSettings(count=2), 2, (0,)),
        (ClusterSettings(count=2, id=1), 2, (1,)),
        (ClusterSettings(count=3, id=1, shards=8), 8, (1, 4, 7)),
    ],
)
def test_the_shards_of_a_process(cluster: ClusterSettings, total: int | None, ids: tuple[int, ...]) -> None:
    assert (cluster.total_shards, cluster.shard_ids) == (total, ids)


def test_one_file_serves_all_and_the_environment_tells_the_processes_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        '[discord]\ntoken = "discord-t0ken"\n[seedream]\napi_token = "seedream-t0ken"\n'
        '[storage]\nurl = "postgresql+asyncpg://bot@db/bot"\n[cluster]\ncount = 3\nshards = 6\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("SEEDREAM_BOT_CLUSTER__ID", "2")
    assert load_settings(path).cluster.shard_ids == (2, 5)
