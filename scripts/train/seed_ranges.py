"""Which seeds are for what, read from scripts/footage/seeds.ts, so that there is one list."""

import re
from pathlib import Path

_source = Path(__file__).resolve().parents[1] / 'footage' / 'seeds.ts'


def _bounds() -> dict[str, int]:
    found = dict(re.findall(r'^export const (first\w+Seed) = ([\d_]+);', _source.read_text(), re.M))
    names = ('firstDatasetSeed', 'firstChoiceSeed', 'firstHoldoutSeed')
    if any(name not in found for name in names):
        raise ValueError(f'{_source}: expected {", ".join(names)}')
    return {name: int(found[name].replace('_', '')) for name in names}


_first = _bounds()
# First and one past the last; none reaches the highest bit, which the clips' shots have.
SEED_RANGES = {
    'training': (_first['firstDatasetSeed'], _first['firstChoiceSeed']),
    'choice': (_first['firstChoiceSeed'], _first['firstHoldoutSeed']),
    'hold-out': (_first['firstHoldoutSeed'], 2**31),
}


def use_of(seed: int) -> str:
    """'training', 'choice' or 'hold-out'; 'clips' for all that no data set may have."""
    return next((use for use, (first, end) in SEED_RANGES.items() if first <= seed < end), 'clips')


def require_use(seed: object, wanted: str, where: str) -> None:
    """Raises ValueError where a picture's seed is not for what is wanted of it."""
    if not isinstance(seed, int):
        raise ValueError(f'{where}: no seed, so nothing tells what its picture is for; draw the folder anew')
    first, end = SEED_RANGES[wanted]
    if not first <= seed < end:
        raise ValueError(f'{where}: seed {seed} is for {use_of(seed)}; for {wanted} are {first} to {end - 1}')
