"""Files as they are brought: read, checked, and what each defines."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.decisions import DecisionModel, DecisionModelError, check_dmn, parse_dmn
from engine.decisions.folders import import_order, readable
from engine.decisions.reader import read_definitions
from engine.decisions.remarks import Remarks
from engine.deployment.checks import check_bpmn
from engine.deployment.findings import Finding
from engine.deployment.names import EXTRA_NAMES
from engine.errors import InvalidInput
from engine.execution import Process, compile_bpmn
from engine.forms import Form, check_form, parse_form

MAX_BYTES = 5 * 1024 * 1024
KINDS = {".bpmn": "bpmn", ".xml": "bpmn", ".dmn": "dmn", ".form": "form"}


@dataclass
class File:
    """One file, and once it is read what it defines."""

    name: str
    content: bytes
    kind: str | None
    processes: list[Process] = field(default_factory=list)
    model: DecisionModel | None = None
    form: Form | None = None

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def open_files(files: Sequence[tuple[str, bytes]]) -> list[File]:
    return [File(name, content, _kind(name)) for name, content in files]


def check_files(files: Sequence[File], deployed: Mapping[str, DecisionModel]) -> list[Finding]:
    """Everything to remark about the files; `deployed` are the models that they may import, by namespace."""
    findings = [found for file in files for found in _check_outside(file)]
    models = models_of(files, deployed)
    for file in files:
        if file.kind == "bpmn":
            findings += check_bpmn(file.content, file.name)
        elif file.kind == "dmn":
            findings += check_dmn(file.content, file.name, models, names=EXTRA_NAMES)
        elif file.kind == "form":
            findings += _check_form(file)
    return findings


def read_files(files: Sequence[File], deployed: Mapping[str, DecisionModel]) -> None:
    """Compile files that have no error."""
    models = models_of(files, deployed)
    for file in files:
        if file.kind == "bpmn":
            file.processes = compile_bpmn(file.content, file.name)
        elif file.kind == "dmn":
            file.model = parse_dmn(file.content, file.name, models, names=EXTRA_NAMES)
        elif file.kind == "form":
            file.form = parse_form(file.content.decode("utf-8-sig"), file.name)


def models_of(files: Sequence[File], deployed: Mapping[str, DecisionModel]) -> dict[str, DecisionModel]:
    """The models that the files may import: their own before those that are deployed."""
    sources = readable({file.name: file.content for file in files if file.kind == "dmn"})
    definitions = {name: read_definitions(xml, Remarks(name)) for name, xml in sources.items()}
    homes = {one.namespace: name for name, one in definitions.items()}
    models = dict(deployed)
    done: set[str] = set()
    for start in sources:
        for name in import_order(start, definitions, homes):
            if name not in done:
                done.add(name)
                _add_model(models, sources[name], name)
    return models


def _add_model(models: dict[str, DecisionModel], source: bytes, name: str) -> None:
    try:
        model = parse_dmn(source, name, models, names=EXTRA_NAMES)
    except DecisionModelError:
        return  # its own check says what is wrong
    models[model.namespace] = model


def _kind(name: str) -> str | None:
    return next((kind for ending, kind in KINDS.items() if name.lower().endswith(ending)), None)


def _check_form(file: File) -> list[Finding]:
    try:
        return check_form(file.content.decode("utf-8-sig"), file.name)
    except UnicodeDecodeError:
        return [_error(file, "form-not-utf8", "The form is not UTF-8 text.", "表单不是 UTF-8 文本。")]
    except InvalidInput as error:
        return [_error(file, "form-unreadable", str(error), f"表单无法读取：{error}")]


def _check_outside(file: File) -> list[Finding]:
    if len(file.content) > MAX_BYTES:
        return [_error(file, "file-too-large", "The file is larger than 5 MB.", "文件大于 5 MB。")]
    if file.kind is None:
        message = "Only .bpmn, .dmn and .form files can be deployed."
        return [_error(file, "file-type-unknown", message, "只能部署 .bpmn、.dmn 和 .form 文件。")]
    return []


def _error(file: File, code: str, message: str, message_zh: str) -> Finding:
    hint, hint_zh = "Leave the file out or mend it.", "请移除或修正该文件。"
    return Finding("error", file.name, None, None, None, code, message, message_zh, hint, hint_zh)
