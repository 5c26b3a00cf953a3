from . import bridge
from . import effect
from . import statistics
