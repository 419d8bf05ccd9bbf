"""Which pictures are trained on and which are checked on."""

from pathlib import Path

from picture import LabelledPicture
from picture_store import PictureStore
from real_pictures import REAL_SETS, read_real_set
from rendered_pictures import read_rendered


def training_store(rendered: Path | None, material: Path | None, teacher: Path | None, cache: Path, say=print):
    """Rendered pictures and the real ones that are not held out."""
    return PictureStore(cache / 'training.json', _gather(rendered, material, teacher, held_out=False), say)


def held_out_store(holdout: Path | None, material: Path | None, cache: Path, say=print) -> PictureStore:
    """Rendered pictures of other seeds and the real ones that are held out, with their own labels alone."""
    return PictureStore(cache / 'held-out.json', _gather(holdout, material, None, held_out=True), say)


def _gather(
    rendered: Path | None, material: Path | None, teacher: Path | None, held_out: bool
) -> list[LabelledPicture]:
    pictures = [] if rendered is None else read_rendered(rendered)
    if material is not None:
        for real_set in REAL_SETS:
            pictures += read_real_set(material, real_set, held_out, teacher)
    if not pictures:
        raise ValueError('no pictures: give --rendered, --holdout or --material')
    return pictures
