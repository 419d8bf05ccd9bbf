"""The network: plain 3×3 and 1×1 convolutions, strides 8/16/32, an add-only pyramid and two small heads.

Plain convolutions because onnxruntime runs them near the processor's peak on one core and because
training on a processor spends its time in them too; depthwise ones are bound by memory in both.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import nn

STRIDES = (8, 16, 32)


@dataclass(frozen=True)
class Shape:
    """Widths and depths of a network; kept in its checkpoint, so that a checkpoint builds its own network."""

    stem: int = 16
    quarter: int = 32
    eighth: int = 64
    sixteenth: int = 96
    thirty_second: int = 160
    """Bottlenecks after the step to strides 4, 8, 16 and 32."""
    depths: tuple[int, int, int, int] = (0, 2, 3, 2)
    pyramid: int = 48
    head: int = 64


class Convolution(nn.Module):
    """Convolution, batch normalisation (folded into it at export), ReLU."""

    def __init__(self, inputs: int, outputs: int, size: int = 3, stride: int = 1) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs, momentum=0.03, eps=1e-3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.relu_(self.norm(self.convolution(x)))


class Bottleneck(nn.Module):
    """Halves the channels, looks around, and adds to its input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.narrow = Convolution(channels, channels // 2, 1)
        self.wide = Convolution(channels // 2, channels, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.wide(self.narrow(x))


def _stage(inputs: int, outputs: int, depth: int) -> nn.Sequential:
    return nn.Sequential(Convolution(inputs, outputs, 3, 2), *(Bottleneck(outputs) for _ in range(depth)))


class Surroundings(nn.Module):
    """What lies around, at the coarsest level: pooled over 5, 9 and 13 cells."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.narrow = Convolution(channels, channels // 2, 1)
        self.pool = nn.MaxPool2d(5, 1, 2)
        self.merge = Convolution(channels * 2, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = self.narrow(x)
        b = self.pool(a)
        c = self.pool(b)
        return self.merge(torch.cat((a, b, c, self.pool(c)), 1))


class Head(nn.Module):
    """One level's answers: `[b, classes + 4, h, w]`, class logits, then the raw box (cells.py)."""

    def __init__(self, inputs: int, width: int, classes: int) -> None:
        super().__init__()
        self.features = Convolution(inputs, width)
        self.answers = nn.Conv2d(width, classes + 4, 1)
        # At the start nothing is seen (Lin et al., "Focal loss", 2017, §3.3), and boxes are some three cells wide.
        nn.init.normal_(self.answers.weight, std=0.01)
        with torch.no_grad():
            self.answers.bias[:classes] = -math.log((1 - 0.01) / 0.01)
            self.answers.bias[classes:] = torch.tensor([0.0, 0.0, 1.2, 1.2])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.answers(self.features(x))


class Network(nn.Module):
    """Class logits `[pictures, cells, classes]` and raw boxes `[pictures, cells, 4]` (cells.py) of all levels."""

    def __init__(self, classes: int, shape: Shape = Shape()) -> None:
        super().__init__()
        self.classes, self.shape = classes, shape
        s, p = shape, shape.pyramid
        self.stem = Convolution(3, s.stem, 3, 2)
        self.quarter = _stage(s.stem, s.quarter, s.depths[0])
        self.eighth = _stage(s.quarter, s.eighth, s.depths[1])
        self.sixteenth = _stage(s.eighth, s.sixteenth, s.depths[2])
        self.thirty_second = _stage(s.sixteenth, s.thirty_second, s.depths[3])
        self.surroundings = Surroundings(s.thirty_second)
        self.lateral = nn.ModuleList(Convolution(c, p, 1) for c in (s.eighth, s.sixteenth, s.thirty_second))
        self.down_merge = nn.ModuleList((Bottleneck(p), Bottleneck(p)))
        self.up_step = nn.ModuleList((Convolution(p, p, 3, 2), Convolution(p, p, 3, 2)))
        self.heads = nn.ModuleList(Head(p, s.head, classes) for _ in STRIDES)

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        answers = self.answers(pictures).transpose(1, 2)
        return answers[..., : self.classes], answers[..., self.classes :]

    def answers(self, pictures: torch.Tensor) -> torch.Tensor:
        """All heads' answers, level after level: `[b, classes + 4, cells]`."""
        eighth = self.eighth(self.quarter(self.stem(pictures)))
        sixteenth = self.sixteenth(eighth)
        thirty_second = self.surroundings(self.thirty_second(sixteenth))
        c8, c16, c32 = (lateral(x) for lateral, x in zip(self.lateral, (eighth, sixteenth, thirty_second)))
        c16 = self.down_merge[1](c16 + functional.interpolate(c32, scale_factor=2.0, mode='nearest'))
        c8 = self.down_merge[0](c8 + functional.interpolate(c16, scale_factor=2.0, mode='nearest'))
        c16 = c16 + self.up_step[0](c8)
        c32 = c32 + self.up_step[1](c16)
        return torch.cat([head(x).flatten(2) for head, x in zip(self.heads, (c8, c16, c32))], 2)
