"""The table of processes keeps the contract with the programs it starts."""

from pathlib import Path

import pytest
from ila_local.data_dir import DataDir
from ila_local.databases import BUS, SERVICES, Databases
from ila_local.keys import Keys
from ila_local.process import Floor
from ila_local.processes import PERSONAS, PORTS, REGISTERS, Surroundings, table


@pytest.fixture
def rows(tmp_path):
    """The table on somebody's own stores, by role."""
    return table_with("gateway", tmp_path)


def table_with(front, tmp_path):
    passwords = {owner: f"p/{owner}" for owner in (*SERVICES, BUS)}
    databases = Databases("postgresql://root:pw@db.example:5432/postgres?sslmode=require", "ila", passwords)
    around = Surroundings(
        data_dir=tmp_path,
        programs=Path("/programs"),
        ports={role: 20_000 + number for number, role in enumerate(PORTS)} | {front: 8080},
        keys=Keys(DataDir(tmp_path)),
        databases=databases,
        broker_url=databases.bus_url(),
        session_store_url="redis://:pw@127.0.0.1:1/0",
        secret_key="secret",
        front_secret="another secret",
        front=front,
        register_secrets={name: f"secret of {name}" for name in REGISTERS},
        clock_file=tmp_path / "clock",
    )
    return {row.role: row for row in table(around, ())}


def test_every_need_is_a_row_and_comes_before(rows):
    roles = list(rows)
    on_valkey = ("gateway", "gateway-worker")
    for row in (row for role, row in rows.items() if role not in on_valkey):
        assert all(roles.index(need) < roles.index(row.role) for need in row.needs)


def test_every_service_keeps_files_below_the_data_of_the_suite(rows, tmp_path):
    kept = {
        rows[role].environment["FILES_URL"] for role in (*SERVICES, *(f"{one}-worker" for one in SERVICES))
    }

    assert kept == {(tmp_path / "files").as_uri()}


def test_identity_believes_the_authorities_of_development_which_are_made_before_it_starts(rows, tmp_path):
    trust = rows["identity"].environment
    assert trust["TRUST_PROFILE"] == "test"
    assert trust["TRUSTED_LISTS"] == str(tmp_path / "signing" / "trusted-list.xml")
    assert "signing" in rows["identity-migrate"].needs
    assert rows["signing"].command[1:] == ("-m", "ila_stubs.signing", "make", str(tmp_path / "signing"))
    assert all(
        "TRUST_PROFILE" not in rows[service].environment for service in SERVICES if service != "identity"
    )


def test_each_service_migrates_serves_and_works_with_the_same_settings(rows):
    for service in SERVICES:
        migrate, web, worker = rows[f"{service}-migrate"], rows[service], rows[f"{service}-worker"]
        program = f"/programs/ila-{service}"
        assert [row.command for row in (migrate, web, worker)] == [
            (program, "migrate"), (program, "serve"), (program, "work")
        ]  # fmt: skip
        assert migrate.probe is None
        assert web.needs == (("catalog-load",) if service == "catalog" else (f"{service}-migrate",))
        queues = {f"{one}-migrate" for one in (*SERVICES, "gateway")}
        assert set(worker.needs) == queues, "every reader has its queue"
        assert web.environment | {"PORT": ""} == worker.environment | {"PORT": ""}
        assert web.environment["PORT"] != worker.environment["PORT"]


def test_a_service_reads_its_own_schema_on_the_server_that_was_named(rows):
    environment = rows["funding"].environment
    assert (
        environment["DATABASE_URL"]
        == "postgresql://ila_funding:p%2Ffunding@db.example:5432/ila?sslmode=require"
    )
    assert environment["BROKER_URL"] == "pgbus://ila_bus:p%2Fbus@db.example:5432/ila_bus?sslmode=require"
    assert environment["GATEWAY_URL"] == "http://127.0.0.1:8080"
    assert Path(environment["CLIENT_KEY_FILE"]).name == "svc-funding.pem"


def test_the_gateway_knows_every_neighbour(rows):
    environment = rows["gateway"].environment
    for role in (*SERVICES, "portal"):
        assert environment[f"{role.upper()}_URL"] == f"http://127.0.0.1:{rows[role].port}"
    assert environment["EIDENTITY_ISSUER"] == rows["eidentity"].environment["ISSUER"]
    assert environment["PUBLIC_URL"] == "http://127.0.0.1:8080"
    files = {name for name in environment if name.endswith("_FILE")} - {"CLOCK_FILE"}
    assert all(Path(environment[name]).is_file() for name in files)


def test_the_gateway_has_a_queue_and_a_worker_with_the_same_settings(rows):
    queue, web, worker = rows["gateway-migrate"], rows["gateway"], rows["gateway-worker"]
    assert [row.command[1] for row in (queue, web, worker)] == ["migrate", "serve", "work"]
    assert queue.needs == ("databases",)
    assert {"valkey", "gateway-migrate"} <= set(worker.needs)
    assert web.environment | {"PORT": ""} == worker.environment | {"PORT": ""}
    assert web.environment["PORT"] != worker.environment["PORT"]
    assert web.environment["BROKER_URL"] == rows["funding"].environment["BROKER_URL"]


def test_nginx_stands_in_front_of_the_gateway_and_everybody_knows_its_address_alone(tmp_path):
    rows = table_with("nginx", tmp_path)
    assert rows["nginx"].needs == ("gateway",)
    assert rows["nginx"].port == 8080 != rows["gateway"].port
    assert rows["gateway"].environment["PUBLIC_URL"] == "http://127.0.0.1:8080"
    assert rows["gateway"].environment["FRONT_SECRET"] == "another secret"
    for role in (*SERVICES, "portal"):
        assert rows[role].environment["GATEWAY_URL"] == "http://127.0.0.1:8080"


def test_the_gateway_asks_each_register_with_its_own_credential(rows):
    gateway, registers = rows["gateway"], rows["registers"]
    assert "registers" in gateway.needs
    for name in ("POPULATION", "VIIS", "LICENCES", "LEGAL_PERSONS"):
        assert gateway.environment[f"{name}_REGISTER_URL"] == f"http://127.0.0.1:{registers.port}"
        secret = gateway.environment[f"{name}_REGISTER_SECRET"]
        assert secret == registers.environment[f"{name}_SECRET"] == f"secret of {name.lower()}"
    services = [row for row in rows.values() if row.role.startswith(SERVICES)]
    assert not any("REGISTER" in name for row in services for name in row.environment)


def test_every_service_and_the_gateway_read_the_same_clock(rows):
    reading = {role for role, row in rows.items() if "CLOCK_FILE" in row.environment}
    started = {f"{service}{kind}" for service in SERVICES for kind in ("", "-worker", "-migrate")}
    assert reading == started | {"catalog-load", "gateway", "gateway-worker", "gateway-migrate"}
    assert len({rows[role].environment["CLOCK_FILE"] for role in reading}) == 1


def test_doors_stop_first_then_workers_then_services(rows):
    assert {rows[role].floor for role in ("gateway", "portal")} == {Floor.DOORS}
    assert {rows[f"{one}-worker"].floor for one in (*SERVICES, "gateway")} == {Floor.WORKERS}
    assert {rows[service].floor for service in (*SERVICES, "registers")} == {Floor.SERVICES}


def test_the_personas_are_there():
    assert PERSONAS.is_file()
