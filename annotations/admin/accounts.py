"""Accounts and rights: for superusers alone, else staff could make themselves superusers."""

from __future__ import annotations

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from knox.models import AuthToken
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from annotations.admin.rights import ForSuperusers

for _model in (AuthToken, AccessAttempt, AccessLog, AccessFailureLog, User, Group):
    admin.site.unregister(_model)


@admin.register(User)
class UserAdmin(ForSuperusers, DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg,misc]
    """Accounts are disabled, not deleted: decisions hang on them."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "email", "is_active", "is_staff", "is_superuser", "roles", "last_login"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="Groups")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all())


@admin.register(Group)
class GroupAdmin(ForSuperusers, DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    pass


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ForSuperusers, ModelAdmin):
    """Failed sign-ins; deleting one lets its owner try again at once."""

    list_display = ["attempt_time", "username", "ip_address", "failures_since_start"]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    has_change_permission = has_add_permission
