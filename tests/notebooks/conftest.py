"""What the tests of notebooks share with `make notebooks` lies beside them as a plain module."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
