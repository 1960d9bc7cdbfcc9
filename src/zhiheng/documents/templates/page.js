// What the page does: draws charts when they come into sight, switches the language, sorts, filters and saves tables.
(function () {
  "use strict";

  var all = JSON.parse(document.getElementById("zhiheng-data").textContent);
  var root = document.documentElement;
  var language = root.dataset.language;
  var drawn = new Map();
  var printing = false;

  function words() { return all.words[language]; }

  function each(selector, act) { Array.prototype.forEach.call(document.querySelectorAll(selector), act); }

  // ── charts ──
  // Works out a chart and gives it its room, so that nothing moves when it is drawn.
  function prepare(place, width) {
    var made = zhihengCharts.build(all.charts[place.dataset.chart].data, {
      language: language, words: words(), theme: all.theme, font: all.font, width: width, page: !printing,
    });
    place.style.width = made.width + "px";
    place.style.height = made.height + "px";
    return made;
  }

  function draw(place) {
    var width = printing ? 660 : place.parentElement.clientWidth;
    if (!width) { return; }
    var chart = all.charts[place.dataset.chart];
    var made = prepare(place, width);
    var old = drawn.get(place);
    if (old) { old.dispose(); }
    var made_chart = echarts.init(place, null, { renderer: "svg", width: made.width, height: made.height });
    var zoomable = chart.data.kind === "quadrants" || chart.data.kind === "trend";
    if (!printing && zoomable && width > 500) {
      made.option.toolbox = {
        right: 0, bottom: 0, itemSize: 13, iconStyle: { borderColor: all.theme.quiet },
        feature: {
          dataZoom: { title: { zoom: words().zoom, back: words().restore }, filterMode: "none" },
          restore: { title: words().restore },
        },
      };
    }
    made_chart.setOption(made.option);
    place.setAttribute("aria-label", chart.alt[language]);
    place.dataset.width = width;
    drawn.set(place, made_chart);
  }

  // A long ranking moves by the keyboard too.
  function move(place, event) {
    var chart = drawn.get(place);
    var zoom = chart && chart.getOption().dataZoom && chart.getOption().dataZoom[0];
    var data = all.charts[place.dataset.chart].data;
    if (!zoom || data.kind !== "ranking") { return; }
    var size = zoom.endValue - zoom.startValue;
    var step = { ArrowDown: 1, ArrowUp: -1, PageDown: size, PageUp: -size, Home: -1e6, End: 1e6 }[event.key];
    if (!step) { return; }
    event.preventDefault();
    var start = Math.max(0, Math.min(zoom.startValue + step, data.units.length - 1 - size));
    chart.dispatchAction({ type: "dataZoom", dataZoomIndex: 0, startValue: start, endValue: start + size });
  }

  var watcher = "IntersectionObserver" in window ? new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      if (entry.isIntersecting && !drawn.has(entry.target)) { draw(entry.target); }
    });
  }, { rootMargin: "600px" }) : null;

  each(".canvas", function (place) {
    place.setAttribute("aria-label", all.charts[place.dataset.chart].alt[language]);
    if (place.parentElement.clientWidth) { prepare(place, place.parentElement.clientWidth); }
    if (watcher) { watcher.observe(place); }
    place.addEventListener("keydown", function (event) { move(place, event); });
  });

  // What nobody has looked at yet is drawn when there is time, one chart at a time.
  function drawNext() {
    var place = Array.prototype.find.call(document.querySelectorAll(".canvas"), function (one) { return !drawn.has(one); });
    if (place && !printing) { draw(place); setTimeout(drawNext, 30); }
  }
  window.addEventListener("load", function () { setTimeout(drawNext, 100); });

  var waiting = null;
  window.addEventListener("resize", function () {
    clearTimeout(waiting);
    waiting = setTimeout(function () {
      drawn.forEach(function (_, place) {
        if (+place.dataset.width !== place.parentElement.clientWidth) { draw(place); }
      });
    }, 150);
  });

  window.addEventListener("beforeprint", function () { printing = true; each(".canvas", draw); });
  window.addEventListener("afterprint", function () { printing = false; each(".canvas", draw); });

  // ── language ──
  function speak(chosen) {
    language = chosen;
    root.dataset.language = chosen;
    root.lang = chosen === "zh" ? "zh-CN" : "en";
    document.title = all.titles[chosen];
    each("[data-set-language]", function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.setLanguage === chosen));
    });
    each("[data-placeholder]", function (input) { input.placeholder = words()[input.dataset.placeholder]; });
    each("[data-label]", function (part) { part.setAttribute("aria-label", words()[part.dataset.label]); });
    each("figure", function (figure) {
      var caption = figure.querySelector("figcaption"), region = figure.querySelector(".scroll");
      if (caption && region) { region.setAttribute("aria-label", seen(caption)); }
    });
    each(".canvas", function (place) { place.setAttribute("aria-label", all.charts[place.dataset.chart].alt[chosen]); });
    each(".count", function (count) { if (count.textContent) { counted(count.closest(".tools").parentElement); } });
    Array.from(drawn.keys()).forEach(draw);
    try { localStorage.setItem("zhiheng-language", chosen); } catch (error) { /* a page opened from a file may not store */ }
  }

  each("[data-set-language]", function (button) {
    button.addEventListener("click", function () { speak(button.dataset.setLanguage); });
  });

  // The words of an element in the language that is shown.
  function seen(element) {
    var copy = element.cloneNode(true);
    Array.prototype.forEach.call(copy.querySelectorAll("." + (language === "zh" ? "en" : "zh")), function (hidden) {
      hidden.remove();
    });
    return copy.textContent.trim().replace(/\s+/g, " ");
  }

  // ── tables ──
  function rowsOf(table) {
    return Array.prototype.filter.call(table.tBodies[0].rows, function (row) { return !row.classList.contains("none"); });
  }

  function keyOf(row, column) {
    var cell = row.cells[column];
    if (cell.classList.contains("missing")) { return null; }
    return cell.dataset.value !== undefined ? +cell.dataset.value : seen(cell);
  }

  function sort(button) {
    var head = button.closest("th"), table = button.closest("table");
    var column = head.cellIndex;
    var up = head.getAttribute("aria-sort") === "none" ? !button.classList.contains("numeric")
      : head.getAttribute("aria-sort") === "descending";
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) { cell.setAttribute("aria-sort", "none"); });
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    var order = new Intl.Collator(language === "zh" ? "zh" : "en", { numeric: true });
    rowsOf(table).map(function (row) { return [keyOf(row, column), row]; }).sort(function (a, b) {
      if (a[0] === null || b[0] === null) { return (a[0] === null) - (b[0] === null); }  // missing stays last
      var before = typeof a[0] === "number" && typeof b[0] === "number" ? a[0] - b[0]
        : order.compare(String(a[0]), String(b[0]));
      return up ? before : -before;
    }).forEach(function (pair) { table.tBodies[0].appendChild(pair[1]); });
  }

  each(".sort", function (button) { button.addEventListener("click", function () { sort(button); }); });

  function counted(part) {
    var rows = rowsOf(part.querySelector("table.data"));
    var shown = rows.filter(function (row) { return !row.hidden; }).length;
    part.querySelector(".count").textContent = shown + " / " + rows.length + " " + words().rows_shown;
  }

  each(".filter", function (input) {
    var part = input.closest(".tools").parentElement;
    input.addEventListener("input", function () {
      var sought = input.value.trim().toLowerCase();
      rowsOf(part.querySelector("table.data")).forEach(function (row) {
        row.hidden = sought !== "" && row.textContent.toLowerCase().indexOf(sought) < 0;
      });
      counted(part);
    });
  });

  // Full numbers, not the rounded ones; a text that a spreadsheet would take for a formula is led by an apostrophe.
  function lines(table, separator) {
    function cell(text, isNumber) {
      if (!isNumber && /^[=+\-@\t\r]/.test(text)) { text = "'" + text; }
      return separator === "," && /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text.replace(/\t/g, " ");
    }
    var heads = Array.prototype.map.call(table.tHead.rows[0].cells, function (head) { return cell(seen(head), false); });
    return [heads].concat(rowsOf(table).filter(function (row) { return !row.hidden; }).map(function (row) {
      return Array.prototype.map.call(row.cells, function (one) {
        if (one.classList.contains("missing")) { return ""; }
        return one.dataset.value !== undefined ? cell(one.dataset.value, true) : cell(seen(one), false);
      });
    })).map(function (line) { return line.join(separator); }).join("\r\n");
  }

  function save(name, kind, text) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: kind }));
    link.download = name;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }

  each(".save-csv", function (button) {
    var part = button.closest(".tools").parentElement;
    button.addEventListener("click", function () {
      save(button.closest("figure").id + ".csv", "text/csv", "\ufeff" + lines(part.querySelector("table.data"), ","));
    });
  });

  each(".copy", function (button) {
    var part = button.closest(".tools").parentElement;
    button.addEventListener("click", function () {
      var area = document.createElement("textarea");
      area.value = lines(part.querySelector("table.data"), "\t");
      area.className = "hidden";
      document.body.appendChild(area);
      area.select();
      document.execCommand("copy");  // works from file://, where the newer interface is not offered
      area.remove();
      var before = button.innerHTML;
      button.textContent = words().copied;
      setTimeout(function () { button.innerHTML = before; }, 1500);
    });
  });

  each(".save-svg", function (button) {
    button.addEventListener("click", function () {
      var figure = button.closest("figure"), place = figure.querySelector(".canvas");
      if (!drawn.has(place)) { draw(place); }
      save(figure.id + ".svg", "image/svg+xml", drawn.get(place).renderToSVGString());
    });
  });

  // ── contents ──
  if (window.innerWidth < 1200) { each(".contents details", function (part) { part.open = false; }); }
  if (watcher) {
    var links = {};
    each(".contents a", function (link) { links[link.hash.slice(1)] = link; });
    var spy = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting) { return; }
        each(".contents a[aria-current]", function (link) { link.removeAttribute("aria-current"); });
        if (links[entry.target.id]) { links[entry.target.id].setAttribute("aria-current", "true"); }
      });
    }, { rootMargin: "-10% 0px -75% 0px" });
    each("main h2, main h3, main h4", function (heading) { if (heading.id) { spy.observe(heading); } });
  }
  window.addEventListener("scroll", function () { root.classList.toggle("scrolled", window.scrollY > 900); }, { passive: true });

  var kept = null;
  try { kept = localStorage.getItem("zhiheng-language"); } catch (error) { /* as above */ }
  speak(all.languages.indexOf(kept) >= 0 ? kept : language);
})();
