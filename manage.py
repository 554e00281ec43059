#!/usr/bin/env python
"""Django's command line, with a database of its own where none is configured."""

import os
import sys


def main() -> None:
    from coinsite import embedded

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coinsite.settings")
    try:
        embedded.prepare_environment()
    except embedded.CannotStart as error:
        sys.exit(f"coinsite cannot start: {error}")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        settings.DEBUG  # noqa: B018 - reads the settings, which refuse what is not safe
    except ImproperlyConfigured as error:
        sys.exit(f"coinsite cannot start: {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
