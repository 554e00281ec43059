"""What can be said of a question in a sentence: facts, not opinions."""

from __future__ import annotations

from dataclasses import dataclass

from mlcore.ranking.evidence import NO, NONE, YES


@dataclass(frozen=True)
class Facts:
    """Of one question, as the strategy that asks it saw them."""

    concept: str
    text: int
    """YES, NO, or NONE where the side has no text."""
    other: int
    """The same of the coin's other side."""
    percent: int | None
    """What the model says, 0..100."""
    unseen: bool
    """Whether that model was taught without this coin's labels."""
    named: int
    """Sides that are said to show the concept."""

    def told(self) -> str:
        """Text says eagle, model 3 %."""
        text = {YES: f"Text says {self.concept}", NO: f"Text does not say {self.concept}", NONE: "No text"}[self.text]
        if self.percent is None:
            return f"{text}."
        about = f" of {self.concept}" if self.text == NONE else ""
        return f"{text}, model{' taught without this coin' if self.unseen else ''} {self.percent} %{about}."
