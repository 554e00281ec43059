from annotations.models.boxes import Box
from annotations.models.coins import Coin, Description, Photograph, Side
from annotations.models.concepts import Concept, ConceptChange, Rule, RuleChange
from annotations.models.crops import HandCrop, PictureVerdict, RecropRun
from annotations.models.decisions import BlindAnswer, Decision, GoldQuestion, HiddenQuestion
from annotations.models.doubles import DoubleGroup, DoublesRun, DoublesVerdict
from annotations.models.entities import Entity, EntityMention, SpanDecision
from annotations.models.evidence import Label, PseudoLabel
from annotations.models.imports import ImportRun, LabellingRun
from annotations.models.jobs import Job, WorkerPresence
from annotations.models.predictions import (
    Embedding,
    Identification,
    Prediction,
    PredictionRun,
    SaliencyMap,
    SaliencyStudy,
    SaliencyView,
)
from annotations.models.review import RankingRun, ReviewItem, ReviewPolicy
from annotations.models.runs import ModelVersion, Publication, TrainingRun
from annotations.models.snapshots import Snapshot, TestSet
from annotations.models.vocabulary import AuthorityName, MiningRun, SourceRun

__all__ = [
    "AuthorityName",
    "BlindAnswer",
    "Box",
    "Coin",
    "Concept",
    "ConceptChange",
    "Decision",
    "Description",
    "DoubleGroup",
    "DoublesRun",
    "DoublesVerdict",
    "Embedding",
    "Entity",
    "EntityMention",
    "GoldQuestion",
    "HandCrop",
    "HiddenQuestion",
    "Identification",
    "ImportRun",
    "Job",
    "Label",
    "LabellingRun",
    "MiningRun",
    "ModelVersion",
    "Photograph",
    "PictureVerdict",
    "Prediction",
    "PredictionRun",
    "PseudoLabel",
    "Publication",
    "RankingRun",
    "RecropRun",
    "ReviewItem",
    "ReviewPolicy",
    "Rule",
    "RuleChange",
    "SaliencyMap",
    "SaliencyStudy",
    "SaliencyView",
    "Side",
    "Snapshot",
    "SourceRun",
    "SpanDecision",
    "TestSet",
    "TrainingRun",
    "WorkerPresence",
]
