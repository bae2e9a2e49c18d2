"""The container files say what Kefuflow can do: known settings and commands, two of each process, no secret inside."""

import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import yaml

from engine.config import Settings
from web.cli import main

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
KNOWN = {f"KEFUFLOW_{field.name.upper()}" for field in fields(Settings)}


def test_every_setting_that_the_container_files_name_is_known():
    named = set(re.findall(r"KEFUFLOW_[A-Z_]+", DOCKERFILE + (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    assert named - KNOWN == set()


def test_two_of_each_process_run_over_one_database_with_commands_that_there_are():
    services = COMPOSE["services"]
    commands = [service["command"] for service in services.values() if service.get("image") == "kefuflow"]
    assert sorted(commands) == [["web"], ["web"], ["worker"], ["worker"]]
    assert {command for (command,) in commands} <= set(main.commands)
    for service in services.values():
        if service.get("image") == "kefuflow":
            assert service["depends_on"]["database"]["condition"] == "service_healthy"
            assert "@database:5432" in service["environment"]["KEFUFLOW_DATABASE_URL"]


def test_secrets_are_asked_for_and_the_process_is_no_root():
    for service in COMPOSE["services"].values():
        for name, value in service["environment"].items():
            if name.endswith(("PASSWORD", "SECRET_KEY")):
                assert re.fullmatch(r"\$\{\w+:\?.+\}", value), name
    assert DOCKERFILE.index("\nUSER kefuflow") < DOCKERFILE.index("\nENTRYPOINT")


def test_what_the_image_copies_is_there():
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for name in line.split()[:-1]:
            assert (ROOT / name).exists(), name


def test_the_image_holds_everything_that_the_assets_are_built_from(tmp_path):
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        *names, folder = line.split()
        for source in (ROOT / name for name in names):
            if source.is_dir():
                ignored = shutil.ignore_patterns("node_modules", "dist", "__pycache__")
                shutil.copytree(source, tmp_path / folder, ignore=ignored)
            else:
                shutil.copy(source, tmp_path / folder)
    shown = "import hatch_build; print(hatch_build.source_hash())"
    there, here = (
        subprocess.run([sys.executable, "-c", shown], cwd=root, capture_output=True, text=True, check=True).stdout
        for root in (tmp_path, ROOT)
    )
    assert there == here
