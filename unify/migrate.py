"""Bringing a database to this program's revision, in one transaction with the record that it was done."""

import contextlib
import logging
import sys
from collections.abc import Iterator
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from unify.backup import copy_whole
from unify.engine import StoreError, open_engine, sqlite_path, writing

# Alembic tells every step at INFO; whoever migrates says what matters.
logging.getLogger("alembic").setLevel(logging.WARNING)


_REVISIONS = files("unify.migrations")


def migrate(engine: Engine, revisions: Traversable = _REVISIONS) -> None:
    """Make the tables, or bring them up to date; a copy of an older SQLite file is kept beside it first.

    Two programs that start together do it once. Raises StoreError for a database that a newer program has made.
    """
    with _alembic(revisions) as config, writing(engine) as connection:
        scripts = ScriptDirectory.from_config(config)
        head = scripts.get_current_head()
        present = MigrationContext.configure(connection).get_current_revision()
        if present == head:
            return
        if present is not None:
            if present not in {script.revision for script in scripts.walk_revisions()}:
                raise StoreError(
                    f"The database {sqlite_path(engine) or engine.url.database} was made by a newer Milepost "
                    f"(revision {present}; this one knows {head}): install that version, or put back an older copy"
                )
            _keep_copy(engine, f"before-{head}")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def revisions(connection: Connection) -> tuple[str | None, str]:
    """The revision of the database (None: it has no tables of ours) and the one that this program makes of it."""
    with _alembic(_REVISIONS) as config:
        head = ScriptDirectory.from_config(config).get_current_head()
    assert head is not None, "there is at least one revision"
    return MigrationContext.configure(connection).get_current_revision(), head


@contextlib.contextmanager
def _alembic(revisions: Traversable) -> Iterator[Config]:
    """Alembic's configuration, from code: an ini file would need paths, and an installed wheel has none to promise."""
    with as_file(revisions) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.set_main_option("file_template", "r%%(rev)s_%%(slug)s")
        yield config


def _keep_copy(engine: Engine, why: str) -> None:
    """Copy the file as last committed. The caller holds the write lock, so nobody changes it meanwhile."""
    path = sqlite_path(engine)
    if path is not None:
        copy_whole(path, path.with_name(f"{path.name}.{why}"))


def write_revision(message: str, number: str, folder: Path) -> None:
    """Write the next revision from what the models have and the revisions so far do not (for developers)."""
    engine = open_engine("sqlite://")
    with _alembic(_REVISIONS) as config, engine.begin() as connection:
        config.attributes["connection"] = connection
        if ScriptDirectory.from_config(config).get_current_head() is not None:
            command.upgrade(config, "head")
        command.revision(config, message, autogenerate=True, rev_id=number, version_path=str(folder))


if __name__ == "__main__":  # python -m unify.migrate 0002 "keep the colour of a project"
    write_revision(sys.argv[2], sys.argv[1], Path(__file__).parent / "migrations" / "versions")
