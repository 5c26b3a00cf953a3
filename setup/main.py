"""Entry of all scripts: main.py COMMAND ARGUMENTS."""

import sys

from kit.commands import main

sys.exit(main(sys.argv[1:]))
