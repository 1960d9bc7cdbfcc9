from __future__ import annotations

import csv
import io

import pytest

from zhiheng.measure.indices import Indicator, Problem, Tree, check

TABLE = """\
code,parent,weight,direction,normalise,low,high,cap,aggregate,extra
index,,,,,,,,arithmetic,x
a,index,0.6,1,scale,1,5,,,x
b,index,0.4,-1,goalposts,0,60,1,,x
"""


def table(text):
    return csv.DictReader(io.StringIO(text))


def found(text, **settings):
    with pytest.raises(Problem) as caught:
        Tree.from_table(table(text), **settings)
    return [(one.rule, one.code, one.row, one.field) for one in caught.value.findings]


def test_a_table_becomes_a_tree():
    tree = Tree.from_table(table(TABLE))
    assert tree.codes == ("index", "a", "b")
    assert [leaf.code for leaf in tree.leaves] == ["a", "b"]
    assert tree.root.code == "index"
    assert tree["b"] == Indicator(
        "b", "index", weight=0.4, direction=-1, normalise="goalposts", low=0, high=60, cap=True
    )
    assert tree.effective_weights() == {"index": 1.0, "a": 0.6, "b": 0.4}


def test_cells_of_a_spreadsheet_are_read_too():
    rows = [
        {"code": "index", "parent": None, "weight": None},
        {
            "code": "a",
            "parent": "index",
            "weight": 100.0,
            "direction": -1.0,
            "normalise": "scale",
            "low": 1,
            "high": 5.0,
        },
        {"code": None, "parent": float("nan")},
    ]
    tree = Tree.from_table(rows)
    assert (tree["a"].direction, tree["a"].weight, tree["a"].low) == (-1, 1.0, 1.0)


def test_any_depth_and_any_order():
    names = "abcdefgh"
    leaf = Indicator("leaf", "h", normalise="scale", low=0, high=1)
    chain = [Indicator(name, names[i - 1] if i else None) for i, name in enumerate(names)]
    tree = Tree((leaf, *reversed(chain)))
    assert tree.depth("leaf") == 8
    assert [node.code for node in tree.nodes] == list("hgfedcba")


def test_weights_may_sum_to_100_or_be_normalised():
    hundred = TABLE.replace("0.6", "60").replace("0.4", "40")
    assert Tree.from_table(table(hundred))["a"].weight == 0.6
    uneven = TABLE.replace("0.6", "3").replace("0.4", "1")
    assert Tree.from_table(table(uneven), normalise_weights=True)["a"].weight == 0.75
    assert found(uneven) == [("weights_do_not_sum", "index", 2, "weight")]


def test_weights_are_checked_to_1e_9():
    leaves = [
        Indicator(c, "i", weight=w, normalise="scale", low=0, high=1)
        for c, w in (("a", 0.5), ("b", 0.5 + 2e-9))
    ]
    assert [one.rule for one in check([Indicator("i"), *leaves])] == ["weights_do_not_sum"]
    leaves[1] = Indicator("b", "i", weight=0.5 + 5e-10, normalise="scale", low=0, high=1)
    assert check([Indicator("i"), *leaves]) == []


def test_all_problems_at_once_with_their_rows():
    broken = """\
code,parent,weight,direction,normalise,low,high,cap,aggregate
index,,,,,,,,geometric
a,index,half,1,scale,1,5,,
b,nowhere,0.5,2,goalposts,60,0,1,
,index,0.5,1,scale,1,5,,
a,index,-0.5,1,zscore,1,5,,
c,index,0.5,-1,,,,,
d,index,0.5,1,scale,1,,perhaps,
"""
    assert found(broken, normalise_weights=True) == [
        ("not_a_number", "a", 3, "weight"),
        ("not_allowed", "b", 4, "direction"),
        ("unknown_parent", "b", 4, "parent"),
        ("ends_out_of_order", "b", 4, "low"),
        ("code_missing", "", 5, "code"),
        ("duplicate_code", "a", 6, "code"),
        ("weight_not_positive", "a", 6, "weight"),
        ("ends_not_used", "a", 6, "low"),
        ("not_positive", "a", 6, "normalise"),
        ("direction_without_ends", "c", 7, "direction"),
        ("not_allowed", "d", 8, "cap"),
        ("ends_missing", "d", 8, "high"),
    ]


def test_a_cycle_is_told_once():
    ring = [Indicator("root"), Indicator("leaf", "root", normalise="scale", low=0, high=1)]
    ring += [Indicator(code, parent) for code, parent in (("x", "y"), ("y", "z"), ("z", "x"))]
    cycles = [one for one in check(ring) if one.rule == "cycle"]
    assert [one.found for one in cycles] == ["x → y → z → x"]
    assert [one.rule for one in check([Indicator("self", "self")])] == ["cycle"]  # so there is no root


def test_nothing_is_told_that_follows_from_a_wrong_parent():
    leaf = {"normalise": "scale", "low": 0, "high": 1}
    tree = [
        Indicator("index"),
        Indicator("a", "b"),
        Indicator("b", "a", **leaf),
        Indicator("c", "index", 0.4, **leaf),
    ]
    assert [one.rule for one in check(tree)] == ["cycle"]
    tree[1] = Indicator("a", "indx", 0.6)
    assert [one.rule for one in check(tree)] == ["unknown_parent"]


def test_one_root_and_something_below_it():
    assert [one.rule for one in check([])] == ["no_root"]
    assert [one.rule for one in check([Indicator("a")])] == ["no_indicator"]
    assert "several_roots" in [one.rule for one in check([Indicator("a"), Indicator("b")])]


def test_missing_column_is_named():
    assert ("column_missing", "", 1, "parent") in found("code,weight\nindex,\n")


@pytest.mark.parametrize(
    ("leaf", "bounds", "sound"),
    [
        ({"normalise": "goalposts", "low": 0, "high": 1, "cap": True}, (0, 1), True),
        ({"normalise": "goalposts", "low": 0, "high": 1}, (0, 1), False),
        ({"normalise": "scale", "low": 0, "high": 1}, (0, 100), True),
        ({"normalise": "minmax"}, (0, 100), False),
        ({"normalise": "minmax"}, (1, 100), True),
        ({"normalise": "percentile"}, (0, 100), False),
        ({"normalise": "zscore"}, (1, 100), False),
        ({"normalise": "rank"}, (0, 100), True),
        ({"normalise": "scale", "low": 0, "high": 1}, (-1, 1), False),
    ],
)
@pytest.mark.parametrize("mean", ["geometric", "harmonic"])
def test_a_geometric_mean_needs_positive_children(leaf, bounds, sound, mean):
    indicators = [Indicator("index", aggregate=mean), Indicator("a", "index", **leaf)]
    assert [one.rule for one in check(indicators, bounds)] == ([] if sound else ["not_positive"])


def test_a_negative_value_is_seen_through_an_arithmetic_node():
    indicators = [Indicator("index", aggregate="geometric"), Indicator("node", "index")]
    indicators.append(Indicator("a", "node", normalise="zscore"))
    assert [(one.rule, one.expected) for one in check(indicators)] == [("not_positive", "index")]


@pytest.mark.parametrize(("transform", "low"), [("log", 0.0), ("sqrt", -1.0)])
def test_ends_must_bear_the_transform(transform, low):
    leaf = Indicator("a", "index", normalise="goalposts", low=low, high=5, transform=transform)
    assert [one.rule for one in check([Indicator("index"), leaf])] == ["ends_outside_transform"]


def test_a_node_is_not_measured():
    node = Indicator("n", "index", normalise="scale", low=0, high=1, transform="log")
    leaf = Indicator("a", "n", normalise="scale", low=0, high=1)
    rules = [(one.rule, one.field) for one in check([Indicator("index"), node, leaf])]
    assert rules == [("node_is_not_measured", "normalise"), ("node_is_not_measured", "transform")]


def test_bounds_and_moments():
    sound = [Indicator("index"), Indicator("a", "index", normalise="zscore")]
    assert [one.rule for one in check(sound, (5, 5))] == ["bounds_out_of_order"]
    assert [one.field for one in check(sound, moments=(50, 0))] == ["moments"]
