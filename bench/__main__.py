"""`make bench`: everything that is measured, in one run on one server; writes bench/latest.json and a table.

`--quick` ends within a minute: fewer guests, shorter turns, and it says so in the result.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import re
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from bench import baseline, demo_day, explainer, ledger
from bench import guests as of_guests
from bench.hotel import PROPERTY, Hotel, hotel
from discretion.starter import cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
BOOKINGS = HERE.parent / "tests" / "data" / "hotel_bookings.csv.gz"
CLIENTS = (1, 8, 32, 128)


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    guests: int
    plain_guests: int
    seconds: float
    turns: int
    clients: tuple[int, ...]
    http_clients: tuple[int, ...]
    import_rows: int | None
    entries: int
    is_quick: bool


FULL = Plan(200_000, 200_000, 10.0, 5, CLIENTS, CLIENTS, None, 1_000_000, is_quick=False)
QUICK = Plan(10_000, 20_000, 1.5, 1, (1, 32), (32,), 2_000, 20_000, is_quick=True)


def main() -> int:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="end within a minute")
    parser.add_argument("--turns", type=int, help="how often each is measured")
    parser.add_argument("--seconds", type=float, help="how long each turn takes")
    given = parser.parse_args()
    plan = QUICK if given.quick else FULL
    plan = replace(plan, turns=given.turns or plan.turns, seconds=given.seconds or plan.seconds)
    result: dict[str, Any] = {
        "quick": plan.is_quick, "guests": plan.guests, "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    with hotel() as made:
        _say("a hotel with its keeper")
        made.found()
        result["import_per_s"] = _import_rate(made, plan)
        tickets = made.clerks(8)
        _say(f"{plan.guests:,} guests")
        guests = made.fill(plan.guests)
        baseline.make_tables(made, plan.plain_guests)
        result["machine"] = _machine(made)
        _look_ups(made, plan, tickets, guests, result)
        result["keeper_rss_mb"] = made.keeper_rss_mb()
        _say("verifying the ledger")
        verdict = made.command("verify", "--property", PROPERTY.id)
        result["verify_entries_per_s"] = round(verdict["size"] / verdict["seconds"])
    result["verify_leaves_per_s"] = _leaves_rate()
    result["decision_us"] = _alone_us(_DECIDE)
    result["judge_us"] = _alone_us(_JUDGE)
    result["explainer"] = explained = explainer.measure()
    result["explained_share"] = explained.pop("explained_share")
    result["snooping_unexplained_share"] = explained.pop("snooping_unexplained_share")
    _say("days of the demo hotel, with snooping put into them")
    result["demo_day"] = demo_day.measure(1 if plan.is_quick else 3)
    result["ledger"] = ledger.measure(
        plan.entries, plan.turns, min(plan.seconds, 4.0), lambda told: _load("bench.load", told), _say,
    )
    result["guests_pages"] = of_guests.measure(plan.entries, running_house, _say)
    _say("the demo's first page")
    result["demo_first_page_s"] = _demo_first_page_s(1 if plan.is_quick else 3)
    (HERE / "latest.json").write_text(json.dumps(result, indent=2, sort_keys=True) + "\n")
    table = _table(result)
    print(table)
    if not plan.is_quick:
        _into_document(table)
    return 0


def _look_ups(made: Hotel, plan: Plan, tickets: list[bytes], guests: list[bytes], result: dict[str, Any]) -> None:
    """Protected and unprotected in turn, A B C A B C …; the medians, and the ratio of the medians."""
    told = {
        "guests": [guest.hex() for guest in guests], "tickets": [ticket.hex() for ticket in tickets],
        "socket": str(made.settings.keeper_socket), "warm_up": 0.5, "seconds": plan.seconds,
    }
    raw: list[dict[str, Any]] = []
    for clients in plan.clients:
        for turn in range(plan.turns):
            _say(f"look-ups, {clients} clients, turn {turn + 1} of {plan.turns}")
            seconds = max(1, round(plan.seconds))
            raw += [
                {
                    "what": "unprotected",
                    "clients": clients,
                    **baseline.run(made, baseline.FOUR_MESSAGES, plan.plain_guests, clients, seconds),
                },
                {
                    "what": "unprotected_tight",
                    "clients": clients,
                    **baseline.run(made, baseline.TIGHT, plan.plain_guests, clients, seconds),
                },
                {
                    "what": "protected",
                    "clients": clients,
                    **_load("bench.load", {**told, "clients": clients, "seed": turn}),
                },
            ]
    with running_house(made):
        for clients in plan.http_clients:
            for _ in range(plan.turns):
                _say(f"look-ups over HTTP, {clients} clients")
                raw.append({"what": "http", "clients": clients, **_load("bench.load_http", {
                    **told, "clients": clients, "port": made.settings.house.port,
                })})
    wrong = [line for line in raw if line.get("wrong") or set(line.get("kinds", {})) - {"disclosure"}]
    if wrong:
        raise RuntimeError(f"a run with a wrong answer has no speed: {wrong[0]}")
    for what, key in (
        ("protected", "protected_per_s"),
        ("unprotected", "unprotected_per_s"),
        ("unprotected_tight", "unprotected_tight_per_s"),
        ("http", "http_per_s"),
    ):
        result[key] = _medians(raw, what, "per_s")
    result["p50_ms"], result["p99_ms"] = _medians(raw, "protected", "p50_ms"), _medians(raw, "protected", "p99_ms")
    result["unprotected_p50_ms"] = _medians(raw, "unprotected", "p50_ms")
    (HERE / "raw").mkdir(exist_ok=True)
    (HERE / "raw" / f"{int(time.time())}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in raw))


def _medians(raw: list[dict[str, Any]], what: str, key: str) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for line in raw:
        if line["what"] == what:
            found.setdefault(str(line["clients"]), []).append(line[key])
    return {clients: round(statistics.median(values), 3) for clients, values in found.items()}


def _load(module: str, told: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps(told),
        check=True,
        capture_output=True,
        text=True,
        env=_environment(),
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{HERE.parent}/src:{HERE.parent}"}


@contextmanager
def running_house(made: Hotel) -> Iterator[None]:
    """A house over the bench's hotel, ready."""
    reading, writing = os.pipe()
    with (made.directory / "house.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "discretion", "house", "--settings", str(made.settings.path)], pass_fds=(writing,),
            env={**os.environ, "DISCRETION_READY_FD": str(writing)}, stdout=log, stderr=log,
        )
    os.close(writing)
    with os.fdopen(reading) as file:
        if file.readline().strip() != "ready":
            raise RuntimeError("the house did not start: " + (made.directory / "house.log").read_text()[-2000:])
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _import_rate(made: Hotel, plan: Plan) -> float:
    """Bookings with generated identities a second, the whole command but the start of Python."""
    raw = gzip.decompress(BOOKINGS.read_bytes())
    if plan.import_rows is not None:
        raw = b"\r\n".join(raw.split(b"\r\n")[: plan.import_rows + 1]) + b"\r\n"
    path = made.directory / "bookings.csv"
    path.write_bytes(raw)
    _say("importing bookings")
    command = [
        sys.executable,
        "-m",
        "discretion",
        "--lang",
        "en",
        "--json",
        "--settings",
        str(made.settings.path),
        "import",
        "bookings",
        str(path),
        "--generate-identities",
        "--hotel",
        f"Resort Hotel={PROPERTY.code}",
        "--hotel",
        f"City Hotel={PROPERTY.code}",
    ]
    started = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2000:])
    rows = raw.count(b"\r\n") - 1
    return round(rows / seconds, 1)


def _leaves_rate() -> float:
    """Leaves hashed and appended a second, as every verifier must: pure arithmetic, one core."""
    from discretion.ledger.tree import Frontier, leaf_hash

    leaves = [os.urandom(120) for _ in range(4096)]
    started = time.perf_counter()
    frontier = Frontier.empty()
    for _ in range(100):
        frontier = frontier.append([leaf_hash(leaf) for leaf in leaves])
    return round(frontier.size / (time.perf_counter() - started))


def _alone_us(program: str) -> float:
    """What a decision costs, not remembered: in a process of its own, since nobody outside imports the keeper."""
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, env=_environment()
    )
    return float(done.stdout)


_DECIDE = """
import itertools, statistics, time
from importlib.resources import files
from discretion.policy.load import load_policy
from discretion.policy.decide import decide
raw = files("discretion.policy").joinpath("policy.toml").read_bytes()
situations = list(itertools.islice(itertools.product(("check_in", "check_out", "guest_request", "complaint", "emergency"),
    ("front_desk", "duty_manager", "housekeeping"), ("arriving", "in_house", "departed"), range(0, 1 << 20, 30011)), 5000))
found = []
for _ in range(5):
    policy = load_policy(raw)
    started = time.perf_counter()
    for purpose, role, relation, facts in situations:
        decide(policy, purpose, role, relation, facts)
    found.append((time.perf_counter() - started) / len(situations) * 1e6)
print(round(statistics.median(found), 2))
"""

# All of it that is in the keeper and pure: claims reached and counted, fact bits, decision with reasons, which approvals
# it rests on, and its end. Every ask has a case, an order, a verified passkey and an approval; nothing is remembered.
_JUDGE = """
import itertools, os, statistics, time
from dataclasses import replace
from importlib.resources import files
from discretion.keeper.judge import judge
from discretion.keeper.papers import Ask, AskKind, Claim, Facts, GuestFacts, StaffFacts
from discretion.policy.load import load_policy
raw = files("discretion.policy").joinpath("policy.toml").read_bytes()
NOW, DAY = 1_800_000_000, 86_400
class Forgetful(dict):
    def __setitem__(self, key, value): pass
def asks(policy):
    for purpose, duty, relation, fact, days in itertools.product(
        ("check_in", "check_out", "guest_request", "complaint", "security_incident"), ("front_desk", "duty_manager", "security", "concierge"),
        ("arriving", "in_house", "departed"), ("ok_manager", "ok_privacy", "ok_general"), range(14),
    ):
        staff = StaffFacts(b"s" * 16, b"p" * 16, duty, False, NOW + DAY, NOW + DAY, NOW + DAY, NOW + DAY, False, b"", b"")
        guest = GuestFacts(b"k" * 16, b"", 1, 0, -1, relation, days, False, days % 2 == 1, False, False, False, 1)
        claims = tuple(
            Claim(name, b"", b"", "", 255, NOW + 600, os.urandom(16), policy.hash if name.startswith("ok_") else b"",
                  policy.rules.facts[name].by if name.startswith("ok_") else (), 1 if name.startswith("ok_") else 0)
            for name in ("case_open", "assigned", "fresh_passkey", fact)
        )
        ask = Ask(AskKind.LOOK_UP, os.urandom(16), staff.session_id, guest_id=b"g" * 16, purpose=purpose, clear=255)
        yield Facts(ask, staff, guest, -1, NOW, NOW + 3600, 0, claims)
found = []
for _ in range(5):
    policy = replace(load_policy(raw), memo=Forgetful())
    situations = list(asks(policy))
    started = time.perf_counter()
    for facts in situations:
        judge(facts, policy)
    found.append((time.perf_counter() - started) / len(situations) * 1e6)
print(round(statistics.median(found), 2))
"""


def _demo_first_page_s(turns: int) -> float:
    """From `discretion demo` to the bytes of its first page."""
    found = []
    for _ in range(turns):
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "discretion", "--lang", "en", "demo"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=_environment(),
        )
        assert process.stdout is not None
        link = process.stdout.readline().strip()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with browser.open(link) as page:
            page.read()
        found.append(time.perf_counter() - started)
        process.send_signal(signal.SIGINT)
        process.wait()
    return round(statistics.median(found), 2)


def _machine(made: Hotel) -> dict[str, Any]:
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    with psycopg.connect(made.superuser()) as connection:
        row = connection.execute(
            "select version(), current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes'),"
            " current_setting('shared_buffers')",
        ).fetchone()
    assert row is not None
    if row[1:4] != ("on", "on", "on"):
        raise RuntimeError("not measured without durability")
    tested = subprocess.run(
        [str(cluster.programs() / "pg_test_fsync"), "-s", "1", "-f", str(made.directory / "fsync.test")], check=False,
        capture_output=True, text=True,
    )
    fdatasync = re.search(r"fdatasync\s+([0-9.]+) ops/sec", tested.stdout)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], check=False, capture_output=True, text=True, cwd=HERE
    )
    return {
        "cpu": cpu.group(1) if cpu else platform.processor(), "cores": os.cpu_count(),
        "memory_gb": round(int(memory.group(1)) / 1e6) if memory else 0, "kernel": platform.release(),
        "fdatasync_per_s": float(fdatasync.group(1)) if fdatasync else 0.0, "postgresql": row[0].split(" on ")[0],
        "shared_buffers": row[4], "python": platform.python_version(), "commit": commit.stdout.strip(),
        "load_generator": "same machine, same cores",
    }


def _table(result: dict[str, Any]) -> str:
    protected, plain = result["protected_per_s"], result["unprotected_per_s"]
    lines = [
        "| clients | protected /s | unprotected /s | ratio | unprotected, tight /s | ratio | p50 ms | p99 ms | over HTTP /s |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for clients, rate in protected.items():
        tight = result["unprotected_tight_per_s"][clients]
        lines.append(
            f"| {clients} | {rate:,.0f} | {plain[clients]:,.0f} | {rate / plain[clients]:.2f} | {tight:,.0f} | {rate / tight:.2f} |"
            f" {result['p50_ms'][clients]} | {result['p99_ms'][clients]} | {result['http_per_s'].get(clients, '–')} |",
        )
    one = result["p50_ms"]["1"] / result["unprotected_p50_ms"]["1"]
    machine, long, day = result["machine"], result["ledger"], result["demo_day"]
    own = result["guests_pages"]
    lines += [
        "",
        (
            f"p50 at one client ÷ baseline {one:.1f} · import {result['import_per_s']:,.0f} bookings/s ·"
            f" verify {result['verify_leaves_per_s']:,.0f} leaves/s, {result['verify_entries_per_s']:,.0f} entries/s with openings ·"
            f" decision {result['decision_us']} µs, with approvals and all facts {result['judge_us']} µs · demo to first page {result['demo_first_page_s']} s ·"
            f" keeper {result['keeper_rss_mb']} MB at {result['guests']:,} guests"
        ),
        "",
        (
            f"review: {result['explained_share']:.1%} of a generated week's ordinary look-ups explained, {result['snooping_unexplained_share']:.1%}"
            f" of injected snooping left to reviewers, {result['explainer']['us']} µs a look-up · on the demo hotel's own log ({day['days']} days,"
            f" {day['look_ups']} look-ups) {day['explained_share']:.1%} explained; of {day['injected']} injected looks the policy refused"
            f" {day['injected_refused']}, reviewers get {day['left_to_reviewers_share']:.1%} of the rest"
        ),
        "",
        (
            f"a ledger of {long['entries']:,} entries: inclusion proof {long['proof_ms']['p50']} ms (p99 {long['proof_ms']['p99']}) ·"
            f" all its tiles {long['tiles_s']} s · a look-up costs {long['long_to_short']['1']}× (1 client), {long['long_to_short']['32']}×"
            f" (32) of one in a short ledger · with a witness every second {long['published_to_not']['1']} and"
            f" {long['published_to_not']['32']} of the rate without"
        ),
        "",
        (
            f"a guest's list of who looked, {own['of_the_guest']} entries of {own['entries']:,}: keeper {own['keeper_ms']['p50']} ms"
            f" (p95 {own['keeper_ms']['p95']}), page {own['page_ms']['p50']} ms (p95 {own['page_ms']['p95']}), {own['page_bytes']:,} bytes"
        ),
        "",
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB; fdatasync {machine['fdatasync_per_s']:,.0f}/s;"
        f" Linux {machine['kernel']}; {machine['postgresql']}, shared_buffers {machine['shared_buffers']}; Python {machine['python']};"
        f" load generator on the same cores; commit {machine['commit']}; {result['at']}"
        + ("; quick form" if result["quick"] else ""),
    ]
    return "\n".join(lines)


def _into_document(table: str) -> None:
    path = HERE.parent / "docs" / "performance.md"
    text = path.read_text("utf-8")
    path.write_text(
        re.sub(
            r"(<!-- bench -->\n).*?(<!-- /bench -->)",
            lambda m: f"{m.group(1)}{table}\n{m.group(2)}",
            text,
            flags=re.DOTALL,
        ),
        "utf-8",
    )


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
