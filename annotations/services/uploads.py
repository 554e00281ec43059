"""Files that administrators send, kept where an importer can read them: a table as it is, a zip unpacked safely."""

from __future__ import annotations

import shutil
import stat
import uuid
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from types import ModuleType

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from annotations.importers import load_format

LARGEST = 50 * 2**30
"""Bytes that an archive may hold once unpacked."""
MOST_FILES = 1_000_000
HIGHEST_RATIO = 200
"""Times that an archive may grow; pictures hardly grow at all, XML some twenty times."""
SPARE = 500 * 2**20
"""Bytes that must stay free on the disk."""
CHUNK = 2**20
_LEFT_OUT = ("__MACOSX", ".DS_Store", "Thumbs.db")


class ImportRefused(Exception):
    """Says what is wrong with the file, and what to do."""


def store_upload(*, upload: UploadedFile[bytes], format: str) -> Path:
    """Keep the file and return what the importer of that format reads. Raises ImportRefused; nothing is left then."""
    importer, name = load_format(format), Path(upload.name or "upload").name
    folder = Path(settings.UPLOADS_ROOT) / uuid.uuid4().hex
    folder.mkdir(parents=True)
    try:
        if zipfile.is_zipfile(upload):
            upload.seek(0)
            _unpack(upload, folder, name)
            return _entrance(folder, importer, name)
        return _keep(upload, folder, importer, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        shutil.rmtree(folder)
        raise ImportRefused(
            f"{name} is a damaged or locked zip ({error}). Pack it again, without a password."
        ) from error
    except OSError as error:
        shutil.rmtree(folder)
        raise ImportRefused(
            f"{name} cannot be stored ({error.strerror}). Make room on the server, try again."
        ) from error
    except ImportRefused:
        shutil.rmtree(folder)
        raise


def _keep(upload: UploadedFile[bytes], folder: Path, importer: ModuleType, name: str) -> Path:
    if not name.lower().endswith(importer.SUFFIXES):
        raise ImportRefused(
            f"{name} is neither a zip nor a file that ends in {', '.join(importer.SUFFIXES)}. "
            f"For the format {importer.LABEL}, send one of these."
        )
    _check_room(upload.size or 0, name)
    path = folder / f"upload{Path(name).suffix.lower()}"
    with path.open("wb") as stream:
        for chunk in upload.chunks():
            stream.write(chunk)
    return path


def _check_room(size: int, name: str) -> None:
    free = shutil.disk_usage(settings.UPLOADS_ROOT).free - SPARE
    if size > min(LARGEST, free):
        raise ImportRefused(
            f"{name} holds {size / 2**20:,.0f} MB; there is room for {max(0, min(LARGEST, free)) / 2**20:,.0f} MB. "
            "Send it in parts, or import it on the server with manage.py import."
        )


def _unpack(upload: UploadedFile[bytes], folder: Path, name: str) -> None:
    with zipfile.ZipFile(upload) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_left_out(entry.filename)]
        if len(entries) > MOST_FILES:
            raise ImportRefused(
                f"{name} holds {len(entries):,} files; at most {MOST_FILES:,} are taken. Send it in parts."
            )
        promised = sum(entry.file_size for entry in entries)
        _check_room(promised, name)
        if promised > HIGHEST_RATIO * max(upload.size or 0, CHUNK):
            raise ImportRefused(f"{name} would grow more than {HIGHEST_RATIO} times when unpacked. It is not taken.")
        targets = [_target(folder, entry, name) for entry in entries]
        for entry, target in zip(entries, targets, strict=True):
            _unpack_entry(archive, entry, target)


def _is_left_out(path: str) -> bool:
    return any(part in _LEFT_OUT or part.startswith("._") for part in PurePosixPath(path).parts)


def _target(folder: Path, entry: zipfile.ZipInfo, name: str) -> Path:
    """Where an entry belongs. Raises ImportRefused for one that points out of the archive."""
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if path.is_absolute() or ".." in path.parts or ":" in entry.filename or kind not in (0, stat.S_IFREG):
        raise ImportRefused(f"{name} holds “{entry.filename[:80]}”, which points out of the archive. It is not taken.")
    return folder.joinpath(*path.parts)


def _unpack_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # zipfile stops at the size that the entry promises, and that was counted
    with archive.open(entry) as packed, target.open("wb") as stream:
        shutil.copyfileobj(packed, stream, CHUNK)


def _entrance(folder: Path, importer: ModuleType, name: str) -> Path:
    """The one table in the archive, or the one folder that holds its records, or for pictures alone all of it."""
    found = [path for path in folder.rglob("*") if path.name.lower().endswith(importer.SUFFIXES) and path.is_file()]
    whole = importer.ATOMIC == "file"
    entrances = sorted(found if whole else {path.parent for path in found})
    if not entrances:
        endings = ", ".join(importer.SUFFIXES)
        raise ImportRefused(f"{name} holds no file that ends in {endings}, which {importer.LABEL} needs.")
    if not getattr(importer, "ONE_FOLDER", True):
        return _below_a_lone_folder(folder)
    if len(entrances) > 1:
        names = ", ".join(str(path.relative_to(folder)) for path in entrances[:3])
        things = "tables" if whole else "folders of records"
        raise ImportRefused(f"{name} holds {len(entrances)} {things} ({names}, …). Send one, with its pictures.")
    return entrances[0]


def _below_a_lone_folder(folder: Path) -> Path:
    """An archive of MyCoins/obverse and MyCoins/reverse speaks of the folders inside MyCoins."""
    inside = list(folder.iterdir())
    return _below_a_lone_folder(inside[0]) if len(inside) == 1 and inside[0].is_dir() else folder
