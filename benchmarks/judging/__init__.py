"""What `benchmarks/quality.py` is made of: tasks, a judge, baselines, our ranker, studies, tables.

Loaded first, it bids numpy keep to one thread: what is told is one thread's CPU time.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
