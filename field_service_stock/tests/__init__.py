from . import test_my_day_parts
from . import test_parts_flow
from . import test_parts_gate
from . import test_parts_posting
