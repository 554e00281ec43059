"""Says of one side which concepts can be seen on it: a backbone of timm with one linear answer per concept.

After Reid and Arandjelović: a vision transformer that is kept as it is (frozen) or trained on, and binary cross
entropy in which the present sides of a rare concept weigh more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mlcore.config_fields import bounded, check_fields
from mlcore.contract import LearningError, Prediction, Report, RunResult, SidePicture, Snapshot

if TYPE_CHECKING:
    from PIL import Image

    from mlcore.concepts.model import ConceptModel
    from mlcore.concepts.training import ConceptRun
    from mlcore.explain.methods import Explanation

LABEL = "Concepts on a side (any timm backbone)"
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
    faces: Literal["both", "obverse", "reverse"] = "both"
    """Which sides to learn from. Attributes stand mostly on the reverse; both is right unless obverse and reverse
    texts are of different quality."""
    image_size: int = bounded(224, 32, 1024)
    """Edge of the square picture that the network sees, in pixels. Pretrained transformers want the size in their name
    (mostly 224). Twice the size takes about four times as long."""
    colour: Literal["grey", "colour"] = "grey"
    """Grey keeps silver and bronze, and one museum's light and another's, from being told apart by their colour."""
    epochs: int = bounded(15, 1, 1000)
    """How often every labelled side is seen. The best epoch on the validation coins is kept: more costs only time."""
    batch_size: int = bounded(32, 2, 4096)
    """Sides that are learned from at once. Halve it when the graphics card runs out of memory."""
    optimiser: Literal["adamw", "sgd"] = "sgd"
    """How the weights are moved. adamw needs no care; sgd is what the published system used."""
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
    positive_weights: bool = True
    """Let rare concepts weigh more, so that each concept's present and absent sides count the same. The probabilities
    then are those of a balanced collection, as in the published system."""
    rotation: float = bounded(15, 0, 180)
    """Turn each picture at random by up to so many degrees either way while learning (not for a frozen backbone).
    Coins are seldom photographed quite upright."""
    scale: float = bounded(0.15, 0, 0.9)
    """Enlarge or shrink each picture at random by up to this share while learning, and shift it by a third of that."""
    brightness: float = bounded(0.3, 0, 0.9)
    """Change brightness and contrast at random by up to this share while learning."""
    mirror: bool = False
    """Show half of the pictures mirrored while learning. Off, because left and right carry meaning on coins and
    legends cannot be read in a mirror; it may help with few pictures and concepts without direction."""
    seed: int = bounded(0, 0, 2**31 - 1)
    """Starts the random numbers. The same machine, data, settings and seed give the same model."""

    def __post_init__(self) -> None:
        check_fields(self)
        if self.frozen and self.weights == "scratch":
            raise LearningError(
                "frozen is true and weights is 'scratch': a backbone of random numbers would never learn. "
                "Choose weights 'hub' or 'folder', or set frozen to false."
            )
        if self.weights == "folder" and not self.weights_folder.strip():
            raise LearningError("weights is 'folder' and weights_folder is '': name the folder that holds the weights.")


PRESETS: dict[str, Config] = {
    "Small network from scratch (minutes on a laptop)": Config(
        backbone="resnet10t",
        weights="scratch",
        frozen=False,
        image_size=96,
        epochs=60,
        optimiser="adamw",
        learning_rate=0.002,
        weight_decay=0.02,
        schedule="one_cycle",
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
    from mlcore.nets.augment import Augmentation
    from mlcore.nets.backbones import BackboneChoice
    from mlcore.train_loop import Plan

    settings = asdict(config)
    folder = Path(config.weights_folder)
    return ConceptRun(
        kind="concept_vit",
        config=settings,
        backbone=BackboneChoice(config.backbone, config.weights, folder, config.frozen, config.image_size),
        grey=config.colour == "grey",
        plan=Plan(**{item.name: settings[item.name] for item in fields(Plan) if item.name in settings}),
        augmentation=Augmentation(**{item.name: settings[item.name] for item in fields(Augmentation)}),
        faces=config.faces,
        batch_size=config.batch_size,
        positive_weights=config.positive_weights,
        seed=config.seed,
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


def explain(model: Path, picture: Image.Image, concept: str, method: str = "hipe") -> Explanation:
    """Where the model looks in a picture for a concept. Raises LearningError."""
    return load(model).explain(picture, concept, method)


def embed(model: Path, sides: Sequence[SidePicture], report: Report) -> Iterator[tuple[int, tuple[float, ...]]]:
    """Yield (side, pooled features of length 1 in the sense of the L2 norm) for each readable picture."""
    return ((item.side, item.embedding) for item in predict(model, sides, report) if not item.error)
