"""The real labelled pictures: which are held out, and what their labels mean in canonical classes."""

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


def is_held_out(set_name: str, file_name: str) -> bool:
    """Whether a picture is kept for checks; the rule is hold-out.json's."""
    if set_name == 'fire':
        rule = _rule['fire']
        if any(file_name.startswith(prefix) for prefix in rule['prefixes']):
            return True
        number = re.match(r'img_(\d+)', file_name)
        return number is not None and any(low <= int(number.group(1)) <= high for low, high in rule['ranges'])
    if set_name == 'garbage':
        rule = _rule['garbage']
        number = re.match(r'(\d+)', file_name)
        return number is not None and int(number.group(1)) // rule['block'] % rule['every'] == rule['from']
    raise ValueError(f'no hold-out rule for the set "{set_name}"')


def read_real_set(
    folder: Path, real_set: RealSet, held_out: bool, teacher: Path | None = None
) -> list[LabelledPicture]:
    """Pictures of one side of the split. `teacher`: what a bigger model saw in them, as teacher-labels.ts writes it."""
    base = folder / real_set.name
    if not (base / 'images').is_dir():
        raise FileNotFoundError(f'{base}/images: no labelled pictures; give the folder with --material')
    seen = _read_teacher(teacher, real_set.name)
    judged = [CLASS_INDEX[name] for name in real_set.judged]
    pictures = []
    for path in sorted((base / 'images').iterdir()):
        if is_held_out(real_set.name, path.name) != held_out:
            continue
        height, width = cv2.imread(str(path)).shape[:2]
        rows = _read_labels(base / 'labels' / f'{path.stem}.txt', real_set, width, height)
        taught = seen.get(path.name)
        also = [] if taught is None else [CLASS_INDEX[name] for name in taught['classes']]
        if taught is not None:
            rows += [(*each['box'], CLASS_INDEX[each['class']], float(each['ignore'])) for each in taught['boxes']]
        pictures.append(LabelledPicture(path, real_set.name, width, height, rows, tuple(sorted({*judged, *also}))))
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


def _read_teacher(path: Path | None, set_name: str) -> dict[str, dict]:
    if path is None or not path.exists():
        return {}
    lines = (json.loads(line) for line in path.read_text().splitlines())
    return {line['file']: line for line in lines if line['set'] == set_name}


if __name__ == '__main__':
    import sys

    # For the test that both languages read the rule alike.
    print(json.dumps([is_held_out(*each.split('/', 1)) for each in sys.argv[1:]]))
