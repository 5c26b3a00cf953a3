from . import stock_picking_return
from . import field_service_part_wizard
from . import field_service_parts_override
