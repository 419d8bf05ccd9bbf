"""The canonical classes and their groups, read from the sources of the product, so that there is one list."""

import re
from pathlib import Path

_domain = Path(__file__).resolve().parents[2] / 'src' / 'domain'


def _quoted(text: str) -> list[str]:
    return re.findall(r"'([^']+)'", text)


def object_classes() -> list[str]:
    """All classes in the order of the model's outputs. Raises ValueError where the list is not found."""
    source = (_domain / 'object-class.ts').read_text()
    listed = re.search(r'objectClasses = \[(.*?)\]', source, re.S)
    if listed is None:
        raise ValueError(f'{_domain}/object-class.ts: no list objectClasses')
    return _quoted(listed.group(1))


def class_groups() -> list[list[int]]:
    """Indices of classes that compete in suppression, group by group; a class outside any group is its own."""
    source = (_domain / 'class-group.ts').read_text()
    listed = re.search(r'groups: .*? = \{(.*?)\};', source, re.S)
    if listed is None:
        raise ValueError(f'{_domain}/class-group.ts: no table of groups')
    group_of = dict(re.findall(r"^\s*'?([\w-]+)'?: '([\w-]+)'", listed.group(1), re.M))
    groups: dict[str, list[int]] = {}
    for index, name in enumerate(object_classes()):
        groups.setdefault(group_of.get(name, name), []).append(index)
    return list(groups.values())


CLASSES = object_classes()
CLASS_INDEX = {name: index for index, name in enumerate(CLASSES)}
CLASS_GROUPS = class_groups()
