"""Which pictures are trained on and which are checked on."""

from pathlib import Path

from picture import LabelledPicture
from picture_store import PictureStore
from real_pictures import REAL_SETS, read_real_set
from rendered_pictures import read_rendered


def training_store(rendered: Path | None, material: Path | None, teacher: Path | None, cache: Path, say=print):
    """Rendered pictures of training's seeds and the real ones that are trained on."""
    pictures = [] if rendered is None else read_rendered(rendered, 'training')
    pictures += _real(material, 'training', teacher)
    return _store(cache / 'training.json', pictures, say)


def check_store(
    rendered: Path | None, material: Path | None, cache: Path, use: str | None = None, say=print
) -> PictureStore:
    """Rendered pictures, of seeds for `use`, and the real ones that are held out, with their own labels alone."""
    pictures = [] if rendered is None else read_rendered(rendered, use)
    pictures += _real(material, 'held out', None)
    return _store(cache / 'held-out.json', pictures, say)


def _real(material: Path | None, part: str, teacher: Path | None) -> list[LabelledPicture]:
    if material is None:
        return []
    return [picture for real_set in REAL_SETS for picture in read_real_set(material, real_set, part, teacher)]


def _store(path: Path, pictures: list[LabelledPicture], say) -> PictureStore:
    if not pictures:
        raise ValueError('no pictures: give rendered ones or --material')
    return PictureStore(path, pictures, say)
