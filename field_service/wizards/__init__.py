from . import field_service_order_hold
