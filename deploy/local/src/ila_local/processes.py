"""The one table of processes: what runs, in which order, on which port, with which environment."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGQUIT

from ila_local import nginx, probes
from ila_local.databases import SERVICES, Databases
from ila_local.keys import GATEWAY_AT_EIDENTITY, Keys
from ila_local.process import Floor, Process

PERSONAS = Path(__file__).parents[2] / "personas.toml"
REGISTERS = ("population", "viis", "licences", "legal_persons", "earlier_support")
SIGNING = "signing"
LOAD_CALL_1 = ("load", "--call", "call-1", "--demonstration")
READERS = (*SERVICES, "gateway")
# A worker that publishes before every reader has its queue would tell nobody.
QUEUES = tuple(f"{reader}-migrate" for reader in READERS)
ROLES = (
    "postgres",
    "valkey",
    "eidentity",
    "registers",
    "mail",
    *SERVICES,
    *(f"{reader}-worker" for reader in READERS),
    "portal",
    "gateway",
)


# Each process has a port of its name; the stand-in mail server takes letters on a second one.
PORTS = (*ROLES, "smtp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the rows of the table depend on."""

    data_dir: Path
    programs: Path
    ports: Mapping[str, int]
    keys: Keys
    databases: Databases
    broker_url: str
    session_store_url: str
    secret_key: str
    front_secret: str
    front: str
    register_secrets: Mapping[str, str]
    clock_file: Path

    def url(self, role: str) -> str:
        """Return the base address of a role."""
        return f"http://127.0.0.1:{self.ports[role]}"

    @property
    def door(self) -> str:
        """The address by which everybody knows the platform."""
        return self.url(self.front)

    def program(self, name: str) -> str:
        """Return the path of a console script."""
        return str(self.programs / name)


def table(around: Surroundings, stores: tuple[Process, ...]) -> list[Process]:
    """Return every process of the suite; `stores` are the embedded ones."""
    server = tuple(store.role for store in stores if store.role == "postgres")
    databases = database_task(around.databases, around.data_dir, needs=server)
    services = [_service(around, service) for service in SERVICES]
    in_order = [row for rows in zip(*services, strict=True) for one in rows for row in one]
    stand_ins = [_eidentity(around), _registers(around), _mail(around)]
    queue, gateway, worker = _gateway(around)
    signing = _signing(around)
    doors = [gateway, _nginx(around, gateway)] if around.front == "nginx" else [gateway]
    return [*stores, signing, databases, queue, *in_order, worker, *stand_ins, *doors, _portal(around)]


def database_task(databases: Databases, data_dir: Path, needs: tuple[str, ...]) -> Process:
    """Return the task that makes databases, roles and schemas, here or on somebody's own PostgreSQL."""
    return Process(
        role="databases",
        command=(sys.executable, "-m", "ila_local.cli", "provision"),
        floor=Floor.SERVICES,
        needs=needs,
        environment={
            "ILA_DATA_DIR": str(data_dir),
            "ILA_DATABASE_URL": databases.admin_url,
            "ILA_DATABASE_NAME": databases.name,
        },
    )


def _signing(around: Surroundings) -> Process:
    """Return the task that makes the authorities of development, whose signatures count here alone."""
    return Process(
        role="signing",
        command=(sys.executable, "-m", "ila_stubs.signing", "make", str(around.data_dir / SIGNING)),
        floor=Floor.SERVICES,
        environment={"ILA_ENV": "development"},
    )


def _trust(around: Surroundings) -> dict[str, str]:
    """Return whose e-signatures identity believes."""
    folder = around.data_dir / SIGNING
    return {
        "TRUST_PROFILE": "test",
        "TRUSTED_LISTS": str(folder / "trusted-list.xml"),
        "TRUSTED_LIST_SIGNERS": str(folder / "trusted-list-signer.pem"),
    }


def _service(around: Surroundings, service: str) -> list[list[Process]]:
    """Return a service's rows in three steps: the tasks before it, its web processes, its worker."""
    command = around.program(f"ila-{service}")
    environment = {
        "DATABASE_URL": around.databases.service_url(service),
        "BROKER_URL": around.broker_url,
        "BUS_PREFIX": around.databases.name,
        "GATEWAY_URL": around.door,
        "CLIENT_KEY_FILE": str(around.keys.file(f"svc:{service}")),
        "PERSONAS_FILE": str(PERSONAS),
        "CLOCK_FILE": str(around.clock_file),
        **(_trust(around) if service == "identity" else {}),
        **(_post(around) if service == "applications" else {}),
        "FILES_URL": (around.data_dir.absolute() / "files").as_uri(),
    }
    tasks: list[tuple[str, tuple[str, ...]]] = [(f"{service}-migrate", (command, "migrate"))]
    if service == "catalog":
        tasks.append(("catalog-load", (command, *LOAD_CALL_1)))
    web = _web(around, service, environment, needs=(tasks[-1][0],))
    worker = _web(around, f"{service}-worker", environment, (command, "work"), QUEUES, Floor.WORKERS)
    return [_tasks(tasks, web.environment), [web], [worker]]


def _tasks(tasks: Sequence[tuple[str, tuple[str, ...]]], environment: Mapping[str, str]) -> list[Process]:
    """Return the rows of tasks that run one after the other, once there is what the first of them needs."""
    first = ("databases", SIGNING) if "TRUSTED_LISTS" in environment else ("databases",)
    needs = [first, *((role,) for role, _ in tasks)]
    return [
        Process(role=role, command=command, floor=Floor.SERVICES, needs=need, environment=environment)
        for (role, command), need in zip(tasks, needs, strict=False)
    ]


def _eidentity(around: Surroundings) -> Process:
    environment = {
        "ISSUER": around.url("eidentity"),
        "PERSONAS_FILE": str(PERSONAS),
        "CLIENTS_FILE": str(around.keys.eidentity_clients_file(around.door)),
        "SIGNING_KEY_FILE": str(around.keys.file("eidentity-signing")),
        "LOG_LEVEL": "WARNING",
    }
    return _web(around, "eidentity", environment, (around.program("ila-stub-eidentity"), "serve"))


def _registers(around: Surroundings) -> Process:
    secrets = {f"{name.upper()}_SECRET": around.register_secrets[name] for name in REGISTERS}
    environment = {"PERSONAS_FILE": str(PERSONAS), "LOG_LEVEL": "WARNING", **secrets}
    return _web(around, "registers", environment, (around.program("ila-stub-registers"), "serve"))


def _mail(around: Surroundings) -> Process:
    environment = {"SMTP_PORT": str(around.ports["smtp"]), "LOG_LEVEL": "WARNING"}
    return _web(around, "mail", environment, (around.program("ila-stub-mail"), "serve"))


def _post(around: Surroundings) -> dict[str, str]:
    """Return where letters to learners go, and what they name."""
    return {
        "SMTP_URL": f"smtp://127.0.0.1:{around.ports['smtp']}",
        "SMTP_SENDER": "konts@ila.example",
        "PUBLIC_URL": around.door,
    }


def _gateway(around: Surroundings) -> tuple[Process, Process, Process]:
    """Return the gateway's rows: the task that makes its queue, its web processes, its worker."""
    program = around.program("ila-gateway")
    environment = {
        "PUBLIC_URL": around.door,
        "SESSION_STORE_URL": around.session_store_url,
        "BROKER_URL": around.broker_url,
        "BUS_PREFIX": around.databases.name,
        "SIGNING_KEY_FILE": str(around.keys.file("gateway-signing")),
        "CLIENTS_FILE": str(around.keys.gateway_clients_file()),
        "EIDENTITY_ISSUER": around.url("eidentity"),
        "EIDENTITY_CLIENT_ID": GATEWAY_AT_EIDENTITY,
        "EIDENTITY_KEY_FILE": str(around.keys.file(GATEWAY_AT_EIDENTITY)),
        "SECRET_KEY": around.secret_key,
        "FRONT_SECRET": around.front_secret,
        "CLOCK_FILE": str(around.clock_file),
        **{f"{role.upper()}_URL": around.url(role) for role in (*SERVICES, "portal")},
        **{f"{name.upper()}_REGISTER_URL": around.url("registers") for name in REGISTERS},
        **{f"{name.upper()}_REGISTER_SECRET": around.register_secrets[name] for name in REGISTERS},
    }
    needed = ("valkey", "eidentity", "registers")
    web = _web(around, "gateway", environment, needs=needed, floor=Floor.DOORS)
    [queue] = _tasks([("gateway-migrate", (program, "migrate"))], web.environment)
    needed_by_worker = ("valkey", *QUEUES)
    worker = _web(around, "gateway-worker", environment, (program, "work"), needed_by_worker, Floor.WORKERS)
    return queue, web, worker


def _nginx(around: Surroundings, gateway: Process) -> Process:
    """Return nginx in front of the gateway; its configuration is made anew at each start."""
    folder, port = around.data_dir / "nginx", around.ports["nginx"]
    program = around.program("ila-gateway")
    return Process(
        role="nginx",
        command=nginx.command(folder),
        floor=Floor.DOORS,
        port=port,
        needs=("gateway",),
        probe=probes.http(port),
        before=lambda: nginx.configure(folder, program, gateway.environment, port),
        stop_signal=SIGQUIT,  # answers what is under way
    )


def _portal(around: Surroundings) -> Process:
    return _web(around, "portal", {"GATEWAY_URL": around.door}, floor=Floor.DOORS)


def _web(
    around: Surroundings,
    role: str,
    environment: Mapping[str, str],
    command: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    floor: Floor = Floor.SERVICES,
) -> Process:
    """Return the row of a process that answers `/health/ready` on its port."""
    port = around.ports[role]
    return Process(
        role=role,
        command=command or (around.program(f"ila-{role}"), "serve"),
        floor=floor,
        port=port,
        environment={
            "ILA_ENV": "development",
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "NO_PROXY": "127.0.0.1,localhost",  # neighbours are asked directly, whatever the machine's proxy
            **environment,
        },
        needs=needs,
        probe=probes.http(port),
    )
