"""Pairs of hashes that differ in few bits, found without comparing all with all."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from mlcore.images.fingerprints import Hashes

Indices = npt.NDArray[np.int64]

_BANDS, _BAND_BITS = 18, 14
"""Two hashes of which 26 of 256 bits differ share one of so many bands with probability 0.99, with 36 bits 0.91."""
_CHUNK = 16_384
"""Queries looked up at once."""
_MOST_AT_ONCE = 4_000_000
"""Comparisons made at once: 32 bytes each."""


def near_pairs(queries: Hashes, known: Hashes, most_bits: int) -> Iterator[tuple[Indices, Indices, Indices]]:
    """Yield parts of all (query, known, bits that differ) with at most so many bits, found by banding.

    After Gionis, Indyk & Motwani (1999): only hashes that agree in all bits of one band are compared. A pair may come
    more than once. `queries` and `known`: number x 32.
    """
    if not len(known):
        return
    keys = _bands(known)
    orders = [np.argsort(keys[:, band], kind="stable") for band in range(_BANDS)]
    sorted_keys = [keys[order, band] for band, order in enumerate(orders)]
    for start in range(0, len(queries), _CHUNK):
        chunk = queries[start : start + _CHUNK]
        for band, keys_of in enumerate(_bands(chunk).T):
            first = np.searchsorted(sorted_keys[band], keys_of, side="left")
            last = np.searchsorted(sorted_keys[band], keys_of, side="right")
            for low, high in _parts(last - first):
                asked, place = _expanded(first[low:high], last[low:high])
                found = orders[band][place]
                bits = _differing(chunk[low + asked], known[found])
                near = bits <= most_bits
                yield start + low + asked[near], found[near], bits[near].astype(np.int64)


def _bands(hashes: Hashes) -> npt.NDArray[np.uint16]:
    bits = np.unpackbits(hashes, axis=1)[:, : _BANDS * _BAND_BITS].reshape(len(hashes), _BANDS, _BAND_BITS)
    return np.asarray(np.einsum("nbi,i->nb", bits, 1 << np.arange(_BAND_BITS, dtype=np.uint16)), dtype=np.uint16)


def _parts(counts: Indices) -> Iterator[tuple[int, int]]:
    """Cut the queries so that no part asks for more than _MOST_AT_ONCE comparisons, unless one alone does."""
    ends = np.cumsum(counts)
    low = 0
    while low < len(counts):
        before = ends[low - 1] if low else 0
        high = max(low + 1, int(np.searchsorted(ends, before + _MOST_AT_ONCE, side="right")))
        if ends[high - 1] > before:
            yield low, high
        low = high


def _expanded(first: Indices, last: Indices) -> tuple[Indices, Indices]:
    """Return (query, place) for every place from `first` to before `last` of each query."""
    counts = last - first
    asked = np.repeat(np.arange(len(counts)), counts)
    offsets = np.arange(len(asked)) - np.repeat(np.cumsum(counts) - counts, counts)
    return asked, first[asked] + offsets


def _differing(one: Hashes, other: Hashes) -> npt.NDArray[np.uint16]:
    words = np.bitwise_xor(one, other).view(np.uint64)
    bits: npt.NDArray[np.uint16] = np.bitwise_count(words).sum(axis=1, dtype=np.uint16)
    return bits
