"""What finds wrong labels, and what correcting them is worth: `python -m benchmarks.correction ANS_DIR [--quick]`.

Reverses carry labels as auction lots would give them: read from the whole lot, the obverse's words among it, a fifth of
the true mentions dropped and 3 % of the absent ones added. Experts, who are always right, look at 5, 10 and 20 % of
the labels in the order of each strategy; after each step models learn anew and the rest is ranked anew, by the code
that ranks questions on the site. A fifth of the coins, with true labels, is kept back for testing. The models are
linear answers over histograms of edges, which no label had a part in, so that a round takes a second and five seeds can
be run; each seed draws errors, test coins and folds anew. Intervals (95 %, Student's t) are over the seeds.

Beside it small networks learn half of the labels each (--networks SEEDS, 0 for none) and judge both halves, to see
what it costs to judge a label by a network that has learned it. About 16 minutes on two cores for 2,000 coins, without
networks 4; with --quick 2.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import t as student

from benchmarks.ans_sides import CONCEPTS, can_be_told
from benchmarks.correction_lots import Lots, describe, draw_test_coins, make_noisy, read_lots
from benchmarks.correction_networks import NETWORK, Compared, compare_networks, print_networks
from benchmarks.correction_noise import estimate_shares, print_shares
from benchmarks.correction_rounds import STEPS, Corpus, Course, correct, tested_ap
from benchmarks.given import in_words, print_figures
from benchmarks.gradients import Floats, describe_pictures, main_axes
from mlcore.contract import LearningError
from mlcore.ranking.shares import DEFAULT_SHARES
from mlcore.ranking.strategies import STRATEGIES

SEEDS, NETWORK_SEEDS = 5, 1
CONTROL, MIXED = "random", "mixed"
ORDERS: dict[str, Mapping[str, float]] = {name: {name: 1.0} for name in STRATEGIES} | {MIXED: DEFAULT_SHARES}
NOISY, CLEAN = "no corrections", "all corrected"
Courses = dict[str, list[Course]]


def make_corpus(lots: Lots, pictures: Floats, seed: int) -> Corpus:
    tested, noisy = draw_test_coins(lots, seed), make_noisy(lots, seed)
    near, far = main_axes(pictures[~tested], pictures[tested])
    return Corpus(near, noisy[~tested], lots.truth[~tested], far, lots.truth[tested])


def run_seed(lots: Lots, pictures: Floats, seed: int) -> tuple[dict[str, Course], dict[str, float], dict[str, Any]]:
    """Each strategy's course; AP without and with all corrections; how well the shares of wrong labels are guessed."""
    corpus = make_corpus(lots, pictures, seed)
    courses = {}
    for name, shares in ORDERS.items():
        courses[name] = correct(corpus, shares, seed)
        print(f"seed {seed}: {name}, {courses[name].found[1]:.0%} found in the first 10 %", flush=True)
    ends = {NOISY: tested_ap(corpus, corpus.noisy), CLEAN: tested_ap(corpus, corpus.truth)}
    return courses, ends, estimate_shares(corpus, seed)


def mean_of(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Of the mean, by Student's t; NaN where there is no value."""
    middle = mean_of(values)
    if len(values) < 2:
        return middle, middle
    half = float(student.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return middle - half, middle + half


def cell(values: Sequence[float], digits: int = 3) -> str:
    low, high = interval(values)
    return f"{mean_of(values):.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]" if len(values) else "not defined"


def print_table(courses: Courses, ends: Mapping[str, list[float]]) -> None:
    heads = [f"{share:.0%} looked at" for share in STEPS]
    print(f"\n{'share of wrong labels found':30}" + "".join(f"{head:>24}" for head in heads) + f"{'own choice':>12}")
    for name, found in courses.items():
        cells = "".join(f"{cell([each.found[step] for each in found]):>24}" for step in range(len(STEPS)))
        print(f"{name:30}{cells}{np.mean([each.own for each in found]):>12.0%}")
    print("own choice: questions that the strategy chose; for the others it had no word, and chance drew them")
    print(f"\n{'AP on clean test labels':30}" + "".join(f"{head:>24}" for head in heads))
    for name, found in courses.items():
        print(f"{name:30}" + "".join(f"{cell([each.ap[step] for each in found]):>24}" for step in range(len(STEPS))))
    for name, values in ends.items():
        print(f"{name:30}{cell(values):>24}")


def gains(courses: Courses, name: str, step: int) -> list[float]:
    """AP above random order on the same seed, at one step."""
    return [mine.ap[step] - chance.ap[step] for mine, chance in zip(courses[name], courses[CONTROL], strict=True)]


def print_verdicts(courses: Courses, ends: Mapping[str, list[float]]) -> None:
    """What helps and what does not, by the paired difference to random order."""
    print(
        f"\n{'against random order':30}{'times as many at 10 %':>24}"
        + "".join(f"{f'AP at {s:.0%}':>24}" for s in STEPS)
    )
    for name in courses:
        if name == CONTROL:
            continue
        cells = "".join(f"{cell(gains(courses, name, step)):>24}" for step in range(len(STEPS)))
        print(f"{name:30}{cell(ratio_to_random(courses, name), 2):>24}{cells}  {verdict(courses, name)}")
    whole = np.mean(ends[CLEAN]) - np.mean(ends[NOISY])
    print(
        f"\nof the {whole:.3f} AP between no and all corrections, got back after "
        + ", ".join(f"{s:.0%}" for s in STEPS)
    )
    if whole <= 0:
        print("nothing: on these test coins the wrong labels cost no AP. Take more coins.")
    for name, shares in got_back(courses, ends).items():
        print(f"{name:30}" + "".join(f"{each:>9.0%}" for each in shares))
    if undefined := sum(not chance.found[1] for chance in courses[CONTROL]):
        print(f"random order found nothing in the first 10 % on {undefined} seeds: they stand in no ratio")


def got_back(courses: Courses, ends: Mapping[str, list[float]]) -> dict[str, list[float]]:
    """Of the AP that wrong labels cost, the share that each strategy's corrections have brought back at each step;
    nothing where they cost none."""
    lowest, whole = np.mean(ends[NOISY]), np.mean(ends[CLEAN]) - np.mean(ends[NOISY])
    if whole <= 0:
        return {}
    after = {name: np.mean([each.ap for each in found], axis=0) for name, found in courses.items()}
    return {name: ((ap - lowest) / whole).tolist() for name, ap in after.items()}


def verdict(courses: Courses, name: str) -> str:
    """Whether the intervals say that a strategy does better than chance: in finding, and in AP at any step."""
    finds = interval([mine.found[1] - chance.found[1] for mine, chance in pairs(courses, name)])[0] > 0
    teaches = any(interval(gains(courses, name, step))[0] > 0 for step in range(len(STEPS)))
    if finds and teaches:
        return "helps"
    wanting = [*([] if finds else ["it finds no more"]), *([] if teaches else ["its models are no better"])]
    return f"NOT SHOWN TO HELP: {' and '.join(wanting)} than chance, as far as {len(courses[name])} seeds tell"


def pairs(courses: Courses, name: str) -> list[tuple[Course, Course]]:
    return list(zip(courses[name], courses[CONTROL], strict=True))


def ratio_to_random(courses: Courses, name: str) -> list[float]:
    """On each seed on which random order found anything."""
    return [mine.found[1] / chance.found[1] for mine, chance in pairs(courses, name) if chance.found[1]]


def figures_of(courses: Courses, ends: Mapping[str, list[float]]) -> dict[str, Any]:
    def rounded(values: Sequence[float]) -> list[float]:
        return [round(float(value), 4) for value in values]

    def mean(name: str, figure: str) -> list[float]:
        return rounded(np.mean([getattr(each, figure) for each in courses[name]], axis=0))

    return {
        "found_at_10": {name: mean(name, "found")[1] for name in courses},
        "found_at_10_interval": {
            name: rounded(interval([each.found[1] for each in found])) for name, found in courses.items()
        },
        "found": {name: mean(name, "found") for name in courses},
        "ratio_to_random_at_10": {name: rounded([mean_of(ratio_to_random(courses, name))])[0] for name in courses},
        "ap_after": {name: mean(name, "ap") for name in courses},
        "ap_after_interval": {
            name: [rounded(interval([each.ap[step] for each in courses[name]])) for step in range(len(STEPS))]
            for name in courses
        },
        "ap_above_random": {
            name: [rounded([np.mean(gains(courses, name, step)), *interval(gains(courses, name, step))])
                   for step in range(len(STEPS))]
            for name in courses
        },
        "ap_got_back": {name: rounded(shares) for name, shares in got_back(courses, ends).items()},
        "ap_without_corrections": rounded([np.mean(ends[NOISY]), *interval(ends[NOISY])]),
        "ap_all_corrected": rounded([np.mean(ends[CLEAN]), *interval(ends[CLEAN])]),
        "steps": list(STEPS),
    }  # fmt: skip


def check_lots(lots: Lots, seeds: int) -> None:
    """Raises LearningError where there is nothing to correct or nothing to test on."""
    for seed in range(seeds):
        tested, wrong = draw_test_coins(lots, seed), make_noisy(lots, seed) != lots.truth
        if not can_be_told(lots.truth[tested]):
            lacking = "no concept is both shown and lacking among those to test on"
        elif not wrong[~tested].any():
            lacking = "none to correct has a wrong label"
        else:
            continue
        count = f"{len(lots.coins)} coins with a lot, a text of the reverse and its picture"
        raise LearningError(f"Of {count}, {lacking}. Take more coins.")


def learned(networks: Sequence[Future[Compared]]) -> dict[str, Any] | None:
    """None, and a sentence, where a half of the coins was too little to learn from."""
    try:
        return print_networks([each.result() for each in networks]) if networks else None
    except LearningError as error:
        print(f"\nsmall networks: {error}")
        return None


def run(folder: Path, seeds: int, network_seeds: int, executor: Executor, network: Any = NETWORK) -> dict[str, Any]:
    """Raises LearningError where the folder has too few coins."""
    lots = read_lots(folder)
    check_lots(lots, seeds)
    print(describe(lots, make_noisy(lots, 0)), flush=True)
    networks = [executor.submit(compare_networks, lots, seed, network) for seed in range(network_seeds)]
    pictures = describe_pictures(lots.pictures)
    done = [run_seed(lots, pictures, seed) for seed in range(seeds)]
    courses = {name: [each[0][name] for each in done] for name in ORDERS}
    ends = {name: [each[1][name] for each in done] for name in (NOISY, CLEAN)}
    print_table(courses, ends)
    print_verdicts(courses, ends)
    figures = figures_of(courses, ends) | {"coins": len(lots.coins), "concepts": len(CONCEPTS), "seeds": seeds}
    figures |= {"noise_estimates": print_shares([each[2] for each in done])}
    return figures | {"networks": learned(networks)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="lots.csv, coins.csv and images/ID.rev.jpg")
    parser.add_argument(
        "--networks", type=int, default=NETWORK_SEEDS, help="seeds that small networks learn on; 0: none"
    )
    parser.add_argument("--quick", action="store_true", help="two seeds, and one network that learns two epochs")
    arguments = parser.parse_args()
    began = time.monotonic()
    os.environ["OMP_NUM_THREADS"] = "1"  # each process keeps to one core
    seeds = 2 if arguments.quick else SEEDS
    networks = min(1, arguments.networks) if arguments.quick else arguments.networks
    network = replace(NETWORK, epochs=2) if arguments.quick else NETWORK
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool, in_words():
        figures = run(arguments.folder, seeds, networks, pool, network)
    print_figures(figures | {"minutes": round((time.monotonic() - began) / 60, 1)})


if __name__ == "__main__":
    main()
