"""The embedded PostgreSQL: closed to strangers, one schema per service, and hard to break."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
from ila_local import postgres
from ila_local.data_dir import DataDir
from ila_local.databases import SERVICES, Databases
from ila_local.errors import CannotRun
from ila_local.ports import free_port
from ila_local.postgres import EmbeddedPostgres, remove_cluster
from ila_local.process import Account, become
from ila_local.runner import databases_on

from ..conftest import eventually

pytestmark = pytest.mark.integration
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="becomes other users, so it needs root")
ILA_LOCAL = Path(sys.executable).with_name("ila-local")


class Server:
    """An embedded PostgreSQL that a test starts, stops and kills by hand."""

    def __init__(self, data: DataDir):
        self.embedded = EmbeddedPostgres(data, free_port())
        self.databases = databases_on(self.embedded.admin_url, "ila", data)
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        row = self.embedded.process()
        self.embedded.clear_leftovers()
        self.process = subprocess.Popen(row.command, stderr=subprocess.DEVNULL, **become(row.account))
        pid_file = self.embedded.cluster / "postmaster.pid"
        eventually(lambda: pid_file.exists() and "ready" in pid_file.read_text())

    def end(self, number: signal.Signals = signal.SIGINT) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(20)

    def as_admin(self) -> psycopg.Connection:
        return psycopg.connect(self.embedded.admin_url, autocommit=True)

    def as_service(self, name: str) -> psycopg.Connection:
        return psycopg.connect(self.databases.service_url(name), autocommit=True)


@pytest.fixture
def data(data_dir):
    data = DataDir(data_dir)
    with data.locked():
        yield data
        remove_cluster(data)


@pytest.fixture
def server(data):
    server = Server(data)
    server.start()
    yield server
    server.end()


@pytest.fixture
def provisioned(server) -> Server:
    server.databases.provision()
    return server


def test_nobody_gets_in_without_the_password(server):
    url = server.embedded.admin_url
    wrong = url.replace(url.split(":")[2].split("@")[0], "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_it_keeps_what_it_confirms(server):
    with server.as_admin() as admin:
        settings = {
            name: admin.execute(f"SHOW {name}").fetchone()[0] for name in ("fsync", "synchronous_commit")
        }
    assert settings == {"fsync": "on", "synchronous_commit": "on"}


def test_letters_fold_beyond_ascii(server):
    with server.as_admin() as admin:
        assert admin.execute("SELECT lower('ĀČĒĢĪĶĻŅŠŪŽ')").fetchone()[0] == "āčēģīķļņšūž"


def test_each_service_has_its_schema_and_the_shared_extensions(provisioned):
    for service in SERVICES:
        with provisioned.as_service(service) as database:
            database.execute("CREATE TABLE thing (id int)")
            assert database.execute("SELECT current_schema()").fetchone()[0] == service
            assert database.execute("SELECT unaccent('Āboliņš')").fetchone()[0] == "Abolins"
            assert database.execute("SELECT similarity('a', 'a')").fetchone()[0] == 1


def test_no_service_reaches_into_another_schema(provisioned):
    with provisioned.as_service("identity") as identity:
        identity.execute("CREATE TABLE person (id int)")
    with provisioned.as_service("funding") as funding:
        for statement in (
            "SELECT * FROM identity.person",
            "CREATE TABLE identity.mine (id int)",
            "CREATE TABLE public.mine (id int)",
            "CREATE TABLE extensions.mine (id int)",
            "CREATE SCHEMA mine",
            "SET ROLE ila_identity",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                funding.execute(statement)


def test_the_bus_and_the_services_do_not_see_each_other(provisioned):
    bus = provisioned.databases.bus_url().replace("pgbus://", "postgresql://")
    with psycopg.connect(bus, autocommit=True) as database:
        database.execute("CREATE TABLE queue (id int)")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(bus.removesuffix("/ila_bus") + "/ila")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(provisioned.databases.service_url("funding").removesuffix("/ila") + "/ila_bus")


def test_provisioning_again_changes_nothing_but_a_lost_password(provisioned):
    with provisioned.as_service("funding") as funding:
        funding.execute("CREATE TABLE kept (id int)")
    passwords = {owner: f"new-{owner}" for owner in provisioned.databases.passwords}
    again = Databases(provisioned.embedded.admin_url, "ila", passwords)
    again.provision()
    with psycopg.connect(again.service_url("funding")) as funding:
        assert funding.execute("SELECT count(*) FROM kept").fetchone()[0] == 0


def test_an_administrator_who_is_no_superuser_can_provision_and_drop(server):
    with server.as_admin() as admin:
        admin.execute("CREATE ROLE helper LOGIN CREATEDB CREATEROLE PASSWORD 'pw'")
    url = server.embedded.admin_url.partition("//")[2].partition("@")[2]
    other = Databases(f"postgresql://helper:pw@{url}", "other", server.databases.passwords)
    other.provision()
    other.provision()
    with psycopg.connect(other.service_url("catalog")) as catalog:
        assert catalog.execute("SELECT current_schema()").fetchone()[0] == "catalog"
    other.drop()
    with server.as_admin() as admin:
        assert admin.execute("SELECT count(*) FROM pg_database WHERE datname ~ '^other'").fetchone()[0] == 0
        assert admin.execute("SELECT count(*) FROM pg_roles WHERE rolname ~ '^other'").fetchone()[0] == 0


def test_a_server_that_is_not_there_is_told_in_a_sentence():
    nowhere = Databases(f"postgresql://postgres@127.0.0.1:{free_port()}/postgres", "ila", {})
    with pytest.raises(CannotRun, match="databases cannot be made"):
        nowhere.provision()


def test_confirmed_rows_survive_a_kill_of_the_server(provisioned):
    with provisioned.as_service("funding") as funding:
        funding.execute("CREATE TABLE kept (id int)")
        funding.execute("INSERT INTO kept VALUES (1)")
    provisioned.end(signal.SIGKILL)
    provisioned.start()
    with provisioned.as_service("funding") as funding:
        assert funding.execute("SELECT count(*) FROM kept").fetchone()[0] == 1


def test_a_pid_file_that_names_somebody_else_does_not_hinder(server):
    server.end(signal.SIGKILL)
    pid_file = server.embedded.cluster / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n" + pid_file.read_text().partition("\n")[2])
    server.start()


def test_an_old_server_is_ended_before_a_new_one_starts(server):
    old = psutil.Process(server.process.pid)
    first, server.process = server.process, None
    server.start()
    first.wait(20)
    assert not old.is_running()


def test_a_process_that_goes_before_its_signal_hinders_nothing(data):
    with subprocess.Popen(["sleep", "60"]) as gone:
        rounds = [[], [psutil.Process(gone.pid)]]
        gone.kill()

    class Leaving(EmbeddedPostgres):
        def _residents(self):
            return rounds.pop() if rounds else []

    Leaving(data, free_port()).clear_leftovers()


def test_a_half_made_cluster_is_made_again(data):
    embedded = EmbeddedPostgres(data, free_port())
    (embedded.cluster / "PG_VERSION").unlink()
    again = EmbeddedPostgres(data, free_port())
    assert (again.cluster / "PG_VERSION").exists()


def test_data_of_another_version_is_refused_with_advice(data):
    embedded = EmbeddedPostgres(data, free_port())
    (embedded.cluster / "PG_VERSION").write_text("12\n")
    with pytest.raises(CannotRun, match="PostgreSQL 12"):
        EmbeddedPostgres(data, free_port())


@as_root
def test_root_starts_it_as_somebody_else(server):
    assert psutil.Process(server.process.pid).uids().real != 0


@as_root
def test_below_a_closed_folder_the_data_live_elsewhere_and_reset_finds_them(data_dir):
    data_dir.parent.chmod(0o700)
    data = DataDir(data_dir)
    with data.locked():
        server = Server(data)
        server.start()
        server.end()
        assert server.embedded.cluster.parent == Path("/var/tmp")
        assert EmbeddedPostgres(data, free_port()).cluster == server.embedded.cluster
    subprocess.run([ILA_LOCAL, "reset"], env=os.environ | {"ILA_DATA_DIR": str(data_dir)}, check=True)
    assert not server.embedded.cluster.exists()
    assert [path.name for path in data_dir.iterdir()] == ["runner.lock"]


def reachable_python(user: pwd.struct_passwd) -> str:
    """Return an interpreter of this version that the user can run; root's own may lie in a closed folder."""
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            subprocess.run(
                [python, "-c", ""], check=True, user=user.pw_uid, group=user.pw_gid, extra_groups=[]
            )
        except OSError:
            continue
        return python
    pytest.skip("no interpreter of this version that an ordinary user can run")


def is_installed(path: str) -> bool:
    return bool(path) and not path.startswith(sys.base_prefix)


@as_root
def test_an_ordinary_user_runs_it_as_oneself():
    nobody = pwd.getpwnam("nobody")
    python = reachable_python(nobody)
    script = (
        "import os, psycopg; psycopg.connect(os.environ['ILA_DATABASE_URL']); print('in as', os.getuid())"
    )
    packages = os.pathsep.join(path for path in sys.path if is_installed(path))
    run = subprocess.run(
        [python, "-m", "ila_local.cli", "with-postgres", "--", python, "-c", script],
        env={"PATH": os.defpath, "PYTHONPATH": packages},
        capture_output=True,
        text=True,
        **become(Account(nobody.pw_uid, nobody.pw_gid)),
    )
    assert run.stdout.strip() == f"in as {nobody.pw_uid}", run.stderr


def test_a_command_beside_postgres_gives_its_exit_code_and_leaves_nothing():
    run = subprocess.run(
        [ILA_LOCAL, "with-postgres", "sh", "-c", "echo $ILA_DATABASE_URL; exit 7"],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 7
    assert run.stdout.startswith("postgresql://postgres:")


@as_root
def test_programs_below_a_closed_folder_are_copied_to_where_the_user_reaches_them(
    data, tmp_path, monkeypatch
):
    package = postgres._package()
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for part in (package, package.with_name(package.name + ".libs")):
        shutil.copytree(part, closed / part.name)
    monkeypatch.setattr(postgres, "_package", lambda: closed / package.name)
    server = Server(data)
    server.start()
    server.end()
    copy = Path(server.embedded.process().command[0]).parents[3]
    assert copy.parent == Path("/var/tmp")
    shutil.rmtree(copy)
