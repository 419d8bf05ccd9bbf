"""What is made small: varifocal loss over the judged classes and generalised IoU of the boxes of assigned cells."""

from dataclasses import dataclass

import torch
import torch.nn.functional as functional

from assignment import assign, holds
from batches import Batch
from cells import decode_boxes

_box_weight = 2.5
# Zhang et al., "VarifocalNet", 2021, §3.2: wrong answers count by their score squared, right ones by their quality.
_negative_weight, _negative_power = 0.75, 2.0


@dataclass
class Losses:
    """`total` is what is made small; the parts and the number of assigned cells are for the curves."""

    total: torch.Tensor
    classes: float
    boxes: float
    assigned: int


def detection_losses(
    logits: torch.Tensor,
    raw_boxes: torch.Tensor,
    batch: Batch,
    grid: tuple[torch.Tensor, torch.Tensor],
    class_weights: torch.Tensor,
) -> Losses:
    """Losses of a batch; `logits` `[b, cells, classes]`, `raw_boxes` `[b, cells, 4]`, float32."""
    centres, strides = grid
    boxes = decode_boxes(raw_boxes, centres, strides)
    scores = logits.detach().sigmoid()
    assigned = assign(scores, boxes.detach(), batch.boxes, centres)
    quality, classes = assigned.quality, assigned.rows[:, 4].long()
    at = (assigned.pictures, assigned.cells)

    targets = torch.zeros_like(scores)
    targets[(*at, classes)] = quality
    weights = scores.pow_(_negative_power).mul_(_negative_weight)
    _spare(weights, batch, centres)
    weights[(*at, classes)] = quality * class_weights[classes]
    weights *= batch.judged[:, None]
    norm = quality.sum().clamp(min=1.0)
    class_loss = (functional.binary_cross_entropy_with_logits(logits, targets, reduction='none') * weights).sum() / norm
    box_loss = ((1 - generalised_iou(boxes[at], assigned.rows[:, :4])) * quality.clamp(min=0.05)).sum() / norm
    total = class_loss + _box_weight * box_loss
    return Losses(total, float(class_loss.detach()), float(box_loss.detach()), len(quality))


def _spare(weights: torch.Tensor, batch: Batch, centres: torch.Tensor) -> None:
    """Within a box that is not demanded its class is neither right nor wrong."""
    picture, slot = ((batch.boxes[..., 4] >= 0) & (batch.boxes[..., 5] == 1)).nonzero(as_tuple=True)
    rows = batch.boxes[picture, slot]
    thing, cell = holds(rows, centres).nonzero(as_tuple=True)
    weights[picture[thing], cell, rows[thing, 4].long()] = 0


def generalised_iou(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Of boxes `[n, 4]` pair by pair: `[n]`, −1 to 1. Rezatofighi et al., 2019."""
    overlap = (torch.minimum(a[:, 2:], b[:, 2:]) - torch.maximum(a[:, :2], b[:, :2])).clamp(min=0).prod(-1)
    hull = (torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])).prod(-1).clamp(min=1e-6)
    union = (a[:, 2:] - a[:, :2]).prod(-1) + (b[:, 2:] - b[:, :2]).prod(-1) - overlap
    return overlap / union.clamp(min=1e-6) - (hull - union) / hull
