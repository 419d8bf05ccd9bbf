"""Writes a checkpoint as an ONNX model from bytes to boxes: normalisation, decoding and suppression inside.

    /usr/bin/python3 scripts/train/export.py --checkpoint RUN/best.pt --out models/maplebridge-25-384.onnx

Input `images` [1, 3, 224, 384] float RGB 0–255; output `detections` [n, 6]: x1, y1, x2, y2 in pixels of the input,
score, class index; best score first, at most 300, and 100 of a group.
"""

import argparse
import copy
import hashlib
import io
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from augment import INPUT_HEIGHT, INPUT_WIDTH
from cells import cell_grid
from checkpoint import load_network
from network import Convolution, Network
from object_classes import CLASS_GROUPS, CLASSES
from suppression import IOU_THRESHOLD, MOST, MOST_OF_GROUP, SCORE_THRESHOLD

_opset = 16


def folded(network: Network) -> Network:
    """The same network with each batch normalisation inside its convolution, and bytes instead of 0–1 as input."""
    network = copy.deepcopy(network).float().eval()
    for module in network.modules():
        if isinstance(module, Convolution):
            _fold(module)
    # Without an offset: the padding's zeros stay what they were in training.
    network.stem.convolution.weight.data /= 255
    return network


def _fold(module: Convolution) -> None:
    convolution, norm = module.convolution, module.norm
    gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    whole = nn.Conv2d(
        convolution.in_channels,
        convolution.out_channels,
        convolution.kernel_size,
        convolution.stride,
        convolution.padding,
    )
    whole.weight.data = (convolution.weight * gain[:, None, None, None]).detach()
    whole.bias.data = (norm.bias - norm.running_mean * gain).detach()
    module.convolution, module.norm = whole, nn.Identity()


class Decoded(nn.Module):
    """Scores `[1, classes, cells]` and boxes `[1, cells, 4]` in pixels of the input."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        centres, strides = cell_grid(INPUT_WIDTH, INPUT_HEIGHT)
        self.register_buffer('centres', centres.t()[None].contiguous())
        self.register_buffer('strides', strides.t()[None].contiguous())

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        answers = self.network.answers(images)
        classes = self.network.classes
        middle = answers[:, classes : classes + 2] * self.strides + self.centres
        half = answers[:, classes + 2 :].clamp(max=5.0).exp() * (self.strides / 2)
        boxes = torch.cat((middle - half, middle + half), 1)
        return answers[:, :classes].sigmoid(), boxes.transpose(1, 2)


def build_model(network: Network, threshold: float = SCORE_THRESHOLD, power: float = 1.0) -> onnx.ModelProto:
    """The whole graph. `threshold`: of scores as trained; `power`: what they are raised to before they are told."""
    buffer = io.BytesIO()
    torch.onnx.export(
        Decoded(folded(network)).eval(),
        torch.zeros(1, 3, INPUT_HEIGHT, INPUT_WIDTH),
        buffer,
        opset_version=_opset,
        input_names=['images'],
        output_names=['scores', 'boxes'],
    )
    model = onnx.load_from_string(buffer.getvalue())
    _add_suppression(model.graph, threshold, power)
    del model.graph.value_info[:]
    model.producer_name, model.producer_version = 'maplebridge', ''
    helper.set_model_props(model, {'classes': ','.join(CLASSES)})
    onnx.checker.check_model(model, full_check=True)
    return model


def _add_suppression(graph: onnx.GraphProto, threshold: float, power: float) -> None:
    def constant(name: str, value: object, dtype: type) -> str:
        graph.initializer.append(numpy_helper.from_array(np.array(value, dtype), name))
        return name

    def node(kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        outputs = [output] if kind != 'TopK' else [output, f'{output}_places']
        graph.node.append(helper.make_node(kind, inputs, outputs, name=f'suppression/{output}', **attributes))
        return output

    # Classes of one group compete as one: its score in a cell is that of its best class.
    parts = []
    for number, members in enumerate(CLASS_GROUPS):
        part = node('Gather', ['scores', constant(f'members_{number}', members, np.int64)], f'part_{number}', axis=1)
        if len(members) > 1:
            part = node('ReduceMax', [part], f'group_{number}', axes=[1], keepdims=1)
        parts.append(part)
    grouped = node('Concat', parts, 'grouped', axis=1)
    most = constant('most', [MOST], np.int64)
    limits = [constant('iou', [IOU_THRESHOLD], np.float32), constant('least', [threshold], np.float32)]
    most_of_group = constant('most_of_group', [MOST_OF_GROUP], np.int64)
    node('NonMaxSuppression', ['boxes', grouped, most_of_group, *limits], 'selected')
    group = node('Gather', ['selected', constant('column_1', 1, np.int64)], 'group', axis=1)
    cell = node('Gather', ['selected', constant('column_2', 2, np.int64)], 'cell', axis=1)

    # The class of a survivor: the best of its own group, and of no other.
    first = constant('first', 0, np.int64)
    of_cell = node('Gather', [node('Gather', ['scores', first], 'all_scores', axis=0), cell], 'of_cell', axis=1)
    belongs = np.zeros((len(CLASSES), len(CLASS_GROUPS)))
    for number, members in enumerate(CLASS_GROUPS):
        belongs[members, number] = 1
    own = node('Gather', [constant('belongs', belongs, np.float32), group], 'own', axis=1)
    own_scores = node('Mul', [of_cell, own], 'own_scores')
    score = node('ReduceMax', [own_scores], 'score', axes=[0], keepdims=0)
    if power != 1:
        # Of survivors alone: a power keeps their order, and of all cells it would take half a millisecond.
        score = node('Pow', [score, constant('power', power, np.float32)], 'told_score')
    best = node('ArgMax', [own_scores], 'best', axis=0, keepdims=0)
    best = node('Cast', [best], 'best_float', to=TensorProto.FLOAT)
    last_axis = constant('last_axis', [1], np.int64)
    tail = [node('Unsqueeze', [each, last_axis], f'{each}_column') for each in (score, best)]
    box = node('Gather', [node('Gather', ['boxes', first], 'all_boxes', axis=0), cell], 'box', axis=0)
    rows = node('Concat', [box, *tail], 'rows', axis=1)

    # The best of all groups together.
    count = node('Min', [node('Shape', [score], 'found'), most], 'count')
    node('TopK', [score, count], 'top', axis=0, largest=1, sorted=1)
    node('Gather', [rows, 'top_places'], 'detections', axis=0)
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info('detections', TensorProto.FLOAT, ['n', 6]))


def main() -> None:
    """Exports, and says what the manifest needs to know."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--checkpoint', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--score-threshold', type=float, default=SCORE_THRESHOLD)
    parser.add_argument('--score-power', type=float, default=1.0, help='scores are raised to it; below 1: they grow')
    parser.add_argument('--check', type=Path, help='folder for inputs and expected outputs of some pictures')
    parser.add_argument('--rendered', type=Path, help='rendered pictures for --check, of any seeds')
    parser.add_argument('--material', type=Path, help='real pictures for --check')
    parser.add_argument('--cache', type=Path, default=Path('.maplebridge/train/cache'))
    options = parser.parse_args()
    network = load_network(options.checkpoint)
    threshold, power = options.score_threshold, options.score_power
    model = build_model(network, threshold, power).SerializeToString()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(model)
    if options.check is not None:
        from augment import plain_sample
        from data import check_store
        from export_check import write_check

        store = check_store(options.rendered, options.material, options.cache)
        some = range(0, len(store), max(1, len(store) // 8))
        write_check(network, np.stack([plain_sample(store, i)[0] for i in some]), options.check, threshold, power)
    parameters = sum(p.numel() for p in network.parameters())
    digest = hashlib.sha256(model).hexdigest()
    print(json.dumps({'file': str(options.out), 'bytes': len(model), 'sha256': digest, 'parameters': parameters}))


if __name__ == '__main__':
    main()
