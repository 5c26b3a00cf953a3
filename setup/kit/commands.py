"""What each script does, and how its failures are told."""

import argparse
import errno
import signal
import subprocess
from pathlib import Path

from . import comparison, lint, machine, server, testing, translation
from .console import CommandError, SetupError, say
from .demo import DEFAULT_DATABASE, ensure_database, play

# Commands of Odoo that have nothing to do with a database of ours.
WITHOUT_DATABASE = {"help", "scaffold", "deploy", "genproxytoken", "db", "start"}


def main(arguments):
    """Run a command; return its exit code."""
    # Also where a shell started us in the background, with Ctrl-C switched off.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    name, *rest = arguments
    try:
        return COMMANDS[name](rest)
    except SetupError as error:
        return _fail(str(error))
    except CommandError as error:
        return _fail(f"{error}: {error.last_line()}")
    except OSError as error:
        return _fail(_in_words(error))
    except KeyboardInterrupt:
        say("\nsetup: interrupted; run it again to go on.")
        return 130


def _interrupt(number, frame):
    raise KeyboardInterrupt


def _fail(sentence):
    say(f"setup: {sentence}")
    return 1


def _in_words(error):
    if error.errno == errno.ENOSPC:
        return "The disk is full: make room and run it again."
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{where}."


def demo(arguments):
    """Bring up everything, show the result, serve until interrupted."""
    options = _demo_parser().parse_args(arguments)
    orders = options.orders and _readable(options.orders)
    if options.port and not options.no_serve:
        server.check_port(options.port)
    with machine.prepared(config_file=options.config) as prepared:
        ensure_database(prepared, options.database)
        print(play(prepared, options.database, orders, options.year), flush=True)
        if not options.no_serve:
            server.serve(prepared, options.database, options.port)
    return 0


def _demo_parser():
    parser = argparse.ArgumentParser(
        prog="setup/demo",
        description="Bring up Odoo 19 with the add-ons and demo data, run the story, "
        "print the profit of each work order and the reconciliation, and serve the "
        "web client on 127.0.0.1 until interrupted.",
    )
    parser.add_argument("--no-serve", action="store_true", help="end after printing")
    parser.add_argument("--port", type=int, help="default: 8069 or the next free one")
    parser.add_argument(
        "--orders", metavar="FILE.csv", type=Path, help="import historic work orders"
    )
    parser.add_argument(
        "--year",
        action="store_true",
        help="also live through a year of work of one company, for the dashboards",
    )
    parser.add_argument("--database", metavar="NAME", default=DEFAULT_DATABASE)
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="Odoo configuration file that names the database server (db_host, "
        "db_port, db_user, db_password); default: $ODOO_RC",
    )
    return parser


def _readable(path):
    try:
        path.open("rb").close()
    except OSError as error:
        raise SetupError(f"Cannot read {path}: {error.strerror}.") from None
    return path.resolve()


def odoo(arguments):
    """Hand the arguments to Odoo's command, on the demo database by default."""
    with machine.prepared() as prepared:
        config = prepared.config()
        if _wants_demo_database(arguments):
            ensure_database(prepared, DEFAULT_DATABASE)
            config = prepared.config(DEFAULT_DATABASE)
        # The child alone answers to Ctrl-C: a shell goes on, a server shuts down.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        process = subprocess.Popen(
            prepared.odoo_command(*arguments),
            env={**prepared.environment, "ODOO_RC": str(config)},
            preexec_fn=_answer_interrupts,
        )
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            return process.wait()


def _wants_demo_database(arguments):
    named = any(
        word.startswith(("-d", "--database", "--db", "-h", "--help", "--version"))
        for word in arguments
    )
    return not named and not (set(arguments[:1]) & WITHOUT_DATABASE)


def _answer_interrupts():
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test(arguments):
    """Check installing and uninstalling, then run the tests."""
    with machine.prepared(tests=True) as prepared:
        if not arguments:
            testing.check_installation(prepared)
        return testing.run_pytest(prepared, arguments)


def benchmark(arguments):
    """Run a benchmark; its goals decide about the exit code."""
    with machine.prepared(tests=True) as prepared:
        return testing.run_benchmark(prepared, arguments)


def odoo_tests(arguments):
    """Run Odoo's own tests, without and with the add-ons, and compare."""
    with machine.prepared(tests=True) as prepared:
        return comparison.run(prepared, arguments)


def check(arguments):
    """Run the linters over the whole repository."""
    return lint.run()


def translate(arguments):
    """Bring the translation files up to date with the terms in the code."""
    with machine.prepared(tests=True) as prepared:
        return translation.update(prepared)


COMMANDS = {
    "demo": demo,
    "odoo": odoo,
    "test": test,
    "benchmark": benchmark,
    "odoo-tests": odoo_tests,
    "lint": check,
    "translate": translate,
}
