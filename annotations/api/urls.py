from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from rest_framework.routers import SimpleRouter

from annotations.api.docs import DocsView, SchemaView
from annotations.api.predictions import PredictionsView, PredictionView
from annotations.api.problems import not_found
from annotations.api.tokens import TokensView, TokenView
from annotations.api.viewsets import CoinViewSet, ConceptViewSet, LabelViewSet, ModelViewSet, SideViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("coins", CoinViewSet, basename="api_coin")
router.register("sides", SideViewSet, basename="api_side")
router.register("concepts", ConceptViewSet, basename="api_concept")
router.register("labels", LabelViewSet, basename="api_label")
router.register("models", ModelViewSet, basename="api_model")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="api_docs", http_method_names=["get", "head"]), name="api_root"),
    path("docs", DocsView.as_view(), name="api_docs"),
    path("schema", SchemaView.as_view(), name="api_schema"),
    path("tokens", TokensView.as_view(), name="api_tokens"),
    path("tokens/<str:key>", TokenView.as_view(), name="api_token"),
    path("predictions", PredictionsView.as_view(), name="api_predictions"),
    path("predictions/<uuid:public_id>", PredictionView.as_view(), name="api_prediction"),
    path("", include(router.urls)),
    re_path("", not_found, name="api_nothing"),
]
