from . import test_access
from . import test_integrity
from . import test_labour_bridge
from . import test_ledger_report
from . import test_performance
from . import test_reconciliation
from . import test_missing_part
from . import test_agreement_margin
