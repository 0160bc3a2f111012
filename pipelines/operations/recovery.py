"""What a night looks at before it begins, so that whatever broke the one before is mended without a person.

Belongs here: the order of it. Does not belong here: how releases (``publishing.keeping``), the lake (``lake.store``) or the warehouse
file (``warehouse_file``) are mended.
"""

from __future__ import annotations

import errno
import os
import shutil
from typing import TYPE_CHECKING

from pipelines.building import warehouse_file
from pipelines.lake import migrations
from pipelines.publishing import keeping, shelf

if TYPE_CHECKING:
    from pipelines.settings import Settings

RESTORING = ".restoring"
_WORDS = {
    errno.ENOSPC: "the disk is full: make room (asn release prune removes old releases), then run again",
    errno.EDQUOT: "the disk quota is used up: make room (asn release prune removes old releases), then run again",
    errno.EROFS: "the disk is read-only: see the kernel's log for a disk error, mount it for writing, then run again",
    errno.EFBIG: "a file would become larger than a limit allows (ulimit -f): raise it, then run again",
    errno.EACCES: "it may not be written by this user: give it to the user that runs the refresh, then run again",
    errno.EPERM: "it may not be written by this user: give it to the user that runs the refresh, then run again",
}


def words_for(error: OSError) -> str:
    """An error of the disk as what is to be done about it."""
    where = f"{error.filename}: " if error.filename else ""
    return where + _WORDS.get(error.errno or 0, os.strerror(error.errno) if error.errno else str(error))


def refuse_half_restored(settings: Settings) -> None:
    """Raises FormatError where a restore was cut off, so that lake, secret and releases need not belong together."""
    if (settings.home / RESTORING).exists():
        raise migrations.FormatError(f"a restore into {settings.home} was cut off: run `asn restore` again with --force")


def refuse(settings: Settings) -> None:
    """Raises FormatError where a newer version wrote the lake or the warehouse, or where a restore was cut off. Changes nothing."""
    refuse_half_restored(settings)
    migrations.refuse_newer(settings.lake.root)
    warehouse_file.refuse_newer(settings)


def sweep(settings: Settings) -> None:
    """Remove what a killed night was writing that nobody needs: it may be what fills the disk, and then the next one would come no
    farther than that one. Only for who holds the lock of the installation.
    """
    shelf.sweep(settings.releases)
    for spilled in settings.build.glob("*.tmp"):
        shutil.rmtree(spilled, ignore_errors=True)


def heal(settings: Settings) -> list[str]:
    """Mend releases and warehouse file; returns what was done, in words. Only for who holds the lock of the installation.

    Where no whole release is shown, or the one shown had to be replaced for damage, the night counts as having news.
    """
    refuse(settings)
    before = shelf.current_name(settings.releases)
    said = keeping.heal(settings.releases, settings.clock())
    after = shelf.current_name(settings.releases)
    if after is None or (before is not None and after != before and shelf.held(settings.releases) is None):
        (settings.build / "built.digest").unlink(missing_ok=True)
    why = warehouse_file.why_anew(settings)
    if why:
        warehouse_file.discard(settings)
        said.append(f"the warehouse is built anew from the lake: {why}")
    return said
