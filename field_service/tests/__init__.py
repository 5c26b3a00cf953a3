from . import test_access
from . import test_booking
from . import test_event
from . import test_multi_company
from . import test_order
from . import test_posting
from . import test_tour
from . import test_visit
