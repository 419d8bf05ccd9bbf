"""The real labelled pictures: what each is for, and what their labels mean in canonical classes."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import cv2

from object_classes import CLASS_INDEX
from picture import LabelledPicture

_rule = json.loads((Path(__file__).parent / 'hold-out.json').read_text())


@dataclass(frozen=True)
class RealSet:
    """One set: its own classes in canonical ones (None: a look-alike, background); what is on none of its pictures."""

    name: str
    classes: tuple[str | None, ...]
    absent: tuple[str, ...]

    @property
    def judged(self) -> tuple[str, ...]:
        """Classes its labels are complete for."""
        return (*(name for name in self.classes if name is not None), *self.absent)


# Nobody labelled what is absent; looked through (a quarter of the fire set, a third of the other), no picture had any
# of it. So real streets teach the network what no wheelchair is, of which there are drawn ones only.
_never = ('excavator', 'wheelchair', 'pram', 'boat', 'water_surface', 'uncovered_load')
REAL_SETS = (
    RealSet('fire', ('flame', None, 'smoke'), (*_never, 'tricycle', 'overflowing_bin')),
    RealSet('garbage', ('garbage_bag', None, 'overflowing_bin'), (*_never, 'flame', 'smoke', 'fire_engine')),
)


def part_of(set_name: str, file_name: str) -> str:
    """'training', 'held out', or 'neither' where a picture may be the neighbour of one on the other side.

    The rule is hold-out.json's.
    """
    if set_name == 'fire':
        rule = _rule['fire']
        if any(file_name.startswith(prefix) for prefix in rule['prefixes']):
            return 'held out'
        number = re.match(r'img_(\d+)', file_name)
        is_held = number is not None and any(low <= int(number.group(1)) <= high for low, high in rule['ranges'])
        return 'held out' if is_held else 'training'
    if set_name == 'garbage':
        number = re.match(r'(\d+)', file_name)
        return 'training' if number is None else part_of_block(int(number.group(1)), **_rule['garbage'])
    raise ValueError(f'no hold-out rule for the set "{set_name}"')


def part_of_block(number: int, block: int, every: int, held: int, margin: int) -> str:
    """What a numbered picture is for."""
    sides = {(number + step) // block % every == held for step in (-margin, 0, margin)}
    if len(sides) > 1:
        return 'neither'
    return 'held out' if True in sides else 'training'


def read_real_set(
    folder: Path, real_set: RealSet, part: str, teacher: Path | None = None
) -> list[LabelledPicture]:
    """Pictures of one `part_of` the set. `teacher`: what a bigger model saw in them, as teacher-labels.ts writes it."""
    base = folder / real_set.name
    if not (base / 'images').is_dir():
        raise FileNotFoundError(f'{base}/images: no labelled pictures; give the folder with --material')
    seen = _read_teacher(teacher, real_set)
    judged = [CLASS_INDEX[name] for name in real_set.judged]
    pictures = []
    for path in sorted((base / 'images').iterdir()):
        if part_of(real_set.name, path.name) != part:
            continue
        height, width = cv2.imread(str(path)).shape[:2]
        rows = _read_labels(base / 'labels' / f'{path.stem}.txt', real_set, width, height)
        classes, boxes = seen.get(path.name, ([], []))
        rows += boxes
        pictures.append(LabelledPicture(path, real_set.name, width, height, rows, tuple(sorted({*judged, *classes}))))
    return pictures


def _read_labels(path: Path, real_set: RealSet, width: int, height: int) -> list[tuple[float, ...]]:
    rows = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        fields = line.split()
        if not fields:
            continue
        if len(fields) != 5 or not fields[0].isdigit() or int(fields[0]) >= len(real_set.classes):
            raise ValueError(f'{path}:{number}: expected "class cx cy w h", got "{line}"')
        name = real_set.classes[int(fields[0])]
        if name is None:
            continue
        cx, cy, w, h = (float(value) for value in fields[1:])
        left, top = (cx - w / 2) * width, (cy - h / 2) * height
        rows.append((left, top, left + w * width, top + h * height, CLASS_INDEX[name], 0.0))
    return rows


def _read_teacher(path: Path | None, real_set: RealSet) -> dict[str, tuple[list[int], list[tuple[float, ...]]]]:
    """By file: the classes looked for and the boxes seen. People know better of what the set itself is judged for:
    a boat in a set without any is a bag."""
    if path is None or not path.exists():
        return {}
    seen = {}
    for line in map(json.loads, path.read_text().splitlines()):
        if line['set'] != real_set.name:
            continue
        taught = [name for name in line['classes'] if name not in real_set.judged]
        boxes = [
            (*each['box'], CLASS_INDEX[each['class']], float(each['ignore']))
            for each in line['boxes']
            if each['class'] in taught
        ]
        seen[line['file']] = ([CLASS_INDEX[name] for name in taught], boxes)
    return seen


if __name__ == '__main__':
    import sys

    # For the test that both languages read the rule alike.
    print(json.dumps([part_of(*each.split('/', 1)) for each in sys.argv[1:]]))
