"""Passes through a frozen backbone are made once per picture and found again."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from mlcore.contract import Cancelled, LearningError
from mlcore.features import BATCH, FeatureStore, digests_of, features_of
from tests.coin_drawings import Heard, draw_side

KEY = {"backbone": "test", "weights": "abc", "transform": {"size": 32}, "bfloat16": False}


def digest(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


class Backbone:
    """Counts what it is asked, and gives each number as its feature."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, numbers: list[int]) -> np.ndarray:
        self.asked += numbers
        return np.array([[number, -number] for number in numbers], dtype=np.float32)


def test_features_come_in_order_and_are_computed_once(tmp_path: Path) -> None:
    backbone, digests = Backbone(), [digest(n) for n in (5, 3, 5, 8)]
    found = features_of(digests, FeatureStore(tmp_path, KEY), list, backbone, Heard())
    assert found[:, 0].tolist() == [0, 1, 0, 3] and backbone.asked == [0, 1, 3]
    again = features_of(digests[::-1], FeatureStore(tmp_path, KEY), list, backbone, Heard())
    assert again[:, 0].tolist() == [3, 0, 1, 0] and len(backbone.asked) == 3


def test_other_weights_or_another_transform_share_nothing(tmp_path: Path) -> None:
    FeatureStore(tmp_path, KEY).add([digest(1)], np.ones((1, 2), dtype=np.float32))
    assert digest(1) in FeatureStore(tmp_path, KEY)
    for other in ({"weights": "abd"}, {"transform": {"size": 64}}, {"bfloat16": True}):
        assert digest(1) not in FeatureStore(tmp_path, KEY | other)


def test_what_was_computed_before_a_cancel_is_kept(tmp_path: Path) -> None:
    def report(event: dict) -> None:
        if event["done"] >= 2 * BATCH:
            raise Cancelled

    digests = [digest(number) for number in range(4 * BATCH)]
    with pytest.raises(Cancelled):
        features_of(digests, FeatureStore(tmp_path, KEY), list, Backbone(), report)
    assert len(FeatureStore(tmp_path, KEY)) == 2 * BATCH
    backbone = Backbone()
    features_of(digests, FeatureStore(tmp_path, KEY), list, backbone, Heard())
    assert backbone.asked == list(range(2 * BATCH, 4 * BATCH))


def test_a_damaged_file_is_told_of_and_computed_again(tmp_path: Path) -> None:
    FeatureStore(tmp_path, KEY).add([digest(1)], np.ones((1, 2), dtype=np.float32))
    path = next(tmp_path.glob("*/*.safetensors"))
    content = bytearray(path.read_bytes())
    content[-40] ^= 255
    path.write_bytes(content)
    backbone, report = Backbone(), Heard()
    features_of([digest(1)], FeatureStore(tmp_path, KEY), list, backbone, report)
    assert backbone.asked == [0] and path.name in report[0]["message"]


def test_two_writers_at_once_harm_nothing(tmp_path: Path) -> None:
    def write(offset: int) -> None:
        store = FeatureStore(tmp_path, KEY)
        for number in range(20):
            store.add([digest(number)], np.full((1, 2), number, dtype=np.float32))

    writers = [threading.Thread(target=write, args=(each,)) for each in range(3)]
    [writer.start() for writer in writers]
    [writer.join() for writer in writers]
    store = FeatureStore(tmp_path, KEY)
    assert len(store) == 20 and not store.damaged
    assert store.read([digest(n) for n in range(20)])[:, 1].tolist() == list(range(20))


def kept(folder: Path, weights: str, hours_ago: float) -> Path:
    """A store of a megabyte that was last used so long ago."""
    store = FeatureStore(folder, KEY | {"weights": weights})
    store.add([digest(number) for number in range(250)], np.ones((250, 1000), dtype=np.float32))
    path = next(each for each in folder.glob("*/key.json") if weights in each.read_text())
    moment = time.time() - 3600 * hours_ago
    os.utime(path, (moment, moment))
    return path.parent


def test_the_oldest_features_make_room_and_those_in_use_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEATURES_MAX_GB", "0.0031")
    old, older, busy = kept(tmp_path, "old", 5), kept(tmp_path, "older", 9), kept(tmp_path, "busy", 0.1)
    features_of([digest(1)], FeatureStore(tmp_path, KEY), list, wide, Heard())
    assert not older.exists() and old.exists() and busy.exists()


def test_a_store_that_a_run_has_filled_for_hours_is_not_taken_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEATURES_MAX_GB", "0.0021")
    long = kept(tmp_path, "long", 5)
    running = FeatureStore(tmp_path, KEY | {"weights": "long"})
    os.utime(long / "key.json", (time.time() - 18_000,) * 2)
    assert running.has_room(1000)
    idle = kept(tmp_path, "idle", 4)
    features_of([digest(1)], FeatureStore(tmp_path, KEY), list, wide, Heard())
    assert long.exists() and not idle.exists()
    assert running.read([digest(7)]).tolist() == [[1.0] * 1000]


def test_room_is_made_by_two_runs_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEATURES_MAX_GB", "0.0001")
    for number in range(30):
        kept(tmp_path, f"old {number}.", 5)
    stores = [FeatureStore(tmp_path, KEY | {"weights": name}) for name in ("one", "two", "three")]
    with ThreadPoolExecutor(len(stores)) as pool:
        assert list(pool.map(lambda store: store.has_room(100), stores)) == [True] * len(stores)
    assert len(list(tmp_path.glob("*/key.json"))) == len(stores)


def test_features_that_find_no_room_are_used_and_said_not_to_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEATURES_MAX_GB", "0.000001")
    report, store = Heard(), FeatureStore(tmp_path, KEY)
    found = features_of([digest(1), digest(2), digest(1)], store, list, wide, report)
    assert found[:, 0].tolist() == [0, 1, 0]
    assert len(store) == 0 and "FEATURES_MAX_GB" in report[-1]["message"]


def wide(numbers: list[int]) -> np.ndarray:
    return np.repeat(np.array(numbers, dtype=np.float32)[:, None], 60_000, axis=1)


def test_a_picture_is_known_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    draw_side(tmp_path / "a.png", True, False, 1)
    shutil.copy(tmp_path / "a.png", tmp_path / "b.png")
    first, second = digests_of([tmp_path / "a.png", tmp_path / "b.png"], 2)
    draw_side(tmp_path / "b.png", False, True, 2)
    assert first == second != digests_of([tmp_path / "b.png"], 1)[0]


def test_a_picture_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(LearningError, match=r"gone\.png cannot be read \(No such file.*Freeze a new snapshot"):
        digests_of([tmp_path / "gone.png"], 1)
