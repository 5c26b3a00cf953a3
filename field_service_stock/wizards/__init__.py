from . import stock_picking_return
from . import field_service_part_wizard
