"""The house keeps its shape: one skeleton, floors, no service inside another."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ila_gateway import routes

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "catalog", "applications", "funding")
PACKAGES = {name: ROOT / "services" / name / "src" / f"ila_{name}" for name in SERVICES}
SOURCES = [
    *ROOT.glob("kit/src/**/*.py"),
    *ROOT.glob("services/*/src/**/*.py"),
    *ROOT.glob("gateway/src/**/*.py"),
    *ROOT.glob("portal/src/**/*.py"),
]
SKELETON = [
    *("README.md", "CHANGELOG.md", "Dockerfile", "pyproject.toml", ".importlinter", "openapi.json"),
    *("tests/unit", "tests/integration"),
    *(f"src/{{package}}/{name}.py" for name in ("wsgi", "cli", "app", "settings", "ports")),
    *(f"src/{{package}}/{name}" for name in ("api", "consumers", "usecases", "domain", "parameters")),
    *(f"src/{{package}}/{name}" for name in ("clients", "domain/errors.py", "texts/problems.toml")),
    *(f"src/{{package}}/events/{name}" for name in ("published.py", "consumed.py", "published", "consumed")),
    *(f"src/{{package}}/migrations/{name}" for name in ("env.py", "versions")),
    *(f"src/{{package}}/store/{name}" for name in ("tables.py", "unit.py")),
]
# The one mechanism of all routes: its parts are read together.
LONGER_FOR_A_REASON = {"resource.py": 360}
# Stands alone behind a port, to be moved to another service as it is.
OWN_FOLDERS = {"identity": {"signatures"}}


def imported(path: Path) -> set[str]:
    """Return the first names of the packages a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_skeleton(service):
    lacking = [
        name.format(package=f"ila_{service}")
        for name in SKELETON
        if not (ROOT / "services" / service / name.format(package=f"ila_{service}")).exists()
    ]

    assert lacking == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_no_folder_of_its_own_invention(service):
    allowed = {"api", "consumers", "usecases", "domain", "parameters", "events", "store", "clients"}
    folders = {one.name for one in PACKAGES[service].iterdir() if one.is_dir() and one.name != "__pycache__"}

    assert folders == allowed | {"migrations", "texts"} | OWN_FOLDERS.get(service, set())


@pytest.mark.parametrize("package", [*PACKAGES, "gateway", "portal", "kit"])
def test_no_package_imports_a_service(package):
    own = {f"ila_{package}"}
    foreign = {f"ila_{name}" for name in (*SERVICES, "gateway", "portal", "local", "stubs")} - own
    folder = ROOT / ("services/" + package if package in SERVICES else package) / "src"
    seen = {path: imported(path) & foreign for path in folder.rglob("*.py") if "testing" not in path.parts}

    assert {path: names for path, names in seen.items() if names} == {}


def test_the_portal_has_no_database_and_no_bus():
    reached = {name for path in ROOT.glob("portal/src/**/*.py") for name in imported(path)}

    assert reached.isdisjoint({"sqlalchemy", "psycopg", "kombu", "alembic", "redis"})


def test_rules_and_use_cases_use_neither_float_nor_the_clock():
    clock = re.compile(r"\bfloat\(|datetime\.(now|utcnow)\(|date\.today\(|time\.time\(")
    rules = [path for path in SOURCES if {"domain", "usecases"} & set(path.parts)]

    assert rules
    assert [path for path in rules if clock.search(path.read_text())] == []


def test_nothing_shipped_is_unfinished():
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")

    assert [path for path in SOURCES if unfinished.search(path.read_text())] == []


def test_files_and_functions_stay_readable():
    long_files = [
        path
        for path in SOURCES
        if len(path.read_text().splitlines()) > LONGER_FOR_A_REASON.get(path.name, 300)
    ]
    functions = [
        f"{path}: {node.name}"
        for path in SOURCES
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno > 60
    ]

    assert long_files == []
    assert functions == []


def test_the_kit_knows_no_word_of_the_field():
    field = re.compile(r"\b(learner|programme|entitlement|budget|course|commission)s?\b", re.IGNORECASE)
    shipped = [path for path in ROOT.glob("kit/src/**/*.py") if "testing" not in path.parts]
    named = {
        node.id if isinstance(node, ast.Name) else node.name
        for path in shipped
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Name | ast.FunctionDef | ast.ClassDef)
    }

    assert [name for name in named if field.search(name.replace("_", " "))] == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_committed_api_document_is_the_one_the_code_makes(service):
    program = Path(sys.executable).with_name(f"ila-{service}")
    made = subprocess.run([program, "openapi"], capture_output=True, text=True, check=True).stdout

    assert json.loads(made) == json.loads((ROOT / "services" / service / "openapi.json").read_text())


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_says_who_may_call_it_and_what_may_go_wrong(service):
    document = json.loads((ROOT / "services" / service / "openapi.json").read_text())
    for path, item in document["paths"].items():
        assert path.startswith(f"/api/{service}/v1/")
        for method in item.keys() - {"parameters"}:
            operation = item[method]
            assert operation["summary"], path
            assert operation["x-roles"], path
            assert operation["x-tenant-scope"] in ("own", "any", "none"), path
            assert operation["security"] or operation["x-roles"] == ["public"], path
            successes = [status for status in operation["responses"] if status.startswith("2")]
            assert len(successes) == 1, path
            assert "422" in operation["responses"], path


def test_the_gateway_forwards_to_every_service():
    table = routes.load()

    assert {route.neighbour for route in table.all} == {*SERVICES, "gateway"}
