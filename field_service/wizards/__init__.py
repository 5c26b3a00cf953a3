from . import field_service_override_wizard
