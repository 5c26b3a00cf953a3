from . import field_service_ledger_report
from . import field_service_agreement_ledger_report
from . import field_service_technician_ledger_report
from . import field_service_reconciliation
from . import field_service_integrity_checks
from . import field_service_integrity
from . import field_service_labour_bridge
from . import field_service_missing_part
