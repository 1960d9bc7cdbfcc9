// On a phone a table that would scroll sideways stands as cards: each cell says its heading. Without scripts it scrolls.
const narrow = matchMedia("(max-width: 39.99rem)");
const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };

/** Whether the cells of a table can stand alone: it has headings, and none reaches over several rows or columns. */
const parts = (table) => table.tHead?.rows.length === 1 && !table.querySelector("[rowspan], [colspan]");

function stack(table) {
  const headings = [...table.tHead.rows[0].cells].map((cell) => cell.innerText.trim());
  for (const row of table.tBodies[0].rows) {
    [...row.cells].forEach((cell, at) => {
      if (cell.tagName !== "TD") return;
      if (headings[at]) cell.dataset.label = headings[at];
      const empty = ["", "—"].includes(cell.innerText.trim()) && !cell.querySelector("input, button, svg");
      cell.classList.toggle("empty-cell", empty); // a card leaves out what there is not
    });
  }
  // a browser may forget what a table is when it is laid out otherwise
  for (const part of [table, ...table.querySelectorAll("thead, tbody, tr, td")]) part.setAttribute("role", ROLES[part.tagName]);
  for (const cell of table.querySelectorAll("th")) cell.setAttribute("role", cell.scope === "row" ? "rowheader" : "columnheader");
  table.classList.add("stacked");
}

function look() {
  if (!narrow.matches) return;
  for (const table of document.querySelectorAll(".wide > table:not(.stacked)")) {
    const place = table.parentElement;
    if (place.clientWidth && place.scrollWidth > place.clientWidth + 1 && parts(table)) stack(table);
  }
}

look();
narrow.addEventListener("change", look);
document.addEventListener("htmx:after:swap", look);
document.addEventListener("toggle", look, true); // what was folded away has no width
