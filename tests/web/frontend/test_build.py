"""The build's rules: when it is stale, what the lock file may say, and the scripts that check diagrams and words."""

import json
import subprocess

import pytest

import hatch_build
from tests.web.frontend.conftest import missing
from tests.web.frontend.site import FILES

FRONTEND = hatch_build.FRONTEND


@pytest.fixture
def run_script():
    node = hatch_build.found_node()
    if node is None or not (FRONTEND / "node_modules").is_dir():
        missing("no Node, or no web/frontend/node_modules (python hatch_build.py lint)")

    def run_script(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [node.program, str(FRONTEND / "scripts" / name), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=FRONTEND)

    return run_script


def test_a_changed_source_makes_the_build_stale(tmp_path, monkeypatch):
    source = tmp_path / "web" / "frontend" / "src" / "a.js"
    source.parent.mkdir(parents=True)
    source.write_text("1")
    (tmp_path / ".bpmnlintrc").write_text("{}")
    monkeypatch.setattr(hatch_build, "ROOT", tmp_path)
    monkeypatch.setattr(hatch_build, "FRONTEND", tmp_path / "web" / "frontend")
    monkeypatch.setattr(hatch_build, "TARGET", tmp_path / "dist")
    assert not hatch_build.is_fresh()
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / hatch_build.STAMP).write_text(hatch_build.source_hash())
    assert hatch_build.is_fresh()
    source.write_text("2")
    assert not hatch_build.is_fresh()


def test_the_lock_file_names_no_registry():
    packages = json.loads((FRONTEND / "package-lock.json").read_text())["packages"]
    assert len(packages) > 100
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_every_direct_package_is_pinned_exactly():
    package = json.loads((FRONTEND / "package.json").read_text())
    versions = [*package["dependencies"].values(), *package["devDependencies"].values()]
    assert [version for version in versions if not version.replace(".", "").isdigit()] == []


def test_no_word_of_the_libraries_lacks_chinese(run_script):
    result = run_script("missing-words.mjs")
    assert result.returncode == 0, result.stdout + result.stderr


def test_lint_accepts_a_sound_diagram_and_warns_of_a_task_without_a_form(run_script):
    result = run_script("lint-bpmn.mjs", str(FILES / "refund.bpmn"))
    assert result.returncode == 0, result.stdout + result.stderr
    assert (
        "refund.bpmn: warn: approve: Element of type <bpmn:UserTask> must have one extension element" in result.stdout
    )


def test_lint_refuses_a_task_without_a_type(run_script, tmp_path):
    broken = tmp_path / "broken.bpmn"
    text = (FILES / "refund.bpmn").read_text(encoding="utf-8")
    broken.write_text(text.replace('<zeebe:taskDefinition type="refund" />', ""), encoding="utf-8")
    result = run_script("lint-bpmn.mjs", str(broken))
    assert result.returncode == 1
    assert "broken.bpmn: error: refund:" in result.stdout
