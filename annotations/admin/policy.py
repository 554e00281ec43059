"""Alpine draws the back room, and the site's content security policy forbids Alpine: relaxed here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib import admin
from django.http import HttpResponse

View = Callable[..., HttpResponse]
ALPINE = {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE]}


def relax(site: admin.AdminSite) -> None:
    """Every page of this site, the one to sign in included."""
    guard: Callable[..., View] = site.admin_view
    relaxed = csp_update(ALPINE)

    def admin_view(view: View, cacheable: bool = False) -> View:
        return relaxed(guard(view, cacheable))

    site.admin_view = admin_view  # type: ignore[assignment,method-assign]
    site.login = relaxed(site.login)  # type: ignore[assignment,method-assign]
