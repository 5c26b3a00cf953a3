"""Serving the web client on this machine."""

import socket
import subprocess
import time

from .console import SetupError, Step, say

HOST = "127.0.0.1"
FIRST_PORT = 8069
PORTS_TRIED = 50
START_SECONDS = 120


def is_free(port):
    """Tell whether a server may listen on this port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True


def check_port(port):
    """Refuse a port that was asked for and cannot be had."""
    if not is_free(port):
        raise SetupError(
            f"Port {port} on {HOST} is in use or not allowed: "
            "choose another with --port, or none for the next free one."
        )


def choose_port(port=None):
    """The port asked for, else the first free one."""
    if port:
        check_port(port)
        return port
    for candidate in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if is_free(candidate):
            return candidate
    raise SetupError(f"No port from {FIRST_PORT} on is free: choose one with --port.")


def serve(machine, database, port=None):
    """Serve until interrupted."""
    port = choose_port(port)
    log = machine.log("server")
    command = machine.odoo_command(
        *("-d", database, f"--db-filter=^{database}$", f"--http-port={port}"),
        *("--log-level=info", "--max-cron-threads=1"),
    )
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=machine.environment,
            cwd="/",
        )
        try:
            with Step("Starting the web client"):
                _wait_until_up(process, port, log)
            say(
                f"\n    http://{HOST}:{port}    log in as admin, password admin\n\n"
                f"Its log is {log}. Ctrl-C ends it."
            )
            process.wait()
            raise SetupError(f"Odoo ended by itself, see {log}.")
        except KeyboardInterrupt:
            say("\nStopped.")
        finally:
            _stop(process)


def _wait_until_up(process, port, log):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SetupError(f"Odoo does not start, see {log}.")
        with socket.socket() as probe:
            if not probe.connect_ex((HOST, port)):
                return
        time.sleep(0.3)
    raise SetupError(f"Odoo does not answer on port {port}, see {log}.")


def _stop(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
