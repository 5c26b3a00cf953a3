from . import field_service_assignment_wizard
from . import field_service_assignment_wizard_line
from . import field_service_integrity_repair
from . import field_service_integrity_repair_line
from . import field_service_signoff_reopen
from . import field_service_ladder_line
from . import field_service_kpi_proposal
from . import field_service_kpi_proposal_line
