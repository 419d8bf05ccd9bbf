"""Batches for training, drawn from the seed and the batch's number alone, so that a run resumes exactly."""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from augment import INPUT_HEIGHT, INPUT_WIDTH, augmented_sample, plain_sample
from object_classes import CLASSES
from picture_store import PictureStore


@dataclass
class Batch:
    """`pictures` uint8 `[b, 224, 384, 3]`; `boxes` `[b, most, 6]` (class −1: none); `judged` `[b, classes]`."""

    pictures: torch.Tensor
    boxes: torch.Tensor
    judged: torch.Tensor

    def pin_memory(self) -> 'Batch':
        return self


def collate(samples: list[tuple[np.ndarray, np.ndarray]], judged: list[tuple[int, ...]]) -> Batch:
    """One batch of samples."""
    most = max(1, max(len(boxes) for _, boxes in samples))
    padded = np.full((len(samples), most, 6), -1, np.float32)
    for row, (_, boxes) in zip(padded, samples):
        row[: len(boxes)] = boxes
    mask = np.zeros((len(samples), len(CLASSES)), np.float32)
    for row, classes in zip(mask, judged):
        row[list(classes)] = 1
    pictures = np.stack([pixels for pixels, _ in samples])
    return Batch(torch.from_numpy(pictures), torch.from_numpy(padded), torch.from_numpy(mask))


class TrainingBatches(Dataset):
    """Batch by number. Sources are drawn by their shares, and within one, pictures of rare classes more often."""

    def __init__(
        self, store: PictureStore, shares: dict[str, float], size: int, seed: int, total: int, plain_end: float = 0.1
    ) -> None:
        self.store, self.size, self.seed, self.total, self.plain_end = store, size, seed, total, plain_end
        sources = np.array([each.source for each in store.pictures])
        present = {name: share for name, share in shares.items() if share > 0 and (sources == name).any()}
        if not present:
            raise ValueError(f'no pictures of any source of {sorted(shares)}')
        self.names = list(present)
        self.shares = np.cumsum([present[name] for name in self.names]) / sum(present.values())
        self.members = {name: np.flatnonzero(sources == name) for name in self.names}
        self.weights = {name: self._cumulated(members) for name, members in self.members.items()}

    def __len__(self) -> int:
        return self.total

    def __getitem__(self, number: int) -> Batch:
        random = np.random.default_rng((self.seed, number))
        # The end of a run is without mosaics and strong changes: the last weights see what the product will see.
        lightly = number >= self.total * (1 - self.plain_end)
        samples, judged = [], []
        for _ in range(self.size):
            name = self.names[int(np.searchsorted(self.shares, random.random(), 'right').clip(0, len(self.names) - 1))]
            index = self._draw(random, name)
            # Companions come from the same source: one picture's labels are complete for one set of classes.
            mosaic = not lightly and random.random() < 0.2
            companions = [self._draw(random, name) for _ in range(3)] if mosaic else []
            samples.append(augmented_sample(random, self.store, index, companions, lightly))
            shared = set(self.store.pictures[index].judged)
            judged.append(tuple(shared.intersection(*(self.store.pictures[each].judged for each in companions))))
        return collate(samples, judged)

    def _draw(self, random: np.random.Generator, name: str) -> int:
        place = int(np.searchsorted(self.weights[name], random.random(), 'right'))
        return int(self.members[name][min(place, len(self.members[name]) - 1)])

    def _cumulated(self, members: np.ndarray) -> np.ndarray:
        """A picture counts by the root of how rare its rarest class is, from once to three times."""
        shows = np.zeros((len(members), len(CLASSES)))
        for row, index in zip(shows, members):
            row[self.store.boxes[index][:, 4].astype(int)] = 1
        frequency = shows.mean(0)
        wanted = np.median(frequency[frequency > 0]) if frequency.any() else 1
        need = np.sqrt(wanted / np.maximum(frequency, 1e-3)).clip(1, 3)
        weights = np.maximum(1, (shows * need).max(1))
        return np.cumsum(weights) / weights.sum()


def _one_thread(_: int) -> None:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)


def training_loader(batches: TrainingBatches, start: int, workers: int = 1) -> DataLoader:
    """Batches from number `start` on, made in processes of their own."""
    return DataLoader(
        batches,
        batch_size=None,
        sampler=range(start, len(batches)),
        num_workers=workers,
        worker_init_fn=_one_thread,
        prefetch_factor=4 if workers > 0 else 2,
    )


def plain_batches(store: PictureStore, indices: list[int], size: int = 32):
    """Pictures as the product shows them, for checks: yields (indices, Batch)."""
    for first in range(0, len(indices), size):
        some = indices[first : first + size]
        yield some, collate([plain_sample(store, i) for i in some], [store.pictures[i].judged for i in some])


def as_input(pictures: torch.Tensor) -> torch.Tensor:
    """Bytes `[b, h, w, 3]` as the network takes them: `[b, 3, h, w]`, 0–1, channels last in memory."""
    assert pictures.shape[1:] == (INPUT_HEIGHT, INPUT_WIDTH, 3), pictures.shape
    return pictures.permute(0, 3, 1, 2).to(torch.float32).div_(255)
