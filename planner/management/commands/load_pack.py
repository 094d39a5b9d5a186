"""manage.py load_pack [folder]: takes a content pack into the library."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from planner.library import actions, packs


class Command(BaseCommand):
    """Loading twice changes nothing. A pack with a mistake is refused whole; each one is named by file and line."""

    help = "Takes a content pack into the library (the pack that comes with the product, unless a folder is given)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=actions.FIRST_PACK)
        parser.add_argument(
            "--check", action="store_true", help="read only, write nothing; prints the state a translation follows"
        )

    def handle(self, *args: Any, folder: Path, check: bool, **options: Any) -> None:
        try:
            if check:
                self._check(packs.read_pack(folder))
            else:
                self._tell(actions.load_pack(folder))
        except packs.BadPack as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            raise CommandError(
                f"Nothing was loaded: {len(error.problems)} to mend in {folder}.", returncode=1
            ) from error

    def _check(self, pack: packs.Pack) -> None:
        for file in pack.interventions:
            self.stdout.write(f"{packs.whole_hash(file)}  {packs.file_name(file)}")
        counts = [f"{len(getattr(pack, kind))} {kind}" for kind in actions.KINDS if hasattr(pack, kind)]
        self.stdout.write(f"{', '.join(counts)}: sound.")

    def _tell(self, loaded: actions.Loaded) -> None:
        self.stdout.write(f"{loaded.pack} {loaded.version}")
        for kind in actions.KINDS:
            counts = getattr(loaded, kind)
            self.stdout.write(
                f"{kind:14} {counts.new} new, {counts.changed} changed, "
                f"{counts.unchanged} unchanged, {counts.retired} retired"
            )
