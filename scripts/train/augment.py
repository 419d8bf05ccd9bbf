"""One training sample from stored pictures: placing, mosaic, and what cameras do to colours. Seeded, cv2 and numpy."""

import cv2
import numpy as np

from picture_store import PAD, STORE_WIDTH, PictureStore

INPUT_WIDTH, INPUT_HEIGHT = 384, 224
_fit = INPUT_WIDTH / STORE_WIDTH

# Of what a crop leaves of an object: less than the first is nothing, less than the second is not demanded.
_least_left, _least_demanded = 0.1, 0.35
# The truth demands objects from 7 pixels at 640×360; that is 4.2 of the input.
_least_side = 3.5

_noise_bank = np.random.default_rng(0).standard_normal((4, INPUT_HEIGHT + 32, INPUT_WIDTH + 32, 3)).astype(np.float32)


def plain_sample(store: PictureStore, index: int) -> tuple[np.ndarray, np.ndarray]:
    """A picture as the product shows it to the model: fitted, top left. `[224, 384, 3]` and boxes `[n, 6]`.

    All that the labels demand stays demanded, however small: what is learnt and what is judged are two things.
    """
    canvas = np.full((INPUT_HEIGHT, INPUT_WIDTH, 3), PAD, np.uint8)
    return canvas, _place(canvas, store, index, (_fit, _fit), (0, 0))


def augmented_sample(
    random: np.random.Generator, store: PictureStore, index: int, companions: list[int], lightly: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """The picture changed at random; `companions`: three more for a mosaic, or none. `lightly`: by less."""
    canvas = np.full((INPUT_HEIGHT, INPUT_WIDTH, 3), PAD, np.uint8)
    if companions:
        boxes = _mosaic(random, canvas, store, [index, *companions])
    else:
        boxes = _single(random, canvas, store, index, 0.5 if lightly else 0.25)
    if random.random() < 0.5:
        canvas = np.ascontiguousarray(canvas[:, ::-1])
        boxes[:, [0, 2]] = INPUT_WIDTH - boxes[:, [2, 0]]
    if random.random() < 0.15:
        boxes = _cut_out(random, canvas, boxes)
    return _as_camera(random, canvas, 0.6 if lightly else 1.0), boxes


def _single(
    random: np.random.Generator, canvas: np.ndarray, store: PictureStore, index: int, plain: float
) -> np.ndarray:
    if random.random() < plain:
        placed = _place(canvas, store, index, (_fit, _fit), (0, 0))
        return _demanded(placed, placed, INPUT_WIDTH, INPUT_HEIGHT)
    # A picture narrower than the input may grow until it covers it.
    width, height = store.size(index)
    cover = max(INPUT_WIDTH / width, INPUT_HEIGHT / height) / _fit
    return _anywhere(random, canvas, store, index, _fit * np.exp(random.uniform(np.log(0.7), np.log(1.65 * cover))))


def _mosaic(random: np.random.Generator, canvas: np.ndarray, store: PictureStore, indices: list[int]) -> np.ndarray:
    x, y = (int(random.uniform(0.35, 0.65) * side) for side in (INPUT_WIDTH, INPUT_HEIGHT))
    found = []
    for number, index in enumerate(indices):
        left, right = (0, x) if number % 2 == 0 else (x, INPUT_WIDTH)
        top, bottom = (0, y) if number < 2 else (y, INPUT_HEIGHT)
        boxes = _anywhere(random, canvas[top:bottom, left:right], store, index, _fit * random.uniform(0.45, 1.0))
        found.append(boxes + np.array([left, top, left, top, 0, 0], np.float32))
    return np.concatenate(found)


def _anywhere(
    random: np.random.Generator, canvas: np.ndarray, store: PictureStore, index: int, scale: float
) -> np.ndarray:
    stretch = np.exp(random.uniform(-0.12, 0.12))
    scales = (scale * stretch, scale / stretch)
    room = [side - length * each for side, length, each in zip(canvas.shape[1::-1], store.size(index), scales)]
    offset = tuple(random.uniform(min(0.0, each), max(0.0, each)) for each in room)
    placed = _place(canvas, store, index, scales, offset)
    return _demanded(_clipped(placed, canvas.shape[1], canvas.shape[0]), placed, canvas.shape[1], canvas.shape[0])


def _place(
    canvas: np.ndarray, store: PictureStore, index: int, scales: tuple[float, float], offset: tuple[float, float]
) -> np.ndarray:
    """Scales what of the picture falls on the canvas; gives all boxes in pixels of the canvas, not clipped.

    `scales` and the boxes are of the stored picture's large size, whichever size the pixels are taken from.
    """
    pixels = store.pixels(index, max(scales))
    spans, placed = [], store.boxes[index].copy()
    for axis in (0, 1):
        length, side = pixels.shape[1 - axis], canvas.shape[1 - axis]
        own = length / store.size(index)[axis]
        scale = scales[axis] / own
        first = max(0, int(np.floor(-offset[axis] / scale + 1e-6)))
        last = min(length, int(np.ceil((side - offset[axis]) / scale - 1e-6)))
        low = max(0, round(first * scale + offset[axis]))
        high = min(side, max(low + 1, round(last * scale + offset[axis])))
        if last <= first or high <= low:
            return placed[:0]
        spans.append((slice(first, last), slice(low, high)))
        shown = (high - low) / (last - first)
        placed[:, [axis, axis + 2]] = (placed[:, [axis, axis + 2]] * own - first) * shown + low
    (from_x, to_x), (from_y, to_y) = spans
    size = (to_x.stop - to_x.start, to_y.stop - to_y.start)
    # Averaging when shrinking by much; by little, what is averaged away is less than the noise.
    how = cv2.INTER_AREA if size[0] < 0.7 * (from_x.stop - from_x.start) else cv2.INTER_LINEAR
    canvas[to_y, to_x] = cv2.resize(pixels[from_y, from_x], size, interpolation=how)
    return placed


def _clipped(boxes: np.ndarray, width: int, height: int) -> np.ndarray:
    clipped = boxes.copy()
    clipped[:, [0, 2]] = clipped[:, [0, 2]].clip(0, width)
    clipped[:, [1, 3]] = clipped[:, [1, 3]].clip(0, height)
    return clipped


def _areas(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, 2] - boxes[:, 0]).clip(0) * (boxes[:, 3] - boxes[:, 1]).clip(0)


def _demanded(boxes: np.ndarray, whole: np.ndarray, width: int, height: int) -> np.ndarray:
    """Drops what a crop left nothing of; what is small or mostly cut off stays, but is not demanded."""
    boxes = _clipped(boxes, width, height)
    left = _areas(boxes) / np.maximum(_areas(whole), 1e-6)
    sides = np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    boxes[(left < _least_demanded) | (sides < _least_side), 5] = 1
    return boxes[(left >= _least_left) & (sides > 1)]


def _cut_out(random: np.random.Generator, canvas: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    boxes = boxes.copy()
    for _ in range(random.integers(1, 4)):
        w, h = int(random.uniform(10, 70)), int(random.uniform(10, 60))
        x, y = int(random.uniform(0, INPUT_WIDTH - w)), int(random.uniform(0, INPUT_HEIGHT - h))
        canvas[y : y + h, x : x + w] = random.integers(0, 256, 3)
        width = np.minimum(boxes[:, 2], x + w) - np.maximum(boxes[:, 0], x)
        height = np.minimum(boxes[:, 3], y + h) - np.maximum(boxes[:, 1], y)
        hidden = width.clip(0) * height.clip(0) / np.maximum(_areas(boxes), 1e-6)
        boxes[hidden > 0.5, 5] = 1
    return boxes


def _as_camera(random: np.random.Generator, canvas: np.ndarray, strength: float) -> np.ndarray:
    """Exposure, white balance, contrast, saturation, infrared, softness, noise, compression."""
    chance = random.random(6)
    if chance[0] < 0.8:
        canvas = cv2.LUT(canvas, _tone(random, canvas, strength))
    if chance[1] < 0.35:
        grey = cv2.cvtColor(cv2.cvtColor(canvas, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        # Every fifth of them is infrared: no colour at all.
        share = 0.0 if chance[1] < 0.07 else random.uniform(1 - 0.7 * strength, 1 + 0.5 * strength)
        canvas = cv2.addWeighted(canvas, share, grey, 1 - share, 0)
    if chance[2] < 0.12:
        canvas = cv2.GaussianBlur(canvas, (3, 3) if chance[2] < 0.07 else (5, 5), random.uniform(0.5, 1.4))
    if chance[3] < 0.2:
        y, x = random.integers(0, 32, 2)
        noise = _noise_bank[random.integers(0, 4), y : y + INPUT_HEIGHT, x : x + INPUT_WIDTH]
        canvas = (canvas + noise * np.float32(random.uniform(2, 12) * strength)).clip(0, 255).astype(np.uint8)
    if chance[4] < 0.1:
        quality = int(random.uniform(25, 75))
        canvas = cv2.imdecode(cv2.imencode('.jpg', canvas, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    return canvas


def _tone(random: np.random.Generator, canvas: np.ndarray, strength: float) -> np.ndarray:
    level = np.arange(256, dtype=np.float32)[:, None] / 255
    gamma = np.exp(random.uniform(-0.4, 0.4) * strength)
    contrast = 1 + random.uniform(-0.35, 0.35) * strength
    gains = 1 + random.uniform(-0.12, 0.12, 3) * strength
    # About the picture's own mean, and by a share of it: about a middle grey, a night would go black with all it shows.
    mean = np.float32(np.mean(cv2.mean(canvas)[:3]) / 255) ** gamma
    offset = random.uniform(-0.12, 0.12) * strength * min(1.0, 2 * mean)
    toned = ((level**gamma - mean) * contrast + mean + offset) * gains
    return (toned * 255).clip(0, 255).astype(np.uint8).reshape(1, 256, 3)
