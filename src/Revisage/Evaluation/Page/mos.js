"use strict";

const kit = JSON.parse(document.getElementById("kit").textContent);
const storage = "revisage-mos-" + kit.kit;
const [start, rate, end] = ["start", "rate", "end"].map(id => document.getElementById(id));
let state = load() ?? { rater: "", at: 0, ratings: {} };

// A browser that keeps nothing for pages from files still lets people rate; they only cannot close the page.
function load() {
  try {
    return JSON.parse(localStorage.getItem(storage));
  } catch {
    return null;
  }
}

function keep() {
  try {
    localStorage.setItem(storage, JSON.stringify(state));
  } catch { }
}

function show() {
  const { pictures, smalls } = kit;
  const rated = Object.keys(state.ratings).length;
  start.hidden = state.rater !== "";
  rate.hidden = state.rater === "" || state.at >= pictures.length;
  end.hidden = state.rater === "" || state.at < pictures.length;
  start.querySelector(".count").textContent = pictures.length;
  end.querySelector(".count").textContent = rated;
  if (rate.hidden)
    return;

  const picture = pictures[state.at];
  rate.querySelector(".large img").src = picture.large;
  rate.querySelector(".small").hidden = smalls[picture.small] === "";
  if (smalls[picture.small] !== "")
    rate.querySelector(".small img").src = smalls[picture.small];
  rate.querySelector("progress").value = state.at / pictures.length;
  rate.querySelector(".at").textContent = `${state.at + 1} of ${pictures.length}`;
  rate.querySelector(".back").disabled = state.at === 0;
  for (const button of rate.querySelectorAll("[data-score]"))
    button.setAttribute("aria-pressed", state.ratings[picture.id] === Number(button.dataset.score));
}

function give(score) {
  state.ratings[kit.pictures[state.at].id] = score;
  move(1);
}

function move(by) {
  state.at = Math.max(0, Math.min(kit.pictures.length, state.at + by));
  keep();
  show();
}

function save() {
  const answers = { kit: kit.kit, rater: state.rater, ratings: state.ratings };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(answers, null, 2)], { type: "application/json" }));
  link.download = `answers-${state.rater.replace(/[^\p{L}\p{N}_-]+/gu, "-")}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

start.querySelector("form").addEventListener("submit", event => {
  event.preventDefault();
  state.rater = event.target.elements.rater.value.trim();
  keep();
  show();
});

for (const button of rate.querySelectorAll("[data-score]"))
  button.addEventListener("click", () => give(Number(button.dataset.score)));
for (const button of document.querySelectorAll(".back"))
  button.addEventListener("click", () => move(-1));
for (const button of document.querySelectorAll(".save"))
  button.addEventListener("click", save);

end.querySelector(".again").addEventListener("click", () => {
  if (!confirm("Have you saved your answers? They are forgotten when someone else begins."))
    return;
  state = { rater: "", at: 0, ratings: {} };
  keep();
  show();
});

// A key that is held down rates one picture, not all that follow.
document.addEventListener("keydown", event => {
  if (rate.hidden || event.repeat || event.ctrlKey || event.altKey || event.metaKey)
    return;
  if (event.key >= "1" && event.key <= "5" && event.key.length === 1)
    give(Number(event.key));
  else if (event.key === "Backspace")
    move(-1);
  else
    return;
  event.preventDefault();
});

show();
