"""Says of one side which concepts can be seen on it: a convolutional network of its own for each concept.

After Cooper and Arandjelović (2019, 2020): every network is learned from nothing on as many sides that show its
concept as sides that do not, with two outputs, absent and present. The published network has 37 million weights, 148 MB
for each concept (16 concepts: 2.4 GB), and wants a graphics card; the same recipe goes over any convolutional network
of the library timm. The model makes no embedding, so it offers no sides that look similar.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mlcore.config_fields import bounded, check_fields, part_of
from mlcore.contract import LearningError, Prediction, Report, RunResult, SidePicture, Snapshot

if TYPE_CHECKING:
    from PIL import Image

    from mlcore.concept_cnns.model import CnnModel
    from mlcore.concept_cnns.run import CnnRun
    from mlcore.explain.methods import Explanation

LABEL = "One network per concept (Cooper and Arandjelović, or any timm CNN)"
SHARES_WORK = True
COOPER, SMALLEST = "cooper", 63


@dataclass(frozen=True)
class Config:
    """How the networks are trained."""

    network: str = COOPER
    """cooper is the published network: five convolutions and three fully connected layers, 37 million weights at 300
    pixels. Or the name of a convolutional network in the library timm, for example resnet10t (5 million)."""
    concepts: str = ""
    """Names of the concepts to train, as in their addresses, with commas between: eagle, cornucopia. Empty trains all;
    each takes as long as the first."""
    final_relu: bool = False
    """Cut the two outputs at nought, as in the published network. Both may then become 0 for every picture and stay so;
    such a network is found out and reported. On only to repeat the published figures."""
    faces: Literal["both", "obverse", "reverse"] = "both"
    """Which sides to learn from. Attributes stand mostly on the reverse; both is right unless obverse and reverse
    texts are of different quality."""
    image_size: int = bounded(300, 32, 1024)
    """Edge of the square picture that the networks see, in pixels. The published network needs 63 at least; its first
    fully connected layer, and with it the count of weights, grows with the size."""
    colour: Literal["grey", "colour"] = "grey"
    """Grey keeps silver and bronze, and one museum's light and another's, from being told apart by their colour."""
    balance: Literal["each_epoch", "once"] = "each_epoch"
    """When the sides without the concept are drawn, as many as show it: anew for each epoch, so that most are seen in
    time, or once for the whole run."""
    fewest_per_class: int = bounded(100, 1, 100_000)
    """A concept on fewer sides than this shows them several times in an epoch until there are so many, and as many
    sides without it. A concept on fewer than five training sides gets no network."""
    epochs: int = bounded(200, 1, 1000)
    """How many balanced sets are seen at most. The epoch with the smallest validation loss is kept."""
    patience: int = bounded(30, 0, 1000)
    """Stop a network after so many epochs without a smaller validation loss. 0 goes through all epochs."""
    batch_size: int = bounded(32, 2, 4096)
    """Sides that are learned from at once. Halve it when the graphics card runs out of memory."""
    optimiser: Literal["sgd", "adamw"] = "sgd"
    """How the weights are moved. sgd is what the published system used; adamw needs less care."""
    learning_rate: float = bounded(0.001, 1e-7, 10)
    """How far each step goes. 0.001 with sgd as published, 0.002 with adamw on small networks."""
    momentum: float = bounded(0.9, 0, 0.999)
    """For sgd: the share of the last step that is kept in the next."""
    weight_decay: float = bounded(0.0, 0, 1)
    """How strongly weights are pulled to nought, against learning by heart. 0 for none."""
    schedule: Literal["constant", "one_cycle", "cosine"] = "constant"
    """How the learning rate goes over the epochs: constant stays, one_cycle rises over the first third and falls to
    nought, cosine only falls. With the latter two let epochs be few and patience 0."""
    mixed_precision: bool = False
    """Compute in 16 bits while learning, where the graphics card or processor does so in hardware: quicker, and less
    memory. Elsewhere it changes nothing."""
    rotation: float = bounded(0, 0, 180)
    """Turn each picture at random by up to so many degrees either way while learning. 15 helps with few sides."""
    scale: float = bounded(0, 0, 0.9)
    """Enlarge or shrink each picture at random by up to this share while learning, and shift it by a third of that."""
    brightness: float = bounded(0, 0, 0.9)
    """Change brightness and contrast at random by up to this share while learning."""
    mirror: bool = False
    """Show half of the pictures mirrored while learning. Off, because left and right carry meaning on coins and
    legends cannot be read in a mirror; it may help with few pictures and concepts without direction."""
    seed: int = bounded(0, 0, 2**31 - 1)
    """Starts the random numbers. The same machine, data, settings and seed give the same model."""

    def __post_init__(self) -> None:
        check_fields(self)
        if self.network == COOPER and self.image_size < SMALLEST:
            raise LearningError(
                f"image_size is {self.image_size}; the network {COOPER} needs {SMALLEST} pixels or more. Take a larger "
                "size, or another network such as resnet10t."
            )

    @property
    def slugs(self) -> tuple[str, ...]:
        """The concepts that are named."""
        return tuple(slug for each in self.concepts.split(",") if (slug := each.strip()))


PRESETS: dict[str, Config] = {
    "Small network per concept (a laptop; 20 MB each)": Config(
        network="resnet10t",
        image_size=96,
        epochs=30,
        patience=0,
        optimiser="adamw",
        learning_rate=0.002,
        weight_decay=0.02,
        schedule="one_cycle",
        rotation=15,
        scale=0.15,
        brightness=0.3,
    ),
    "As published (a graphics card; 148 MB each)": Config(),
}


def train(
    snapshot: Snapshot, config: Config, out: Path, report: Report, *, pictures: Path, features: Path
) -> RunResult:
    """Train on a snapshot and write the model folder `out`; taken up again where a killed run stood. `pictures` is the
    folder that the samples' pictures are relative to; `features` is not used, for no network is frozen.
    Raises LearningError, and whatever `report` raises to cancel."""
    from mlcore.concept_cnns.training import train_cnns

    return train_cnns(snapshot, _run_of(config), out, report, pictures=pictures)


def _run_of(config: Config) -> CnnRun:
    from mlcore.concept_cnns.run import CnnRun
    from mlcore.nets.augment import Augmentation
    from mlcore.train_loop import Plan

    settings = asdict(config)
    return CnnRun(
        kind="concept_cnn",
        config=settings,
        network=config.network,
        final_relu=config.final_relu,
        concepts=config.slugs,
        image_size=config.image_size,
        grey=config.colour == "grey",
        plan=part_of(settings, Plan),
        augmentation=part_of(settings, Augmentation),
        faces=config.faces,
        batch_size=config.batch_size,
        balance=config.balance,
        fewest_per_class=config.fewest_per_class,
        seed=config.seed,
    )


def load(model: Path) -> CnnModel:
    """The trained model in a folder that `train` wrote. Raises LearningError where it is damaged."""
    from mlcore.concept_cnns.model import CnnModel

    return CnnModel.load(model)


def predict(
    model: Path, sides: Sequence[SidePicture], report: Report, *, features: Path | None = None
) -> Iterator[Prediction]:
    """Yield one Prediction per side, in order; an unreadable picture gives one with `error` set. `features` is not
    used."""
    from mlcore.concept_cnns.model import CnnModel
    from mlcore.concept_cnns.prediction import predict_cnns

    return predict_cnns(CnnModel.load(model, kept_bytes=0), sides, report)


def explain(
    model: Path, picture: Image.Image, concept: str, method: str = "hipe", *, other: Image.Image | None = None
) -> Explanation:
    """Where the concept's network looks in a picture. Raises LearningError."""
    return load(model).explain(picture, concept, method, other=other)
