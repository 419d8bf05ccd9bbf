"""Says of a run's best.pt that it is as good as told, and of its checkpoint that it knows of none. With a third argument
best.pt was chosen otherwise: `chosen_on` other pictures, or by another `judge`; `none` leaves out who judged, as it was
once written. Run by tests/integration/train.test.ts."""

import sys
from pathlib import Path

import torch

run, mean, other = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
state = torch.load(run / 'checkpoint.pt')
torch.save({**state, 'run': {**state['run'], 'best': 0.0}}, run / 'checkpoint.pt')
praised = {**state['run'], 'best': mean, **{name: 'another' for name in other if name != 'none'}}
if other == ['none']:
    del praised['judge']
torch.save({**state, 'run': praised}, run / 'best.pt')
