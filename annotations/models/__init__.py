from annotations.models.boxes import Box
from annotations.models.coins import Coin, Description, Photograph, Side
from annotations.models.concepts import Concept, Rule
from annotations.models.decisions import Decision
from annotations.models.evidence import Label, PseudoLabel
from annotations.models.imports import ImportRun, LabellingRun
from annotations.models.jobs import Job, WorkerPresence
from annotations.models.predictions import Embedding, Identification, Prediction, PredictionRun, SaliencyMap
from annotations.models.review import ReviewItem
from annotations.models.runs import ModelVersion, Publication, TrainingRun
from annotations.models.snapshots import Snapshot

__all__ = [
    "Box",
    "Coin",
    "Concept",
    "Decision",
    "Description",
    "Embedding",
    "Identification",
    "ImportRun",
    "Job",
    "Label",
    "LabellingRun",
    "ModelVersion",
    "Photograph",
    "Prediction",
    "PredictionRun",
    "PseudoLabel",
    "Publication",
    "ReviewItem",
    "Rule",
    "SaliencyMap",
    "Side",
    "Snapshot",
    "TrainingRun",
    "WorkerPresence",
]
