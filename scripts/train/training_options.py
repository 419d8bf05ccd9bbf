"""What a training run can be told."""

import argparse
import math
import os
from pathlib import Path


def training_options(about: str) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument('--rendered', type=Path, help='folder of rendered pictures with truth.jsonl')
    parser.add_argument('--choice', type=Path, help='rendered pictures of the choice set: best.pt is best on them')
    parser.add_argument('--material', type=Path, help='folder with fire/ and garbage/')
    parser.add_argument('--teacher', type=Path, help='what teacher-labels.ts wrote')
    parser.add_argument('--init', type=Path, help='checkpoint whose weights a new run begins with')
    parser.add_argument('--out', type=Path, default=Path('.maplebridge/train/run'))
    parser.add_argument('--cache', type=Path, help='decoded pictures; default: cache/ in --out')
    parser.add_argument('--pictures', type=int, default=600_000, help='of the whole schedule')
    parser.add_argument('--minutes', type=float, default=math.inf, help='of this call; goes on at the next')
    parser.add_argument('--batch', type=int, default=32)
    parser.add_argument('--rate', type=float, default=2e-3)
    parser.add_argument('--real-share', type=float, default=0.2, help='of drawn pictures, 0–1')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--threads', type=int, default=os.cpu_count() or 1)
    parser.add_argument('--workers', type=int, default=1, help='processes that prepare pictures')
    parser.add_argument('--checkpoint-minutes', type=float, default=3)
    parser.add_argument('--check-minutes', type=float, default=10)
    parser.add_argument('--log-every', type=int, default=50, help='batches')
    parser.add_argument('--exact', action='store_true', help='float32 throughout, without bfloat16')
    return parser.parse_args()
