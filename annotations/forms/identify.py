"""A photograph to identify: its size is known before any of it is held in memory."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

MEGABYTE = 2**20


class SizeCap(FileUploadHandler):
    """Stands before the handlers that store: what is larger than the cap is read past, and kept nowhere."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.received = 0
        self.exceeded = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > settings.PHOTOGRAPH_MAX_BYTES:
            self.exceeded = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leaves the file to the handlers behind."""


class IdentifyForm(forms.Form):
    photograph = forms.FileField(
        max_length=255,
        error_messages={
            "required": "Choose a photograph first.",
            "empty": "The file is empty (0 bytes). Send it again from the original.",
            "missing": "No photograph arrived. Choose a file and send it again.",
            "max_length": "The file's name has %(length)d characters; at most %(max)d are taken. Rename it.",
        },
    )

    def __init__(self, *args: object, exceeded: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if exceeded:
            most = settings.PHOTOGRAPH_MAX_BYTES // MEGABYTE
            self.fields["photograph"].error_messages["required"] = (
                f"The file is larger than {most} MB, and at most {most} MB are taken. Send a smaller copy."
            )
