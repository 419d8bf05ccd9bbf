"""Checks of the training's parts against values worked out by hand; run by tests/integration/train.test.ts."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

import cv2
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'scripts' / 'train'))

import augment
import evaluate
from assignment import assign
from average_precision import average_precision, match, operating_point
from batches import Batch
from cells import cell_grid, decode_boxes
from export import folded
from export_check import boxes_of
from losses import detection_losses, generalised_iou
from network import Network
from object_classes import CLASS_GROUPS, CLASS_INDEX, CLASSES
from picture import LabelledPicture
from picture_store import PictureStore
from real_pictures import REAL_SETS, part_of_block, read_real_set
from suppression import suppress

WIDTH, HEIGHT = augment.INPUT_WIDTH, augment.INPUT_HEIGHT
GRID = cell_grid(WIDTH, HEIGHT)
CELLS = len(GRID[0])


def truth(*rows):
    return torch.tensor([rows], dtype=torch.float32)


def batch_of(boxes, judged=range(len(CLASSES))):
    mask = torch.zeros(1, len(CLASSES))
    mask[0, list(judged)] = 1
    return Batch(torch.zeros(1, HEIGHT, WIDTH, 3, dtype=torch.uint8), boxes, mask)


def losses_of(boxes, judged=range(len(CLASSES))):
    logits = torch.full((1, CELLS, len(CLASSES)), -2.0, requires_grad=True)
    raw = torch.zeros(1, CELLS, 4, requires_grad=True)
    result = detection_losses(logits, raw, batch_of(boxes, judged), GRID, torch.ones(len(CLASSES)))
    result.total.backward()
    return result, logits.grad[0], raw.grad[0]


class ClassesTest(unittest.TestCase):
    def test_lists_follow_the_product(self):
        self.assertEqual(len(CLASSES), 25)
        names = [[CLASSES[each] for each in group] for group in CLASS_GROUPS]
        self.assertIn(['car', 'bus', 'truck', 'fire_engine'], names)
        self.assertIn(['bicycle', 'e-bike', 'motorcycle'], names)
        self.assertEqual(sorted(sum(CLASS_GROUPS, [])), list(range(25)))


class AssignmentTest(unittest.TestCase):
    def assigned(self, boxes):
        scores = torch.full((1, CELLS, len(CLASSES)), 0.01)
        found = decode_boxes(torch.zeros(1, CELLS, 4), *GRID)
        return assign(scores, found, boxes, GRID[0])

    def test_gives_each_object_cells_inside_it(self):
        result = self.assigned(truth([40, 40, 120, 100, 0, 0], [200, 100, 300, 160, 5, 0]))
        for number, (x1, y1, x2, y2) in enumerate(((40, 40, 120, 100), (200, 100, 300, 160))):
            centres = GRID[0][result.cells[result.rows[:, 4] == (0, 5)[number]]]
            self.assertTrue(1 <= len(centres) <= 10)
            self.assertTrue(((centres >= torch.tensor([x1, y1])) & (centres <= torch.tensor([x2, y2]))).all())
        self.assertTrue(((result.quality >= 0) & (result.quality <= 1)).all())

    def test_a_speck_between_cells_has_cells_too(self):
        self.assertGreater(len(self.assigned(truth([14.5, 14.5, 17.5, 17.5, 0, 0])).cells), 0)

    def test_nothing_and_what_is_not_demanded_have_none(self):
        result = self.assigned(truth([40, 40, 120, 100, 0, 1], [-1, -1, -1, -1, -1, -1]))
        self.assertEqual(len(result.cells), 0)

    def test_a_cell_answers_for_one_object(self):
        result = self.assigned(truth([40, 40, 120, 100, 0, 0], [50, 45, 110, 95, 5, 0]))
        self.assertEqual(len(set(result.cells.tolist())), len(result.cells))

    def test_the_cell_that_fits_best_has_the_quality_of_its_overlap(self):
        # A cell of stride 8 answers an 8×8 box round its centre: exactly the truth.
        result = self.assigned(truth([80, 80, 88, 88, 0, 0]))
        self.assertAlmostEqual(float(result.quality.max()), 1.0, places=4)


class LossTest(unittest.TestCase):
    def test_classes_not_judged_learn_nothing(self):
        _, logits, _ = losses_of(truth([40, 40, 120, 100, CLASS_INDEX['flame'], 0]), [CLASS_INDEX['flame']])
        others = [number for number in range(len(CLASSES)) if number != CLASS_INDEX['flame']]
        self.assertEqual(float(logits[:, others].abs().sum()), 0.0)
        self.assertGreater(float(logits[:, CLASS_INDEX['flame']].abs().sum()), 0.0)

    def test_a_box_not_demanded_is_neither_right_nor_wrong_for_its_class(self):
        _, logits, raw = losses_of(truth([40, 40, 120, 100, 3, 1]))
        inside = ((GRID[0] > 41) & (GRID[0] < torch.tensor([119.0, 99.0]))).all(1)
        self.assertEqual(float(logits[inside, 3].abs().sum()), 0.0)
        self.assertTrue((logits[inside, 4] > 0).all())
        self.assertTrue((logits[~inside][-1] > 0).all())
        self.assertEqual(float(raw.abs().sum()), 0.0)

    def test_an_object_raises_its_class_and_moves_its_box(self):
        result, logits, raw = losses_of(truth([40, 40, 120, 100, 3, 0]))
        self.assertTrue((logits[:, 3] < 0).any())
        self.assertFalse((logits[:, 4] < 0).any())
        self.assertGreater(float(raw.abs().sum()), 0.0)
        self.assertGreater(result.assigned, 0)

    def test_generalised_iou(self):
        a = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10]])
        b = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 5], [20, 0, 30, 10]])
        torch.testing.assert_close(generalised_iou(a, b), torch.tensor([1.0, 0.5, -1 / 3]), atol=1e-5, rtol=0)


class SuppressionTest(unittest.TestCase):
    def rows(self, *objects):
        scores, boxes = np.zeros((len(objects), len(CLASSES))), np.array([box for box, _ in objects], float)
        for row, (_, classes) in zip(scores, objects):
            for name, score in classes.items():
                row[CLASS_INDEX[name]] = score
        return [(CLASSES[int(row[5])], round(float(row[4]), 3)) for row in suppress(scores, boxes)]

    def test_classes_of_a_group_compete(self):
        box = (10, 10, 50, 50)
        self.assertEqual(self.rows((box, {'car': 0.6}), (box, {'truck': 0.7})), [('truck', 0.7)])
        self.assertEqual(self.rows((box, {'car': 0.6, 'bus': 0.8})), [('bus', 0.8)])

    def test_classes_of_different_groups_do_not(self):
        both = self.rows(((10, 10, 50, 50), {'person': 0.6, 'motorcycle': 0.7}))
        self.assertEqual(both, [('motorcycle', 0.7), ('person', 0.6)])

    def test_apart_stays(self):
        self.assertEqual(len(self.rows(((10, 10, 50, 50), {'car': 0.6}), ((60, 10, 90, 50), {'car': 0.7}))), 2)


class AveragePrecisionTest(unittest.TestCase):
    TRUTH = [np.array([[0, 0, 10, 10, 0], [20, 0, 30, 10, 0], [40, 0, 50, 10, 1]], float)]

    def test_by_hand(self):
        # Right, wrong, right: recall 0.5 at precision 1, recall 1 at 2/3; 51 of the 101 recalls are up to 0.5.
        found = [np.array([[0, 0, 10, 10, 0.9], [60, 0, 70, 10, 0.8], [20, 0, 30, 10, 0.7]], float)]
        self.assertAlmostEqual(average_precision(match(self.TRUTH, found)), (51 + 50 * 2 / 3) / 101, places=6)

    def test_not_demanded_counts_neither_way(self):
        found = [np.array([[40, 0, 50, 10, 0.99], [0, 0, 10, 10, 0.9], [20, 0, 30, 10, 0.7]], float)]
        self.assertAlmostEqual(average_precision(match(self.TRUTH, found)), 1.0)

    def test_what_lies_in_one_not_demanded_counts_neither_way_however_much_smaller(self):
        truth = [np.array([[0, 0, 10, 10, 0], [20, 0, 60, 40, 1]], float)]
        found = [np.array([[30, 10, 35, 15, 0.99], [16, 0, 24, 4, 0.98], [0, 0, 10, 10, 0.9]], float)]
        self.assertAlmostEqual(average_precision(match(truth, found)), 1.0, places=6)
        # By less than half: wrong.
        found[0][1] = [15, 0, 24, 4, 0.98]
        self.assertAlmostEqual(average_precision(match(truth, found)), 0.5, places=6)

    def test_found_twice_is_wrong_once(self):
        found = [np.array([[0, 0, 10, 10, 0.9], [0, 0, 10, 9, 0.8]], float)]
        self.assertAlmostEqual(average_precision(match(self.TRUTH, found)), 51 / 101, places=6)

    def test_an_operating_point(self):
        found = [np.array([[0, 0, 10, 10, 0.9], [60, 0, 70, 10, 0.8], [20, 0, 30, 10, 0.7]], float)]
        self.assertEqual(operating_point([match(self.TRUTH, found)], 0.75), (0.5, 0.5))
        self.assertEqual(operating_point([match(self.TRUTH, found)], 0.95), (0.0, 0.0))

    def test_none_there_is_no_number(self):
        self.assertTrue(np.isnan(average_precision(match([np.zeros((0, 5))], [np.zeros((0, 5))]))))


class OnePicture:
    """A store of one picture, in its large size alone."""

    def __init__(self, pixels, box):
        self._pixels, self.boxes = pixels, [np.array([box], np.float32)]

    def size(self, _):
        return self._pixels.shape[1::-1]

    def pixels(self, _, scale=1.0):
        return self._pixels


class AugmentTest(unittest.TestCase):
    def test_boxes_stay_on_their_objects(self):
        pixels = np.zeros((360, 640, 3), np.uint8)
        pixels[150:230, 260:380] = 255
        store = OnePicture(pixels, [260, 150, 380, 230, 0, 0])
        seen = 0
        for seed in range(40):
            canvas = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
            boxes = augment._single(np.random.default_rng(seed), canvas, store, 0, 0.25)
            bright = np.argwhere(canvas[..., 0] > 127)
            if len(bright) == 0 or len(boxes) == 0:
                continue
            seen += 1
            (top, left), (bottom, right) = bright.min(0), bright.max(0) + 1
            np.testing.assert_allclose(boxes[0, :4], [left, top, right, bottom], atol=1.6)
        self.assertGreater(seen, 30)

    def test_what_shows_at_night_still_shows(self):
        night = np.tile(np.linspace(10, 60, 384).astype(np.uint8)[None, :, None], (224, 1, 3))
        for seed in range(300):
            toned = cv2.LUT(night, augment._tone(np.random.default_rng(seed), night, 1.0))
            self.assertGreater(toned.astype(float).std(), 0.25 * night.std())

    def test_same_seed_same_sample(self):
        pixels = np.random.default_rng(1).integers(0, 255, (360, 640, 3), np.uint8)
        store = OnePicture(pixels, [10, 10, 200, 200, 0, 0])
        one, two = (augment.augmented_sample(np.random.default_rng(7), store, 0, [0, 0, 0]) for _ in range(2))
        np.testing.assert_array_equal(one[0], two[0])
        np.testing.assert_array_equal(one[1], two[1])

    def test_both_sizes_show_the_same(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / 'one.jpg'
            pixels = np.full((300, 300, 3), 60, np.uint8)
            pixels[100:200, 60:240] = (250, 240, 230)
            cv2.imwrite(str(path), pixels)
            row = (60.0, 100.0, 240.0, 200.0, 0, 0.0)
            picture = LabelledPicture(path, 'x', 300, 300, [row], (0,))
            store = PictureStore(Path(folder) / 'store.json', [picture], lambda _: None)
            np.testing.assert_allclose(store.boxes[0][0, :4], [72, 120, 288, 240], atol=0.01)
            for scale in (0.5, 0.6, 0.75, 1.0):
                canvas = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
                placed = augment._place(canvas, store, 0, (scale, scale), (0, 0))
                bright = np.argwhere(canvas[..., 0] > 150)
                if scale < 0.7:
                    np.testing.assert_allclose(placed[0, [2, 3]], bright.max(0)[::-1] + 1, atol=1.6)
                np.testing.assert_allclose(placed[0, [0, 1]], bright.min(0)[::-1], atol=1.6)
            # Again from the files, which are then not written anew.
            before = (Path(folder) / 'store.large.u8').stat().st_mtime_ns
            again = PictureStore(Path(folder) / 'store.json', store.pictures, self.fail)
            np.testing.assert_array_equal(again.pixels(0), store.pixels(0))
            self.assertEqual((Path(folder) / 'store.large.u8').stat().st_mtime_ns, before)


class PictureStoreTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.index = Path(self.folder.name) / 'store.json'
        self.said = []

    def picture(self, value):
        path = Path(self.folder.name) / f'{value}.png'
        if not path.exists():
            cv2.imwrite(str(path), np.full((360, 640, 3), value, np.uint8))
        return LabelledPicture(path, 'x', 640, 360, [], ())

    def shown(self, *values):
        store = PictureStore(self.index, [self.picture(each) for each in values], self.said.append)
        return [int(store.pixels(each)[0, 0, 0]) for each in range(len(store))]

    def test_grows(self):
        self.assertEqual(self.shown(10), [10])
        self.assertEqual(self.shown(20, 10), [20, 10])
        self.assertEqual(self.shown(10, 20), [10, 20])
        self.assertEqual([each.split()[1] for each in self.said], ['1', '1'])

    def test_is_made_anew_where_its_files_are_not_whole_or_of_another_format(self):
        self.shown(10, 20)
        whole = self.index.read_text()
        rows = json.loads(whole)['rows']
        for damaged in (json.dumps(rows), json.dumps({'format': 1, 'rows': rows}), whole[:-5], '{"format": 2}'):
            self.index.write_text(damaged)
            self.assertEqual(self.shown(20, 10), [20, 10])
        self.assertEqual(self.index.read_text().count('png'), 2)
        with self.index.with_suffix('.small.u8').open('r+b') as small:
            small.truncate(100)
        self.assertEqual(self.shown(10, 20), [10, 20])
        self.assertEqual(len(self.said), 6)

    def test_made_anew_it_leaves_those_alone_who_still_read_the_old_files(self):
        before = PictureStore(self.index, [self.picture(10)], self.said.append)
        self.index.write_text('{}')
        self.assertEqual(self.shown(20), [20])
        self.assertEqual(int(before.pixels(0)[0, 0, 0]), 10)

    def test_a_stop_in_the_middle_leaves_what_was_there(self):
        self.shown(10)
        lost = LabelledPicture(self.picture(30).path, 'x', 99, 99, [], ())
        with self.assertRaises(ValueError):
            PictureStore(self.index, [self.picture(20), lost], self.said.append)
        self.said.clear()
        self.assertEqual(self.shown(10), [10])
        self.assertEqual(self.said, [])
        self.assertEqual(self.shown(30, 10, 20), [30, 10, 20])


class RealPicturesTest(unittest.TestCase):
    def test_blocks_are_held_out_as_in_the_bench(self):
        # The same numbers as in tests/unit/bench/judged-sets.test.ts.
        for held, number, expected in (
            (0, 0, 'neither'),
            (0, 5, 'held out'),
            (4, 0, 'neither'),
            (4, 4, 'neither'),
            (4, 5, 'training'),
            (4, 394, 'training'),
            (4, 395, 'neither'),
            (4, 405, 'held out'),
            (4, 500, 'neither'),
            (4, 505, 'training'),
        ):
            with self.subTest(held=held, number=number):
                self.assertEqual(part_of_block(number, block=100, every=5, held=held, margin=5), expected)

    def test_the_bigger_model_teaches_nothing_of_what_people_said(self):
        with tempfile.TemporaryDirectory() as folder:
            base = Path(folder) / 'garbage'
            for part in ('images', 'labels'):
                (base / part).mkdir(parents=True)
            cv2.imwrite(str(base / 'images' / '000001.jpg'), np.zeros((100, 200, 3), np.uint8))
            (base / 'labels' / '000001.txt').write_text('0 0.5 0.5 0.2 0.4\n1 0.5 0.5 0.1 0.1\n')
            boxes = [
                {'class': name, 'ignore': ignore, 'box': [1, 2, 3, 4]}
                for name, ignore in (('boat', False), ('person', True))
            ]
            line = {'set': 'garbage', 'file': '000001.jpg', 'classes': ['person', 'boat', 'car'], 'boxes': boxes}
            teacher = Path(folder) / 'teacher.jsonl'
            teacher.write_text(json.dumps(line) + '\n')
            (picture,) = read_real_set(Path(folder), REAL_SETS[1], 'training', teacher)
            rows = [(CLASSES[int(row[4])], row[5]) for row in picture.rows]
            self.assertEqual(rows, [('garbage_bag', 0.0), ('person', 1.0)])
            judged = {CLASSES[each] for each in picture.judged}
            self.assertTrue({'person', 'car', 'boat', 'garbage_bag'} <= judged)
            self.assertEqual(read_real_set(Path(folder), REAL_SETS[1], 'held out', teacher), [])


class EvaluateTest(unittest.TestCase):
    def test_boxes_end_with_the_picture(self):
        rows = np.array([[-5, 10, 50, 300, 0.9, 0], [10, 217, 30, 223, 0.8, 0]], np.float32)
        np.testing.assert_allclose(evaluate._within(rows, (640, 360)), [[0, 10, 50, 216, 0.9, 0]], atol=1e-4)


class ExportTest(unittest.TestCase):
    def test_both_writings_of_the_box_formula_agree(self):
        torch.manual_seed(5)
        raw = torch.randn(CELLS, 4) * 3
        boxes = boxes_of(raw.double().numpy(), HEIGHT, WIDTH)
        np.testing.assert_allclose(boxes, decode_boxes(raw, *GRID).numpy(), atol=1e-3, rtol=1e-4)
        # By hand: the second cell of the second row at stride 8, half a cell to the right, one wide, e² high.
        raw = np.zeros((CELLS, 4))
        raw[WIDTH // 8 + 1] = (0.5, 0, 0, 2)
        high = 8 * np.exp(2)
        np.testing.assert_allclose(
            boxes_of(raw, HEIGHT, WIDTH)[WIDTH // 8 + 1], [12, 12 - high / 2, 20, 12 + high / 2], atol=1e-9
        )

    def test_folding_changes_nothing(self):
        torch.manual_seed(3)
        network = Network(len(CLASSES)).train()
        with torch.no_grad():
            for _ in range(3):
                network(torch.rand(2, 3, HEIGHT, WIDTH))
            network.eval()
            pictures = torch.rand(1, 3, HEIGHT, WIDTH)
            answers = folded(network).answers(pictures * 255)
            torch.testing.assert_close(answers, network.answers(pictures), atol=1e-3, rtol=1e-3)


if __name__ == '__main__':
    torch.set_num_threads(1)
    unittest.main()
