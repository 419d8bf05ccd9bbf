"""Checkpoints: all that a run needs to go on as if it had never stopped, written whole or not at all."""

import os
from dataclasses import asdict
from pathlib import Path

import torch

from network import Network, Shape
from object_classes import CLASSES


def save_checkpoint(
    path: Path, network: Network, average: Network, optimiser: torch.optim.Optimizer, run: dict
) -> None:
    """`run`: where the run is; weights, running average, optimiser and random state go along."""
    state = {
        'classes': CLASSES,
        'shape': asdict(network.shape),
        'network': network.state_dict(),
        'average': average.state_dict(),
        'optimiser': optimiser.state_dict(),
        'random': torch.get_rng_state(),
        'run': run,
    }
    partial = path.with_suffix('.partial')
    torch.save(state, partial)
    os.replace(partial, path)


def read_checkpoint(path: Path) -> dict:
    """Raises ValueError where the checkpoint is of other classes than the product's."""
    state = torch.load(path, map_location='cpu')
    if state['classes'] != CLASSES:
        raise ValueError(f'{path}: trained for other classes than src/domain/object-class.ts lists; train anew')
    return state


def load_network(path: Path, averaged: bool = True) -> Network:
    """The network of a checkpoint, its running average unless told otherwise, ready to answer."""
    state = read_checkpoint(path)
    shape = Shape(**{**state['shape'], 'depths': tuple(state['shape']['depths'])})
    network = Network(len(CLASSES), shape)
    network.load_state_dict(state['average' if averaged else 'network'])
    return network.eval()
