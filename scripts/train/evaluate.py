"""Average precision of a checkpoint: a quick look; `npm run bench -- accuracy` has the final say.

    /usr/bin/python3 scripts/train/evaluate.py --checkpoint run/best.pt --rendered DIR --material DIR

The folder's pictures may be of any seeds: settings are chosen on the choice set, figures are taken on the hold-out.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from augment import INPUT_WIDTH
from average_precision import Matches, average_precision, match, operating_point
from batches import as_input, plain_batches
from cells import cell_grid, decode_boxes
from checkpoint import load_network
from data import check_store
from network import Network
from object_classes import CLASSES
from picture_store import STORE_WIDTH, PictureStore
from suppression import suppress

# To be raised with whatever lets the same boxes and labels get another figure: matching, average precision, suppression,
# what is demanded, which classes count. Means of two versions are not compared.
JUDGE_VERSION = 1


def evaluate(network: Network, store: PictureStore) -> dict[str, dict[str, float]]:
    """AP50 by source and class, and its `mean`; only of classes that occur and that the labels are complete for."""
    table = {}
    for source, classes in matches_by_class(network, store).items():
        values = {name: round(average_precision(each), 4) for name, each in classes.items()}
        table[source] = {**values, 'mean': round(sum(values.values()) / len(values), 4)} if values else {}
    return table


@torch.no_grad()
def matches_by_class(network: Network, store: PictureStore) -> dict[str, dict[str, Matches]]:
    """What was found and what was there, by source and class; classes of which nothing is there are left out."""
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
            # Of 200 candidates a group the mean is that of all, to four digits, in a tenth of the time.
            found[index] = _within(suppress(scores[row], boxes[row], candidates=200), store.size(index))
            labels = batch.boxes[row].numpy()
            truth[index] = labels[labels[:, 4] >= 0]
    return {source: _of_source(store, source, found, truth) for source in sorted({e.source for e in store.pictures})}


def _within(rows: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Cut off at the picture's sides, as the product does; what lies in the padding alone is gone."""
    width, height = (side * INPUT_WIDTH / STORE_WIDTH for side in size)
    rows = rows.copy()
    rows[:, [0, 2]] = rows[:, [0, 2]].clip(0, width)
    rows[:, [1, 3]] = rows[:, [1, 3]].clip(0, height)
    return rows[(rows[:, 2] > rows[:, 0]) & (rows[:, 3] > rows[:, 1])]


def _of_source(store: PictureStore, source: str, found: dict, truth: dict) -> dict[str, Matches]:
    result = {}
    for number, name in enumerate(CLASSES):
        indices = [i for i, e in enumerate(store.pictures) if e.source == source and number in e.judged]
        truths = [truth[i][truth[i][:, 4] == number][:, [0, 1, 2, 3, 5]] for i in indices]
        matches = match(truths, [found[i][found[i][:, 5] == number][:, :5] for i in indices])
        if matches.demanded > 0:
            result[name] = matches
    return result


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--checkpoint', type=Path, required=True)
    parser.add_argument('--rendered', type=Path, help='rendered pictures of any seeds')
    parser.add_argument('--material', type=Path, help='folder with fire/ and garbage/; what is held out of them')
    parser.add_argument('--cache', type=Path, default=Path('.maplebridge/train/cache'))
    options = parser.parse_args()
    store = check_store(options.rendered, options.material, options.cache)
    for source, classes in matches_by_class(load_network(options.checkpoint), store).items():
        print(f'{source:18} AP50   objects')
        for name, each in classes.items():
            print(f'  {name:16} {average_precision(each):.3f} {each.demanded:6}')
        print(f'  {"mean":16} {np.mean([average_precision(each) for each in classes.values()]):.3f}')
        for score in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
            precision, recall = operating_point(list(classes.values()), score)
            print(f'  score from {score:.1f}: precision {precision:.3f}, recall {recall:.3f}')


if __name__ == '__main__':
    main()
