"""Charts drawn on the server: exact tables, lengths in proportion, unknown values, what is refused."""

from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from observatory.indicators import charts
from observatory.indicators.charts import Line, Series

from .markup import faults


def drawn(chart) -> str:
    """The figure in a page, sound as pages are."""
    figure = render_to_string("_chart.html", {"chart": chart})
    head = '<title>t</title><meta name="description" content="d">'
    page = f'<!doctype html><html lang="fr"><head>{head}</head><body><main><h1>t</h1>{figure}</main></body></html>'
    assert faults(page) == []
    assert "style=" not in figure
    return figure


def a_column_chart(values, **kwargs):
    labels = [str(2015 + n) for n in range(len(values))]
    given = {"key": "c", "title": "Aides", "labels": labels, "series": [Series("Montant", values)], "head": "Année"}
    return charts.columns(**given | kwargs)


def test_columns_are_in_proportion_and_their_table_is_exact():
    chart = a_column_chart([Decimal("12500.50"), Decimal("6250.25"), None, Decimal(0)], unit="€")
    assert [bar.says for bar in chart.bars] == ["2015 : 12\u202f500,50\u00a0€", "2016 : 6\u202f250,25\u00a0€"]
    tall, half = (float(bar.height) for bar in chart.bars)
    assert abs(tall - 2 * half) < 0.2
    assert [row[1] for row in chart.table] == [
        "12\u202f500,50\u00a0€",
        "6\u202f250,25\u00a0€",
        "non précisé",
        "0\u00a0€",
    ]
    assert "De 2015 à 2018" in chart.description and "12\u202f500,50\u00a0€ au plus haut (2015)" in chart.description
    figure = drawn(chart)
    assert 'role="img"' in figure and "<desc" in figure and '<th scope="row">2017</th>' in figure


def test_the_scale_is_round_and_counts_have_no_halves():
    scale = [word.text for word in a_column_chart([1, 3, 2]).words if word.kind == "chart__scale"]
    assert scale == ["1", "2", "3"]
    scale = [word.text for word in a_column_chart([Decimal(1_340_000)], unit="€").words if word.kind == "chart__scale"]
    assert scale == ["500\u00a0k€", "1\u00a0M€", "1,5\u00a0M€"]


def test_series_stand_side_by_side_or_on_each_other():
    series = [Series("Reçus", [4, 8]), Series("Retenus", [1, 2])]
    beside = charts.columns(key="c", title="Appels", labels=["2019", "2020"], series=series)
    stacked = charts.columns(key="c", title="Appels", labels=["2019", "2020"], series=series, stacked=True)
    assert len({bar.x for bar in beside.bars}) == 4 and len({bar.x for bar in stacked.bars}) == 2
    first, second = stacked.bars[:2]
    assert float(first.y) == pytest.approx(float(second.y) + float(second.height), abs=0.2)
    assert [name for _, name in beside.legend] == ["Reçus", "Retenus"] and "chart__legend" in drawn(beside)


def test_a_value_stands_against_its_median():
    chart = charts.rows(
        key="r", title="Autofinancement", unit="%", name="Ce pôle",
        lines=[Line("Part des ressources propres", Decimal("57.5"), median=40, low=20, high=60), Line("Inconnu", None)],
    )  # fmt: skip
    bar = next(bar for bar in chart.bars if bar.kind == "chart__bar--0")
    median = chart.marks[0]
    assert float(median.x1[:-1]) / float(bar.width[:-1]) == pytest.approx(40 / 57.5, abs=0.01)
    assert chart.heads == ["", "Ce pôle", "1er quartile", "Médiane", "3e quartile"]
    assert chart.table[0] == ["Part des ressources propres", "57,5\u00a0%", "20\u00a0%", "40\u00a0%", "60\u00a0%"]
    assert chart.table[1][1] == "non précisé" and "Médiane" in drawn(chart)


def test_long_series_write_some_of_their_labels():
    ticks = [word for word in a_column_chart(list(range(30))).words if word.kind.startswith("chart__tick")]
    assert len(ticks) <= 11 and len([word for word in ticks if word.kind == "chart__tick"]) <= 5


@pytest.mark.parametrize("values", [[], [None], [0, 0]])
def test_nothing_to_draw_leaves_the_table(values):
    figure = drawn(a_column_chart(values))
    assert "<rect" not in figure and "<table>" in figure


@pytest.mark.parametrize(
    ("values", "labels", "sentence"),
    [([-1], ["a"], "négative"), ([1, 2], ["a"], "2 valeurs pour 1 libellé")],
)
def test_what_a_bar_cannot_say_is_refused(values, labels, sentence):
    with pytest.raises(ValueError, match=sentence):
        charts.columns(key="c", title="t", labels=labels, series=[Series("v", values)])
    with pytest.raises(ValueError, match="jusqu’à 4 séries"):
        charts.columns(key="c", title="t", labels=["a"], series=[Series(str(n), [1]) for n in range(5)])
