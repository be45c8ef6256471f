"use strict";

// Without this, each photograph stands beside its result.
for (const whole of document.querySelectorAll(".whole")) {
  const compare = whole.querySelector(".compare");
  const cut = whole.querySelector(".cut");
  const beside = whole.querySelector(".beside");
  const boxes = whole.querySelector(".boxes");

  const show = () => {
    compare.style.setProperty("--cut", cut.value + "%");
    cut.setAttribute("aria-valuetext", cut.value + " % before");
    compare.classList.toggle("over", !beside.checked);
    compare.classList.toggle("bare", !boxes.checked);
    whole.classList.toggle("apart", beside.checked);
    cut.disabled = beside.checked;
  };
  for (const control of [cut, beside, boxes])
    control.addEventListener("input", show);

  const drag = event => {
    const box = compare.getBoundingClientRect();
    cut.value = 100 * (event.clientX - box.left) / box.width;
    show();
  };
  compare.addEventListener("pointerdown", event => {
    if (beside.checked || event.button !== 0 || event.target.closest(".mark"))
      return;
    compare.setPointerCapture(event.pointerId);
    drag(event);
  });
  compare.addEventListener("pointermove", event => {
    if (compare.hasPointerCapture(event.pointerId))
      drag(event);
  });

  whole.querySelector(".controls").hidden = false;
  show();
}
