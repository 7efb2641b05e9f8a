"""The wheel owns one name, holds everything, and runs where the checkout is not (ADR 0001)."""

import subprocess
import sys
import sysconfig
import tomllib
import venv
from importlib.metadata import packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
NOT_SHIPPED = {"tests", "bench", "docs"}


def our_folders() -> set[str]:
    """Every top-level package of the checkout that ships."""
    return {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_SHIPPED


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
        "--wheel-dir", str(folder), str(ROOT), cwd=folder)  # fmt: skip
    return next(folder.glob("milepost-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`bin/` of a fresh environment with the wheel, which sees the running one's packages but not the checkout."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    site = next(folder.glob("lib/python*/site-packages"))
    # A plain path line: the .pth files inside it (our editable install among them) are not followed.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    run(sys.executable, "-m", "pip", "--python", str(folder / "bin/python"), "install", "--quiet", "--no-deps",
        "--no-index", str(wheel), cwd=folder)  # fmt: skip
    return folder / "bin"


def run(*command: str, cwd: Path) -> str:
    """Run to success, outside the checkout; the output."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_owns_one_top_level_name(wheel: Path) -> None:
    """A folder called `config` has no business in anybody's site-packages."""
    names = {name.split("/")[0] for name in ZipFile(wheel).namelist()}

    assert {name for name in names if not name.endswith(".dist-info")} == {"milepost"}


def test_every_folder_is_in_the_wheel(wheel: Path) -> None:
    """A new folder without its line in pyproject.toml works in the checkout and is missing at the user's."""
    shipped = {name.split("/")[2] for name in ZipFile(wheel).namelist() if name.startswith("milepost/_app/")}

    assert shipped == our_folders() - {"milepost"}


def test_every_data_file_is_in_the_wheel(wheel: Path) -> None:
    """Texts, rules, templates and migrations are as needed as the code."""
    shipped = set(ZipFile(wheel).namelist())
    tracked = run("git", "ls-files", *sorted(our_folders() - {"milepost"}), cwd=ROOT).split()

    assert {name for name in tracked if f"milepost/_app/{name}" not in shipped} == set()


def test_the_house_order_names_every_folder() -> None:
    """import-linter can only guard what it is told of."""
    house = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]

    assert set(house["root_packages"]) == our_folders() - {"milepost"}


def test_the_installed_command_runs_from_another_folder(installed: Path, tmp_path: Path) -> None:
    """What a user types first."""
    assert run(str(installed / "milepost"), "--version", cwd=tmp_path).startswith("milepost ")


def test_no_installed_distribution_claims_one_of_our_names() -> None:
    """Another `config` in the environment would be imported in place of ours, or ours of theirs."""
    claimed = packages_distributions()

    assert {name: claimed[name] for name in our_folders() if set(claimed.get(name, [])) - {"milepost"}} == {}
