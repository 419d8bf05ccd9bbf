"""Task-aligned assignment: each object is given the cells whose answers already suit it best, in score and in box.

Feng et al., "TOOD: Task-aligned One-stage Object Detection", 2021, §3.2. One computation for a whole batch, over pairs
of an object and a cell inside it: there are some hundred times fewer of them than of objects and cells.
"""

from dataclasses import dataclass

import torch

# score^1 · IoU^6 and the ten best cells, as the paper has it.
_score_power, _iou_power, _best = 1.0, 6.0, 10
# A box narrower than this may hold no cell's centre: cells this near to its middle may answer for it, in pixels.
_least_reach = 14.0


@dataclass
class Assignment:
    """One entry an assigned cell: picture, number, the object's row `[x1, y1, x2, y2, class, 0]`, its target 0–1."""

    pictures: torch.Tensor
    cells: torch.Tensor
    rows: torch.Tensor
    quality: torch.Tensor


def iou(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Of boxes `[n, 4]`, pair by pair: `[n]`."""
    overlap = (torch.minimum(a[:, 2:], b[:, 2:]) - torch.maximum(a[:, :2], b[:, :2])).clamp_(min=0).prod(-1)
    union = (a[:, 2:] - a[:, :2]).prod(-1) + (b[:, 2:] - b[:, :2]).prod(-1) - overlap
    return overlap / union.clamp(min=1e-6)


def holds(boxes: torch.Tensor, centres: torch.Tensor) -> torch.Tensor:
    """Which cells' centres lie in which of the boxes `[n, 4…]`, widened where they are tiny: `[n, cells]`."""
    middle = (boxes[:, :2] + boxes[:, 2:4]) / 2
    half = ((boxes[:, 2:4] - boxes[:, :2]) / 2).clamp(min=_least_reach / 2)
    across, down = ((centres[None, :, axis] - middle[:, axis, None]).abs_() <= half[:, axis, None] for axis in (0, 1))
    return across & down


@torch.no_grad()
def assign(scores: torch.Tensor, boxes: torch.Tensor, truth: torch.Tensor, centres: torch.Tensor) -> Assignment:
    """`scores` `[b, cells, classes]`, `boxes` `[b, cells, 4]`, `truth` `[b, n, 6]`: only demanded objects count."""
    picture, slot = ((truth[..., 4] >= 0) & (truth[..., 5] == 0)).nonzero(as_tuple=True)
    rows = truth[picture, slot]
    inside = holds(rows, centres)
    thing, cell = inside.nonzero(as_tuple=True)
    overlap = iou(rows[thing, :4], boxes[picture[thing], cell])
    score = scores[picture[thing], cell, rows[thing, 4].long()]
    fit = score.pow(_score_power) * overlap.pow(_iou_power)

    # At the start every score and most overlaps are near zero: what little there is still orders the cells.
    order = torch.zeros(inside.shape)
    order[thing, cell] = fit + 1e-9 * overlap + 1e-12
    best = order.topk(min(_best, order.shape[1]), 1).indices
    chosen = torch.zeros(inside.shape, dtype=torch.bool).scatter_(1, best, True)[thing, cell]
    thing, cell, overlap, fit = thing[chosen], cell[chosen], overlap[chosen], fit[chosen]

    # A cell that several objects want goes to the one it overlaps most.
    place = picture[thing] * centres.shape[0] + cell
    claim = overlap + 1e-6
    strongest = torch.zeros(truth.shape[0] * centres.shape[0]).scatter_reduce_(0, place, claim, 'amax')
    won = claim == strongest[place]
    thing, cell, overlap, fit = thing[won], cell[won], overlap[won], fit[won]

    best_fit = torch.zeros(len(rows)).scatter_reduce_(0, thing, fit, 'amax').clamp(min=1e-20)
    best_overlap = torch.zeros(len(rows)).scatter_reduce_(0, thing, overlap, 'amax')
    quality = fit / best_fit[thing] * best_overlap[thing]
    return Assignment(picture[thing], cell, rows[thing], quality)
