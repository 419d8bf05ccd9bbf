"""Average precision of boxes given as JSON: do both languages judge alike? Run by tests/integration/train.test.ts."""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'scripts' / 'train'))

from average_precision import average_precision, match

asked = json.loads(sys.argv[1])
pictures = sorted({each['image'] for each in asked['labels']})


def rows(kind, value):
    return [
        np.array([[*e['box'], value(e)] for e in asked[kind] if e['image'] == picture], float).reshape(-1, 5)
        for picture in pictures
    ]


print(average_precision(match(rows('labels', lambda e: e['crowd']), rows('boxes', lambda e: e['score']))))
