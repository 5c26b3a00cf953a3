from . import test_parts_flow
from . import test_parts_posting
