"""manage.py setup: what has to be done once before the site starts, and after each update. Safe to repeat."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from annotations.services.accounts import ensure_groups
from annotations.services.concepts import load_concepts


class Command(BaseCommand):
    help = "Migrate the database, and make the group of experts and the concepts where they are missing."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=1, interactive=False)
        ensure_groups()
        self.stdout.write(f"{load_concepts()} concepts added.")
