from . import field_service_billing_wizard
from . import field_service_labour_rate_wizard
from . import sale_order_discount
from . import field_service_bill_wizard
from . import field_service_coverage_wizard
from . import field_service_accrual_wizard
