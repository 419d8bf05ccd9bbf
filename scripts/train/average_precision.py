"""Average precision at IoU 0.5 of one class, COCO's way: 101 recalls, boxes that are not demanded count neither way."""

import numpy as np

from suppression import iou_matrix


def average_precision(truths: list[np.ndarray], found: list[np.ndarray], iou: float = 0.5) -> float:
    """Per picture: truth `[n, 5]` (box, 1 where not demanded) and found `[m, 5]` (box, score). NaN with none demanded."""
    demanded = sum(int((truth[:, 4] == 0).sum()) for truth in truths)
    if demanded == 0:
        return float('nan')
    scores, hits = [], []
    for truth, boxes in zip(truths, found):
        for score, hit in _matched(truth, boxes, iou):
            scores.append(score)
            hits.append(hit)
    if not scores:
        return 0.0
    order = np.argsort(-np.array(scores), kind='stable')
    right = np.cumsum(np.array(hits)[order])
    precision = right / np.arange(1, len(right) + 1)
    # Precision at a recall is the best at that recall or beyond.
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(right / demanded, np.linspace(0, 1, 101), 'left')
    return float(np.mean(np.where(places < len(precision), precision[places.clip(max=len(precision) - 1)], 0)))


def _matched(truth: np.ndarray, boxes: np.ndarray, iou: float):
    """(score, 1 or 0) of every found box that counts; demanded truth is matched before truth that is not."""
    boxes = boxes[np.argsort(-boxes[:, 4], kind='stable')][:100]
    overlaps = iou_matrix(boxes[:, :4], truth[:, :4])
    free = truth[:, 4] == 0
    ignored = ~free
    for row, box in zip(overlaps, boxes):
        candidates = np.where(free, row, 0)
        best = int(candidates.argmax()) if len(candidates) else -1
        if best >= 0 and candidates[best] >= iou:
            free[best] = False
            yield float(box[4]), 1
        elif not (row[ignored] >= iou).any():
            yield float(box[4]), 0
