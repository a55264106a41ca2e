"""Check that no tracked file names a folder of this machine or the address of a package registry.

Prints one line per finding, ``file:line: reason``, and exits with 1 when there is one.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Written so that this file does not match itself.
RULES = (
    (
        "absolute path of a machine",
        re.compile(rf"(?<![\w.~:/-])(?:{re.escape(str(ROOT))}\b|/(?:root|work|Users|home/\w+)/)"),
    ),
    (
        "address of a package registry",
        re.compile(
            r"\bpypi\.[o]rg|files\.python[h]osted|registry\.(?:npm[j]s|yarn[p]kg)|(?:deb|security)\.debian\.[o]rg"
            r"|--(?:extra-)?index-url[ =]+\S*:/[/]|--find-links[ =]+\S*/"
        ),
    ),
)


def tracked_files() -> list[Path]:
    """Files of the repository, those about to be added included."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [ROOT / name for name in listing.stdout.decode().split("\0") if name]


def findings(path: Path) -> list[str]:
    """One line per finding; nothing for a binary file or one removed from the folder."""
    if path.is_symlink():
        return [f"{path.relative_to(ROOT)}:1: link to an absolute path"] if path.readlink().is_absolute() else []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return []
    name = path.relative_to(ROOT)
    return [
        f"{name}:{number}: {reason}"
        for number, line in enumerate(lines, start=1)
        for reason, pattern in RULES
        if pattern.search(line)
    ]


if __name__ == "__main__":
    found = [line for path in tracked_files() for line in findings(path)]
    sys.stdout.writelines(f"{line}\n" for line in found)
    sys.exit(bool(found))
