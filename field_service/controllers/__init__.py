from . import equipment
from . import portal
