"""The administrators' back room. What persons and machines said can be looked at here, and not be changed."""

from django.contrib import admin

from annotations.admin import accounts, corpus, learning
from annotations.admin.policy import relax

__all__ = ["accounts", "corpus", "learning"]

relax(admin.site)
