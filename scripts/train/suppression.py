"""Non-maximum suppression as the exported graph does it, for checks while training."""

import numpy as np

from object_classes import CLASS_GROUPS

# The score from which detectors are usually evaluated: a higher one would cut the tail off every average precision.
SCORE_THRESHOLD, IOU_THRESHOLD, MOST = 0.01, 0.6, 300
# Of one group: no more are counted of a class in a picture. Without it a low threshold costs the graph as much again as
# the network, while weights are young: 15.3 ms a picture and not 8.5.
MOST_OF_GROUP = 100


def suppress(
    scores: np.ndarray, boxes: np.ndarray, threshold: float = SCORE_THRESHOLD, candidates: int | None = None
) -> np.ndarray:
    """One picture's `[cells, classes]` and `[cells, 4]` to rows x1, y1, x2, y2, score, class; best score first.

    `candidates`: most of one group that are looked at; the graph looks at all.
    """
    rows = []
    for members in CLASS_GROUPS:
        best = scores[:, members].max(1)
        cells = np.flatnonzero(best > threshold)
        cells = cells[np.argsort(-best[cells], kind='stable')][:candidates]
        cells = cells[_survivors(boxes[cells])][:MOST_OF_GROUP]
        own = np.array(members)[scores[cells][:, members].argmax(1)]
        rows.append(np.concatenate((boxes[cells], best[cells, None], own[:, None]), 1))
    found = np.concatenate(rows).astype(np.float32)
    return found[np.argsort(-found[:, 4], kind='stable')][:MOST]


def _survivors(boxes: np.ndarray) -> np.ndarray:
    """Of boxes in order of score, those that no better survivor covers."""
    overlaps = iou_matrix(boxes, boxes) > IOU_THRESHOLD
    alive = np.ones(len(boxes), bool)
    for index in range(len(boxes)):
        if alive[index]:
            alive[index + 1 :] &= ~overlaps[index, index + 1 :]
    return alive


def iou_matrix(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """IoU of `[n, 4]` and `[m, 4]`: `[n, m]`."""
    sides = np.minimum(a[:, None, 2:], b[None, :, 2:]) - np.maximum(a[:, None, :2], b[None, :, :2])
    overlap = sides.clip(0).prod(-1)
    area_a, area_b = (a[:, 2:] - a[:, :2]).prod(-1), (b[:, 2:] - b[:, :2]).prod(-1)
    return overlap / np.maximum(area_a[:, None] + area_b[None] - overlap, 1e-6)
