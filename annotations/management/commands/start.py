"""manage.py start: everything on one machine, in one process tree."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.management.progress import ProgressLine
from annotations.management.static_files import collect_static_files
from annotations.models import Coin, ImportRun
from annotations.services.accounts import ensure_first_accounts
from annotations.services.concepts import load_concepts
from coinsite.supervisor import AlreadyRunning, PortTaken, Supervisor, only_one
from mlcore.synthesis import synthesize

DEMO_COINS, DEMO_SEED = 60, 7


class Command(BaseCommand):
    help = "Start the site with its database and workers; load a corpus where there is none."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
        parser.add_argument("--corpus", type=Path, help="folder of NUDS records, or a table of coins")

    def handle(self, *args: Any, port: int, corpus: Path | None, **options: Any) -> None:
        try:
            with only_one(settings.VAR / "start.lock", port) as supervisor:
                self._prepare(corpus)
                self._start(supervisor, port)
        except (AlreadyRunning, PortTaken) as refusal:
            raise CommandError(str(refusal)) from refusal

    def _prepare(self, corpus: Path | None) -> None:
        call_command("migrate", verbosity=0)
        collect_static_files()
        load_concepts()
        self.passwords = ensure_first_accounts(settings.VAR / "accounts.json")
        if corpus:
            self._load(corpus)
        elif not Coin.objects.exists():
            self._load_demo()

    def _load(self, corpus: Path) -> None:
        if not corpus.exists():
            raise CommandError(f"There is no corpus at {corpus}.")
        if ImportRun.objects.filter(path=str(corpus.resolve()), status=ImportRun.Status.SUCCEEDED).exists():
            return
        self.stdout.write(f"Loading {corpus} …")
        call_command("import", format_of(corpus), corpus, stdout=self.stdout)

    def _load_demo(self) -> None:
        folder = settings.VAR / "demo"
        if not folder.exists():
            self.stdout.write(f"Drawing {DEMO_COINS} demo coins (synthetic; a program drew them) …")
            line = ProgressLine(self.stdout)
            synthesize(coins=DEMO_COINS, seed=DEMO_SEED, out=folder, report=line.show)
            line.end()
        call_command("import", "table", folder / "coins.csv", stdout=self.stdout)

    def _start(self, supervisor: Supervisor, port: int) -> None:
        address = f"http://127.0.0.1:{port}/"
        supervisor.start_all(port)
        self.stdout.write(welcome(address, self.passwords, Coin.objects.count()))
        self.stdout.flush()
        sys.exit(supervisor.wait())


def format_of(corpus: Path) -> str:
    """A file is a table; a folder holds NUDS records, or nothing but pictures."""
    if corpus.is_file():
        return "table"
    return "nuds" if next(corpus.glob("**/*.xml"), None) else "folder"


def welcome(address: str, passwords: dict[str, str], coins: int) -> str:
    accounts = "\n".join(f"    {name:<8} {password}" for name, password in passwords.items())
    return f"""
  coinsite runs at {address} with {coins} coins. Ctrl-C stops everything.

  Accounts (kept in {settings.VAR / "accounts.json"}):
{accounts}

  Try next:
    1. Search the coins:            {address}coins/
    2. Sign in as expert, correct:  {address}review/
    3. Sign in as admin, train:     {address}runs/new
"""
