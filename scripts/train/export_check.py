"""What an exported graph must answer, worked out without any of its parts: the network as it was trained, and numpy."""

import re
from pathlib import Path

import numpy as np
import torch

from batches import as_input
from network import STRIDES, Network
from suppression import suppress

_written = re.compile(r'[0-9]+\.[a-z]+\.f32')


def write_check(network: Network, pictures: np.ndarray, folder: Path, threshold: float, power: float) -> None:
    """Of bytes `[n, h, w, 3]`: `<n>.input.f32` (as `images`) and `<n>.rows.f32`; those of an earlier check go."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_file() and _written.fullmatch(path.name):
            path.unlink()
    for number, picture in enumerate(pictures):
        with torch.no_grad():
            logits, raw = network.eval()(as_input(torch.from_numpy(picture)[None]))
        scores = 1 / (1 + np.exp(-logits[0].double().numpy()))
        rows = suppress(scores, boxes_of(raw[0].double().numpy(), *picture.shape[:2]), threshold)
        rows[:, 4] **= power
        picture.transpose(2, 0, 1).astype(np.float32).tofile(folder / f'{number}.input.f32')
        rows.tofile(folder / f'{number}.rows.f32')


def boxes_of(raw: np.ndarray, height: int, width: int) -> np.ndarray:
    """Raw boxes `[cells, 4]` to x1, y1, x2, y2 in pixels, cell by cell, as docs/training.md has it.

    A second writing of cells.py on purpose: a fault in the one would otherwise hide in both.
    """
    boxes = []
    answers = iter(raw)
    for stride in STRIDES:
        for row in range(height // stride):
            for column in range(width // stride):
                across, down, log_width, log_height = next(answers)
                x, y = (column + 0.5 + across) * stride, (row + 0.5 + down) * stride
                wide, high = (stride * np.exp(min(each, 5.0)) for each in (log_width, log_height))
                boxes.append((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2))
    if next(answers, None) is not None:
        raise ValueError(f'{len(raw)} raw boxes, but {len(boxes)} cells')
    return np.array(boxes)
