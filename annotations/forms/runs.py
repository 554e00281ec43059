"""The form that starts a training, made from the settings of the kind."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from django import forms

from mlcore.contract import LearningError
from mlcore.registry import FieldInfo, KindInfo, config_from


class RunForm(forms.Form):
    """One field per setting. What the kind refuses stands at the setting that its sentence begins with."""

    def __init__(self, kind: KindInfo, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.kind = kind
        for info in kind.fields:
            self.fields[info.name] = _make_field(info)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                config_from(self.kind.name, cleaned)
            except LearningError as error:
                self.refuse(str(error))
        return cleaned

    def refuse(self, sentence: str) -> None:
        named = re.match(r"\w+", sentence)
        self.add_error(named[0] if named and named[0] in self.fields else None, sentence)

    @property
    def main(self) -> list[forms.BoundField]:
        """Settings in which the presets differ, and those that go with them."""
        return [self[name] for name in self.fields if self._is_main(name)]

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not self._is_main(name)]

    @property
    def more_has_errors(self) -> bool:
        return any(field.errors for field in self.more)

    def _is_main(self, name: str) -> bool:
        presets = [asdict(config) for config in self.kind.presets.values()]
        differing = [key for key in self.fields if len({repr(preset[key]) for preset in presets}) > 1]
        return not presets or any(name == key or name.startswith(f"{key}_") for key in differing)


def _make_field(info: FieldInfo) -> forms.Field:
    common: dict[str, Any] = {"label": info.label, "help_text": info.help, "initial": info.default}
    wrong = {"invalid": f"This must be {info.allowed}.", "required": f"This must be {info.allowed}."}
    if info.choices:
        choices = [(choice, choice.replace("_", " ")) for choice in info.choices]
        return forms.ChoiceField(choices=choices, widget=forms.Select({"class": "form-select"}), **common)
    if info.type == "bool":
        return forms.BooleanField(required=False, widget=forms.CheckboxInput({"class": "form-check-input"}), **common)
    if info.type == "str":
        text = forms.TextInput({"class": "form-control", "autocomplete": "off", "spellcheck": "false"})
        return forms.CharField(required=False, max_length=300, widget=text, **common)
    limits = {"min": info.minimum, "max": info.maximum, "step": "1" if info.type == "int" else "any"}
    given = {key: value for key, value in limits.items() if value is not None}
    number = forms.NumberInput({"class": "form-control", **given})
    made = forms.IntegerField if info.type == "int" else forms.FloatField
    return made(widget=number, error_messages=wrong, **common)
