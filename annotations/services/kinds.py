"""The kinds of model as forms, pages and the API see them: the one door from the site to mlcore's registry."""

from mlcore.config_fields import FieldInfo
from mlcore.contract import LearningError
from mlcore.registry import KindInfo, config_from, config_schema, kinds

__all__ = ["FieldInfo", "KindInfo", "LearningError", "config_from", "config_schema", "kinds"]
