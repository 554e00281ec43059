"""Pictures that stand twice: the same file, the same pixels, or the same photograph re-encoded, resized or cut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product, starmap
from pathlib import Path
from typing import Generic, Literal, TypeVar

import numpy as np
from PIL import Image

from mlcore.images.fingerprints import CUTS, Fingerprint, Hashes, take_fingerprint, version_box
from mlcore.images.likeness import likeness
from mlcore.images.near_hashes import near_pairs
from mlcore.images.reading import read_picture
from mlcore.images.refusals import RefusedPicture

Name = TypeVar("Name", bound=Hashable)
Apart = Callable[[Name, Name], bool]
Reason = Literal["same file", "same pixels", "near"]
REASONS: tuple[Reason, ...] = ("same file", "same pixels", "near")
"""From the surest to the least sure."""
_LONGEST = 512
"""Pixels of the longer edge at which pictures are looked at more closely."""


@dataclass(frozen=True)
class DoubleSettings:
    most_bits: int = 36
    """Bits of 256 in which the perceptual hashes of two versions may differ to be looked at more closely."""
    least_likeness: float = 0.86
    """Correlation of their details from which on two pictures are one. Of 4,096 sides of the American Numismatic
    Society, different ones reached 0.75 and copies, however they were made, 0.95."""

    def __post_init__(self) -> None:
        if not 0 <= self.most_bits <= 128 or not 0 < self.least_likeness <= 1:
            raise ValueError("most_bits lies between 0 and 128, least_likeness above 0 and at most at 1.")


@dataclass(frozen=True)
class Group(Generic[Name]):
    """Pictures that are one."""

    members: tuple[Name, ...]
    """In the order in which they came."""
    reason: Reason
    """The least sure of those that hold the group together."""
    score: float
    """The least likeness that does, 0..1; 1 where the pixels are the same."""


@dataclass
class _Links(Generic[Name]):
    """A forest of what was found to be one."""

    above: dict[Name, Name] = field(default_factory=dict)
    reasons: dict[Name, tuple[Reason, float]] = field(default_factory=dict)
    below: dict[Name, list[Name]] = field(default_factory=dict)

    def root(self, name: Name) -> Name:
        while (parent := self.above.get(name, name)) != name:
            self.above[name] = self.above.get(parent, parent)
            name = parent
        return name

    def held(self, root: Name) -> list[Name]:
        return self.below.get(root, [root])

    def join(self, one: Name, other: Name, reason: Reason, score: float) -> None:
        first, second = self.root(one), self.root(other)
        if first == second:
            return
        held = [self.reasons.get(root, (REASONS[0], 1.0)) for root in (first, second)] + [(reason, score)]
        self.above[second] = first
        self.below[first] = self.held(first) + self.held(second)
        self.reasons[first] = max((each[0] for each in held), key=REASONS.index), min(each[1] for each in held)


def find_doubles(
    pictures: Iterable[tuple[Name, Path]],
    settings: DoubleSettings | None = None,
    apart: Apart[Name] | None = None,
) -> tuple[list[Group[Name]], dict[Name, str]]:
    """Return the groups of pictures that are one, and the sentence for each that could not be read.

    `apart`: whether two pictures are known to be different, so that likeness joins no groups that hold one of them
    each. Pictures of which the pixels are the same are joined nevertheless.
    """
    paths: dict[Name, Path] = {}
    prints: dict[Name, Fingerprint] = {}
    refused: dict[Name, str] = {}
    for name, path in pictures:
        try:
            prints[name], paths[name] = take_fingerprint(path), path
        except RefusedPicture as refusal:
            refused[name] = refusal.sentence
    return group_doubles(prints, lambda name: read_picture(paths[name], longest=_LONGEST), settings, apart), refused


def group_doubles(
    prints: Mapping[Name, Fingerprint],
    read: Callable[[Name], Image.Image],
    settings: DoubleSettings | None = None,
    apart: Apart[Name] | None = None,
) -> list[Group[Name]]:
    """Return the groups among pictures whose fingerprints were taken before; `read` opens those that look alike."""
    settings = settings or DoubleSettings()
    links: _Links[Name] = _Links()
    _join_equal(links, ((name, each.file) for name, each in prints.items()), "same file")
    _join_equal(links, ((name, each.pixels) for name, each in prints.items()), "same pixels")
    alone = [name for name, each in prints.items() if each.hashes and links.root(name) == name]
    for one, version, other, known in _candidates([prints[name] for name in alone], settings.most_bits):
        roots = links.root(alone[one]), links.root(alone[other])
        if roots[0] == roots[1] or (apart and any(starmap(apart, product(*map(links.held, roots))))):
            continue
        first, second = read(alone[one]), read(alone[other])
        score = likeness(first.crop(version_box(first, version)), second.crop(version_box(second, known)))
        if score >= settings.least_likeness:
            links.join(alone[one], alone[other], "near", round(score, 3))
    return _groups(prints, links)


def _join_equal(links: _Links[Name], digests: Iterable[tuple[Name, str]], reason: Reason) -> None:
    first: dict[str, Name] = {}
    for name, digest in digests:
        links.join(first.setdefault(digest, name), name, reason, 1.0)


def _candidates(prints: list[Fingerprint], most_bits: int) -> list[tuple[int, int, int, int]]:
    """Return (one, its version, other, its version): each pair of pictures once, by what is nearest; nearest first.

    A version of each is compared with the whole, and with the content, of the others.
    """
    if not prints:
        return []
    hashes: Hashes = np.stack([each.array() for each in prints])
    versions, basic = hashes.shape[1], (0, CUTS)
    known = np.concatenate([hashes[:, number] for number in basic])
    best: dict[tuple[int, int], tuple[int, int, int, int, int]] = {}
    for asked, found, bits in near_pairs(hashes.reshape(-1, hashes.shape[2]), known, most_bits):
        one, version = np.divmod(asked, versions)
        place, other = np.divmod(found, len(prints))
        for row in np.flatnonzero(one != other):
            pair = (min(one[row], other[row]), max(one[row], other[row]))
            candidate = (int(bits[row]), int(one[row]), int(version[row]), int(other[row]), basic[int(place[row])])
            best[pair] = min(best.get(pair, candidate), candidate)
    return [candidate[1:] for candidate in sorted(best.values())]


def _groups(prints: Mapping[Name, Fingerprint], links: _Links[Name]) -> list[Group[Name]]:
    members: dict[Name, list[Name]] = defaultdict(list)
    for name in prints:
        members[links.root(name)].append(name)
    return [Group(tuple(names), *links.reasons[root]) for root, names in members.items() if len(names) > 1]
