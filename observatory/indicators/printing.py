"""A chart for paper: the shapes of the page as an SVG that stands alone, since an image reads no style sheet."""

from xml.sax.saxutils import escape, quoteattr

from observatory.pdf.images import svg_source

from .charts import Chart

#: of the drawing: width in pixels, room of a line of legend, size of its words
WIDTH, LEGEND, SIZE = 520, 18, 11
_INK, _SOFT = "#18261f", "#4a584f"
#: the fills of the page, apart in grey
_BARS = {
    "chart__bar--0": "#1c5e50",
    "chart__bar--1": "#cfe0d8",
    "chart__bar--2": "#7fae9f",
    "chart__bar--3": "#ffffff",
    "chart__band": "#e6e0d0",
}
_LINES = {
    "chart__grid": 'stroke="#dcd5c4" stroke-width=".7"',
    "chart__base": 'stroke="#7c7a69" stroke-width="1"',
    "chart__median": 'stroke="#9a3f16" stroke-width="3"',
}


def source(chart: Chart) -> str:
    """The drawing as the source of an image; empty when no value is known."""
    return svg_source(svg(chart)) if chart.bars or chart.marks else ""


def svg(chart: Chart) -> str:
    """The shapes of ``templates/_chart.html`` with inline attributes, its legend underneath."""
    height = chart.height + (LEGEND + 4 if chart.legend else 0)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">',
        *(_rule(rule) for rule in chart.grid),
        *(
            f'<rect x="{_px(bar.x)}" y="{bar.y}" width="{_px(bar.width)}" height="{bar.height}" {_fill(bar.kind)}/>'
            for bar in chart.bars
        ),
        *(_rule(rule) for rule in chart.marks),
        *(_word(word.kind, word.text, _px(word.x), word.y) for word in chart.words),
        *_legend(chart),
        "</svg>",
    ]
    return "".join(parts)


def _px(share: str) -> str:
    """A percentage of the width as pixels."""
    return f"{float(share.removesuffix('%')) * WIDTH / 100:.1f}"


def _fill(kind: str) -> str:
    return f'fill="{_BARS.get(kind, _BARS["chart__bar--0"])}" stroke="#7c7a69" stroke-width=".7"'


def _rule(rule) -> str:
    ends = f'x1="{_px(rule.x1)}" y1="{rule.y1}" x2="{_px(rule.x2)}" y2="{rule.y2}"'
    return f"<line {ends} {_LINES.get(rule.kind, _LINES['chart__grid'])}/>"


def _word(kind: str, text: str, x: str, y) -> str:
    anchor = ' text-anchor="middle"' if kind.startswith("chart__tick") else ""
    colour = _INK if kind in ("chart__label", "chart__value") else _SOFT
    font = f'font-family="Source Sans Pro" font-size="{SIZE}" fill={quoteattr(colour)}'
    return f'<text x="{x}" y="{y}" {font}{anchor}>{escape(str(text))}</text>'


def _legend(chart: Chart) -> list[str]:
    """Each series with its fill, side by side."""
    parts, top = [], chart.height + 4
    for n, (kind, name) in enumerate(chart.legend):
        x = n * WIDTH / len(chart.legend)
        if kind == "chart__median":
            parts.append(f'<line x1="{x + 6:.1f}" y1="{top}" x2="{x + 6:.1f}" y2="{top + 12}" {_LINES[kind]}/>')
        else:
            parts.append(f'<rect x="{x + 1:.1f}" y="{top}" width="12" height="12" {_fill(kind)}/>')
        parts.append(_word("chart__label", name, f"{x + 18:.1f}", top + 10))
    return parts
