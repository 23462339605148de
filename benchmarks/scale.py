"""How much is measured: all of it, a quick look, or next to nothing, to see that the programs still run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Numbers of repetitions and of what is done in each.

    Attributes:
        repetitions: of everything that is compared.
        single: commands one after another.
        bursts: how many commands come at once.
        load_jobs: jobs of one run under steady load, at `load_rate` a second, of `load_seconds` (median) each.
        flood_jobs: jobs of one run at full speed, `flood_window` of them under way.
        cold_jobs: jobs of a kind nothing is known about; they come within four seconds.
        warm_jobs: jobs after those, at `warm_rate` a second.
        polling_seconds: the median duration of those.
        waiting: open jobs of one process.
        waiting_few: open jobs of the process it is compared with.
        settle: seconds for which waiting processes are watched.
        pictures: of the one large job, with `side` x `side` pixels.
    """

    name: str
    repetitions: int
    single: int
    bursts: tuple[int, ...]
    load_jobs: int
    load_rate: float
    load_seconds: float
    flood_jobs: int
    flood_window: int
    cold_jobs: int
    warm_jobs: int
    warm_rate: float
    polling_seconds: float
    waiting: int
    waiting_few: int
    settle: float
    pictures: int
    side: int


FULL = Scale(
    name="full",
    repetitions=3,
    single=20,
    bursts=(50, 200),
    load_jobs=90,
    load_rate=12,
    load_seconds=4,
    flood_jobs=200,
    flood_window=150,
    cold_jobs=12,
    warm_jobs=40,
    warm_rate=3,
    polling_seconds=12,
    waiting=10_000,
    waiting_few=100,
    settle=6,
    pictures=15,
    side=4096,
)
QUICK = Scale(
    name="quick",
    repetitions=1,
    single=10,
    bursts=(50, 200),
    load_jobs=60,
    load_rate=12,
    load_seconds=4,
    flood_jobs=100,
    flood_window=100,
    cold_jobs=10,
    warm_jobs=20,
    warm_rate=3,
    polling_seconds=6,
    waiting=10_000,
    waiting_few=100,
    settle=4,
    pictures=15,
    side=4096,
)
TINY = Scale(
    name="tiny",
    repetitions=1,
    single=1,
    bursts=(2,),
    load_jobs=2,
    load_rate=10,
    load_seconds=0.3,
    flood_jobs=2,
    flood_window=2,
    cold_jobs=1,
    warm_jobs=1,
    warm_rate=10,
    polling_seconds=0.3,
    waiting=20,
    waiting_few=5,
    settle=0.5,
    pictures=2,
    side=256,
)
SCALES = {scale.name: scale for scale in (FULL, QUICK, TINY)}
