"""How questions are chosen and when training begins by itself, as administrators set it: shares in per cent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from annotations.models import ReviewPolicy

WHOLE = 100
MOST_GOLD, MOST_OVERLAP = 20, 50


def _number(label: str, least: int, most: int, help_text: str = "") -> forms.IntegerField:
    sentence = f"This must be a whole number from {least:,} to {most:,}."
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        help_text=help_text,
        widget=forms.NumberInput({"class": "form-control", "min": least, "max": most, "step": 1}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), sentence),
    )


class PolicyForm(forms.Form):
    """One field per strategy, of which the sum must be 100 %, and the other settings."""

    gold = _number(
        "Known answers, per cent", 0, MOST_GOLD, "Hidden questions whose answer is known, to see how sure experts are."
    )
    overlap = _number(
        "Second opinions, per cent", 0, MOST_OVERLAP, "Questions asked of a second person, to measure agreement."
    )
    retrain = forms.BooleanField(
        label="Begin training by itself",
        required=False,
        help_text="With the settings of the last run. A person still decides what is published.",
        widget=forms.CheckboxInput({"class": "form-check-input"}),
    )
    retrain_after = _number("Corrections since the last run", 1, 1_000_000, "Fewer do not begin a run.")
    retrain_pause = _number("Minutes without a decision", 0, 10_000, "Nobody is interrupted in the middle of a page.")

    def __init__(self, strategies: Mapping[str, tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.strategies = list(strategies)
        for name, (label, sentence) in strategies.items():
            field = _number(label, 0, WHOLE, sentence)
            field.widget.attrs["data-share"] = ""
            self.fields[name] = field

    @property
    def shares(self) -> list[forms.BoundField]:
        return [self[name] for name in self.strategies]

    @property
    def total(self) -> int:
        """The sum of the shares as they stand in the form, in per cent."""
        values = [str(field.value()) for field in self.shares]
        return sum(int(value) for value in values if value.isdecimal())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        given = [cleaned[name] for name in self.strategies if name in cleaned]
        if len(given) == len(self.strategies) and sum(given) != WHOLE:
            missing = WHOLE - sum(given)
            remedy = f"give {missing} % more" if missing > 0 else f"take {-missing} % away"
            raise ValidationError(
                f"The shares of the strategies make {sum(given)} %; {remedy}, so that they make 100 %."
            )
        return cleaned

    def values(self) -> dict[str, Any]:
        """As the policy holds them: shares as parts of 1."""
        cleaned = self.cleaned_data
        return {
            "shares": {name: cleaned[name] / WHOLE for name in self.strategies},
            "gold_share": cleaned["gold"] / WHOLE,
            "overlap_share": cleaned["overlap"] / WHOLE,
            **{name: cleaned[name] for name in ("retrain", "retrain_after", "retrain_pause")},
        }


def initial_values(policy: ReviewPolicy) -> dict[str, Any]:
    """What stands in the form before anybody changes it."""
    return {
        **{name: round(WHOLE * share) for name, share in policy.shares.items()},
        "gold": round(WHOLE * policy.gold_share),
        "overlap": round(WHOLE * policy.overlap_share),
        **{name: getattr(policy, name) for name in ("retrain", "retrain_after", "retrain_pause")},
    }
