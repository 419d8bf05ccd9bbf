"""Rendered pictures: a folder of JPEG files with `truth.jsonl`, as `npm run footage -- dataset` writes it."""

import json
from pathlib import Path

from object_classes import CLASS_INDEX, CLASSES
from picture import LabelledPicture
from seed_ranges import require_use

_everything = tuple(range(len(CLASSES)))


def read_rendered(folder: Path, use: str | None = None) -> list[LabelledPicture]:
    """All pictures of a folder that are there already; a last line that is still being written is left out.

    `use`: what all of their seeds must be for ('training', 'choice', 'hold-out'); None: whatever they are.
    """
    truth = folder / 'truth.jsonl'
    if not truth.exists():
        raise FileNotFoundError(f'{truth}: no rendered pictures; make them with: npm run footage -- dataset')
    pictures: dict[str, LabelledPicture] = {}
    lines = truth.read_text().splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        if number == len(lines) and not line.endswith('\n'):
            break
        picture, seed = _read_line(folder, line, f'{truth}:{number}')
        if use is not None:
            require_use(seed, use, f'{truth}:{number}')
        if picture.path.exists():
            pictures[picture.path.name] = picture
    # By name: the order of lines is that in which several browsers finished.
    return [pictures[name] for name in sorted(pictures)]


def _read_line(folder: Path, line: str, where: str) -> tuple[LabelledPicture, object]:
    try:
        entry = json.loads(line)
        rows = [
            (*map(float, each['box']), CLASS_INDEX[each['class']], float(each.get('ignore', False)))
            for each in entry['boxes']
        ]
        path = folder / entry['file']
        picture = LabelledPicture(path, 'rendered', entry['width'], entry['height'], rows, _everything)
        return picture, entry.get('seed')
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f'{where}: not a line of truth: {error!r}') from error
