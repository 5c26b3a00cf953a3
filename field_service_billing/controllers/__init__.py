from . import portal
from . import receipt
