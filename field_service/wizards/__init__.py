from . import field_service_order_hold
from . import field_service_override_wizard
from . import field_service_visit_decline
