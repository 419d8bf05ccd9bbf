"""The network's cells and what their box answers mean."""

from functools import lru_cache

import torch

from network import STRIDES


@lru_cache(maxsize=4)
def cell_grid(width: int, height: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Centres `[cells, 2]` and strides `[cells, 1]`, in pixels, level after level, row by row."""
    centres, strides = [], []
    for stride in STRIDES:
        y, x = torch.meshgrid(torch.arange(height // stride), torch.arange(width // stride), indexing='ij')
        centres.append((torch.stack((x, y), -1).reshape(-1, 2).float() + 0.5) * stride)
        strides.append(torch.full((centres[-1].shape[0], 1), float(stride)))
    return torch.cat(centres), torch.cat(strides)


def decode_boxes(raw: torch.Tensor, centres: torch.Tensor, strides: torch.Tensor) -> torch.Tensor:
    """`[…, cells, 4]`: offset of the centre and logarithm of the size, in strides, to x1, y1, x2, y2 in pixels."""
    middle = raw[..., :2] * strides + centres
    half = raw[..., 2:].clamp(max=5.0).exp() * (strides / 2)
    return torch.cat((middle - half, middle + half), -1)
