from . import bridge
from . import effect
from . import statistics
from . import what_if
