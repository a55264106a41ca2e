"""Reference files: YAML whose every error names file, line and reason."""

import re
from pathlib import Path

import yaml


class BrokenFile(ValueError):
    """A reference file that cannot be read: where and why, in French."""

    def __init__(self, file: str, line: int, reason: str):
        super().__init__(f"{file}, ligne {line} : {reason}")
        self.file, self.line, self.reason = file, line, reason


class _LineLoader(yaml.CSafeLoader):
    """Keeps the line of each record of the list, so that an error can name it."""

    def construct_document(self, node):
        records = super().construct_document(node)
        if isinstance(records, list) and isinstance(node, yaml.SequenceNode):
            for record, child in zip(records, node.value, strict=True):
                if isinstance(record, dict):
                    record["__line__"] = child.start_mark.line + 1
        return records


def load_yaml(path: Path) -> list[dict]:
    """The list of mappings that a fixture holds, each with ``__line__``; errors name file and line."""
    try:
        rows = yaml.load(path.read_text(encoding="utf-8"), Loader=_LineLoader) or []
    except FileNotFoundError:
        raise BrokenFile(path.name, 0, "fichier absent") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise BrokenFile(path.name, line, f"YAML illisible ({error.problem})") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BrokenFile(path.name, 1, "une liste de fiches est attendue")
    return rows


_BEFORE = re.compile(r" (?=[»;:!?%€])")


def typeset(text: str) -> str:
    """French no-break spaces, which people do not type in fixtures."""
    return _BEFORE.sub("\u00a0", text).replace("« ", "«\u00a0")
