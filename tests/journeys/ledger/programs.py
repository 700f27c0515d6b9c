"""Programs of others, at the versions that `interop/` pins, brought from their registries into a folder of the test run.

A program that is not there, or cannot be fetched, skips its tests with one line. What was fetched and does not work is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

INTEROP = Path(__file__).resolve().parents[3] / "interop"
GO = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly"}


def needed(program: str, title: str) -> str:
    """Return where a program of this machine is; skip when it is not there."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"interop: SKIPPED, {title} not found")
    return found


def fetched(title: str, *command: str, cwd: Path = INTEROP, env: dict[str, str] | None = None) -> None:
    """Run a command that needs the network; skip when it does not end well."""
    try:
        done = subprocess.run(command, cwd=cwd, env=env, check=False, capture_output=True, text=True, timeout=240)
    except subprocess.TimeoutExpired:
        pytest.skip(f"interop: SKIPPED, {title} could not be fetched in four minutes")
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["no word"]
        pytest.skip(f"interop: SKIPPED, {title} could not be fetched: {said[-1]}")


def go_program(module: str, package: str, into: Path) -> Path:
    """Return a program built from a pinned module of `interop/`."""
    needed("go", "Go (need 1.24)")
    fetched(f"interop/{module}", "go", "mod", "download", cwd=INTEROP / module, env=GO)
    made = into / module
    subprocess.run(["go", "build", "-o", str(made), package], cwd=INTEROP / module, env=GO, check=True, timeout=300)
    return made


def python_program(name: str, into: Path) -> Path:
    """Return a program of a package in a virtual environment of its own."""
    subprocess.run([sys.executable, "-m", "venv", str(into / name)], check=True, timeout=120)
    fetched(
        name, str(into / name / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
        "--require-hashes", "--only-binary", ":all:", "--ignore-requires-python", "-r", str(INTEROP / name / "requirements.txt"),
    )
    return into / name / "bin" / name


def node_program(name: str, script: str, into: Path) -> list[str]:
    """Return the command of a script whose packages are installed beside a copy of it."""
    node, npm = needed("node", "Node.js (need 20)"), needed("npm", "npm")
    shutil.copytree(INTEROP / name, into / name, ignore=shutil.ignore_patterns("node_modules"))
    fetched(name, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=into / name)
    return [node, str(into / name / script)]


def fsck_of(fsck: Path, address: str, key: Path, *words: str) -> tuple[bool, str]:
    """Run tessera's fsck over a log at an address; return whether it found it whole, and what it said.

    It ends with 0 either way. With fewer workers than tiles it waits for ever for those that met a wrong one (1.0.4).
    """
    _, said = ran(fsck, f"--storage_url={address}/", f"--public_key={key}", "--N=16", "--ui=false", "-v=1", *words)
    is_whole = "Successfully fsck'd log" in said
    assert is_whole != ("fsck failed" in said), said
    return is_whole, said


def ran(*command: str | Path, cwd: Path | None = None) -> tuple[int, str]:
    """Run a program to its end; return its exit code and all that it said."""
    done = subprocess.run([str(word) for word in command], cwd=cwd, check=False, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr
