"""One labelled picture, wherever it comes from."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class LabelledPicture:
    """`rows`: x1, y1, x2, y2 in pixels, class index, 1 where the box is neither demanded nor wrong."""

    path: Path
    source: str
    width: int
    height: int
    rows: list[tuple[float, ...]]
    """Classes this picture's labels are complete for; the others are not judged on it."""
    judged: tuple[int, ...]

    def boxes(self) -> np.ndarray:
        """The rows as float32 [boxes, 6]."""
        return np.array(self.rows, np.float32).reshape(-1, 6)
