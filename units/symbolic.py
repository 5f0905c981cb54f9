"""The root of every expression, apart so that quantities can recognise one without importing any."""


class Symbolic:
    """Anything a quantity must step aside for: pint would take a stranger for a bare magnitude."""

    __slots__ = ()
    __array_ufunc__ = None
