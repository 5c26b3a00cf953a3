from . import test_my_day_parts
from . import test_parts_flow
from . import test_parts_gate
from . import test_parts_posting
from . import test_demand
from . import test_parts_dispatch
from . import test_readiness
