from . import field_service_assignment_wizard
from . import field_service_assignment_wizard_line
from . import field_service_ladder_line
