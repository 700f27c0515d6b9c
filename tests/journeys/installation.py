"""Running the command line as a person does: as a program of its own, until it says what is waited for."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[2] / "src"
START_SECONDS_MAX = 60.0


def environment() -> dict[str, str]:
    """Return a newcomer's environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1"}


def command(*words: str) -> list[str]:
    """Return the line that runs our command."""
    return [sys.executable, "-m", "discretion", *words]


def discretion(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        command(*words), check=False, capture_output=True, text=True, env=environment(), input=typed,
        timeout=START_SECONDS_MAX, cwd="/",
    )


def free_port() -> int:
    """Return a port that nobody listens at now."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def init_words(directory: Path, port: int, *more: str) -> list[str]:
    """Return a whole installation's words, as flags."""
    return [
        "init", "--data", str(directory), "--no-input", "--name", "海港酒店", "--name-en", "Harbour Hotel",
        "--time-zone", "Asia/Shanghai", "--languages", "zh,en", "--admin-number", "1001", "--admin-name", "王芳",
        "--port", str(port), *more,
    ]


@dataclass(frozen=True, slots=True)
class Serving:
    """A running `discretion serve`."""

    process: subprocess.Popen[str]
    directory: Path
    said: list[str]

    def pids(self) -> dict[str, int]:
        """Return the process of each program."""
        found = json.loads((self.directory / "run" / "status.json").read_text())
        return {each["name"]: each["pid"] for each in found["programs"]}

    def until(self, words: str) -> str:
        """Return the line with these words, as soon as it is said."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)
            if words in line:
                return line
        raise AssertionError(f"it ended without {words!r}: {self.said}")

    def end(self, means: signal.Signals = signal.SIGTERM) -> int:
        """Stop it and return its exit code."""
        self.process.send_signal(means)
        return self.process.wait(START_SECONDS_MAX)


@contextmanager
def serving(directory: Path, *words: str) -> Iterator[Serving]:
    """Run `discretion serve` until it is open; end it afterwards if the test did not."""
    process = subprocess.Popen(
        command("--lang", "en", "serve", "--data", str(directory), *words), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment(), cwd="/",
    )
    with process:
        served = Serving(process, directory, [])
        try:
            served.until("is open at")
            yield served
        finally:
            if process.poll() is None:
                served.end()


def page(url: str) -> tuple[int, str]:
    """Return status and text of a page."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        return answer.status, answer.read().decode()


def gone(pids: Sequence[int]) -> bool:
    """Return whether none of these processes is alive any more, waiting for the last for up to 20 seconds."""
    import select

    for pid in pids:
        try:
            watched = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            if not select.select([watched], [], [], 20)[0]:
                return False
        finally:
            os.close(watched)
    return True


def items(done: subprocess.CompletedProcess[str]) -> Any:
    """Return the list a command printed with `--json`."""
    return json.loads(done.stdout)["items"]
