"""Who may do what in the back room."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from annotations.views.access import is_admin


class ForStaff:
    """Whoever is staff may look; adding, changing and deleting are off until a class turns them on."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_admin(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_admin(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(ForStaff, ModelAdmin):
    list_per_page = 50
    show_full_result_count = False


class ForSuperusers:
    """Accounts and rights: otherwise staff could make themselves superusers."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


def signed_in(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - the admin lets nobody else in
    return request.user
