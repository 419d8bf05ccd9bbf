"""Says of a run's best.pt that it is as good as told, or, at -1, that it was chosen on other pictures; and of its
checkpoint that it knows of none. Run by tests/integration/train.test.ts."""

import sys
from pathlib import Path

import torch

run, mean = Path(sys.argv[1]), float(sys.argv[2])
state = torch.load(run / 'checkpoint.pt')
torch.save({**state, 'run': {**state['run'], 'best': 0.0}}, run / 'checkpoint.pt')
chosen_on = state['run']['chosen_on'] if mean >= 0 else 'other pictures'
torch.save({**state, 'run': {**state['run'], 'best': abs(mean), 'chosen_on': chosen_on}}, run / 'best.pt')
