from __future__ import annotations

from django import template

from annotations.queries.ranking import name_strategy

register = template.Library()
register.filter("strategy_name", name_strategy)
