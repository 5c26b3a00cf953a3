from . import bridge
from . import statistics
