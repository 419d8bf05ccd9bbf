"""Average precision at IoU 0.5 of one class, COCO's way and as scripts/bench/average-precision.ts has it: 101 recalls,
100 boxes a picture; truth that is not demanded is like a crowd's: boxes that lie in it by half count neither way."""

from dataclasses import dataclass

import numpy as np

from suppression import iou_matrix


@dataclass(frozen=True)
class Matches:
    """What was found of one class, best score first: score and 1 where right; and how many there were to find."""

    scores: np.ndarray
    hits: np.ndarray
    demanded: int


def match(truths: list[np.ndarray], found: list[np.ndarray], iou: float = 0.5) -> Matches:
    """Per picture: truth `[n, 5]` (box, 1 where not demanded) and found `[m, 5]` (box, score)."""
    pairs = [pair for truth, boxes in zip(truths, found) for pair in _matched(truth, boxes, iou)]
    scores, hits = np.array(pairs, float).reshape(-1, 2).T
    order = np.argsort(-scores, kind='stable')
    return Matches(scores[order], hits[order], sum(int((truth[:, 4] == 0).sum()) for truth in truths))


def average_precision(matches: Matches) -> float:
    """Mean of the precision at 101 recalls; NaN with nothing demanded."""
    if matches.demanded == 0:
        return float('nan')
    if len(matches.hits) == 0:
        return 0.0
    right = np.cumsum(matches.hits)
    precision = right / np.arange(1, len(right) + 1)
    # Precision at a recall is the best at that recall or beyond.
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(right / matches.demanded, np.linspace(0, 1, 101), 'left')
    return float(np.mean(np.where(places < len(precision), precision[places.clip(max=len(precision) - 1)], 0)))


def operating_point(classes: list[Matches], score: float) -> tuple[float, float]:
    """Precision and recall over all classes together, of what scores at least `score`."""
    kept = [each.hits[each.scores >= score] for each in classes]
    found, right = sum(map(len, kept)), sum(float(each.sum()) for each in kept)
    return right / max(1, found), right / max(1, sum(each.demanded for each in classes))


def _matched(truth: np.ndarray, boxes: np.ndarray, iou: float):
    """(score, 1 or 0) of every found box that counts; demanded truth is matched before truth that is not."""
    boxes = boxes[np.argsort(-boxes[:, 4], kind='stable')][:100]
    overlaps = iou_matrix(boxes[:, :4], truth[:, :4])
    free = truth[:, 4] == 0
    passed_over = (_shares_within(boxes[:, :4], truth[truth[:, 4] != 0, :4]) >= iou).any(1)
    for row, box, is_passed_over in zip(overlaps, boxes, passed_over):
        candidates = np.where(free, row, 0)
        best = int(candidates.argmax()) if len(candidates) else -1
        if best >= 0 and candidates[best] >= iou:
            free[best] = False
            yield float(box[4]), 1
        elif not is_passed_over:
            yield float(box[4]), 0


def _shares_within(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """How much of each of `[n, 4]` lies in each of `[m, 4]`, by the former's own area: `[n, m]`."""
    sides = np.minimum(boxes[:, None, 2:], others[None, :, 2:]) - np.maximum(boxes[:, None, :2], others[None, :, :2])
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(-1)
    return sides.clip(0).prod(-1) / np.maximum(areas, 1e-6)[:, None]
