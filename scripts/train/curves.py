"""A run's curves as one SVG: losses and average precision over pictures trained on."""

import json
from pathlib import Path

_width, _height, _margin = 760, 300, 44
_colours = ('#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e')


def draw_curves(lines: Path, out: Path) -> None:
    """Reads curves.jsonl, writes the picture."""
    events = [json.loads(line) for line in lines.read_text().splitlines()]
    losses = {
        name: [(e['pictures'], e[name]) for e in events if e['event'] == 'train'] for name in ('class_loss', 'box_loss')
    }
    checks = [e for e in events if e['event'] == 'check']
    sources = sorted({source for e in checks for source in e['ap50']})
    precision = {
        f'AP50 {source}': [(e['pictures'], e['ap50'][source]['mean']) for e in checks if e['ap50'].get(source)]
        for source in sources
    }
    panels = [_panel(losses, 0, None), _panel(precision, _height, 1.0)]
    body = '\n'.join(panels)
    out.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_width}" height="{2 * _height}" '
        f'font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'
    )


def _panel(series: dict[str, list[tuple[float, float]]], top: int, most: float | None) -> str:
    points = [point for line in series.values() for point in line]
    if not points:
        return ''
    right = max(x for x, _ in points) or 1
    # The first losses are far above all others; they would flatten the rest.
    high = most or sorted(y for _, y in points)[int(0.98 * (len(points) - 1))] or 1
    across = (_width - 2 * _margin) / right
    up = (_height - 2 * _margin) / high
    base = top + _height - _margin
    parts = [f'<path d="M{_margin} {top + _margin}V{base}H{_width - _margin}" fill="none" stroke="#999"/>']
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = base - share * high * up
        parts.append(f'<text x="{_margin - 6}" y="{y + 4:.0f}" text-anchor="end">{share * high:.2f}</text>')
        x, label = _margin + share * right * across, f'{share * right / 1000:.0f} k'
        parts.append(f'<text x="{x:.0f}" y="{base + 16}">{label}</text>')
    for number, (name, line) in enumerate(series.items()):
        colour = _colours[number % len(_colours)]
        path = ' '.join(f'{_margin + x * across:.1f},{base - min(y, high) * up:.1f}' for x, y in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts.append(f'<text x="{_width - 180}" y="{top + 20 + 14 * number}" fill="{colour}">{name}</text>')
    return '\n'.join(parts)
