"""Says of one side which concepts can be seen on it: a backbone of timm with one linear answer per concept.

After Reid and Arandjelović: a vision transformer that is kept as it is (frozen) or trained on, and binary cross
entropy in which the present sides of a rare concept weigh more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mlcore.concepts.contradictions import check_together
from mlcore.config_fields import bounded, check_fields, part_of
from mlcore.contract import Prediction, Report, RunResult, SidePicture, Snapshot

if TYPE_CHECKING:
    from PIL import Image

    from mlcore.concepts.model import ConceptModel
    from mlcore.concepts.training import ConceptRun
    from mlcore.explain.methods import Explanation

LABEL = "Concepts on a side (any timm backbone)"
FIRST = True
SHARES_WORK = True


@dataclass(frozen=True)
class Config:
    """How a concept model is trained."""

    backbone: str = "vit_large_patch16_224.augreg_in21k"
    """Name of the network in the library timm; the part after the dot names the weights. The default is the published
    one. Without a graphics card take vit_small_patch16_224.augreg_in21k (twelve times as quick) or resnet10t (from
    scratch)."""
    weights: Literal["scratch", "hub", "folder"] = "hub"
    """Where the backbone's first weights come from: scratch draws them at random and learns everything from your
    coins; hub downloads them from the Hugging Face hub; folder reads them from the folder below. Pretrained weights
    need far fewer labelled coins."""
    weights_folder: str = ""
    """Folder on the machine that trains, for weights = folder. It holds NAME.safetensors or NAME/model.safetensors,
    where NAME is the backbone as written above."""
    frozen: bool = True
    """Keep the pretrained backbone as it is and learn only the answers on top. Many times quicker, because each
    picture passes through the backbone once and is remembered. Needs pretrained weights."""
    unfrozen_blocks: int = bounded(0, 0, 100)
    """How many of a frozen backbone's last blocks learn on, with the norm after them: 0 for the answers alone. One to
    four often see more than the answers alone, for less time than the whole backbone; nothing is remembered then."""
    faces: Literal["both", "obverse", "reverse"] = "both"
    """Which sides to learn from. Attributes stand mostly on the reverse; both is right unless obverse and reverse
    texts are of different quality."""
    image_size: int = bounded(224, 32, 1024)
    """Edge of the square picture that the network sees, in pixels. Pretrained transformers want the size in their name
    (mostly 224). Twice the size takes about four times as long."""
    colour: Literal["grey", "colour"] = "grey"
    """Grey keeps silver and bronze, and one museum's light and another's, from being told apart by their colour."""
    sides: Literal["each", "together"] = "each"
    """each judges a side by its own picture; together also shows the coin's other side, whose portrait or symbol may
    say what a worn side must be. The model then still answers where the other side has no picture."""
    epochs: int = bounded(15, 1, 1000)
    """How often every labelled side is seen. The best epoch on the validation coins is kept: more costs only time."""
    batch_size: int = bounded(32, 2, 4096)
    """Sides that are learned from at once. Halve it when the graphics card runs out of memory."""
    optimiser: Literal["adamw", "sgd"] = "sgd"
    """How the weights are moved. adamw needs no care; sgd is what the published system used."""
    layer_decay: float = bounded(1.0, 0.1, 1)
    """Learning rate of each block of the backbone as a share of that of the block after it, where blocks learn on.
    0.65 to 0.8 let the first blocks, which know edges and shapes, stay nearly as they were; 1 treats all alike."""
    learning_rate: float = bounded(0.0001, 1e-7, 10)
    """How far each step goes. 0.002 suits adamw from scratch and on frozen features, 0.0001 a pretrained backbone that
    is trained on. The published 0.0001 with sgd needs some 50,000 sides; with hundreds take 0.01 or more."""
    momentum: float = bounded(0.9, 0, 0.999)
    """For sgd: the share of the last step that is kept in the next."""
    weight_decay: float = bounded(0.0, 0, 1)
    """How strongly weights are pulled to nought, against learning by heart. 0 for none."""
    schedule: Literal["one_cycle", "cosine", "constant"] = "constant"
    """How the learning rate goes over the run: one_cycle rises over the first third and falls to nought, cosine only
    falls, constant stays."""
    patience: int = bounded(0, 0, 1000)
    """Stop when so many epochs in a row bring nothing better on the validation coins. 0 goes through all epochs."""
    ema: float = bounded(0.0, 0, 0.9999)
    """Keep a running mean of the weights and use that: the share of the mean that each step keeps, for example 0.99.
    Steadier in long runs on few coins. 0 for none."""
    mixed_precision: bool = False
    """Compute in 16 bits while a backbone learns, where the machine does so in hardware: about twice as quick, with
    half of the memory."""
    loss: Literal["bce", "focal", "asymmetric"] = "bce"
    """What is made small. bce, binary cross entropy, is the published one; focal lets labels count less that are
    answered rightly already; asymmetric does so for absent labels above all, for many rare concepts."""
    focal_gamma: float = bounded(2.0, 0, 10)
    """For loss = focal: how much less an easy label counts. 0 is plain cross entropy (Lin et al., 2017)."""
    asymmetric_negative: float = bounded(4.0, 0, 10)
    """For loss = asymmetric: how much less an easy absent label counts (Ridnik et al., 2021)."""
    asymmetric_positive: float = bounded(0.0, 0, 10)
    """For loss = asymmetric: how much less an easy present label counts; at most as much as an absent one."""
    asymmetric_margin: float = bounded(0.05, 0, 0.5)
    """For loss = asymmetric: absent labels with a probability below this count for nothing."""
    label_smoothing: float = bounded(0.0, 0, 0.5)
    """Take labels for a little less than sure: 0.1 makes present 0.95 and absent 0.05. Helps where texts leave things
    out. 0 for none."""
    positive_weights: bool = True
    """Let rare concepts weigh more, so that each concept's present and absent sides count the same. The probabilities
    then are those of a balanced collection, as in the published system."""
    logit_adjustment: float = bounded(0.0, 0, 3)
    """In place of positive_weights: this many times the log odds of a concept's frequency is added to its answer while
    learning, so that the model need not learn how frequent it is (Menon et al., 2021). 1 is usual, 0 for none."""
    rotation: float = bounded(20, 0, 180)
    """Turn each picture at random by up to so many degrees either way while learning (not for a frozen backbone).
    Coins are seldom photographed quite upright."""
    scale: float = bounded(0.2, 0, 0.9)
    """Enlarge or shrink each picture at random by up to this share while learning, and shift it by a third of that."""
    brightness: float = bounded(0.3, 0, 0.9)
    """Change brightness and contrast at random by up to this share while learning."""
    mirror: bool = False
    """Show half of the pictures mirrored while learning. Off, because left and right carry meaning on coins and
    legends cannot be read in a mirror; it may help with few pictures and concepts without direction."""
    test_time_rotations: int = bounded(1, 1, 15)
    """Judge each picture in so many turns and average the answers. 3 or 5 help with coins photographed askew, and take
    as many times as long; 1 judges the picture as it is."""
    test_time_angle: float = bounded(10, 0, 180)
    """Degrees of the farthest of these turns either way; the others lie evenly between. For test_time_rotations."""
    seed: int = bounded(0, 0, 2**31 - 1)
    """Starts the random numbers. The same machine, data, settings and seed give the same model."""

    def __post_init__(self) -> None:
        check_fields(self)
        check_together(self)


PRESETS: dict[str, Config] = {
    "Small network from scratch (minutes on a laptop)": Config(
        backbone="resnet10t",
        weights="scratch",
        frozen=False,
        image_size=96,
        epochs=60,
        optimiser="adamw",
        learning_rate=0.002,
        weight_decay=0.05,
        schedule="one_cycle",
        label_smoothing=0.02,
        ema=0.998,
        test_time_rotations=5,
        mixed_precision=True,
    ),
    "Pretrained ViT-S, frozen (needs the hub or a weights folder)": Config(
        backbone="vit_small_patch16_224.augreg_in21k",
        epochs=30,
        batch_size=64,
        optimiser="adamw",
        learning_rate=0.002,
        weight_decay=0.02,
        schedule="one_cycle",
    ),
    "ViT-L/16 as published (needs the hub or a weights folder; better with a graphics card)": Config(),
}


def train(
    snapshot: Snapshot, config: Config, out: Path, report: Report, *, pictures: Path, features: Path
) -> RunResult:
    """Train on a snapshot and write the model folder `out`; taken up again where a killed run stood. `pictures` is the
    folder that the samples' pictures are relative to, `features` one where passes through a frozen backbone are
    kept for the next run. Raises LearningError, and whatever `report` raises to cancel."""
    from mlcore.concepts.training import train_concepts

    return train_concepts(snapshot, _run_of(config), out, report, pictures=pictures, features=features)


def _run_of(config: Config) -> ConceptRun:
    from mlcore.concepts.training import ConceptRun
    from mlcore.losses.choice import LossChoice
    from mlcore.nets.augment import Augmentation, evenly_turned
    from mlcore.nets.backbones import BackboneChoice
    from mlcore.train_loop import Plan

    settings = asdict(config)
    folder = Path(config.weights_folder)
    return ConceptRun(
        kind="concept_vit",
        config=settings,
        backbone=BackboneChoice(
            config.backbone, config.weights, folder, config.frozen, config.image_size, config.unfrozen_blocks
        ),
        grey=config.colour == "grey",
        plan=part_of(settings, Plan),
        augmentation=part_of(settings, Augmentation),
        faces=config.faces,
        batch_size=config.batch_size,
        seed=config.seed,
        loss=part_of(settings, LossChoice),
        together=config.sides == "together",
        turns=evenly_turned(config.test_time_rotations, config.test_time_angle),
    )


def load(model: Path) -> ConceptModel:
    """The trained model in a folder that `train` wrote. Raises LearningError where it is damaged."""
    from mlcore.concepts.model import ConceptModel

    return ConceptModel.load(model)


def predict(
    model: Path, sides: Sequence[SidePicture], report: Report, *, features: Path | None = None
) -> Iterator[Prediction]:
    """Yield one Prediction per side, in order; an unreadable picture gives one with `error` set.

    `features`: the folder of kept passes; pictures known there skip the frozen backbone.
    """
    from mlcore.concepts.prediction import predict_concepts

    return predict_concepts(load(model), sides, report, features)


def explain(
    model: Path, picture: Image.Image, concept: str, method: str = "hipe", *, other: Image.Image | None = None
) -> Explanation:
    """Where the model looks in a picture for a concept; `other`: the coin's other side. Raises LearningError."""
    return load(model).explain(picture, concept, method, other=other)


def embed(model: Path, sides: Sequence[SidePicture], report: Report) -> Iterator[tuple[int, tuple[float, ...]]]:
    """Yield (side, pooled features of length 1 in the sense of the L2 norm) for each readable picture."""
    return ((item.side, item.embedding) for item in predict(model, sides, report) if not item.error)
