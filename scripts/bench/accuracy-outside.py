"""Detects with OpenCV alone: cv2.imread, cv2.resize (INTER_LINEAR), cv2.dnn, and numpy for what comes out.

Asked by accuracy-outside.ts: JSON on standard input, boxes as JSON on standard output.
"""

import json
import sys

import cv2
import numpy as np


def prepared(model, picture):
    image = cv2.imread(picture["path"], cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    height, width = image.shape[:2]
    side = model["side"]
    if model["stretch"]:
        wide, high = side, side
    else:
        scale = min(side / width, side / height)
        wide, high = round(width * scale), round(height * scale)
    small = cv2.resize(image, (wide, high), interpolation=cv2.INTER_LINEAR)
    canvas = np.full((side, side, 3), model["pad"], np.float32)
    canvas[:high, :wide] = small
    if model["order"] == "rgb":
        canvas = canvas[:, :, ::-1]
    canvas = (canvas - np.array(model["mean"], np.float32)) / np.array(model["std"], np.float32)
    return canvas.transpose(2, 0, 1)[None].astype(np.float32), width / wide, height / high


def yolox(model, outputs):
    (raw,) = [output[0] for output in outputs.values()]
    centres, strides = [], []
    for stride in model["strides"]:
        count = model["side"] // stride
        y, x = np.mgrid[0:count, 0:count]
        centres.append(np.stack([x.ravel(), y.ravel()], 1))
        strides.append(np.full((count * count, 1), stride))
    centres, strides = np.concatenate(centres), np.concatenate(strides)
    middle = (raw[:, :2] + centres) * strides
    size = np.exp(raw[:, 2:4]) * strides
    return np.concatenate([middle - size / 2, middle + size / 2], 1), raw[:, 4:5] * raw[:, 5:]


def gfl(model, outputs):
    boxes, scores = [], []
    for stride in model["strides"]:
        count = -(-model["side"] // stride)
        level = [output[0] for output in outputs.values() if output.shape[1] == count * count]
        classes = next(each for each in level if each.shape[1] == model["classes"])
        sides = next(each for each in level if each.shape[1] == 32).reshape(-1, 4, 8)
        sides = np.exp(sides - sides.max(2, keepdims=True))
        sides = (sides / sides.sum(2, keepdims=True) * np.arange(8)).sum(2) * stride
        y, x = np.mgrid[0:count, 0:count]
        x, y = (x.ravel() + 0.5) * stride, (y.ravel() + 0.5) * stride
        boxes.append(np.stack([x - sides[:, 0], y - sides[:, 1], x + sides[:, 2], y + sides[:, 3]], 1))
        scores.append(classes)
    return np.concatenate(boxes), np.concatenate(scores)


def main():
    ask = json.load(sys.stdin)
    model, asked = ask["model"], ask["asked"]
    net = cv2.dnn.readNetFromONNX(ask["path"])
    names = net.getUnconnectedOutLayersNames()
    found = []
    for picture in ask["pictures"]:
        blob, across, down = prepared(model, picture)
        net.setInput(blob)
        boxes, scores = {"yolox": yolox, "gfl": gfl}[model["head"]](model, dict(zip(names, net.forward(names))))
        best = scores.argmax(1)
        score = scores[np.arange(len(best)), best]
        for category in np.unique(best[score >= asked["scoreThreshold"]]):
            mine = np.where((best == category) & (score >= asked["scoreThreshold"]))[0]
            corners = boxes[mine]
            xywh = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], 1)
            kept = cv2.dnn.NMSBoxes(xywh.tolist(), score[mine].astype(float).tolist(), 0.0, asked["iouThreshold"])
            for index in np.array(kept).ravel():
                x1, y1, x2, y2 = corners[index] * [across, down, across, down]
                box = [max(0, x1), max(0, y1), min(picture["width"], x2), min(picture["height"], y2)]
                number = asked["categories"][int(category)]
                if number is not None:
                    found.append({"image": picture["id"], "category": number, "score": float(score[mine][index]), "box": [float(v) for v in box]})
    json.dump(found, sys.stdout)


main()
