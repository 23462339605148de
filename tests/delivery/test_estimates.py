"""The usual duration is asked for now and then only."""

from bot.delivery.estimates import KEPT_SECONDS, RememberedEstimate
from bot.domain.request import GenerationRequest
from bot.domain.sizes import Version
from sandbox.clock import ManualClock


async def test_the_database_is_asked_once_a_kind_for_a_while() -> None:
    asked: list[Version] = []

    async def estimate(request: GenerationRequest) -> float | None:
        asked.append(request.version)
        return float(len(asked))

    clock = ManualClock()
    remembered = RememberedEstimate(estimate, clock)
    one, other = GenerationRequest("a fox"), GenerationRequest("a fox", version=Version.V4_0)
    assert [await remembered(one), await remembered(one), await remembered(other)] == [1.0, 1.0, 2.0]
    await clock.advance(KEPT_SECONDS)
    assert await remembered(one) == 3.0


async def test_too_few_to_say_is_asked_again_at_once() -> None:
    answers = iter([None, 12.0])

    async def estimate(_request: GenerationRequest) -> float | None:
        return next(answers)

    remembered = RememberedEstimate(estimate, ManualClock())
    request = GenerationRequest("a fox")
    assert [await remembered(request), await remembered(request), await remembered(request)] == [None, 12.0, 12.0]
