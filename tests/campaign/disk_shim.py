"""The disk that fails on demand: the shim is compiled, and told which call of the bot's is to fail, and how.

Needs a C compiler and a Linux; `compiler` says whether there is one. The layout is that of `disk_shim.c`.
"""

import errno
import mmap
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

SOURCE = Path(__file__).with_name("disk_shim.c")
_FIELDS = ("kind", "error", "at", "many", "seen", "fired", "writes", "syncs", "reads")


class Kind(IntEnum):
    """Which calls fail. TORN: half of a write is done, and the process is killed."""

    NOTHING = 0
    WRITES = 1
    SYNCS = 2
    TORN = 3
    READ_ONLY = 4
    READS = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, for how many calls in a row."""

    name: str
    kind: Kind
    error: int
    many: int


FAULTS = (
    Fault("no space, once", Kind.WRITES, errno.ENOSPC, 1),
    Fault("no space, for a while", Kind.WRITES, errno.ENOSPC, 8),
    Fault("input/output error on writing, once", Kind.WRITES, errno.EIO, 1),
    Fault("input/output error on writing, for a while", Kind.WRITES, errno.EIO, 8),
    Fault("input/output error on reading, for a while", Kind.READS, errno.EIO, 5),
    Fault("fsync fails, once", Kind.SYNCS, errno.EIO, 1),
    Fault("fsync fails, for a while", Kind.SYNCS, errno.EIO, 5),
    Fault("read-only, for a while", Kind.READ_ONLY, errno.EROFS, 8),
    Fault("half a write, and the power goes", Kind.TORN, 0, 1),
)


def compiler() -> str | None:
    """The system's C compiler; None where there is none, or no way to load the shim."""
    return shutil.which("cc") if sys.platform == "linux" else None


class Shim:
    """The compiled shim and its controls, in a folder of their own. `file`: what the names of failing files hold."""

    def __init__(self, folder: Path, *, file: str) -> None:
        self._library, self._control, self._file = folder / "disk_shim.so", folder / "control", file
        found = compiler()
        if found is None:
            raise RuntimeError("the disk campaign needs Linux and a C compiler (cc)")
        command = [found, "-shared", "-fPIC", "-O1", "-o", str(self._library), str(SOURCE), "-ldl"]
        subprocess.run(command, check=True)
        self._control.write_bytes(bytes(8 * len(_FIELDS)))
        with self._control.open("r+b") as stream:
            self._map = mmap.mmap(stream.fileno(), 0)

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """What a process is started with that is to have this disk."""
        own = {"LD_PRELOAD": str(self._library), "DISK_CONTROL": str(self._control), "DISK_FILE": self._file}
        return {**base, **own}

    def arm(self, fault: Fault, *, at: int) -> None:
        """From the call number `at` on, counted from now, this goes wrong."""
        self.disarm()
        for name, value in (("seen", 0), ("fired", 0), ("error", fault.error), ("many", fault.many), ("at", at)):
            self._set(name, value)
        self._set("kind", fault.kind)

    def disarm(self) -> None:
        """The disk works."""
        self._set("kind", Kind.NOTHING)

    def count(self, name: str) -> int:
        """How many calls: `fired`, `seen`, `writes`, `syncs`, `reads`."""
        (value,) = struct.unpack_from("q", self._map, 8 * _FIELDS.index(name))
        return int(value)

    def close(self) -> None:
        """The controls are given back."""
        self._map.close()

    def _set(self, name: str, value: int) -> None:
        struct.pack_into("q", self._map, 8 * _FIELDS.index(name), value)


def environment_of(shim: Shim) -> dict[str, str]:
    """This process's environment, with the disk in it."""
    return shim.environment(os.environ)
