from . import equipment
from . import portal
from . import portal_request
from . import portal_visits
