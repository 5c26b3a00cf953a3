from . import account_move_line
from . import field_service_agreement
from . import field_service_kpi
from . import field_service_kpi_measure_ledger
from . import field_service_kpi_measure
from . import field_service_order
from . import res_company
from . import res_config_settings
