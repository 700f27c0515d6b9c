"""The unprotected baseline: one indexed read of 400 bytes, one log row, commit; with pgbench, on the same server."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import psycopg

from discretion.starter import cluster

if TYPE_CHECKING:
    from pathlib import Path

    from bench.hotel import Hotel

FOUR_MESSAGES = """\\set g random(1, {guests})
BEGIN;
SELECT body FROM plain_guest WHERE property_id = 1 AND guest_id = :g;
INSERT INTO plain_log (property_id, staff_id, guest_id) VALUES (1, :client_id, :g);
COMMIT;
"""
TIGHT = """\\set g random(1, {guests})
WITH l AS (INSERT INTO plain_log (property_id, staff_id, guest_id) VALUES (1, :client_id, :g))
SELECT body FROM plain_guest WHERE property_id = 1 AND guest_id = :g;
"""
_TABLES = """
create table plain_guest (property_id int, guest_id int, body bytea not null, primary key (property_id, guest_id));
create table plain_log (property_id int, entry_id bigint generated always as identity, staff_id int, guest_id int,
                        at timestamptz not null default now(), primary key (property_id, entry_id));
insert into plain_guest
select 1, g, (select string_agg(decode(md5(g || ':' || i), 'hex'), '' order by i) from generate_series(1, 25) i)
  from generate_series(1, {guests}) g
"""


def make_tables(hotel: Hotel, guests: int) -> None:
    """Make the plain hotel, in a database of its own on the same server."""
    with psycopg.connect(hotel.superuser("postgres"), autocommit=True) as connection:
        connection.execute("create database plain")
    with psycopg.connect(hotel.superuser("plain"), autocommit=True) as connection:
        connection.execute(_TABLES.format(guests=guests))
        connection.execute("vacuum analyze plain_guest")


def run(hotel: Hotel, form: str, guests: int, clients: int, seconds: int) -> dict[str, float]:
    """Run one form for so many clients; return transactions per second and the mean latency in ms."""
    script: Path = hotel.directory / "baseline.sql"
    script.write_text(form.format(guests=guests))
    done = subprocess.run(
        [
            str(cluster.programs() / "pgbench"),
            "-n",
            "-M",
            "prepared",
            "-c",
            str(clients),
            "-j",
            str(min(2, clients)),
            "-T",
            str(seconds),
            "-f",
            str(script),
            "-h",
            str(hotel.sockets),
            "-p",
            str(cluster.PORT),
            "-U",
            cluster.SUPERUSER,
            "-l",
            "--log-prefix",
            str(hotel.directory / "pgbench"),
            "plain",
        ],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PGPASSWORD": "bench"},
        cwd=hotel.directory,
    )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found is not None, done.stdout
    latencies: list[int] = []
    for log in hotel.directory.glob("pgbench.*"):
        latencies += [int(line.split(" ", 3)[2]) for line in log.read_text().splitlines()]
        log.unlink()
    latencies.sort()
    return {
        "per_s": round(float(found.group(1)), 1), "p50_ms": latencies[len(latencies) // 2] / 1000,
        "p99_ms": latencies[int(len(latencies) * 0.99)] / 1000,
    }
