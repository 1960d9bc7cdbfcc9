// Builds the ECharts option of each kind of chart. The page and the server-side drawing both call zhihengCharts.build,
// so a chart looks the same everywhere. Strings of the report only ever go into option fields that ECharts draws as
// text, or through escape() into a tooltip.
var zhihengCharts = (function () {
  "use strict";

  var SYMBOLS = ["circle", "rect", "triangle", "diamond", "roundRect", "arrow", "pin", "emptyCircle"];

  function say(words, c) {
    return typeof words === "string" ? words : words[c.language];
  }

  function escape(text) {
    return String(text).replace(/[&<>"']/g, function (letter) {
      return { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" }[letter];
    });
  }

  function textWidth(text, size) {
    var units = 0;
    for (var i = 0; i < text.length; i++) {
      var code = text.charCodeAt(i);
      units += code > 0x2e7f ? 1 : "mwMW%".indexOf(text[i]) >= 0 ? 0.92 : code > 64 && code < 91 ? 0.68
        : "fijlrt.,;:'|!()[] ".indexOf(text[i]) >= 0 ? 0.38 : 0.58;
    }
    return units * size;
  }

  function widest(texts, size) {
    return texts.reduce(function (most, text) { return Math.max(most, textWidth(text, size)); }, 0);
  }

  function luminance(rgb) {
    var parts = rgb.map(function (part) {
      var share = part / 255;
      return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
    });
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  }

  function hex(colour) {
    return [1, 3, 5].map(function (at) { return parseInt(colour.slice(at, at + 2), 16); });
  }

  function between(colours, share) {
    var place = Math.min(Math.max(share, 0), 1) * (colours.length - 1);
    var low = Math.min(Math.floor(place), colours.length - 2);
    var a = hex(colours[low]), b = hex(colours[low + 1]);
    return a.map(function (part, i) { return Math.round(part + (b[i] - part) * (place - low)); });
  }

  function textOn(rgb, c) {
    // as theme.on in Python: contrast is at least 4.5 on any colour
    var back = luminance(rgb) + 0.05;
    var ink = back / (luminance(hex(c.theme.ink)) + 0.05), paper = 1.05 / back;
    return Math.max(ink, paper) < 4.5 ? "#000000" : ink >= paper ? c.theme.ink : c.theme.paper;
  }

  function tip(title, pairs) {
    return '<div class="tip"><strong>' + escape(title) + "</strong>" + pairs.filter(function (pair) {
      return pair[1];
    }).map(function (pair) {
      return '<div><span>' + escape(pair[0]) + '</span> <b>' + escape(pair[1]) + "</b></div>";
    }).join("") + "</div>";
  }

  function estimatePairs(e, axis, c) {
    return [
      [axis || c.words.value, e.t], [c.words.interval, e.i], [c.words.se, e.s], [c.words.n, e.n],
    ];
  }

  function ticks(percent) {
    return function (value) {
      var shown = percent ? value * 100 : value;
      return String(Math.round(shown * 1e6) / 1e6) + (percent ? "%" : "");
    };
  }

  // The ends of a value axis: round numbers that hold all values.
  function nice(values, zero) {
    var low = Math.min.apply(null, values), high = Math.max.apply(null, values);
    if (!values.length) { low = 0; high = 1; }
    if (zero) { low = Math.min(low, 0); high = Math.max(high, 0); }
    if (low === high) { low -= 0.5; high += 0.5; }
    var step = Math.pow(10, Math.floor(Math.log10((high - low) / 4)));
    var share = (high - low) / 4 / step;
    step *= share > 5 ? 10 : share > 2.5 ? 5 : share > 2 ? 2.5 : share > 1 ? 2 : 1;
    return { min: tidy(Math.floor(low / step) * step), max: tidy(Math.ceil(high / step) * step), interval: tidy(step) };
  }

  function tidy(value) { return parseFloat(value.toPrecision(12)); }

  function valuesOf(estimates) {
    var values = [];
    estimates.forEach(function (e) {
      if (!e) { return; }
      values.push(e.v);
      if (e.lo !== null) { values.push(e.lo, e.hi); }
    });
    return values;
  }

  function frame(c) {
    return {
      animation: false,
      textStyle: { fontFamily: c.font, color: c.theme.ink, fontSize: 12 },
      tooltip: {
        confine: true, borderColor: c.theme.rule, backgroundColor: c.theme.paper,
        textStyle: { color: c.theme.ink, fontSize: 13 }, transitionDuration: 0,
      },
      aria: { enabled: false },
    };
  }

  function label(c, more) {
    return Object.assign({ color: c.theme.ink, fontSize: 12, fontFamily: c.font }, more || {});
  }

  function valueAxis(c, data, ends, more) {
    return Object.assign({
      type: "value", min: ends.min, max: ends.max, interval: ends.interval,
      axisLabel: label(c, { formatter: ticks(data.percent), color: c.theme.quiet, hideOverlap: true }),
      axisLine: { show: false }, axisTick: { show: false },
      splitLine: { lineStyle: { color: c.theme.rule, width: 0.7 } },
      nameTextStyle: label(c, { color: c.theme.quiet }), nameMoveOverlap: false,
    }, more || {});
  }

  function legend(c, names, more) {
    return Object.assign({
      show: true, type: c.page ? "scroll" : "plain", top: 0, left: "center", data: names, itemWidth: 18, itemHeight: 10,
      itemGap: 16, textStyle: label(c), pageIconSize: 12, pageTextStyle: label(c),
    }, more || {});
  }

  // Rows a plain legend takes: documents cannot scroll it.
  function legendRows(c, names) {
    if (c.page) { return 1; }
    var rows = 1, at = 0;
    names.forEach(function (name) {
      var wide = textWidth(name, 12) + 18 + 5 + 16;
      if (at + wide > c.width - 20 && at > 0) { rows += 1; at = 0; }
      at += wide;
    });
    return rows;
  }

  // A line with caps from low to high; `across` is true where values run from left to right.
  function whisker(api, coord, colour, across, shift, cap) {
    var low = coord(1), high = coord(2);
    var style = { stroke: colour, lineWidth: 1.6, fill: null };
    function line(x1, y1, x2, y2) {
      return { type: "line", shape: { x1: x1, y1: y1, x2: x2, y2: y2 }, style: style, silent: true };
    }
    if (across) {
      var y = low[1] + shift;
      return { type: "group", children: [
        line(low[0], y, high[0], y), line(low[0], y - cap, low[0], y + cap), line(high[0], y - cap, high[0], y + cap),
      ] };
    }
    var x = low[0] + shift;
    return { type: "group", children: [
      line(x, low[1], x, high[1]), line(x - cap, low[1], x + cap, low[1]), line(x - cap, high[1], x + cap, high[1]),
    ] };
  }

  function shorten(text, width, size) {
    if (textWidth(text, size) <= width) { return text; }
    var kept = text;
    while (kept.length > 1 && textWidth(kept + "…", size) > width) { kept = kept.slice(0, -1); }
    return kept + "…";
  }

  function broken(text, width, size) {
    var lines = [], line = "";
    // words of Latin letters stay whole, Chinese breaks anywhere
    (text.match(/[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*|\s+/g) || []).forEach(function (piece) {
      if (line && textWidth((line + piece).trim(), size) > width) { lines.push(line.trim()); line = ""; }
      line += piece;
    });
    if (line.trim()) { lines.push(line.trim()); }
    return lines;
  }

  // Breaks a text into as few lines as fit, of about the same length.
  function wrap(text, width, size) {
    if (textWidth(text, size) <= width) { return text; }
    var lines = broken(text, width, size);
    for (var tight = textWidth(text, size) / lines.length; tight < width; tight += size / 4) {
      var even = broken(text, tight, size);
      if (even.length === lines.length) { return even.join("\n"); }
    }
    return lines.join("\n");
  }

  function ranking(data, c) {
    var size = 12;
    var names = data.units.map(function (unit) { return say(unit.name, c); });
    var left = Math.min(Math.max(widest(names, size), 30) + 8, c.width * (c.width < 500 ? 0.34 : 0.4));
    var wrapped = names.map(function (name) {
      return c.page ? shorten(name, left - 4, size) : wrap(name, left - 4, size);
    });
    var lines = Math.max.apply(null, wrapped.map(function (name) { return name.split("\n").length; }).concat([1]));
    var row = c.page ? (c.width < 500 ? 26 : 24) : 7 + 12.5 * lines;
    var texts = data.units.map(function (unit) { return unit.e ? unit.e.t : unit.name === "⋯" ? "" : "—"; });
    var groups = data.units.map(function (unit) { return unit.groups; });
    var ranks = data.units.map(function (unit) { return unit.rank; });
    var columns = [{ title: c.words.value, texts: texts }];
    if (ranks.some(Boolean) && c.width >= 500) { columns.push({ title: c.words.rank, texts: ranks }); }
    if (groups.some(Boolean)) { columns.push({ title: c.words.groups, texts: groups }); }
    var right = 8;
    columns.forEach(function (column) {
      column.offset = right;
      right += Math.max(widest(column.texts, 11.5), textWidth(column.title, 11.5)) + 12;
    });
    var window = c.page ? 30 : data.units.length;
    var zoomed = data.units.length > window;
    var slider = zoomed ? 26 : 0;
    var keys = data.units.map(function (_, i) { return String(i); });
    var values = valuesOf(data.units.map(function (unit) { return unit.e; }));
    if (data.reference) { values.push(data.reference.v); }
    if (data.low !== null) { values.push(data.low); }
    if (data.high !== null) { values.push(data.high); }
    var ends = nice(values, false);
    var top = data.bands.length ? 52 : 26;
    var height = top + Math.max(Math.min(data.units.length, window), 1) * row + 46;
    var colour = function (unit) { return unit.colour || c.theme.series[0]; };
    var option = frame(c);
    option.grid = { left: left + 6, right: right + slider, top: top, bottom: 44, outerBoundsMode: "none" };
    option.xAxis = valueAxis(c, data, ends, { name: say(data.axis, c), nameLocation: "middle", nameGap: 26 });
    if (ends.max - ends.min > 0 && c.width < 500) { option.xAxis.interval = ends.interval * 2; }
    option.yAxis = [{
      type: "category", inverse: true, data: keys, axisTick: { show: false },
      axisLine: { lineStyle: { color: c.theme.rule } },
      axisLabel: label(c, { interval: 0, lineHeight: 13, formatter: function (key) { return wrapped[+key]; } }),
      splitLine: { show: true, interval: 0, lineStyle: { color: c.theme.faint, width: 1 } },
    }].concat(columns.map(function (column) {
      return {
        type: "category", inverse: true, data: keys, position: "right", axisTick: { show: false },
        axisLine: { show: false }, offset: column.offset - 8, name: column.title, nameLocation: "start", nameGap: 8,
        nameTextStyle: label(c, { align: "left", color: c.theme.quiet, fontSize: 11.5, padding: [0, 0, 0, 8] }),
        axisLabel: label(c, {
          interval: 0, fontSize: 11.5, formatter: function (key) { return column.texts[+key]; },
        }),
      };
    }));
    if (zoomed) {
      option.dataZoom = [{
        type: "slider", yAxisIndex: option.yAxis.map(function (_, i) { return i; }), right: 2, width: 18,
        startValue: 0, endValue: window - 1, showDetail: false, brushSelect: false, filterMode: "none",
        borderColor: c.theme.rule, fillerColor: "rgba(27,79,138,0.18)", handleStyle: { color: c.theme.accent },
      }];
    }
    option.tooltip.trigger = "item";
    option.tooltip.formatter = function (p) {
      if (p.componentType === "markLine") { return tip(say(data.reference.name, c), [[c.words.value, data.reference.t]]); }
      var unit = data.units[p.data.at];
      return tip(names[p.data.at], estimatePairs(unit.e, say(data.axis, c), c).concat([
        [c.words.rank, unit.rank], [c.words.groups, unit.groups],
      ]));
    };
    var bars = [], dots = [];
    data.units.forEach(function (unit, i) {
      if (!unit.e) { return; }
      dots.push({ value: [unit.e.v, String(i)], at: i, itemStyle: { color: colour(unit) } });
      if (unit.e.lo !== null) { bars.push({ value: [String(i), unit.e.lo, unit.e.hi], at: i }); }
    });
    option.series = [{
      type: "custom", data: bars, clip: true, encode: { x: [1, 2], y: 0 }, z: 3,
      renderItem: function (params, api) {
        var unit = data.units[+keys[api.value(0)]];
        return whisker(api, function (at) { return api.coord([api.value(at), api.value(0)]); }, colour(unit), true, 0, 3);
      },
    }, {
      type: "scatter", data: dots, symbolSize: 8, clip: true, z: 4, itemStyle: { opacity: 1, borderColor: c.theme.paper, borderWidth: 1 },
    }];
    if (data.reference) {
      option.series[1].markLine = {
        symbol: "none", silent: false, data: [{ xAxis: data.reference.v }], precision: 15,
        lineStyle: { color: c.theme.alarm, type: "dashed", width: 1.2 },
        label: label(c, {
          formatter: function () { return (say(data.reference.name, c) + " " + data.reference.t).trim(); },
          color: c.theme.alarm, position: "start", distance: 5, fontSize: 11.5,
        }),
      };
    }
    if (data.bands.length) {
      var chips = data.bands.map(function (band) { return say(band.name, c); });
      option.legend = legend(c, chips.map(function (name, i) {
        return { name: name, icon: "circle", itemStyle: { color: data.bands[i].colour } };
      }), { selectedMode: false });
      data.bands.forEach(function (band, i) {
        option.series.push({ type: "scatter", name: chips[i], data: [], itemStyle: { color: band.colour, opacity: 1 }, color: band.colour });
      });
    }
    return { option: option, height: height };
  }

  function heatmap(data, c) {
    var size = c.width < 500 ? 11 : 12;
    var rows = data.rows.map(function (name) { return say(name, c); });
    var columns = data.columns.map(function (name) { return say(name, c); });
    var left = Math.min(widest(rows, size) + 14, c.width * (c.width < 500 ? 0.3 : 0.32));
    var plot = c.width - left - 12;
    var least = 34;
    var wide = Math.max(plot / Math.max(columns.length, 1), 1);
    var scroll = c.page && wide < least;
    var width = c.width;
    if (scroll) { width = left + 12 + least * columns.length; plot = width - left - 12; wide = least; }
    // names that do not fit between the columns even when broken at every word stand aslant
    var slanted = columns.some(function (name) {
      return widest(wrap(name, wide - 6, size).split("\n"), size) > wide - 2 || wide < 30;
    });
    var heads = columns.map(function (name) {
      return slanted ? shorten(name, 120, size) : wrap(name, wide - 6, size);
    });
    var deep = slanted
      ? widest(heads, size) * 0.72 + 22
      : 14 * Math.max.apply(null, heads.map(function (name) { return name.split("\n").length; }).concat([1])) + 12;
    var shownRows = rows.map(function (name) { return c.page ? shorten(name, left - 12, size) : wrap(name, left - 12, size); });
    var tall = Math.max(c.page ? 28 : 21, 6 + 13 * Math.max.apply(null, shownRows.map(function (name) {
      return name.split("\n").length;
    }).concat([1])));
    var colours = data.diverging ? c.theme.diverging : c.theme.sequential;
    var cells = [], gaps = [];
    var small = wide < 40 ? 10 : 11;
    data.cells.forEach(function (line, row) {
      line.forEach(function (e, column) {
        if (!e) { gaps.push({ value: [column, row] }); return; }
        var rgb = between(colours, (e.v - data.low) / (data.high - data.low));
        var mark = data.marks.length ? data.marks[row][column] : "";
        cells.push({
          value: [column, row, e.v], shown: textWidth(e.t + mark, small) > wide - 2 ? "" : e.t + mark, e: e, mark: mark,
          label: { color: textOn(rgb, c) },
        });
      });
    });
    var option = frame(c);
    option.grid = { left: left, right: 12, top: deep, height: tall * Math.max(rows.length, 1), show: true,
      backgroundColor: c.theme.faint, borderWidth: 0, outerBoundsMode: "none" };
    option.xAxis = {
      type: "category", position: "top", data: columns.map(function (_, i) { return String(i); }),
      axisTick: { show: false }, axisLine: { show: false },
      axisLabel: label(c, {
        interval: 0, fontSize: size, lineHeight: 14, rotate: slanted ? 45 : 0,
        formatter: function (key) { return heads[+key]; },
      }),
    };
    option.yAxis = {
      type: "category", inverse: true, data: rows.map(function (_, i) { return String(i); }),
      axisTick: { show: false }, axisLine: { show: false },
      axisLabel: label(c, { interval: 0, fontSize: size, lineHeight: 13, formatter: function (key) { return shownRows[+key]; } }),
    };
    option.visualMap = {
      type: "continuous", min: data.low, max: data.high, seriesIndex: 0, dimension: 2, orient: "horizontal",
      left: "center", bottom: 0, itemWidth: 12, itemHeight: Math.min(220, c.width * 0.4), calculable: false,
      hoverLink: false, inRange: { color: colours }, text: [data.ends[1], data.ends[0]], textStyle: label(c),
    };
    option.tooltip.formatter = function (p) {
      return tip(rows[p.data.value[1]] + " · " + columns[p.data.value[0]], p.data.e
        ? estimatePairs(p.data.e, say(data.axis, c), c).concat([[c.words.mark, p.data.mark]])
        : [[c.words.value, "—"]]);
    };
    option.series = [{
      type: "heatmap", data: cells, itemStyle: { borderColor: c.theme.paper, borderWidth: 1 },
      label: { show: true, fontSize: small, fontFamily: c.font, formatter: function (p) { return p.data.shown; } },
      emphasis: { itemStyle: { borderColor: c.theme.ink, borderWidth: 1.5 } },
    }, {
      type: "scatter", data: gaps, symbol: "rect", symbolSize: [Math.max(wide - 2, 4), tall - 2],
      itemStyle: { color: c.theme.faint },
      label: { show: true, color: c.theme.quiet, fontSize: small, formatter: function () { return "—"; } },
    }];
    return { option: option, height: deep + tall * Math.max(rows.length, 1) + 44, width: width };
  }

  // Puts each label where it covers no point and no other label, as near as can be; leaves it out where nothing is free.
  function placeLabels(texts, places, plot, size) {
    var taken = places.map(function (p) { return { x: p[0] - 6, y: p[1] - 6, width: 12, height: 12 }; });
    [[plot.x, plot.y], [plot.x + plot.width - 120, plot.y], [plot.x, plot.y + plot.height - 22],
      [plot.x + plot.width - 120, plot.y + plot.height - 22]].forEach(function (corner) {
      taken.push({ x: corner[0], y: corner[1], width: 120, height: 22 });
    });
    function free(box) {
      if (box.x < plot.x + 2 || box.x + box.width > plot.x + plot.width - 2) { return false; }
      if (box.y < plot.y + 2 || box.y + box.height > plot.y + plot.height - 2) { return false; }
      return !taken.some(function (other) {
        return box.x < other.x + other.width && other.x < box.x + box.width
          && box.y < other.y + other.height && other.y < box.y + box.height;
      });
    }
    var tries = [[9, 0, "left"], [-9, 0, "right"], [0, -14, "center"], [0, 14, "center"]];
    [16, 28, 40, 54].forEach(function (far) {
      [-1, 1].forEach(function (side) {
        tries.push([14, side * far, "left"], [-14, side * far, "right"]);
        if (far > 16) { tries.push([0, side * far, "center"], [34, side * far, "left"], [-34, side * far, "right"]); }
      });
    });
    return texts.map(function (text, i) {
      var width = textWidth(text, size) + 2, height = size + 4;
      for (var k = 0; k < tries.length; k++) {
        var dx = tries[k][0], dy = tries[k][1], align = tries[k][2];
        var x = places[i][0] + dx - (align === "left" ? 0 : align === "right" ? width : width / 2);
        var box = { x: x, y: places[i][1] + dy - height / 2, width: width, height: height };
        if (free(box)) {
          taken.push(box);
          return { dx: dx, dy: dy, align: align, far: k > 3 };
        }
      }
      return null;
    });
  }

  function quadrants(data, c) {
    var narrow = c.width < 500;
    var xs = valuesOf(data.points.map(function (p) { return p.x; })).concat([data.thresholds[0]]);
    var ys = valuesOf(data.points.map(function (p) { return p.y; })).concat([data.thresholds[1]]);
    function padded(values) {
      var low = Math.min.apply(null, values), high = Math.max.apply(null, values), pad = (high - low) * 0.1 || 0.5;
      return nice([low - pad, high + pad], false);
    }
    var x = padded(xs), y = padded(ys);
    var names = data.names.map(function (name) { return say(name, c); });
    var option = frame(c);
    option.grid = { left: narrow ? 44 : 58, right: narrow ? 12 : 24, top: 34, bottom: 48, outerBoundsMode: "none" };
    option.xAxis = valueAxis(c, data, x, { name: say(data.x_axis, c), nameLocation: "middle", nameGap: 28 });
    option.yAxis = valueAxis(c, data, y, {
      name: say(data.y_axis, c), nameLocation: "end", nameGap: 12,
      nameTextStyle: label(c, { color: c.theme.quiet, align: "left", padding: [0, 0, 0, -36] }),
    });
    [option.xAxis, option.yAxis].forEach(function (axis) {
      axis.splitLine = { show: false };
      axis.axisLine = { show: true, onZero: false, lineStyle: { color: c.theme.rule } };
    });
    var corners = [
      [[data.thresholds[0], data.thresholds[1]], [x.max, y.max], "insideTopRight"],
      [[data.thresholds[0], y.min], [x.max, data.thresholds[1]], "insideBottomRight"],
      [[x.min, y.min], [data.thresholds[0], data.thresholds[1]], "insideBottomLeft"],
      [[x.min, data.thresholds[1]], [data.thresholds[0], y.max], "insideTopLeft"],
    ];
    option.tooltip.formatter = function (p) {
      if (p.componentType !== "series") { return ""; }
      var point = data.points[p.data.at];
      return tip(say(point.name, c), [
        [say(data.x_axis, c), point.x.t], [c.words.interval, point.x.i], [c.words.se, point.x.s],
        [say(data.y_axis, c), point.y.t], [c.words.interval, point.y.i], [c.words.se, point.y.s],
        [c.words.n, point.y.n], [c.words.quadrant, names[point.quadrant]],
      ]);
    };
    var height = c.page ? (narrow ? 420 : 560) : 470;
    var g = option.grid;
    var plot = { x: g.left, y: g.top, width: c.width - g.left - g.right, height: height - g.top - g.bottom };
    var places = data.points.map(function (point) {
      return [
        plot.x + (point.x.v - x.min) / (x.max - x.min) * plot.width,
        plot.y + (y.max - point.y.v) / (y.max - y.min) * plot.height,
      ];
    });
    var texts = data.points.map(function (point) { return shorten(say(point.name, c), narrow ? 110 : 190, 11.5); });
    var labels = placeLabels(texts, places, plot, 11.5);
    option.series = [{
      type: "scatter", symbolSize: 10, z: 5,
      data: data.points.map(function (point, i) {
        return {
          value: [point.x.v, point.y.v], at: i, symbol: SYMBOLS[point.quadrant],
          itemStyle: { color: c.theme.quadrants[point.quadrant], opacity: 1, borderColor: c.theme.paper, borderWidth: 1 },
        };
      }),
    }, {
      // intervals: a thin cross through each point
      type: "custom", silent: true, z: 3, clip: true,
      data: data.points.map(function (point, i) { return [point.x.v, point.y.v, i]; }),
      renderItem: function (params, api) {
        var point = data.points[api.value(2)], at = api.coord([point.x.v, point.y.v]);
        var style = { stroke: c.theme.quadrants[point.quadrant], lineWidth: 1, opacity: 0.55 };
        var arms = [];
        if (point.x.lo !== null) {
          arms.push([api.coord([point.x.lo, point.y.v])[0], at[1], api.coord([point.x.hi, point.y.v])[0], at[1]]);
        }
        if (point.y.lo !== null) {
          arms.push([at[0], api.coord([point.x.v, point.y.lo])[1], at[0], api.coord([point.x.v, point.y.hi])[1]]);
        }
        return {
          type: "group",
          children: arms.map(function (arm) {
            return { type: "line", style: style, shape: { x1: arm[0], y1: arm[1], x2: arm[2], y2: arm[3] } };
          }),
        };
      },
    }, {
      type: "custom", silent: true, z: 4, clip: false,
      data: data.points.map(function (point, i) { return labels[i] ? [point.x.v, point.y.v, i] : null; }).filter(Boolean),
      renderItem: function (params, api) {
        var at = api.coord([api.value(0), api.value(1)]), i = api.value(2), put = labels[i];
        var children = [{
          type: "text",
          style: {
            text: texts[i], x: at[0] + put.dx, y: at[1] + put.dy, align: put.align, verticalAlign: "middle",
            fontSize: 11.5, fontFamily: c.font, fill: c.theme.ink, stroke: c.theme.paper, lineWidth: 2.5,
          },
        }];
        if (put.far) {
          children.unshift({
            type: "line", style: { stroke: c.theme.quiet, lineWidth: 0.7 },
            shape: { x1: at[0], y1: at[1], x2: at[0] + put.dx, y2: at[1] + put.dy },
          });
        }
        return { type: "group", children: children };
      },
    }];
    Object.assign(option.series[0], {
      markArea: {
        silent: true, data: corners.map(function (corner, i) {
          return [{
            name: names[i], coord: corner[0], itemStyle: { color: c.theme.quadrants[i], opacity: 0.05 },
            label: { show: true, position: corner[2], color: c.theme.quadrants[i], fontSize: 13, fontWeight: "bold", fontFamily: c.font },
          }, { coord: corner[1] }];
        }),
      },
      markLine: {
        // without `precision` ECharts rounds where the line stands to two decimals
        silent: true, symbol: "none", precision: 15, z: 2, lineStyle: { color: c.theme.quiet, type: "dashed", width: 1 },
        data: [{ xAxis: data.thresholds[0] }, { yAxis: data.thresholds[1] }], label: { show: false },
      },
    });
    return { option: option, height: height };
  }

  function colourOf(data, c, i) { return data.series[i].colour || c.theme.series[i % c.theme.series.length]; }

  function trend(data, c) {
    var names = data.series.map(function (one) { return say(one.name, c); });
    var places = data.places.map(function (place) { return say(place, c); });
    var all = [];
    data.series.forEach(function (one) { all = all.concat(one.e); });
    var crowded = data.series.length > 8;
    var values = crowded ? all.filter(Boolean).map(function (e) { return e.v; }) : valuesOf(all);
    if (data.low !== null) { values.push(data.low); }
    if (data.high !== null) { values.push(data.high); }
    var ends = nice(values, false);
    var step = data.series.length > 1 ? Math.min(0.06, 0.36 / (data.series.length - 1)) : 0;
    function at(i, k) { return k + (i - (data.series.length - 1) / 2) * step; }
    var one = data.series.length > 1;
    var option = frame(c);
    var top = one ? 24 + 20 * legendRows(c, names) : 24;
    var axisName = say(data.axis, c);
    option.grid = { left: 52, right: 20, top: top + (axisName ? 22 : 0), bottom: 34, outerBoundsMode: "none" };
    option.xAxis = {
      type: "value", min: -0.5, max: Math.max(places.length, 1) - 0.5, interval: 0.5,
      axisLabel: label(c, {
        hideOverlap: true, showMinLabel: false, showMaxLabel: false,
        formatter: function (value) { return Number.isInteger(value) && places[value] !== undefined ? places[value] : ""; },
      }),
      axisTick: { show: false }, axisLine: { onZero: false, lineStyle: { color: c.theme.rule } }, splitLine: { show: false },
    };
    option.yAxis = valueAxis(c, data, ends, {
      name: axisName, nameLocation: "end", nameGap: 12, axisLine: { show: false, onZero: false },
      nameTextStyle: label(c, { color: c.theme.quiet, align: "left", padding: [0, 0, 0, -40] }),
    });
    if (one) {
      option.legend = legend(c, names.map(function (name, i) { return { name: String(i), icon: SYMBOLS[i % 5] }; }), {
        formatter: function (key) { return names[+key]; }, itemWidth: 12, itemHeight: 12,
      });
    }
    option.tooltip.trigger = "item";
    option.tooltip.formatter = function (p) {
      var e = data.series[p.data.s].e[p.data.k];
      return tip(names[p.data.s] + " · " + places[p.data.k], estimatePairs(e, axisName, c));
    };
    option.series = [];
    data.series.forEach(function (line, i) {
      var colour = colourOf(data, c, i);
      option.series.push({
        type: "line", name: String(i), color: colour, symbol: SYMBOLS[i % 5], symbolSize: 8, showAllSymbol: true,
        lineStyle: { width: 2, type: i % c.theme.series.length === i ? "solid" : "dashed" }, connectNulls: false, z: 4,
        emphasis: { focus: "series" },
        data: line.e.map(function (e, k) { return { value: [at(i, k), e ? e.v : null], s: i, k: k }; }),
      });
      if (!crowded) {
        option.series.push({
          type: "custom", name: String(i), silent: true, z: 3, color: colour, clip: true, encode: { x: 0, y: [1, 2] },
          data: line.e.map(function (e, k) { return e && e.lo !== null ? [at(i, k), e.lo, e.hi] : null; }).filter(Boolean),
          renderItem: function (params, api) {
            return whisker(api, function (end) { return api.coord([api.value(0), api.value(end)]); }, colour, false, 0, 3);
          },
        });
      }
    });
    if (data.series.length === 1) {
      option.series.push({
        type: "scatter", silent: true, symbolSize: 0, z: 5,
        data: data.series[0].e.map(function (e, k) { return { value: [k, e ? (e.hi === null ? e.v : e.hi) : null], e: e }; }),
        label: label(c, {
          show: true, position: "top", distance: 3, formatter: function (p) { return p.data.e ? p.data.e.t : ""; },
        }),
      });
    }
    return { option: option, height: top + (c.page ? 330 : 290) };
  }

  function bars(data, c) {
    var names = data.series.map(function (one) { return say(one.name, c); });
    var places = data.places.map(function (place) { return say(place, c); });
    var count = data.series.length;
    var room = (c.width - 90) / Math.max(places.length, 1);
    var across = data.horizontal !== null && data.horizontal !== undefined
      ? data.horizontal && true
      : places.length > 10 || widest(places, 12) > room * 2;
    var all = [];
    data.series.forEach(function (one) { all = all.concat(one.e); });
    var ends = nice(valuesOf(all), true);
    var axisName = say(data.axis, c);
    var option = frame(c);
    var several = count > 1;
    var top = several ? 24 + 20 * legendRows(c, names) : 14;
    var thick = Math.max(count * (count > 3 ? 11 : 15) + 12, 24);
    var left = Math.min(widest(places, 12) + 14, c.width * 0.4);
    var keys = places.map(function (_, i) { return String(i); });
    var shown = places.map(function (place) { return wrap(place, across ? left - 12 : room - 6, 12); });
    var deepest = Math.max.apply(null, shown.map(function (place) { return place.split("\n").length; }).concat([1]));
    var category = {
      type: "category", data: keys, inverse: across, axisTick: { show: false },
      axisLine: { lineStyle: { color: c.theme.quiet }, onZero: true },
      axisLabel: label(c, { interval: 0, lineHeight: 13, formatter: function (key) { return shown[+key]; } }),
    };
    var height;
    if (across) {
      option.grid = { left: left, right: 24, top: top, bottom: axisName ? 46 : 30, outerBoundsMode: "none" };
      option.xAxis = valueAxis(c, data, ends, { name: axisName, nameLocation: "middle", nameGap: 26 });
      option.yAxis = category;
      height = top + Math.max(thick, 13 * deepest + 6) * Math.max(places.length, 1) + (axisName ? 46 : 30);
    } else {
      option.grid = { left: 52, right: 20, top: top + (axisName ? 24 : 4), bottom: 18 + 13 * deepest, outerBoundsMode: "none" };
      option.xAxis = category;
      option.yAxis = valueAxis(c, data, ends, {
        name: axisName, nameLocation: "end", nameGap: 14,
        nameTextStyle: label(c, { color: c.theme.quiet, align: "left", padding: [0, 0, 0, -40] }),
      });
      height = top + (c.page ? 330 : 290) + 13 * deepest;
    }
    if (several) {
      option.legend = legend(c, names.map(function (_, i) { return { name: String(i), icon: "roundRect" }; }), {
        formatter: function (key) { return names[+key]; },
      });
    }
    option.tooltip.trigger = "item";
    option.tooltip.formatter = function (p) {
      var e = data.series[p.data.s].e[p.data.k];
      return tip(places[p.data.k] + " · " + names[p.data.s], estimatePairs(e, axisName, c));
    };
    var wide = across ? (thick - 12) / count : Math.min((room * 0.7) / count, 64);
    var texts = all.map(function (e) { return e ? e.t : ""; });
    var fits = across ? wide >= 12 : wide >= widest(texts, 11);
    option.series = [];
    data.series.forEach(function (one, i) {
      var colour = colourOf(data, c, i);
      option.series.push({
        type: "bar", name: String(i), color: colour, barGap: "8%", barCategoryGap: "30%", barMaxWidth: 64,
        data: one.e.map(function (e, k) { return { value: e ? e.v : null, s: i, k: k }; }),
        label: {
          show: fits, position: across ? "insideLeft" : "insideBottom", color: textOn(hex(colour), c), fontSize: 11,
          fontFamily: c.font,
          formatter: function (p) { var e = data.series[p.data.s].e[p.data.k]; return e ? e.t : ""; },
        },
      });
    });
    data.series.forEach(function (one, i) {
      option.series.push({
        type: "custom", name: String(i), silent: true, z: 5, encode: across ? { y: 0, x: [1, 2] } : { x: 0, y: [1, 2] },
        data: one.e.map(function (e, k) { return e && e.lo !== null ? [k, e.lo, e.hi] : null; }).filter(Boolean),
        renderItem: function (params, api) {
          var place = api.barLayout({ barGap: "8%", barCategoryGap: "30%", barMaxWidth: 64, count: count })[i];
          return whisker(api, function (end) {
            return api.coord(across ? [api.value(end), api.value(0)] : [api.value(0), api.value(end)]);
          }, c.theme.ink, across, place.offsetCenter, 3);
        },
      });
    });
    return { option: option, height: height };
  }

  var KINDS = { ranking: ranking, heatmap: heatmap, quadrants: quadrants, trend: trend, bars: bars };

  // `c`: language, words (of that language), theme, font, width in pixels, page (true: interactive).
  function build(data, c) {
    var made = KINDS[data.kind](data, c);
    return { option: made.option, height: Math.round(made.height), width: Math.round(made.width || c.width) };
  }

  function svg(data, c) {
    var made = build(data, c);
    var chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: made.width, height: made.height });
    try {
      chart.setOption(made.option);
      return chart.renderToSVGString();
    } finally {
      chart.dispose();
    }
  }

  return { build: build, svg: svg, say: say };
})();
