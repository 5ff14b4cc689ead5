"""The built-in functions of FEEL; importing this room fills the one table of them."""

from engine.core.feel.signatures import FUNCTIONS as FUNCTIONS

from . import booleans as booleans
from . import contexts as contexts
from . import conversion as conversion
from . import lists as lists
from . import numeric as numeric
from . import ranges as ranges
from . import statistics as statistics
from . import strings as strings
from . import temporals as temporals
