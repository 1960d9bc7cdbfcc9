// Values over periods as a line with error bars, or as bars. Canvas and rich text only: no style is written into the page.
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, CustomChart, LineChart, AriaComponent, GridComponent, TooltipComponent, CanvasRenderer]);

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The bar from low to high of one period, with its two ends. */
function errorBar(params, api) {
  const [x, low] = api.coord([api.value(0), api.value(1)]);
  const [, high] = api.coord([api.value(0), api.value(2)]);
  const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: colour("--ink"), lineWidth: 1.5 } });
  return { type: "group", children: [line(x, low, x, high), line(x - 5, low, x + 5, low), line(x - 5, high, x + 5, high)] };
}

/** An axis from one round number to another, four to eight steps of 1, 2 or 5, with everything between them. */
function axisOver(ends) {
  const low = Math.min(...ends), high = Math.max(...ends);
  const rough = (high - low || Math.abs(high) || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const interval = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const tidy = (value) => Math.round(value * 1e9) / 1e9;
  return { min: tidy(Math.floor(low / interval) * interval), max: tidy(Math.ceil(high / interval) * interval), interval };
}

export function draw(place, { periods, values, low, high, unit, decimals, kind, title }) {
  const said = (value) => `${value.toLocaleString(undefined, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })} ${unit}`;
  const quiet = colour("--quiet");
  const chart = init(place, null, { renderer: "canvas" });
  // the axis reaches to the ends of the intervals; bars begin at nothing
  const ends = [...values, ...low, ...high].filter((each) => each !== null);
  const axis = kind === "bar" ? { min: 0 } : axisOver(ends);
  const errors = low.map((each, at) => [at, each, high[at]]).filter(([, each]) => each !== null);
  chart.setOption({
    animation: false, // what is printed at once is whole
    aria: { enabled: true, label: { description: title } },
    textStyle: { fontFamily: getComputedStyle(place).fontFamily },
    grid: { left: 8, right: 16, top: 28, bottom: 8, containLabel: true },
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true,
      formatter: ([{ dataIndex: at }]) =>
        `${periods[at]}\n${values[at] === null ? "—" : said(values[at])}` + (low[at] === null ? "" : `\n${said(low[at])} – ${said(high[at])}`),
    },
    xAxis: { type: "category", data: periods, axisLabel: { color: quiet }, axisTick: { show: false } },
    yAxis: { type: "value", ...axis, name: unit, nameTextStyle: { color: quiet, align: "left" }, axisLabel: { color: quiet }, splitLine: { lineStyle: { color: colour("--line") } } },
    series: [
      { type: kind, data: values, symbol: "circle", symbolSize: 8, lineStyle: { width: 2.5 }, itemStyle: { color: colour("--deep") }, barMaxWidth: 40, connectNulls: false },
      ...(errors.length ? [{ type: "custom", data: errors, renderItem: errorBar, silent: true, z: 3 }] : []),
    ],
  });
  new ResizeObserver(() => chart.resize()).observe(place);
  // what is drawn has the width of the screen: paper gets a picture of it
  const picture = new Image();
  picture.className = "on-paper";
  picture.alt = "";
  place.after(picture);
  chart.on("finished", () => (picture.src ||= chart.getDataURL({ pixelRatio: 2, backgroundColor: "#fff" })));
}
