"""manage.py export_boxes FILE --format coco: the boxes on sides, for detectors and linked data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.box_files import formats
from annotations.models import Box
from annotations.services.box_export import write_boxes
from mlcore.contract import LearningError
from mlcore.files import written_aside


class Command(BaseCommand):
    help = "Write the current boxes to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=list(formats("files")), default="coco")
        parser.add_argument("--concept", default="", help="only boxes of this concept, by its slug")
        parser.add_argument(
            "--pictures", action="store_true", help="pack the pictures of the sides beside them (a zip)"
        )
        parser.add_argument("--address", default="/media/", help="what stands before a picture's name")

    def handle(self, *args: Any, **options: Any) -> None:
        boxes = Box.objects.current()
        if options["concept"]:
            boxes = boxes.filter(concept__slug=options["concept"])
        chosen = {name: options[name] for name in ("format", "address", "pictures")}
        try:
            with written_aside(options["file"]) as partial, partial.open("wb") as stream:
                count = write_boxes(boxes=boxes, stream=stream, **chosen)
        except LearningError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} boxes")
