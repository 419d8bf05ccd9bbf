"""Means of a run's losses, and its speed."""

import time

import numpy as np


class Meter:
    """Means since the last reading."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self._rows: list[tuple[float, float, int]] = []
        self._pictures, self._since = 0, time.monotonic()

    def add(self, row: tuple[float, float, int], pictures: int) -> None:
        """One batch's losses and assigned cells."""
        self._rows.append(row)
        self._pictures += pictures

    def read(self) -> dict:
        """Mean losses and pictures a second, and begins anew."""
        classes, boxes, assigned = np.mean(self._rows, 0)
        speed = self._pictures / max(1e-6, time.monotonic() - self._since)
        self._reset()
        return {
            'class_loss': round(float(classes), 4),
            'box_loss': round(float(boxes), 4),
            'assigned': round(float(assigned), 1),
            'pictures_per_s': round(speed, 1),
        }
