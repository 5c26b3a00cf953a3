from . import field_service_order_hold
from . import field_service_override_wizard
from . import field_service_visit_decline
from . import field_service_trip_day
from . import field_service_trip_proposal
from . import field_service_trip_proposal_line
from . import field_service_visit_reassign
from . import field_service_visit_swap
