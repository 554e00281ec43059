"""manage.py import_boxes FILE --format figures: boxes drawn elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.box_files import formats
from annotations.management.progress import ProgressLine
from annotations.services.box_import import BoxesRefused, import_boxes

SHOWN = 20


class Command(BaseCommand):
    help = "Store the boxes of a file; the same file again adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=list(formats("read")), default="coco")
        parser.add_argument("--user", default="", help="in whose name; the first administrator unless given")

    def handle(self, *args: Any, **options: Any) -> None:
        users = User.objects.filter(username=options["user"]) if options["user"] else User.objects.filter(is_staff=True)
        user = users.order_by("pk").first()
        if user is None:
            raise CommandError(f"There is no account {options['user'] or 'of an administrator'}.")
        line = ProgressLine(self.stdout)
        try:
            done = import_boxes(user=user, path=options["file"], format=options["format"], report=line.show)
        except BoxesRefused as error:
            raise CommandError(f"{options['file']}: {error}") from error
        line.end()
        for refused in done.refused[:SHOWN]:
            self.stderr.write(f"row {refused.row} ({refused.value}): {refused.reason}")
        self.stdout.write(f"{done.new} new, {done.known} known, {len(done.refused)} refused")
