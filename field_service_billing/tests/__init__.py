from . import test_labour_posting
from . import test_labour_rate
from . import test_charges
from . import test_sale_order
from . import test_invoicing
from . import test_invoice_corrections
from . import test_billing_state
from . import test_access
