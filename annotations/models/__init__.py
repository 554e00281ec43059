from annotations.models.boxes import Box
from annotations.models.coins import Coin, Description, Photograph, Side
from annotations.models.concepts import Concept, Rule, RuleChange
from annotations.models.crops import HandCrop, RecropRun
from annotations.models.decisions import Decision
from annotations.models.doubles import DoubleGroup, DoublesRun
from annotations.models.entities import Entity, EntityMention, SpanDecision
from annotations.models.evidence import Label, PseudoLabel
from annotations.models.imports import ImportRun, LabellingRun
from annotations.models.jobs import Job, WorkerPresence
from annotations.models.predictions import Embedding, Identification, Prediction, PredictionRun, SaliencyMap
from annotations.models.review import ReviewItem
from annotations.models.runs import ModelVersion, Publication, TrainingRun
from annotations.models.snapshots import Snapshot
from annotations.models.vocabulary import AuthorityName, MiningRun, SourceRun

__all__ = [
    "AuthorityName",
    "Box",
    "Coin",
    "Concept",
    "Decision",
    "Description",
    "DoubleGroup",
    "DoublesRun",
    "Embedding",
    "Entity",
    "EntityMention",
    "HandCrop",
    "Identification",
    "ImportRun",
    "Job",
    "Label",
    "LabellingRun",
    "MiningRun",
    "ModelVersion",
    "Photograph",
    "Prediction",
    "PredictionRun",
    "PseudoLabel",
    "Publication",
    "RecropRun",
    "ReviewItem",
    "Rule",
    "RuleChange",
    "SaliencyMap",
    "Side",
    "Snapshot",
    "SourceRun",
    "SpanDecision",
    "TrainingRun",
    "WorkerPresence",
]
