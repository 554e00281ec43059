from django.contrib import admin
from django.urls import include, path, re_path

from annotations.api.problems import not_found
from annotations.views.account import back_room_login

urlpatterns = [
    path("admin/login/", back_room_login, name="admin_login"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("annotations.api.urls")),
    re_path("^api/", not_found, name="api_elsewhere"),
    path("", include("annotations.urls")),
]

handler400 = "annotations.views.errors.bad_request"
handler403 = "annotations.views.errors.forbidden"
handler404 = "annotations.views.errors.not_found"
