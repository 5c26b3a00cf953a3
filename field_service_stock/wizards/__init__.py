from . import stock_picking_return
from . import field_service_part_wizard_lot
from . import field_service_part_wizard
from . import field_service_parts_override
from . import field_service_van_refusal
from . import field_service_van_request
from . import field_service_van_setup
from . import field_service_van_setup_line
