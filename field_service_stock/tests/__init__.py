from . import test_parts_flow
from . import test_parts_gate
from . import test_parts_posting
