"""Average precision of a checkpoint on held-out pictures: a quick look; `npm run bench -- accuracy` has the final say.

    /usr/bin/python3 scripts/train/evaluate.py --checkpoint run/checkpoint.pt --holdout DIR --material DIR
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from average_precision import average_precision
from batches import as_input, plain_batches
from cells import cell_grid, decode_boxes
from checkpoint import load_network
from data import held_out_store
from network import Network
from object_classes import CLASSES
from picture_store import PictureStore
from suppression import suppress


@torch.no_grad()
def evaluate(network: Network, store: PictureStore) -> dict[str, dict[str, float]]:
    """AP50 by source and class, with `mean` over a source's classes that occur; only classes its labels are complete for."""
    network.eval()
    found: dict[int, np.ndarray] = {}
    truth: dict[int, np.ndarray] = {}
    for indices, batch in plain_batches(store, list(range(len(store)))):
        with torch.autocast('cpu', dtype=torch.bfloat16):
            logits, raw = network(as_input(batch.pictures))
        scores = logits.float().sigmoid().numpy()
        centres, strides = cell_grid(batch.pictures.shape[2], batch.pictures.shape[1])
        boxes = decode_boxes(raw.float(), centres, strides).numpy()
        for row, index in enumerate(indices):
            found[index] = suppress(scores[row], boxes[row], candidates=400)
            labels = batch.boxes[row].numpy()
            truth[index] = labels[labels[:, 4] >= 0]
    return {source: _by_class(store, source, found, truth) for source in sorted({e.source for e in store.pictures})}


def _by_class(store: PictureStore, source: str, found: dict, truth: dict) -> dict[str, float]:
    result: dict[str, float] = {}
    for number, name in enumerate(CLASSES):
        indices = [i for i, e in enumerate(store.pictures) if e.source == source and number in e.judged]
        truths = [truth[i][truth[i][:, 4] == number][:, [0, 1, 2, 3, 5]] for i in indices]
        value = average_precision(truths, [found[i][found[i][:, 5] == number][:, :5] for i in indices])
        if not np.isnan(value):
            result[name] = round(value, 4)
    if result:
        result['mean'] = round(sum(result.values()) / len(result), 4)
    return result


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--checkpoint', type=Path, required=True)
    parser.add_argument('--holdout', type=Path)
    parser.add_argument('--material', type=Path)
    parser.add_argument('--cache', type=Path, default=Path('.maplebridge/train/cache'))
    options = parser.parse_args()
    store = held_out_store(options.holdout, options.material, options.cache)
    for source, classes in evaluate(load_network(options.checkpoint), store).items():
        print(source)
        for name, value in classes.items():
            print(f'  {name:16} {value:.3f}')


if __name__ == '__main__':
    main()
