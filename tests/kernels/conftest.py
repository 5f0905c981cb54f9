"""What the tests of kernels share with scripts lies beside them as plain modules."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
