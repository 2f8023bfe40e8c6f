"""Faults inside the hub's process: builds shim.c and commands it while the hub runs."""

import errno
import mmap
import pathlib
import shutil
import struct

import bench

LAYOUT = struct.Struct("=5q")  # of shim.c's struct control


class NoCompiler(Exception):
    pass


class Shim:
    def __init__(self, folder: pathlib.Path):
        compiler = next((found for name in ("clang-19", "clang", "cc") if (found := shutil.which(name))), None)
        if compiler is None:
            raise NoCompiler("no C compiler (clang-19, clang or cc)")
        source = pathlib.Path(__file__).with_name("shim.c")
        self.library = folder / "shim.so"
        bench.expect(0, compiler, "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", self.library, source,
                     "-ldl")
        path = folder / "shim.control"
        path.write_bytes(bytes(LAYOUT.size))
        with open(path, "r+b") as file:
            self.shared = mmap.mmap(file.fileno(), LAYOUT.size)
        self.prefix = ["env", f"LD_PRELOAD={self.library}", f"TB_CHAOS_CONTROL={path}"]

    def _set(self, place: int, value: int):
        struct.pack_into("=q", self.shared, 8 * place, value)

    def fail_writes(self, number: int = errno.EIO):
        self._set(0, number)

    def fail_syncs(self, number: int = errno.EIO):
        self._set(1, number)

    def delay_syncs(self, ms: int):
        self._set(2, ms)

    def step_clock(self, offset_ms: int):
        """The wall clock against the machine's; 0: as it is."""
        self._set(3, offset_ms)

    def heal(self):
        for place in range(4):
            self._set(place, 0)

    @property
    def faults(self) -> int:
        return LAYOUT.unpack(self.shared[:])[4]
