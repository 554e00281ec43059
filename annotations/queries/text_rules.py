"""Rules as texts are read by them."""

from __future__ import annotations

from dataclasses import dataclass

from annotations.models import Rule, RuleChange
from annotations.queries.hierarchy import Hierarchy
from mlcore.contract import FACES
from mlcore.text.rules import Rule as TextRule


@dataclass(frozen=True)
class Draft:
    """A rule as it would be saved."""

    language: str
    kind: str
    pattern: str
    retired: bool = False
    face: str = ""
    """The side it reads; empty for both."""

    @classmethod
    def of(cls, said: Rule | RuleChange) -> Draft:
        return cls(said.language, said.kind, said.pattern, said.retired, said.face)

    def as_text_rule(self, concept: str, identifier: int = 0, version: int = 1) -> TextRule:
        """Raises ValueError with a sentence."""
        faces = tuple(face for face in FACES if self.face in ("", face))
        return TextRule(identifier, concept, self.language, self.kind, self.pattern, version, faces)

    def signature(self, base: int) -> str:
        """Which draft a preview was of: another one is shown before it is saved."""
        words = [str(base), self.language, self.kind, self.pattern, self.face, "retired" if self.retired else ""]
        return "|".join(words)


def text_rules() -> list[TextRule]:
    """The rules in use."""
    rules = Rule.objects.in_use().select_related("concept")
    return [Draft.of(rule).as_text_rule(rule.concept.slug, rule.pk, rule.version) for rule in rules]


def implications() -> dict[str, tuple[str, ...]]:
    """Concept slug → slugs it implies directly. What was merged into another stands for that one."""
    return Hierarchy.read().implied_slugs()
