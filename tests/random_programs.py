"""Programs as whole numbers that are read as choices, and the search for one that fails."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, seed, settings


class Choices:
    """Whole numbers, read one after another; zeros after the last."""

    def __init__(self, numbers):
        self._numbers = iter(numbers)

    def below(self, n):
        return next(self._numbers, 0) % n

    def of(self, items):
        return items[self.below(len(items))]

    def flag(self, one_in=2):
        return self.below(one_in) == one_in - 1


def search(check, programs, examples, of):
    """Checks random programs, others for each seed `of`; hypothesis shrinks one that fails."""

    @seed(of)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(programs)
    def all_agree(program):
        check(program)

    all_agree()
