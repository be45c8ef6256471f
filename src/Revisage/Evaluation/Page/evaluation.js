"use strict";

// Tables are sorted by the heading that is clicked: numbers from the highest first, then the other way.
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sort(table, headings, column));
  });
}

function sort(table, headings, column) {
  const byName = column === 0;
  const first = byName ? "ascending" : "descending";
  const second = byName ? "descending" : "ascending";
  const order = headings[column].getAttribute("aria-sort") === first ? second : first;
  headings.forEach(heading => heading.removeAttribute("aria-sort"));
  headings[column].setAttribute("aria-sort", order);

  const sign = order === "ascending" ? 1 : -1;
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => {
    const [x, y] = [a.cells[column], b.cells[column]];
    if (byName)
      return sign * x.textContent.localeCompare(y.textContent);
    // What was not measured stays last.
    const [p, q] = [Number(x.dataset.value ?? NaN), Number(y.dataset.value ?? NaN)];
    return isNaN(p) || isNaN(q) ? isNaN(p) - isNaN(q) : sign * (p - q);
  });
  table.tBodies[0].append(...rows);
}

// One size for all faces of a section, so that they stay comparable.
for (const faces of document.querySelectorAll(".faces")) {
  const zoom = faces.querySelector(".zoom");
  const slider = zoom.querySelector("input");
  slider.value = parseInt(getComputedStyle(faces).getPropertyValue("--face"), 10);
  slider.addEventListener("input", () => faces.style.setProperty("--face", slider.value + "px"));
  zoom.hidden = false;
}
