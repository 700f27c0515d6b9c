"""The programs of an installation as child processes: started, heard, stopped.

Rules:
* A child says on a pipe that it is ready, or why it will not be; see `wire.readiness`. Nobody guesses by waiting.
* Each has a process group of its own, so that Ctrl-C reaches only its parent and no grandchild outlives the stop.
* Where the machine can do it, a child gets SIGTERM when its parent dies, however that dies.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from discretion.starter.cluster import ends_with_us
from discretion.starter.errors import StarterError
from discretion.wire.readiness import READY_FD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from discretion.starter.log_file import LogFile
    from discretion.wire.settings import Settings

NAMES: Final = ("keeper", "house", "worker")
_READY_SECONDS_MAX = 300.0
_STOP_SECONDS_MAX = 15.0
_CHUNK_SIZE_BYTES = 65_536


def command(name: str, settings: Settings) -> list[str]:
    """Return how a program is started."""
    module = ["discretion.keeper", "serve"] if name == "keeper" else ["discretion", name]
    return [sys.executable, "-m", *module, "--settings", str(settings.path)]


def keeper_command(word: str, settings: Settings) -> list[str]:
    """Return how one of the keeper's own commands is run."""
    return [sys.executable, "-m", "discretion.keeper", word, "--settings", str(settings.path)]


def ask_keeper(settings: Settings, *words: str, brought: bytes = b"") -> str:
    """Run one of the keeper's own commands to its end and return what it printed.

    Shapes: `words` such as `("found", "--property", id)`; never a secret, other processes can read them. `brought` is
    what it finds on its standard input.
    Errors: `StarterError` with the code the keeper gave, or `program_failed`.
    """
    reading, writing = os.pipe()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "discretion.keeper", words[0], "--settings", str(settings.path), *words[1:]],
            check=False, input=brought, capture_output=True, cwd="/",
            env={**os.environ, READY_FD: str(writing)}, pass_fds=(writing,),
        )
        os.close(writing)
        writing = -1
        with os.fdopen(reading, "rb", closefd=False) as pipe:
            said = pipe.read(200)
    finally:
        os.close(reading)
        if writing >= 0:
            os.close(writing)
    if done.returncode != 0:
        with (settings.log / "keeper.log").open("a", encoding="utf-8") as log:
            log.write(done.stderr.decode("utf-8", errors="replace"))
        raise _failure("keeper", said, settings.log / "keeper.log")
    return done.stdout.decode()


@dataclass(slots=True)
class Child:
    """One running program."""

    name: str
    process: asyncio.subprocess.Process
    draining: asyncio.Task[None]

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    async def ended(self) -> int:
        """Return its exit status once it has ended and everything it said is in the log."""
        status = await self.process.wait()
        self._end_group()
        await self.draining
        return status

    async def stop(self) -> None:
        """End it: asked first, with its whole group at the deadline."""
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.terminate()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait(), _STOP_SECONDS_MAX)
        self._end_group()
        await self.ended()

    def _end_group(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


async def start(name: str, words: Sequence[str], log: LogFile, log_path: Path) -> Child:
    """Return the child once it says that it is ready.

    Errors: `StarterError` with the code it gave, `program_failed` when it ended without a word, `program_slow`.
    """
    reading, writing = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/",
            env={**os.environ, READY_FD: str(writing), "PYTHONUNBUFFERED": "1"}, pass_fds=(writing,),
            start_new_session=True, preexec_fn=ends_with_us(signal.SIGTERM),
        )
    except OSError:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    child = Child(name, process, asyncio.create_task(_drain(process, log)))
    try:
        said = await asyncio.wait_for(_line(reading), _READY_SECONDS_MAX)
        if said != b"ready\n":
            raise _failure(name, said, log_path)
    except TimeoutError:
        await child.stop()
        raise StarterError("program_slow", program=name, log=log_path) from None
    except BaseException:  # a cancelled start leaves no child behind either
        await child.stop()
        raise
    return child


def _failure(name: str, said: bytes, log: Path) -> StarterError:
    word, _, code = said.decode("ascii", errors="replace").strip().partition(" ")
    if word == "failed" and code.isidentifier():
        return StarterError(code, program=name, log=log)
    return StarterError("program_failed", program=name, log=log)


async def _line(number: int) -> bytes:
    """Return one line from a pipe, or less at its end; closes the pipe."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1000)
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(number, "rb", buffering=0),
    )
    try:
        return await reader.readline()
    finally:
        transport.close()


async def _drain(process: asyncio.subprocess.Process, log: LogFile) -> None:
    if process.stdout is None:
        raise RuntimeError("a child without a pipe")
    while chunk := await process.stdout.read(_CHUNK_SIZE_BYTES):
        log.write(chunk)
