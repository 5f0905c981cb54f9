"""What pinnln says when it refuses: what was expected, what was found, where, and the way out."""


class PinnlnError(Exception):
    """Any refusal of pinnln."""


class UnitsError(PinnlnError, ValueError):
    """Quantities of unlike dimension meet where only like ones may."""


class IncommensurableError(UnitsError):
    """Components of unlike dimension were to be normalised, averaged or summed together."""


class ScalesError(PinnlnError, ValueError):
    """A characteristic scale is missing, zero, not finite or of the wrong dimension."""


class ProblemError(PinnlnError, ValueError):
    """A problem is not well stated: an unknown field, an empty extent, a condition outside the domain."""
