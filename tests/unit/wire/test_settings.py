"""The settings file: every key is needed and known, and what it says can be served safely."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discretion.starter.data_directory import NewSettings, settings_text
from discretion.wire.settings import DEMO_MARKER, Property, Settings, SettingsError, load, parse, read_secret

HARBOUR = Property("01" * 16, "harbour", "海港酒店", "Harbour “Hotel”", "Asia/Shanghai", "attested")
TEXT = settings_text(NewSettings(name='海港"酒店\\', time_zone="Asia/Shanghai", properties=(HARBOUR,)))
PATH = Path("/srv/discretion/discretion.toml")


def parsed(text: str) -> Settings:
    return parse(text.encode(), PATH)


def refused(text: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        parsed(text)
    return caught.value


def test_what_init_writes_loads_as_it_was_meant() -> None:
    found = parsed(TEXT)
    assert found.installation.name == '海港"酒店\\'
    assert found.properties == (HARBOUR,)
    assert found.keeper_socket == Path("/srv/discretion/run/keeper.sock")
    assert found.database_host == "/srv/discretion/run/postgres"
    assert found.installation.demo is False


@pytest.mark.parametrize("line", [line for line in TEXT.splitlines() if " = " in line and not line.startswith("#")])
def test_a_missing_key_stops_the_start(line: str) -> None:
    error = refused(TEXT.replace(line + "\n", "", 1))
    assert error.code == "settings_value"
    assert line.partition(" ")[0] in error.params["found"]


@pytest.mark.parametrize("table", ["[installation]", "[database]", "[keeper]", "[house]", "[worker]", "[witnesses]", "[[property]]"])
def test_an_unknown_key_stops_the_start(table: str) -> None:
    error = refused(TEXT.replace(table, f'{table}\nspeling = "x"', 1))
    assert error.code == "settings_value"
    assert "speling" in error.params["found"]


def test_an_unknown_table_stops_the_start() -> None:
    assert refused(f"{TEXT}\n[extra]\na = 1\n").code == "settings_value"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('host = "127.0.0.1"', 'host = "0.0.0.0"', "settings_plain_http"),
        ('host = "127.0.0.1"', 'host = "192.168.1.5"', "settings_plain_http"),
        ('host = "127.0.0.1"', 'host = "desk.example.cn"', "settings_plain_http"),
        ('origin = "http://localhost:8080"', 'origin = "http://desk.example.cn"', "settings_origin"),
        ('origin = "http://localhost:8080"', 'origin = "https://desk.example.cn"', "settings_tls"),
        ('origin = "http://localhost:8080"', 'origin = "http://localhost:8080/"', "settings_origin"),
        ('origin = "http://localhost:8080"', 'origin = "desk.example.cn"', "settings_origin"),
        ("behind_proxy = false", "behind_proxy = true", "settings_origin"),
        ('tls_cert = ""', 'tls_cert = "a.pem"', "settings_tls"),
        ('rp_id = "localhost"', 'rp_id = "example.cn"', "settings_rp_id"),
        ('time_zone = "Asia/Shanghai"', 'time_zone = "Asia/Shangai"', "settings_time_zone"),
        ("demo = false", "demo = true", "settings_demo"),
        ("port = 8080", "port = 0", "settings_value"),
        ('presence = "attested"', 'presence = "guessed"', "settings_value"),
        ('languages = ["zh_Hans", "en"]', 'languages = ["fr"]', "settings_value"),
        ('name = "discretion"', 'name = "Robert\'); drop"', "settings_value"),
    ],
)
def test_it_refuses(old: str, new: str, code: str) -> None:
    assert old in TEXT
    assert refused(TEXT.replace(old, new, 1)).code == code


@pytest.mark.parametrize(
    ("changes", "host"),
    [
        ({"origin": "https://desk.example.cn", "rp_id": "desk.example.cn", "is_behind_proxy": True}, "127.0.0.1"),
        ({"origin": "https://desk.example.cn", "rp_id": "example.cn", "tls_cert": "c", "tls_key": "k"}, "0.0.0.0"),
        ({"origin": "http://localhost:8080"}, "::1"),
    ],
)
def test_it_takes_every_way_a_house_may_be_reached(changes: dict[str, object], host: str) -> None:
    new = NewSettings(name="a", time_zone="Asia/Shanghai", properties=(HARBOUR,), house_host=host, **changes)  # type: ignore[arg-type]
    assert parsed(settings_text(new)).house.host == host


def test_a_real_installation_cannot_become_a_demo(tmp_path: Path) -> None:
    path = tmp_path / "discretion.toml"
    path.write_text(TEXT.replace("demo = false", "demo = true"))
    with pytest.raises(SettingsError) as caught:
        load(path)
    assert caught.value.code == "settings_demo"
    (tmp_path / DEMO_MARKER).touch()
    assert load(path).installation.demo is True


def test_a_property_stands_once() -> None:
    other = Property("02" * 16, "harbour", "乙", "B", "Asia/Shanghai", "attested")
    new = NewSettings(name="a", time_zone="Asia/Shanghai", properties=(HARBOUR, other))
    assert refused(settings_text(new)).code == "settings_twice"


def test_a_file_that_is_not_there_or_too_large_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as missing:
        load(tmp_path / "discretion.toml")
    (tmp_path / "discretion.toml").write_bytes(b"#" * 300_000)
    with pytest.raises(SettingsError) as large:
        load(tmp_path / "discretion.toml")
    assert (missing.value.code, large.value.code) == ("settings_missing", "settings_size")


@given(st.binary(max_size=400))
def test_junk_is_refused_with_a_code(raw: bytes) -> None:
    with pytest.raises(SettingsError):
        parse(raw, PATH)


@given(st.text(min_size=1, max_size=200).filter(lambda text: text.isprintable()))
def test_any_printable_name_comes_back(name: str) -> None:
    new = NewSettings(name=name, time_zone="Asia/Shanghai", properties=(HARBOUR,))
    assert parsed(settings_text(new)).installation.name == name


def test_a_socket_too_long_for_the_machine_moves_to_a_short_directory() -> None:
    path = Path("/srv") / ("long" * 30) / "discretion.toml"
    found = parse(TEXT.encode(), path)
    assert str(found.keeper_socket).startswith("/tmp/discretion-")
    assert len(found.database_host) <= 85
    assert found.keeper_socket == parse(TEXT.encode(), path).keeper_socket
    assert found.keeper_socket.parent != found.upkeep_socket.parent


def test_a_password_with_quotes_reaches_the_database_whole() -> None:
    import psycopg

    conninfo = parsed(TEXT).conninfo_as("discretion_office", "it's \\ here")
    found = psycopg.conninfo.conninfo_to_dict(conninfo)
    assert found["password"] == "it's \\ here"
    assert found["sslmode"] == "disable"


def test_across_the_network_tls_is_verified() -> None:
    import psycopg

    text = TEXT.replace('host = "run/postgres"', 'host = "db.example.cn"')
    found = psycopg.conninfo.conninfo_to_dict(parsed(text).conninfo_as("a", "b"))
    assert (found["sslmode"], found["sslrootcert"]) == ("verify-full", "system")


@pytest.mark.parametrize(
    ("content", "mode", "code"),
    [("line\n", 0o600, ""), ("line\n", 0o640, "secret_open"), ("", 0o600, "secret_bad"), ("a\nb\n", 0o600, "secret_bad"),
     ("x" * 2000, 0o600, "secret_bad"), ("é", 0o600, "secret_bad"), (None, 0, "secret_missing")],
)
def test_a_secret_is_one_line_closed_to_others(tmp_path: Path, content: str | None, mode: int, code: str) -> None:
    path = tmp_path / "office.password"
    if content is not None:
        path.write_text(content)
        path.chmod(mode)
    if not code:
        assert read_secret(path) == "line"
        return
    with pytest.raises(SettingsError) as caught:
        read_secret(path)
    assert caught.value.code == code
