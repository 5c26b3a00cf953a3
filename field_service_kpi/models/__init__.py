from . import account_move_line
from . import field_service_order
