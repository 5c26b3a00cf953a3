"""Brings up a real Odoo 19 with the add-ons of this repository.

Standard library only, as it runs before anything is installed. Read in this order:
commands (what a script does), machine (what every script prepares), then the part of
interest: debian and odoo (where Odoo comes from), venv, postgres, databases, layers.
"""
