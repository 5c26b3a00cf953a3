from . import field_service_assignment_wizard
from . import field_service_assignment_wizard_line
from . import field_service_kpi_proposal
from . import field_service_kpi_proposal_line
