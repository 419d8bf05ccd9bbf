"""Trains the detector on rendered and real pictures. Seeded; stops at any time and goes on where it was.

    /usr/bin/python3 scripts/train/train.py --rendered DIR --choice DIR --material DIR --out RUN --pictures 300000
"""

import argparse
import copy
import hashlib
import json
import math
import signal
import sys
import time
import warnings

import numpy as np
import torch

from batches import TrainingBatches, as_input, training_loader
from cells import cell_grid
from checkpoint import load_network, read_checkpoint, save_checkpoint
from curves import draw_curves
from data import check_store, training_store
from evaluate import JUDGE_VERSION, evaluate
from losses import detection_losses
from meter import Meter
from network import Network
from object_classes import CLASSES
from picture import LabelledPicture
from training_options import training_options

_clip_norm = 10.0
_average_decay = 0.9995


def main() -> None:
    """Reads the options, trains until the pictures, the minutes or a SIGTERM end it."""
    options = training_options(__doc__.splitlines()[0])
    # Its one use, a maximum by index, is settled here and tested.
    warnings.filterwarnings('ignore', message='scatter_reduce.* is in beta')
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    Training(options).run()


class Training:
    """One run and its folder: checkpoint.pt, curves.jsonl, curves.svg, best.pt (the best mean on the choice set).

    What is held out chooses nothing: the real pictures' figures are only told."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.checkpoint, self.best_file = options.out / 'checkpoint.pt', options.out / 'best.pt'
        self.began = time.monotonic()
        cache = options.cache or options.out / 'cache'
        self.store = training_store(options.rendered, options.material, options.teacher, cache)
        self.checked = None
        if options.choice is not None or options.material is not None:
            self.checked = check_store(options.choice, options.material, cache, 'choice')
        real = options.real_share / 2
        shares = {'rendered': 1 - options.real_share, 'fire': real, 'garbage': real}
        total = math.ceil(options.pictures / options.batch)
        self.batches = TrainingBatches(self.store, shares, options.batch, options.seed, total)
        self.class_weights = _class_weights(self.store.class_counts(len(CLASSES)))
        self.network = Network(len(CLASSES)).to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network).eval()
        self.optimiser = _optimiser(self.network, options.rate)
        self.number, self.trained_s = 0, 0.0
        self.chosen_on = _names([] if self.checked is None else self.checked.pictures)
        self.best = self._best_before()
        self.stopping = False
        if self.checkpoint.exists():
            self._resume()
        elif options.init is not None:
            self.network.load_state_dict(load_network(options.init).state_dict())
            self.average.load_state_dict(self.network.state_dict())

    def run(self) -> None:
        """Batch after batch; the loader's process ends with the loop."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        options, total = self.options, len(self.batches)
        self._say(
            {
                'event': 'start',
                'batch': self.number,
                'of': total,
                'pictures': len(self.store),
                'checked_on': 0 if self.checked is None else len(self.checked),
                'counts': dict(zip(CLASSES, self.store.class_counts(len(CLASSES)).tolist())),
            }
        )
        meter, saved, checked = Meter(), time.monotonic(), time.monotonic()
        for batch in training_loader(self.batches, self.number, options.workers):
            meter.add(self._step(batch), options.batch)
            self.number += 1
            now = time.monotonic()
            if self.number % options.log_every == 0 or self.number == total:
                self._say({'event': 'train', **self._where(), **meter.read()})
            if now - saved > options.checkpoint_minutes * 60:
                self._save()
                saved = now
            if now - checked > options.check_minutes * 60:
                self._check()
                checked = time.monotonic()
            if self.stopping or now - self.began > options.minutes * 60:
                break
        self._save()
        if not self.stopping:
            self._check()
            self._save()
        self._say({'event': 'end' if self.number >= total else 'paused', **self._where()})

    def _step(self, batch) -> tuple[float, float, int]:
        for group in self.optimiser.param_groups:
            group['lr'] = self._rate()
        self.network.train()
        with torch.autocast('cpu', dtype=torch.bfloat16, enabled=not self.options.exact):
            logits, raw = self.network(as_input(batch.pictures))
        grid = cell_grid(batch.pictures.shape[2], batch.pictures.shape[1])
        losses = detection_losses(logits.float(), raw.float(), batch, grid, self.class_weights)
        if not math.isfinite(losses.total.item()):
            raise FloatingPointError(f'loss is {losses.total.item()} at batch {self.number}: lower --rate')
        self.optimiser.zero_grad(set_to_none=True)
        losses.total.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _clip_norm)
        self.optimiser.step()
        self._follow()
        return losses.classes, losses.boxes, losses.assigned

    def _rate(self) -> float:
        """Warm-up over the first 2 %, at most 1000 batches, then a cosine down to a fiftieth."""
        options, total = self.options, len(self.batches)
        warm = max(1, min(1000, total // 50))
        if self.number < warm:
            return options.rate * (self.number + 1) / warm
        share = (self.number - warm) / max(1, total - warm)
        return options.rate * (0.02 + 0.98 * (1 + math.cos(math.pi * min(1.0, share))) / 2)

    @torch.no_grad()
    def _follow(self) -> None:
        """The running average of the weights; faster at the start, when they still move far."""
        decay = min(_average_decay, (1 + self.number) / (10 + self.number))
        ours, theirs = self.average.state_dict(), self.network.state_dict()
        floats = [name for name, value in ours.items() if value.dtype.is_floating_point]
        torch._foreach_mul_([ours[name] for name in floats], decay)
        torch._foreach_add_([ours[name] for name in floats], [theirs[name] for name in floats], alpha=1 - decay)

    def _check(self) -> None:
        if self.checked is None:
            return
        result = evaluate(self.average, self.checked)
        self._say({'event': 'check', **self._where(), 'ap50': result})
        chosen_by = result.get('rendered')
        if chosen_by and chosen_by['mean'] > self.best:
            self.best = chosen_by['mean']
            save_checkpoint(self.best_file, self.network, self.average, self.optimiser, self._state())
        draw_curves(self.options.out / 'curves.jsonl', self.options.out / 'curves.svg')

    def _best_before(self) -> float:
        """The mean that best.pt was kept for; below any where it was measured on other pictures or by other
        rules.

        The file itself says it, so that no end of a run, however sudden, lets a lesser one take its place.
        """
        if not self.best_file.exists():
            return -1.0
        run = read_checkpoint(self.best_file)['run']
        is_comparable = (run.get('chosen_on'), run.get('judge')) == (self.chosen_on, JUDGE_VERSION)
        return run['best'] if is_comparable else -1.0

    def _save(self) -> None:
        save_checkpoint(self.checkpoint, self.network, self.average, self.optimiser, self._state())

    def _state(self) -> dict:
        return {
            'number': self.number,
            'trained_s': self._trained_s(),
            'best': self.best,
            'chosen_on': self.chosen_on,
            'judge': JUDGE_VERSION,
            'batch': self.options.batch,
        }

    def _resume(self) -> None:
        state = read_checkpoint(self.checkpoint)
        self.network.load_state_dict(state['network'])
        self.average.load_state_dict(state['average'])
        self.optimiser.load_state_dict(state['optimiser'])
        torch.set_rng_state(state['random'])
        run = state['run']
        # A run may go on with another batch size: what counts is how many pictures it has seen.
        self.number = run['number'] * run['batch'] // self.options.batch
        self.trained_s = run['trained_s']

    def _trained_s(self) -> float:
        return self.trained_s + time.monotonic() - self.began

    def _where(self) -> dict:
        return {
            'batch': self.number,
            'pictures': self.number * self.options.batch,
            'share': round(self.number / max(1, len(self.batches)), 4),
            'rate': round(self._rate(), 7),
            'minutes': round(self._trained_s() / 60, 2),
        }

    def _say(self, line: dict) -> None:
        text = json.dumps(line)
        with (self.options.out / 'curves.jsonl').open('a') as file:
            file.write(text + '\n')
        print(text, flush=True)

    def _stop(self, *_: object) -> None:
        # A second signal ends at once.
        if self.stopping:
            sys.exit(130)
        self.stopping = True


def _names(pictures: list[LabelledPicture]) -> str | None:
    """Tells one choice set from another: means are compared only where they were measured on the same pictures."""
    names = [f'{each.path.name}:{each.path.stat().st_size}' for each in pictures if each.source == 'rendered']
    return hashlib.sha256('\n'.join(names).encode()).hexdigest()[:16] if names else None


def _class_weights(counts: np.ndarray) -> torch.Tensor:
    """Rare classes count up to twice, frequent ones down to two thirds."""
    present = counts[counts > 0]
    median = np.median(present) if len(present) else 1
    return torch.tensor(np.sqrt(median / np.maximum(counts, 1)).clip(0.67, 2.0), dtype=torch.float32)


def _optimiser(network: Network, rate: float) -> torch.optim.Optimizer:
    decayed = [p for p in network.parameters() if p.ndim > 1]
    free = [p for p in network.parameters() if p.ndim <= 1]
    groups = [{'params': decayed, 'weight_decay': 0.03}, {'params': free, 'weight_decay': 0.0}]
    return torch.optim.AdamW(groups, lr=rate, foreach=True)


if __name__ == '__main__':
    main()
