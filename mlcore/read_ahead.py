"""The next batch is made while this one is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")
Ready = TypeVar("Ready")


def read_ahead(parts: Sequence[Part], prepare: Callable[[Part], Ready]) -> Iterator[Ready]:
    """`prepare` of each part in order; by one thread, so that random numbers in it are drawn in order, too.

    Raises what `prepare` raises.
    """
    with ThreadPoolExecutor(1) as ahead:
        coming = [ahead.submit(prepare, part) for part in parts[:1]]
        for place in range(len(parts)):
            ready = coming.pop().result()
            coming += [ahead.submit(prepare, part) for part in parts[place + 1 : place + 2]]
            yield ready
