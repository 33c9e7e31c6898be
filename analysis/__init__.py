"""The evaluation's analysis: sources, stand-ins, methods, strands and what they publish."""

import os

# Set before numpy is first imported: strands run beside each other, and threads inside each make all of them slower.
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")
