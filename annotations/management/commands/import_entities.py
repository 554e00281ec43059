"""manage.py import_entities FOLDER: lists of persons, objects, animals, plants and verbs, and where texts name them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations import tasks
from annotations.models import Coin
from annotations.services.entities import import_entities
from annotations.services.labelling import queue_labelling
from mlcore.contract import LearningError


class Command(BaseCommand):
    help = "Import lists of entities as Corpus Nummorum keeps them (nlp_list_*.csv); the same again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            counts = import_entities(folder=folder)
        except LearningError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(", ".join(f"{number} of class {label}" for label, number in counts.items()))
        if Coin.objects.exists():
            tasks.send(queue_labelling(user=None))
            self.stdout.write("All texts are read again for them: a worker does that, and Imports shows how far it is.")
