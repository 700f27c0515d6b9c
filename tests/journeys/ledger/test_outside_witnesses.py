"""Witnesses that nobody here wrote cosign a real ledger, and refuse what they must: growth, another size, rollback, fork, restart."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from discretion.ledger.checkpoint import Signer, Verifier, sign_checkpoint
from discretion.ledger.cosignature import TIMESTAMPED, cosignatures, parse_witness
from discretion.ledger.proof import ConsistencyProof
from discretion.ledger.tile import TiledTree
from discretion.ledger.tree import EMPTY_ROOT, TreeHead
from discretion.watch.published import stored_log
from discretion.watch.witness import Cosigned, Inconsistent, Refused, Stale, client, post_checkpoint
from tests.cast import Stage
from tests.conftest import HARBOUR
from tests.faults.test_witness import kept, ledger_seed, published, vkey_of, witnessed
from tests.houses import free_port
from tests.journeys.ledger.programs import go_program, needed, python_program, ran
from tests.ledgers import size_now

pytestmark = pytest.mark.interop
NAME = "witness.example/w1"


@dataclass(slots=True)
class Program:
    """A witness's program that runs on loopback, and can be killed and started again."""

    command: list[str]
    environment: dict[str, str]
    port: int
    verifier: Verifier
    logs: dict[str, Verifier] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.processes.append(subprocess.Popen(
            self.command, env={**os.environ, **self.environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ))
        ends_at = time.monotonic() + 30
        while time.monotonic() < ends_at:  # it has no other way to say that it is ready
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        self.kill()
        raise AssertionError("the witness did not listen")

    def kill(self) -> None:
        self.processes[-1].send_signal(signal.SIGKILL)
        self.processes[-1].wait()


@contextmanager
def aics_witness(log: Verifier, directory: Path) -> Iterator[Program]:
    program = python_program("aics-tlog", directory).with_name("aics-witness")
    environment = {"AICS_WITNESS_CONFIG": str(directory / "witness.json")}

    def told(*words: str) -> str:
        done = subprocess.run([program, *words], env={**os.environ, **environment}, check=True, capture_output=True, text=True, timeout=60)
        return done.stdout

    vkey = told("init", "--name", NAME).split()[0]
    told("add-log", "--origin", log.name, "--vkey", log.vkey)
    port = free_port()
    yield from _running(Program([str(program), "serve", "--listen", f"127.0.0.1:{port}"], environment, port, parse_witness(vkey)))


@contextmanager
def litewitness(log: Verifier, directory: Path) -> Iterator[Program]:
    program = go_program("litewitness", "filippo.io/torchwood/cmd/litewitness", directory)
    agent, keygen, add = (needed(each, f"{each} (openssh-client)") for each in ("ssh-agent", "ssh-keygen", "ssh-add"))
    key, agent_socket, database = directory / "key", directory / "agent.sock", directory / "w.db"
    subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    _, fingerprint = ran(keygen, "-l", "-f", key)
    raw = base64.b64decode(key.with_suffix(".pub").read_text().split()[1])
    port = free_port()
    with sqlite3.connect(database) as made:
        made.execute("create table log (origin text primary key, tree_size integer not null, tree_hash text not null)")
        made.execute("create table key (origin text not null, key text not null, foreign key (origin) references log (origin))")
        made.execute("insert into log values (?, 0, ?)", (log.name, base64.b64encode(EMPTY_ROOT).decode()))
        made.execute("insert into key values (?, ?)", (log.name, log.vkey))
    made.close()
    running = subprocess.Popen([agent, "-D", "-a", str(agent_socket)], stdout=subprocess.DEVNULL)
    try:
        while not agent_socket.exists():
            os.sched_yield()
        subprocess.run([add, "-q", str(key)], check=True, env={**os.environ, "SSH_AUTH_SOCK": str(agent_socket)}, capture_output=True)
        command = [
            str(program), "-name", NAME, "-key", fingerprint.split()[1], "-ssh-agent", str(agent_socket), "-db", str(database),
            "-listen", f"127.0.0.1:{port}",
        ]
        yield from _running(Program(command, {}, port, Verifier(NAME, raw[-32:], TIMESTAMPED)))
    finally:
        running.terminate()
        running.wait()


def _running(program: Program) -> Iterator[Program]:
    program.start()
    try:
        yield program
    finally:
        if program.processes[-1].poll() is None:
            program.processes[-1].terminate()
            program.processes[-1].wait(20)


WITNESSES = {"aics-witness": aics_witness, "litewitness": litewitness}


@pytest.mark.parametrize("which", list(WITNESSES))
def test_a_witness_that_others_wrote(own_stage: Stage, which: str) -> None:
    stage, log = own_stage, vkey_of(own_stage)
    directory = Path("/tmp") / f"dsc-w-{os.getpid()}-{which[:4]}"  # short: an agent's socket has a short name
    directory.mkdir(mode=0o700)
    try:
        with WITNESSES[which](log, directory) as witness:
            _through_all(stage, log, witness)
    finally:
        shutil.rmtree(directory)


def _through_all(stage: Stage, log: Verifier, witness: Program) -> None:
    publishing = witnessed(stage, [witness])  # type: ignore[list-item]
    sizes = []
    for _ in range(3):  # growth
        stage.ada.look_up(stage.dora, clear=1)
        published(publishing)
        sizes.append(size_now(stage))
    assert kept(stage) == {size: {"0"} for size in sizes}

    with stored_log(stage.database.conninfo("auditor"), stage.ada.property_id, is_newest=True) as stored:
        note, proof = stored.checkpoint, TiledTree(stored.size, stored.read).prove_consistency(sizes[0])
        older = stage.superuser.execute(
            "select note from ledger.checkpoint where property_id = %s and size = %s", (HARBOUR.id, sizes[1]),
        ).fetchone()
    assert older is not None
    seed = ledger_seed(stage)
    fork = sign_checkpoint(Signer(log.name, seed), TreeHead(sizes[2], b"\x07" * 32))
    longer = sign_checkpoint(Signer(log.name, seed), TreeHead(sizes[2] + 9, b"\x07" * 32))
    foreign = sign_checkpoint(Signer(log.name, b"\x01" * 32), TreeHead(sizes[2], b"\x07" * 32))

    async def answers() -> list[object]:
        async with client() as http:
            return [
                await post_checkpoint(http, witness.url, sizes[0], proof, note),  # another size than it has
                await post_checkpoint(http, witness.url, sizes[1], ConsistencyProof(()), bytes(older[0]).decode()),  # rollback
                await post_checkpoint(http, witness.url, sizes[2], ConsistencyProof(()), fork),
                await post_checkpoint(http, witness.url, sizes[2], ConsistencyProof((b"\x01" * 32,)), longer),
                await post_checkpoint(http, witness.url, sizes[2], ConsistencyProof(()), foreign),
            ]

    stale, rollback, forked, inconsistent, not_ours = asyncio.run(answers())
    assert (stale, rollback) == (Stale(sizes[2]), Stale(sizes[2]))
    assert isinstance(forked, Inconsistent) or forked == Stale(sizes[2])
    assert isinstance(inconsistent, Inconsistent)
    assert not_ours == Refused("not_trusted")

    witness.kill()
    stage.ada.look_up(stage.dora, clear=1)
    published(publishing)
    assert size_now(stage) not in kept(stage), "away is lag"
    witness.start()
    published(publishing)
    assert kept(stage)[size_now(stage)] == {"0"}

    async def again() -> object:
        async with client() as http:
            with stored_log(stage.database.conninfo("auditor"), stage.ada.property_id, is_newest=True) as now:
                return await post_checkpoint(http, witness.url, now.size, ConsistencyProof(()), now.checkpoint)

    answer = asyncio.run(again())  # the same head once more, after its restart
    assert isinstance(answer, Cosigned)
    with stored_log(stage.database.conninfo("auditor"), stage.ada.property_id, is_newest=True) as now:
        assert list(cosignatures(now.checkpoint + answer.lines, [witness.verifier])) == [witness.verifier]
