"""Several DMN files that import each other: which namespace is where, and in which order they are compiled."""

from collections.abc import Iterable, Mapping

from engine.decisions.elements import Definitions
from engine.decisions.model import DecisionModel, parse_dmn
from engine.decisions.reader import read_definitions
from engine.decisions.refusal import DecisionModelError
from engine.decisions.remarks import Remarks


def parse_folder(files: Mapping[str, bytes], *, names: Iterable[str] = ()) -> dict[str, DecisionModel]:
    """The models of several files by filename, each with its imports resolved among them by namespace.

    Raises DecisionModelError when a file cannot be used or files import each other in a circle.
    """
    names = tuple(names)
    definitions = {filename: read_definitions(xml, Remarks(filename)) for filename, xml in files.items()}
    homes = {one.namespace: filename for filename, one in definitions.items()}
    models: dict[str, DecisionModel] = {}
    for filename in files:
        for needed in import_order(filename, definitions, homes):
            if needed not in models:
                known = {models[home].namespace: models[home] for home in models}
                models[needed] = parse_dmn(files[needed], needed, known, names=names)
    return {filename: models[filename] for filename in files}


def import_order(start: str, definitions: Mapping[str, Definitions], homes: Mapping[str, str]) -> list[str]:
    """The file and all that it imports, what is imported first; a file in a circle comes where it is met again."""
    order: list[str] = []
    pending = [(start, False)]
    open_files: set[str] = set()
    while pending:
        filename, imported = pending.pop()
        if imported:
            order.append(filename)
        elif filename not in open_files:
            open_files.add(filename)
            pending.append((filename, True))
            for one in definitions[filename].imports:
                if one.namespace in homes:
                    pending.append((homes[one.namespace], False))
    return order


def readable(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those of the files that are DMN at all; a folder may hold others."""
    kept = {}
    for filename, xml in files.items():
        try:
            read_definitions(xml, Remarks(filename))
        except DecisionModelError:
            continue
        kept[filename] = xml
    return kept
