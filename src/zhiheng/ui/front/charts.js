// `<div data-chart="id of the JSON">`: what `c-chart` writes. ECharts comes only where there is one.
const charts = document.querySelectorAll("[data-chart]");
if (charts.length) {
  import("./drawing.js").then(({ draw }) => {
    for (const place of charts) draw(place, JSON.parse(document.getElementById(place.dataset.chart).textContent));
  });
}
