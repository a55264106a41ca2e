"""What collectivités do for the ESS: instruments and their limits, schemes and calls, agreements and stakes."""

from .agreements import Agreement, Bound, Instalment, Stake, check_instalments
from .instruments import Instrument, Threshold, ThresholdValue
from .referents import Referent
from .schemes import Call, Laureate, Offer, SupportScheme, of_bodies

__all__ = [
    "Agreement",
    "Bound",
    "Call",
    "Instalment",
    "Instrument",
    "Laureate",
    "Offer",
    "Referent",
    "Stake",
    "SupportScheme",
    "Threshold",
    "ThresholdValue",
    "check_instalments",
    "of_bodies",
]
