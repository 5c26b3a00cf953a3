"""The scripts of setup/: failures are told in one sentence and leave nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from kit import (
    companions,
    comparison,
    databases,
    debian,
    machine,
    odoo,
    packages,
    paths,
    postgres,
    server,
    venv,
)
from kit.console import SetupError

CHECKOUT = Path(__file__).resolve().parents[1]
SETUP = CHECKOUT / "setup"


def _run(script, *arguments, **variables):
    """Run a script with folders of its own; return exit code, stdout, stderr."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONPATH", "ODOO_RC", "ODOO_HOME"}
        and not name.startswith("PG")
    }
    answer = subprocess.run(
        [SETUP / script, *arguments],
        env={**inherited, **{name: str(value) for name, value in variables.items()}},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return answer.returncode, answer.stdout, answer.stderr


def _folders(tmp_path):
    return {
        "FIELD_SERVICE_CACHE": tmp_path / "cache",
        "FIELD_SERVICE_STATE": tmp_path / "state",
    }


def _assert_one_sentence(stderr, *words):
    lines = stderr.strip().splitlines()
    assert len(lines) == 1, stderr
    assert lines[0].startswith("setup: ")
    for word in words:
        assert word in lines[0]


def _make_odoo(folder, version):
    (folder / "odoo").mkdir(parents=True)
    (folder / "odoo" / "release.py").write_text(f"version_info = ({version})\n")
    return folder


# Odoo


def test_another_series_is_refused(tmp_path):
    home = _make_odoo(tmp_path / "old", "18, 0, 0, FINAL, 0, ''")
    code, stdout, stderr = _run(
        "demo", "--no-serve", ODOO_HOME=home, **_folders(tmp_path)
    )
    assert (code, stdout) == (1, "")
    _assert_one_sentence(stderr, "Odoo 18.0", "19.0", str(home))
    assert (
        not list((tmp_path / "cache").glob("*")) if (tmp_path / "cache").exists() else 1
    )


def test_a_folder_without_odoo_is_refused(tmp_path):
    code, _stdout, stderr = _run(
        "odoo", "--version", ODOO_HOME=tmp_path, **_folders(tmp_path)
    )
    assert code == 1
    _assert_one_sentence(stderr, str(tmp_path), "no Odoo")


@pytest.mark.parametrize(
    "place", ["", "usr/lib/python3/dist-packages", "lib/python3.11/site-packages"]
)
def test_odoo_is_found_in_its_usual_places(tmp_path, monkeypatch, place):
    library = _make_odoo(tmp_path / "home" / place, "19, 0, 0, FINAL, 0, ''")
    monkeypatch.setenv("ODOO_HOME", str(tmp_path / "home"))
    assert odoo.find(tmp_path / "log").library == library


@pytest.mark.parametrize(
    ("text", "series"),
    [("19, 0, 0", "19.0"), ("'saas~19', 2, 0", "saas~19.2"), ("x", None)],
)
def test_the_series_is_read_from_release(tmp_path, text, series):
    library = _make_odoo(tmp_path / "some", text)
    assert odoo.read_series(library) == (series or "of an unknown version")


# apt


def _configure_apt(folder, monkeypatch, sources):
    """Give apt a configuration with these sources and no lists."""
    (folder / "cache").mkdir()
    parts = folder / "parts"
    parts.mkdir()
    (folder / "lists").mkdir()
    for name, text in sources.items():
        (parts / name).write_text(text)
    settings = folder / "apt.conf"
    settings.write_text(
        f'Dir::Etc::SourceList "/dev/null"; Dir::Etc::SourceParts "{parts}";'
        f' Dir::State::Lists "{folder / "lists"}";'
    )
    monkeypatch.setenv("APT_CONFIG", str(settings))


def test_the_mirror_is_read_from_every_form_of_source(tmp_path, monkeypatch):
    third = "http://127.0.0.1:9/third"
    _configure_apt(
        tmp_path,
        monkeypatch,
        {
            "a.list": f"deb [trusted=yes] {third} stable main\n",
            "b.sources": "Types: deb\nURIs: http://127.0.0.1:9/mirror/debian/\n"
            "Suites: stable stable-updates\nComponents: main\n",
            "c.list": "deb http://127.0.0.1:9/debian-security stable-security main\n",
        },
    )
    # The one that looks like Debian first; the signature decides in the end.
    assert debian.find_mirrors() == ["http://127.0.0.1:9/mirror/debian", third]


def test_without_network_nothing_is_left(tmp_path, monkeypatch):
    _configure_apt(
        tmp_path,
        monkeypatch,
        {"debian.list": "deb http://127.0.0.1:9/debian stable main\n"},
    )
    with pytest.raises(SetupError, match="could not be fetched from the mirror"):
        debian.fetch(tmp_path / "cache" / "odoo", tmp_path / "log" / "fetch.log")
    assert not list((tmp_path / "cache").glob("*"))


def test_without_a_debian_mirror_the_way_out_is_told(tmp_path, monkeypatch):
    _configure_apt(tmp_path, monkeypatch, {})
    with pytest.raises(SetupError, match="ODOO_HOME"):
        debian.fetch(tmp_path / "cache" / "odoo", tmp_path / "log" / "fetch.log")
    assert not list((tmp_path / "cache").glob("*"))


def test_an_interruption_leaves_nothing_half_done(tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/debian"
        _configure_apt(
            tmp_path, monkeypatch, {"debian.list": f"deb {address} stable main\n"}
        )
        program = (
            "import sys; from pathlib import Path; from kit import commands, debian;"
            "commands.COMMANDS['fetch'] = lambda words:"
            " debian.fetch(Path(words[0]), Path(words[1]));"
            "sys.exit(commands.main(['fetch', *sys.argv[1:]]))"
        )
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                program,
                tmp_path / "cache" / "odoo",
                tmp_path / "log",
            ],
            env={**os.environ, "PYTHONPATH": str(SETUP)},
            stderr=subprocess.PIPE,
            text=True,
        )
        silent.settimeout(20)
        silent.accept()
        process.send_signal(signal.SIGINT)
        _stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert stderr.endswith("setup: interrupted; run it again to go on.\n")
    assert not list((tmp_path / "cache").glob("*"))


# The system: packages, rights, room


def test_an_ordinary_user_is_told_the_packages(tmp_path, monkeypatch):
    monkeypatch.setattr(packages, "is_root", lambda: False)
    monkeypatch.setattr(packages, "missing", lambda names: ["postgresql", "chromium"])
    with pytest.raises(SetupError, match="apt-get install postgresql chromium"):
        packages.ensure(["git"], tmp_path / "log")


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    code, _stdout, stderr = _run(
        "demo",
        "--no-serve",
        FIELD_SERVICE_STATE=tmp_path / "file" / "state",
    )
    assert code == 1
    _assert_one_sentence(stderr, str(tmp_path / "file"), "Cannot create")


def test_a_folder_without_the_right_to_write_is_named(tmp_path, monkeypatch):
    # As root every folder is writable, so the answer of the system is given here.
    monkeypatch.setattr(paths.os, "access", lambda path, mode: False)
    with pytest.raises(SetupError, match="not writable"):
        paths.make_folder(tmp_path)


def test_a_full_disk_is_noticed_before_it_is_full(tmp_path):
    with pytest.raises(SetupError, match=f"Not enough disk space for Odoo.*{tmp_path}"):
        paths.check_space(tmp_path, 10**12, "Odoo")


def test_orders_that_cannot_be_read_are_named_at_once(tmp_path):
    missing = tmp_path / "orders.csv"
    code, _stdout, stderr = _run("demo", "--orders", str(missing), **_folders(tmp_path))
    assert code == 1
    _assert_one_sentence(stderr, str(missing), "No such file")


# The port


def test_a_port_in_use_is_refused_at_once(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, stdout, stderr = _run("demo", "--port", str(port), **_folders(tmp_path))
    assert (code, stdout) == (1, "")
    _assert_one_sentence(stderr, str(port), "in use")
    assert not (tmp_path / "state").exists()


def test_the_next_free_port_is_taken(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(server, "FIRST_PORT", port)
        assert server.choose_port() > port


# The virtual environment


def test_a_failing_pip_leaves_no_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("FIELD_SERVICE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    wanted = tmp_path / "requirements.txt"
    wanted.write_text("setuptools==0.0.1\n")
    with pytest.raises(SetupError, match="pip could not install"):
        venv.ensure((wanted,), tmp_path / "log" / "venv.log")
    assert not list((tmp_path / "cache").glob("venv-*"))


def test_an_interrupted_environment_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("FIELD_SERVICE_CACHE", str(tmp_path))
    made = []

    def make(folder, requirements, log):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        made.append(folder)

    monkeypatch.setattr(venv, "_make", make)
    first = venv.ensure(venv.RUN, tmp_path / "log").folder
    assert venv.ensure(venv.RUN, tmp_path / "log").folder == first
    assert len(made) == 1
    (first / ".complete").unlink()
    venv.ensure(venv.RUN, tmp_path / "log")
    assert len(made) == 2


def test_every_requirement_is_pinned():
    for path in venv.TEST:
        for line in path.read_text().splitlines():
            assert line.startswith("#") or "==" in line.split(";")[0], line


def test_two_runs_keep_out_of_each_others_way(tmp_path):
    order = []

    def second():
        with paths.locked(tmp_path / "lock", "a test"):
            order.append("second")

    with paths.locked(tmp_path / "lock", "a test"):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.3)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


# The database server


def test_a_configuration_file_names_the_server(tmp_path, monkeypatch):
    for name in postgres.NAMING:
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "odoo.conf"
    config.write_text("[options]\ndb_host = db\ndb_port = 5433\ndb_password = False\n")
    assert postgres.existing_server(config) == {"PGHOST": "db", "PGPORT": "5433"}
    config.write_text("[options]\naddons_path = /nowhere\n")
    assert postgres.existing_server(config) is None
    monkeypatch.setenv("PGHOST", "elsewhere")
    assert postgres.existing_server(config)["PGHOST"] == "elsewhere"


def test_a_server_that_does_not_answer_is_told(tmp_path):
    absent = databases.Databases({"PGHOST": str(tmp_path)}, tmp_path)
    with pytest.raises(SetupError, match="does not answer"):
        absent.check_server()


@pytest.fixture
def here(tmp_path):
    """The databases of the server that the tests run on."""
    named = {
        name: os.environ[name] for name in databases.CONNECTION if name in os.environ
    }
    found = databases.Databases(named, tmp_path)
    yield found
    for name in found.names_with_comment("field-service test_setup"):
        found.drop(name)
    found.drop("fs_test_setup_part")


def test_an_interrupted_database_is_dropped(here, tmp_path):
    here.check_server()
    with pytest.raises(KeyboardInterrupt), here.built("fs_test_setup", "x") as part:
        here._run("CREATE DATABASE {}", part)
        (tmp_path / "filestore" / part).mkdir(parents=True)
        raise KeyboardInterrupt
    assert here.comment("fs_test_setup") is None
    assert here.comment("fs_test_setup_part") is None
    assert not list((tmp_path / "filestore").iterdir())


def test_a_complete_database_says_what_it_holds(here, tmp_path):
    with here.built("fs_test_setup", "field-service test_setup 1") as part:
        here._run("CREATE DATABASE {}", part)
        (tmp_path / "filestore" / part).mkdir(parents=True)
        (tmp_path / "filestore" / part / "attachment").write_text("content")
    assert here.comment("fs_test_setup") == "field-service test_setup 1"
    with here.built("fs_test_setup", "field-service test_setup 2", "fs_test_setup"):
        pass
    copied = tmp_path / "filestore" / "fs_test_setup" / "attachment"
    assert copied.read_text() == "content"
    assert here.comment("fs_test_setup") == "field-service test_setup 2"


def test_a_killed_cluster_starts_again():
    # Not pytest's folder: the account that runs PostgreSQL could not enter it.
    folder = Path(tempfile.mkdtemp(prefix="field-service-"))
    folder.chmod(0o755)
    try:
        if packages.find_postgres():  # absent where a server elsewhere is used
            _kill_and_start(folder)
    finally:
        shutil.rmtree(folder)


def _kill_and_start(folder):
    cluster = postgres.Cluster(
        folder / "cluster", volatile=True, log=folder / "postgres.log"
    )
    pid_file = cluster.data / "postmaster.pid"
    with cluster.running():
        killed = int(pid_file.read_text().split()[0])
        os.kill(killed, signal.SIGQUIT)
        _wait_until(lambda: not postgres._is_postgres(killed))
    # Its number was given to another program, as happens in containers.
    pid_file.write_text(f"{os.getpid()}\n{cluster.data}\n0\n5432\n{cluster.sockets}\n")
    shutil.chown(pid_file, *_owner(cluster.data))
    with cluster.running():
        databases.Databases(cluster.environment, folder).check_server()
    assert not pid_file.exists()


def _wait_until(reached):
    end = time.monotonic() + 20
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


def _owner(path):
    status = path.stat()
    return status.st_uid, status.st_gid


# Odoo's own tests


def test_only_what_comes_out_differently_is_a_difference():
    compared = comparison.Comparison(
        "stock",
        {"same": "passed", "broken": "passed", "anyway": "failed", "gone": "passed"},
        {"same": "passed", "broken": "failed", "anyway": "failed", "new": "passed"},
    )
    assert compared.differences == [
        ("broken", "passed", "failed"),
        ("gone", "passed", "not run"),
        ("new", "not run", "passed"),
    ]
    assert "    broken: passed -> failed" in list(compared.lines())


# Companions


def test_companions_are_nothing_that_the_suite_needs():
    needed = {
        name
        for module in machine.find_modules()
        for name in machine.external_dependencies(module)
    }
    assert not needed & set(companions.MODULES)


def test_companions_that_change_the_books_are_refused(tmp_path, monkeypatch):
    said = iter(["profit 1.00", "profit 1.00", "profit 2.00"])
    monkeypatch.setattr(companions, "_play", lambda *words: next(said))
    prepared = SimpleNamespace(
        modules=["field_service"], change_modules=lambda *words, **options: None
    )
    with pytest.raises(SetupError, match="after the update"):
        companions._fill(prepared, "database", None)


# The log


def test_warnings_of_odoo_are_found_with_their_exceptions(tmp_path):
    log = tmp_path / "log"
    log.write_text(
        "2026-01-01 10:00:00,000 1 INFO db odoo.x: fine\n"
        "2026-01-01 10:00:00,000 1 WARNING db odoo.x: not fine\n"
        "Traceback (most recent call last):\n"
        "odoo.exceptions.UserError: the reason\n"
        "2026-01-01 10:00:00,000 1 INFO db odoo.x: WARNING in the text\n"
        "ValueError: not below a warning\n"
    )
    assert machine.find_trouble(log) == [
        "2026-01-01 10:00:00,000 1 WARNING db odoo.x: not fine",
        "    odoo.exceptions.UserError: the reason",
    ]


def test_modules_are_ordered_by_dependency():
    modules = machine.find_modules()
    assert modules[0] == "field_service"
    assert modules.index("field_service_stock") < modules.index("field_service_kpi")


def test_no_script_names_a_host():
    for path in SETUP.rglob("*"):
        if path.suffix in {".py", ".sh", ".txt", ".toml", ""} and path.is_file():
            assert "://" not in path.read_text(encoding="utf-8").replace(
                "http://{HOST}", ""
            ), path
