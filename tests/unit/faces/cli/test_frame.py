"""The frame of the command line: shared options anywhere, both languages, codes, exit codes, suggestions."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import discretion
from discretion.faces.cli.frame import read_shared, run
from discretion.faces.cli.menu import COMMANDS
from discretion.faces.cli.terminal import language_of
from discretion.faces.cli.trouble import SENTENCES

SOURCE = Path(discretion.__file__).parent


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISCRETION_LANG", "DISCRETION_DATA", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("environment", "language"),
    [({}, "zh_Hans"), ({"LANG": "C.UTF-8"}, "zh_Hans"), ({"LANG": "en_GB.UTF-8"}, "en"), ({"LANG": "zh_TW.UTF-8"}, "zh_Hans"),
     ({"LANG": "fr_FR"}, "en"), ({"LC_ALL": "zh_CN", "LANG": "en_US"}, "zh_Hans"), ({"LANGUAGE": "en:zh", "LC_ALL": "zh_CN"}, "en"),
     ({"DISCRETION_LANG": "zh", "LANGUAGE": "en"}, "zh_Hans")],
)
def test_the_language_is_the_locales_and_chinese_otherwise(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


@pytest.mark.parametrize("line", [["--lang", "en", "--json", "status", "--data", "/nowhere"], ["status", "--json", "--data=/nowhere", "--lang=en"]])
def test_shared_options_stand_anywhere(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err)["error"]["code"] == "settings_missing"
    assert "no settings file" in json.loads(err)["error"]["message"]


def test_after_two_dashes_nothing_is_ours() -> None:
    terminal, rest = read_shared(["--quiet", "import", "--", "--json", "--lang"])
    assert terminal.is_quiet
    assert terminal.form == "text"
    assert rest == ["import", "--", "--json", "--lang"]


@pytest.mark.parametrize(
    ("line", "words"),
    [(["servee"], "“serve”|'serve'"), (["--lang", "en", "servee"], "Did you mean 'serve'"), (["--lang", "fr", "serve"], "zh, en"),
     (["i18n", "chek"], "'check'"), (["--lang", "en", "init", "--prot", "1"], "'--port'"), (["--lang"], "--lang")],
)
def test_a_misspelling_is_answered_with_what_was_meant(line: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line) == 2
    assert re.search(words, capsys.readouterr().err)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_in_both_languages(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help", "--lang", "en"]) == 0
    english = capsys.readouterr().out
    assert run([name, "--help"]) == 0
    chinese = capsys.readouterr().out
    assert english != chinese
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert not re.search("[\u4e00-\u9fff]", english)


def test_it_asks_nothing_where_nobody_can_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "--lang", "en", "--data", "/nowhere/at/all"]) == 2
    assert "--name" in capsys.readouterr().err


def test_without_arguments_it_shows_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "serve" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_it_prints_a_shells_completion(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell, "--quiet"]) == 0
    assert "_DISCRETION_COMPLETE" in capsys.readouterr().out


def test_every_code_that_is_raised_has_its_sentence() -> None:
    raised: set[str] = set()
    for path in [*SOURCE.glob("starter/*.py"), *SOURCE.glob("faces/cli/*.py"), SOURCE / "wire/settings.py", SOURCE / "keeper/__main__.py"]:
        text = path.read_text()
        raised |= set(re.findall(r'(?:StarterError|SettingsError|StartError|Trouble)\(\s*"([a-z_]+)"', text))
        raised |= set(re.findall(r'^\s+code = "([a-z_]+)"', text, re.MULTILINE))
    assert raised - SENTENCES.keys() == set()
