"""All pictures decoded once, letterboxed to 640×360 and to the input's size, as bytes in files mapped into memory."""

import fcntl
import json
import os
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from picture import LabelledPicture

STORE_WIDTH, STORE_HEIGHT, PAD = 640, 360, 114
# As large as the network's input shows a picture: most samples need no more, and are scaled from it more quickly.
SMALL_WIDTH, SMALL_HEIGHT = 384, 216
# Of the files; to be raised with every change of what they hold. Files of another one are made anew.
_format = 2


class PictureStore:
    """Pictures in two sizes, RGB, their boxes in pixels of the large one; the files only grow, also between runs."""

    def __init__(self, path: Path, pictures: list[LabelledPicture], say=print) -> None:
        self.pictures = pictures
        self._sizes = [_fitted(each, STORE_WIDTH, STORE_HEIGHT) for each in pictures]
        self._small_sizes = [_fitted(each, SMALL_WIDTH, SMALL_HEIGHT) for each in pictures]
        self.boxes = [_scaled_boxes(each, size) for each, size in zip(pictures, self._sizes)]
        self._rows = self._fill(path, say)
        self._large = _mapped(_large_path(path), STORE_WIDTH, STORE_HEIGHT)
        self._small = _mapped(_small_path(path), SMALL_WIDTH, SMALL_HEIGHT)

    def __len__(self) -> int:
        return len(self.pictures)

    def size(self, index: int) -> tuple[int, int]:
        """Width and height of the large picture without its padding: what `boxes` are measured in."""
        return self._sizes[index]

    def pixels(self, index: int, scale: float = 1.0) -> np.ndarray:
        """The picture without padding, a read-only view of whichever size suits `scale`, which is of the large one."""
        # A small one shown up to a sixth larger than it is loses no more than a lens does.
        if scale > 1.17 * SMALL_WIDTH / STORE_WIDTH:
            width, height = self._sizes[index]
            return self._large[self._rows[index], :height, :width]
        width, height = self._small_sizes[index]
        return self._small[self._rows[index], :height, :width]

    def class_counts(self, classes: int) -> np.ndarray:
        """Demanded boxes of each class."""
        demanded = [each[each[:, 5] == 0, 4].astype(int) for each in self.boxes]
        return np.bincount(np.concatenate(demanded) if demanded else np.zeros(0, int), minlength=classes)

    def _fill(self, path: Path, say) -> list[int]:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Size and time tell a picture that was drawn anew under its old name.
        keys = [f'{e.path}:{e.path.stat().st_size}:{e.path.stat().st_mtime_ns}' for e in self.pictures]
        with _alone(path):
            rows = _read_rows(path)
            missing = [(key, each) for key, each in zip(keys, self.pictures) if key not in rows]
            if missing:
                say(f'decoding {len(missing)} pictures for {path}')
                _add(path, rows, missing)
        return [rows[key] for key in keys]


@contextmanager
def _alone(path: Path):
    """Two runs with one cache would write over each other's rows."""
    with path.with_suffix('.lock').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read_rows(path: Path) -> dict[str, int]:
    """Row by picture; nothing where the files are not whole, or of another format."""
    try:
        index = json.loads(path.read_text())
        if index.get('format') != _format:
            return {}
        rows = index['rows']
        whole = all(
            file.stat().st_size >= len(rows) * width * height * 3
            for file, width, height in (
                (_large_path(path), STORE_WIDTH, STORE_HEIGHT),
                (_small_path(path), SMALL_WIDTH, SMALL_HEIGHT),
            )
        )
        return rows if whole else {}
    except (FileNotFoundError, ValueError, KeyError):
        return {}


def _add(path: Path, rows: dict[str, int], missing: list[tuple[str, LabelledPicture]]) -> None:
    # Rows are added behind those that the list names, so nobody reads them yet. Files made anew replace the old ones
    # whole: a run that has those mapped keeps them.
    large_path, small_path = _large_path(path), _small_path(path)
    partial = [each if rows else each.with_suffix('.partial') for each in (large_path, small_path)]
    with partial[0].open('r+b' if rows else 'wb') as large, partial[1].open('r+b' if rows else 'wb') as small:
        large.seek(len(rows) * STORE_WIDTH * STORE_HEIGHT * 3)
        small.seek(len(rows) * SMALL_WIDTH * SMALL_HEIGHT * 3)
        for key, each in missing:
            pixels = _read(each)
            large.write(_letterboxed(pixels, _fitted(each, STORE_WIDTH, STORE_HEIGHT), STORE_WIDTH, STORE_HEIGHT))
            small.write(_letterboxed(pixels, _fitted(each, SMALL_WIDTH, SMALL_HEIGHT), SMALL_WIDTH, SMALL_HEIGHT))
            rows[key] = len(rows)
    if partial[0] != large_path:
        # A list of the old files must not stand beside the new ones.
        path.unlink(missing_ok=True)
        for old, new in zip((large_path, small_path), partial):
            os.replace(new, old)
    index = path.with_suffix('.json.partial')
    index.write_text(json.dumps({'format': _format, 'rows': rows}))
    os.replace(index, path)


def _large_path(path: Path) -> Path:
    return path.with_suffix('.large.u8')


def _small_path(path: Path) -> Path:
    return path.with_suffix('.small.u8')


def _mapped(path: Path, width: int, height: int) -> np.ndarray:
    count = path.stat().st_size // (width * height * 3)
    return np.memmap(path, np.uint8, 'r', shape=(count, height, width, 3))


def _fitted(picture: LabelledPicture, width: int, height: int) -> tuple[int, int]:
    scale = min(width / picture.width, height / picture.height)
    return round(picture.width * scale), round(picture.height * scale)


def _scaled_boxes(picture: LabelledPicture, size: tuple[int, int]) -> np.ndarray:
    boxes = picture.boxes()
    boxes[:, [0, 2]] *= size[0] / picture.width
    boxes[:, [1, 3]] *= size[1] / picture.height
    return boxes


def _read(picture: LabelledPicture) -> np.ndarray:
    pixels = cv2.imread(str(picture.path))
    if pixels is None:
        raise ValueError(f'{picture.path}: not a picture')
    if pixels.shape[:2] != (picture.height, picture.width):
        raise ValueError(f'{picture.path}: {pixels.shape[1]}×{pixels.shape[0]}, not {picture.width}×{picture.height}')
    return pixels


def _letterboxed(pixels: np.ndarray, size: tuple[int, int], width: int, height: int) -> bytes:
    # Averaging when shrinking, as the product's scaler does.
    how = cv2.INTER_AREA if size[0] < pixels.shape[1] else cv2.INTER_LINEAR
    stored = np.full((height, width, 3), PAD, np.uint8)
    stored[: size[1], : size[0]] = cv2.resize(pixels, size, interpolation=how)[:, :, ::-1]
    return stored.tobytes()
