"""Databases that grow one add-on at a time, kept as templates.

The first layer holds what the lowest add-on depends on, each further one adds the next
add-on on top of its predecessors. So every add-on is seen to install without the ones
above it, with a silent log, and a change in an add-on costs only the layers above it.
"""

import hashlib

from .console import Step
from .machine import digest_of, external_dependencies
from .odoo import SERIES
from .venv import TEST

# Odoo tries to delete the products of the demo data, and keeps them, since its own
# stock moves refer to them.
KEPT_DEMO_PRODUCTS = r"bad query: b'DELETE FROM \"product_(product|template)\""
MARK = "field-service layer"


class Layers:
    """The chain of templates of one kind: with or without demo data."""

    def __init__(self, machine, *, demo):
        self.machine = machine
        self.databases = machine.databases
        self.kind = "demo" if demo else "plain"
        self.demo = ["--with-demo"] if demo else []

    def build(self):
        """Build what is missing; return the name of the topmost layer."""
        modules = self.machine.modules
        key = make_digest(SERIES, self.kind, *(path.read_text() for path in TEST))
        base = external_dependencies(modules[0])
        name = self._layer(make_digest(key, *base), "what they build on", base, None)
        for number, module in enumerate(modules, 1):
            key = make_digest(key, digest_of(*modules[:number]))
            name = self._layer(key, module, [module], name)
        return name

    def _layer(self, key, title, modules, source):
        name = f"fs_{self.kind}_{key}"
        # The role is unique in a chain: what had it before is out of date.
        comment = f"{MARK} {self.kind} {title}:"
        if self.databases.comment(name) != comment + key:
            words = "with demo data" if self.demo else "without demo data"
            with (
                Step(f"Installing {title} {words}") as step,
                self.databases.built(name, comment + key, source) as part,
            ):
                self._install(part, title, modules, step, checked=source is not None)
            self._drop_predecessors(name, comment)
        return name

    def _install(self, database, title, modules, step, *, checked):
        self.machine.change_modules(
            database,
            *self.demo,
            *("-i", ",".join(modules)),
            log=f"install-{self.kind}-{title.replace(' ', '-')}",
            step=step,
            checked=checked,
        )

    def _drop_predecessors(self, name, comment):
        for other in self.databases.names_with_comment(comment):
            if other != name:
                self.databases.drop(other)


def make_digest(*texts):
    """A short name for these texts taken together."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]


def check_uninstall(machine, template, *, demo):
    """Uninstall the add-ons one by one, the uppermost first, and look what is left.

    Before that the books must agree with the work orders, to the cent.
    """
    modules = machine.modules
    mark = make_digest(template, digest_of(*modules))
    done = machine.state / f"uninstalled-{'demo' if demo else 'plain'}"
    if done.exists() and done.read_text() == mark:
        return
    database = f"{template}_uninstall"
    with Step(f"Uninstalling {', '.join(reversed(modules))}") as step:
        machine.databases.clone(template, database)
        try:
            machine.run_clean(
                [
                    str(machine.venv.python),
                    str(machine.script("uninstall.py")),
                    database,
                    *reversed(modules),
                ],
                f"uninstall-{'demo' if demo else 'plain'}",
                excused=KEPT_DEMO_PRODUCTS if demo else None,
                step=step,
                watch=r"^uninstalled (\S+)",
            )
        finally:
            machine.databases.drop(database)
    done.write_text(mark)
