"""Long work as pages show it: how far it is, what it took, and what the next training would learn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast

from django.contrib.auth.models import User
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from annotations.models import (
    Concept,
    Decision,
    Description,
    EntityMention,
    Job,
    Side,
    Snapshot,
    SpanDecision,
    TrainingRun,
)
from annotations.models.entities import EntityClass
from annotations.models.evidence import Answer
from annotations.queries.entities import LIST

AnyJob = TypeVar("AnyJob", bound=Job)
PAGE = 50
DOUBLE_CLICK = timedelta(seconds=5)
FEW_POSITIVES = 20
FEW_COINS = 50
SCORES = {"ap", "auc", "f1", "accuracy", "precision", "recall"}
"""Words in the names of figures that lie between 0 and 1."""
NOT_SHOWN = ("epoch", "epochs")


@dataclass(frozen=True)
class Progress:
    stage: str
    done: int
    total: int
    rate: float | None
    """Per second."""
    left: float | None
    """Seconds that this stage still takes."""

    @property
    def unit(self) -> str:
        """What is counted, where the stage does not say so itself."""
        return {"training": "batches", "features": "pictures"}.get(self.stage.rpartition(" ")[2], "")

    @property
    def percent(self) -> int | None:
        return min(100, 100 * self.done // self.total) if self.total else None


def read_progress(job: Job) -> Progress:
    said = job.progress
    done, total, rate = int(said.get("done") or 0), int(said.get("total") or 0), said.get("rate")
    left = (total - done) / rate if rate and total > done else None
    return Progress(str(said.get("stage", "")), done, total, rate, left)


def first_of_double_click(user: User, jobs: QuerySet[AnyJob], **same: Any) -> AnyJob | None:
    """The same work asked for by the same person a moment ago. Locks the person until the transaction ends."""
    User.objects.select_for_update().get(pk=user.pk)
    recent = timezone.now() - DOUBLE_CLICK
    return jobs.filter(status__in=Job.ACTIVE, created_by=user, created_at__gte=recent, **same).first()


def list_runs(before: int | None = None) -> list[TrainingRun]:
    """Newest first, one more than a page if there is another page."""
    runs = (
        cast("QuerySet[TrainingRun]", TrainingRun.objects)
        .select_related("created_by", "version")
        .annotate(mean_ap=F("version__metrics__test__mean__ap"), counts=F("snapshot__counts"))
        .defer("epochs", "libraries", "version__metrics")
    )
    return list((runs.filter(id__lt=before) if before else runs)[: PAGE + 1])


@dataclass(frozen=True)
class ConceptSupply:
    """Sides with a picture for which something is known of a concept."""

    slug: str
    name: str
    expert_yes: int
    expert_no: int
    text_yes: int
    """Said present by a text, and no expert has answered."""

    @property
    def present(self) -> int:
        return self.expert_yes + self.text_yes

    @property
    def few(self) -> bool:
        return self.present < FEW_POSITIVES


@dataclass(frozen=True)
class Supply:
    """What a snapshot frozen now would hold."""

    sides: int
    """With a picture, and with a text or an expert's answer."""
    coins: int
    expert_answers: int
    concepts: list[ConceptSupply]

    @property
    def advice(self) -> list[str]:
        return list(_advice(self))

    @property
    def enough(self) -> bool:
        return self.sides > 0


@dataclass(frozen=True)
class TextSupply:
    """What a snapshot of texts frozen now would hold."""

    texts: int
    coins: int
    checked: int
    """Texts in which a person said something of a name."""
    names: list[tuple[str, int]]
    """Class, and how often the lists find one of it."""

    @property
    def enough(self) -> bool:
        return self.texts > 0 and (self.checked > 0 or any(count for _, count in self.names))


def count_text_supply() -> TextSupply:
    texts = Description.objects.exclude(text="").aggregate(texts=Count("id"), coins=Count("coin", distinct=True))
    said = SpanDecision.objects.filter(undoes=None, undone_by=None).exclude(description=None)
    checked = said.aggregate(texts=Count("description", distinct=True))["texts"]
    listed = EntityMention.objects.filter(source=LIST).order_by().values_list("label").annotate(Count("id"))
    counts = dict(listed)
    names = [(words, counts.get(value, 0)) for value, words in EntityClass.choices]
    return TextSupply(texts["texts"], texts["coins"], checked, names)


def count_supply() -> Supply:
    known = Side.objects.pictured().filter(~Q(text="") | Exists(Decision.objects.filter(side=OuterRef("pk"))))
    pictured = known.aggregate(sides=Count("id"), coins=Count("coin", distinct=True))
    seen = ~Q(labels__side__crop="")
    in_use: QuerySet[Concept] = Concept.objects.in_use()
    counted = in_use.annotate(
        expert_yes=Count("labels", Q(labels__expert=Answer.YES) & seen),
        expert_no=Count("labels", Q(labels__expert=Answer.NO) & seen),
        text_yes=Count("labels", Q(labels__expert="", labels__text_present=True) & seen),
    ).order_by("name")
    concepts = [ConceptSupply(row.slug, row.name, row.expert_yes, row.expert_no, row.text_yes) for row in counted]
    answers = sum(row.expert_yes + row.expert_no for row in concepts)
    return Supply(pictured["sides"], pictured["coins"], answers, concepts)


def _advice(supply: Supply) -> Iterator[str]:
    if not supply.sides:
        yield "There is nothing to learn from: no side has both a picture and a text or an answer. Import coins first."
        return
    if supply.coins < FEW_COINS:
        yield (
            f"Only {supply.coins} {'coin has' if supply.coins == 1 else 'coins have'} a picture and a text of that "
            "side, or an answer. A model will start, but its figures will be guesses: import more, "
            f"{FEW_COINS} at the very least and better a thousand."
        )
    few = [row.name for row in supply.concepts if row.few]
    if few:
        yield (
            f"Fewer than {FEW_POSITIVES} sides show {', '.join(few)}. The model learns little of them and their "
            "figures swing widely; confirm more of them in the review, or read their figures with their intervals."
        )
    if not supply.expert_answers:
        yield (
            "No expert has answered yet: the model learns from texts alone, and is measured on texts alone. "
            "A hundred answers in the review make the figures trustworthy."
        )


@dataclass(frozen=True)
class Column:
    key: str
    label: str

    def show(self, value: Any) -> str:
        """Counts whole, rates to a tenth, other figures to four places."""
        if value is None:
            return "–"
        if not isinstance(value, float):
            return str(value)
        return f"{value:.1f}" if self.key.endswith("per_second") else f"{value:.4f}"

    @property
    def group(self) -> str:
        """Figures of one group share a chart; what is neither a loss nor a score stands in the table alone."""
        words = self.key.split("_")
        return "loss" if "loss" in words else "score" if SCORES & set(words) else ""


@dataclass(frozen=True)
class Epoch:
    network: str
    """Name of the concept that has a network of its own; empty where one network learns all."""
    cells: list[str]
    """Column by column; the number of the epoch, counted for each network, stands first."""


def tabulate_epochs(run: TrainingRun) -> tuple[list[Column], list[Epoch]]:
    """The figures of each epoch, in the order of learning."""
    numbers = dict.fromkeys(key for row in run.epochs for key, value in row.items() if isinstance(value, int | float))
    keys = ["epoch", *(key for key in numbers if key not in NOT_SHOWN)]
    rests = run.config.get("frozen") and not run.config.get("unfrozen_blocks")
    words = {"images_per_second": "Sides per second, from features"} if rests else {}
    columns = [Column(key, words.get(key) or key.replace("_", " ").capitalize().replace(" ap", " AP")) for key in keys]
    slugs = {row["concept"] for row in run.epochs if "concept" in row}
    names = dict(Concept.objects.filter(slug__in=slugs).values_list("slug", "name")) if slugs else {}
    before: dict[str, int] = {}
    found = []
    for row in run.epochs:
        slug = row.get("concept", "")
        own = row | {"epoch": row["epoch"] - before.setdefault(slug, row["epoch"] - 1 if slug else 0)}
        found.append(Epoch(names.get(slug, slug), [column.show(own.get(column.key)) for column in columns]))
    return columns, found


def describe_snapshot(snapshot: Snapshot) -> dict[str, Any]:
    """What a run learned from: sides by split, and per concept how many show it and how many answers are experts'."""
    counts = snapshot.counts
    return {
        "sides": counts.get("samples", 0),
        "splits": {split: counts.get(f"samples/{split}", 0) for split in ("train", "validation", "test")},
        "expert": counts.get("expert", 0),
        "concepts": [
            (slug, counts.get(f"positives/{slug}", 0), counts.get(f"expert/{slug}", 0)) for slug in snapshot.concepts
        ],
    }


def describe_run(run: TrainingRun) -> dict[str, Any]:
    """A row of the list as JSON."""
    version = getattr(run, "version", None)
    return {
        "id": run.pk,
        "url": run.get_absolute_url(),
        "status": run.status,
        "kind": run.kind,
        "created_at": run.created_at,
        "seconds": run.seconds,
        "created_by": run.created_by.get_username() if run.created_by else None,
        "mean_ap": getattr(run, "mean_ap", None),
        "model": version.pk if version else None,
    }


def describe_run_fully(run: TrainingRun) -> dict[str, Any]:
    progress = read_progress(run)
    return describe_run(run) | {
        "mean_ap": run.version.metrics["test"]["mean"].get("ap") if hasattr(run, "version") else None,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "attempts": run.attempts,
        "reason": run.reason,
        "progress": asdict(progress) | {"percent": progress.percent},
        "epochs": run.epochs,
        "config": run.config,
        "seed": run.seed,
        "code_version": run.code_version,
        "libraries": run.libraries,
        "device": run.device,
        "snapshot": _named(run.snapshot) if run.snapshot else None,
    }


def _named(snapshot: Snapshot) -> dict[str, Any]:
    return {"id": snapshot.pk, "sha256": snapshot.sha256, "counts": snapshot.counts}
