"""A picture in, what the published model sees on each side out."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle

from annotations import tasks
from annotations.api.base import SMALL_BODY, StrictView
from annotations.api.problems import NotReady, Refused, TooLarge
from annotations.api.requests import MEGABYTE
from annotations.api.serializers.predictions import PictureUploadSerializer, PredictionSerializer
from annotations.models import Identification
from annotations.queries.workers import queues_without_worker
from annotations.services.identifying import NoPublishedModel, RefusedPicture, queue_identification

PATIENCE = 10.0  # seconds until the answer is 202
EVERY = 0.1


class PredictionThrottle(UserRateThrottle):
    scope = "predictions"


class PredictionsView(StrictView):
    permission_classes = [IsAuthenticated]
    throttle_classes = [PredictionThrottle]
    parser_classes = [MultiPartParser]
    most_bytes = settings.PHOTOGRAPH_MAX_BYTES + SMALL_BODY

    @extend_schema(
        operation_id="predictions_create",
        request={"multipart/form-data": PictureUploadSerializer},
        responses={
            200: PredictionSerializer,
            202: OpenApiResponse(
                PredictionSerializer, "Not ready after 10 s, or no worker is connected; ask at `Location`."
            ),
        },
        parameters=[OpenApiParameter("Location", str, "header", response=[202])],
    )
    def post(self, request: Request) -> Response:
        """What the published model sees on a picture.

        Waits up to 10 s. 409: no model is published. 413: larger than is taken. 422: the picture cannot be read, or
        shows no coin.
        """
        row = _queue(request)
        tasks.send(row)
        _wait_for(row)
        if row.status == Identification.Status.FAILED:
            raise Refused(row.reason, code="failed")
        return _answer(request, row)


class PredictionView(StrictView):
    @extend_schema(operation_id="predictions_retrieve", responses=PredictionSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """A prediction that was asked for; its address is known to whoever asked, and listed nowhere."""
        rows = Identification.objects.select_related("version").defer("version__metrics")
        row = get_object_or_404(rows, public_id=public_id)
        return Response(PredictionSerializer(row, context={"request": request}).data)


def _queue(request: Request) -> Identification:
    upload = PictureUploadSerializer(data=request.data)
    upload.is_valid(raise_exception=True)
    picture: Any = upload.validated_data["picture"]
    most = settings.PHOTOGRAPH_MAX_BYTES
    if picture.size > most:
        raise TooLarge(f"The picture is larger than {most // MEGABYTE} MB. Send a smaller copy.")
    assert isinstance(request.user, User)  # noqa: S101 - IsAuthenticated saw to it
    try:
        return queue_identification(user=request.user, content=picture.read(), name=picture.name)
    except RefusedPicture as error:
        raise Refused(error.sentence, code=str(error.code)) from error
    except NoPublishedModel as error:
        raise NotReady(str(error)) from error


def _wait_for(row: Identification) -> None:
    """Until a worker has ended the row, for ten seconds at most; not at all where nobody would."""
    deadline = time.monotonic() + (0 if "predict" in queues_without_worker() else PATIENCE)
    while row.active and time.monotonic() < deadline:
        time.sleep(EVERY)
        row.refresh_from_db(fields=["status"])
    row.refresh_from_db()


def _answer(request: Request, row: Identification) -> Response:
    content = PredictionSerializer(row, context={"request": request}).data
    if not row.active:
        return Response(content)
    return Response(
        content, status=status.HTTP_202_ACCEPTED, headers={"Location": content["address"], "Retry-After": "2"}
    )
