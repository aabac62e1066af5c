// Everything works without this file: it copies to the clipboard, moves the progress bar without reloading, and shows the
// current entry of the menu.
"use strict";

// In a narrow window the menu is one line that scrolls. The stylesheet says the same to browsers that know it.
const here = document.querySelector(".side nav [aria-current]");
if (here) here.parentElement.scrollLeft = here.offsetLeft - (here.parentElement.clientWidth - here.offsetWidth) / 2;

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const value = button.closest("dd").querySelector("[data-copy-source]").textContent;
    const result = button.querySelector(".copied");
    try {
      await navigator.clipboard.writeText(value);
      result.textContent = button.dataset.done;
    } catch {
      result.textContent = button.dataset.failed;
    }
    setTimeout(() => { result.textContent = ""; }, 2000);
  });
}

const box = document.querySelector("[data-progress]");
if (box) {
  const bar = box.querySelector("progress");
  const look = async () => {
    try {
      const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
      // Signed out meanwhile, or the run is gone: the page itself says so. Anything else may pass.
      if (answer.redirected || answer.status === 403 || answer.status === 404) { location.reload(); return; }
      if (!answer.ok) throw new Error(answer.status);
      const run = await answer.json();
      if (!run.is_running) { location.reload(); return; }
      box.querySelector("[data-stage]").textContent = run.label;
      const shown = (n) => n.toLocaleString(document.documentElement.lang);
      box.querySelector("[data-done]").textContent = run.total
        ? box.dataset.of.replace("{done}", shown(run.done)).replace("{total}", shown(run.total))
        : run.done ? shown(run.done) : "";
      if (run.percent === null) bar.removeAttribute("value"); else bar.value = run.percent;
    } catch { /* try again in a second */ }
    setTimeout(look, 1000);
  };
  setTimeout(look, 500);
}
