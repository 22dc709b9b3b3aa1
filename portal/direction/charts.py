"""Charts as SVG that the server draws: bars, one upon another, in as many rows as there are things to compare.

Lengths are shares of the width, so a chart is as wide as its place and its letters stay as large as all others. Each
has a title and a description for those who do not see it, and stands beside its table. Colours are the style sheet's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from wording.language import show_number

_ROW, _BAR, _HISTOGRAM, _FOOT, _SPARK = 36, 8, 160, 22, 28


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What is drawn. `rows` are labels, each with a value for each of the `series`; `tones` name their colours.

    Bars lie in rows; `upright` ones stand beside each other, as a histogram's classes do. Numbers are written as in the
    `language`.
    """

    id: str
    title: str
    series: tuple[str, ...]
    tones: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float, ...]], ...]
    upright: bool = False
    language: str = "es"

    @property
    def largest(self) -> float:
        highest = max if self.upright else sum
        return max((highest(values) for _, values in self.rows), default=0) or 1

    @property
    def description(self) -> str:
        """The chart in words: every label with its values."""
        told = (f"{label}: {', '.join(self._told(values))}" for label, values in self.rows)
        return "; ".join(told)

    def _told(self, values: Sequence[float]) -> Iterator[str]:
        for name, value in zip(self.series, values, strict=True):
            yield f"{name} {self.shown(value)}" if len(self.series) > 1 else self.shown(value)

    def shown(self, value: float) -> str:
        return show_number(value, self.language)


def svg(chart: Chart) -> Markup:
    """The chart's picture."""
    height = _HISTOGRAM + _FOOT if chart.upright else max(1, len(chart.rows)) * _ROW
    parts = _upright(chart) if chart.upright else _lying(chart)
    return Markup(
        '<svg class="chart" role="img" width="100%" height="{height}" aria-labelledby="{id}-t {id}-d">'
        '<title id="{id}-t">{title}</title><desc id="{id}-d">{description}</desc>{parts}</svg>'
    ).format(height=height, id=chart.id, title=chart.title, description=chart.description, parts=Markup("").join(parts))


def bar(values: Sequence[float], tones: Sequence[str], whole: float) -> Markup:
    """A row's shares of a whole, beside the figures that say the same."""
    left, parts = 0.0, [_rect("track", "0", 0, "100%", _BAR)] if sum(values) < whole or not whole else []
    for value, tone in zip(values, tones, strict=True):
        width = 100 * value / whole if whole else 0
        if width:
            parts.append(_rect(tone, f"{left:.3f}%", 0, f"{max(1.0, width - 0.8):.3f}%", _BAR))
        left += width
    return Markup('<svg class="bar" width="100%" height="{h}" aria-hidden="true">{parts}</svg>').format(
        h=_BAR, parts=Markup("").join(parts)
    )


def _lying(chart: Chart) -> Iterator[Markup]:
    for place, (label, values) in enumerate(chart.rows):
        top = place * _ROW
        yield _text("0", top + 14, label)
        yield _text("100%", top + 14, " · ".join(map(chart.shown, values)), "end")
        left = 0.0
        yield _rect("track", "0", top + 20, "100%", _BAR)
        for tone, value in zip(chart.tones, values, strict=True):
            width = 100 * value / chart.largest
            if width:
                yield _rect(tone, f"{left:.3f}%", top + 20, f"{width:.3f}%", _BAR)
            left += width


def _upright(chart: Chart) -> Iterator[Markup]:
    step = 100 / max(1, len(chart.rows))
    wide = 0.8 / max(1, len(chart.tones))
    for place, (label, values) in enumerate(chart.rows):
        is_last = place == len(chart.rows) - 1
        for beside, (tone, value) in enumerate(zip(chart.tones, values, strict=True)):
            left, tall = place + 0.1 + beside * wide, round((_HISTOGRAM - 24) * value / chart.largest)
            yield _rect(tone, f"{left * step:.3f}%", _HISTOGRAM - tall, f"{0.95 * wide * step:.3f}%", tall)
            if len(values) == 1 or is_last:  # of several series, the last figures alone
                at = f"{(left + wide / 2) * step:.3f}%"
                yield _text(at, _HISTOGRAM - tall - 6, chart.shown(value), "middle")
        yield _text(f"{(place + 0.5) * step:.3f}%", _HISTOGRAM + 16, label, "middle")


def spark(values: Sequence[float | None], told: str) -> Markup:
    """A line through some values, the last at the right; where there is none it has a gap. `told` says it in words."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup()
    low, high = min(known), max(known)
    step, parts, run = 100 / (len(values) - 1), [], list[str]()
    for place, value in enumerate([*values, None]):
        if value is not None:
            run.append(f"{place * step:.2f},{_SPARK - 3 - (_SPARK - 6) * ((value - low) / (high - low or 1)):.1f}")
        elif run:
            drawn = run if len(run) > 1 else run * 2
            ends = [f"{each.partition(',')[0]},{_SPARK}" for each in (run[0], run[-1])]
            parts.append(
                Markup('<polygon points="{first} {points} {last}"/><polyline points="{points}"/>').format(
                    first=ends[0], points=" ".join(drawn), last=ends[1]
                )
            )
            run = []
    return Markup(
        '<svg class="spark" role="img" aria-label="{told}" viewBox="0 0 100 {high}" width="100%" height="{high}"'
        ' preserveAspectRatio="none">{parts}</svg>'
    ).format(told=told, high=_SPARK, parts=Markup("").join(parts))


def _rect(tone: str, x: str, y: int, width: str, height: int) -> Markup:
    return Markup('<rect class="{tone}" x="{x}" y="{y}" width="{width}" height="{height}" rx="2"/>').format(
        tone=tone, x=x, y=y, width=width, height=height
    )


def _text(x: str, y: int, text: str, anchor: str = "start") -> Markup:
    return Markup('<text x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>').format(
        x=x, y=y, anchor=anchor, text=escape(text)
    )
