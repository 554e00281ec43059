"""Rules, their history and their worth as data."""

from __future__ import annotations

from typing import Any

from annotations.models import Concept, Rule, RuleChange
from annotations.queries.rules import ConceptWorth, Worth
from mlcore.text.shares import Share


def describe_rules(concept: Concept, worth: ConceptWorth, only: Rule | None = None) -> dict[str, Any]:
    """Every rule with every version it had; figures where it is in use."""
    rows = {row.rule.pk: row for row in worth.rules}
    rules = concept.rules.filter(pk=only.pk) if only else concept.rules.all()
    described = [_rule(rule, rows.get(rule.pk)) for rule in rules.prefetch_related("changes__user")]
    return {
        "concept": concept.slug,
        "sides": worth.sides,
        "sample": "whole corpus" if worth.sample.whole else f"one coin in {worth.sample.step}",
        "together": {
            "sides": worth.whole.sides,
            "precision": _share(worth.whole.precision),
            "recall": _share(worth.whole.recall),
            "only_rules": worth.whole.only_rules,
            "only_model": worth.whole.only_model,
        }
        if worth.whole
        else None,
        "rules": described,
    }


def _rule(rule: Rule, worth: Worth | None) -> dict[str, Any]:
    facts = {
        "id": rule.pk,
        "language": rule.language,
        "kind": rule.kind,
        "pattern": rule.pattern,
        "face": rule.face or "both",
        "version": rule.version,
        "retired": rule.retired,
        "history": [_change(change) for change in rule.changes.all()],
    }
    return facts | {"worth": _worth(worth) if worth else None}


def _worth(worth: Worth) -> dict[str, Any]:
    row = worth.row
    return {
        "sides": row.sides,
        "alone": row.alone,
        "overlap": {str(number): sides for number, sides in row.overlap.items()},
        "swallowed": {str(number): sides for number, sides in row.conflicts.items()},
        "experts_say_otherwise": worth.experts_no,
        "model_says_otherwise": _share(row.model_conflicts),
        "precision": _share(row.precision),
        "recall": _share(row.recall),
    }


def _share(share: Share | None) -> dict[str, Any] | None:
    if share is None:
        return None
    return {"right": share.right, "of": share.of, "value": share.value, "low": share.low, "high": share.high}


def _change(change: RuleChange) -> dict[str, Any]:
    return {
        "version": change.version,
        "language": change.language,
        "kind": change.kind,
        "pattern": change.pattern,
        "face": change.face or "both",
        "retired": change.retired,
        "by": change.user.get_username() if change.user else None,
        "at": change.created_at if change.user else None,
    }
