// Countdowns in lists, by the server's clock: the one on the wall of this computer is not asked.
"use strict";

(() => {
  const two = (n) => String(n).padStart(2, "0");
  const seenAt = new WeakMap();
  let told = false;

  const tick = () => {
    for (const ticks of document.querySelectorAll(".ticks[data-due]")) {
      if (!seenAt.has(ticks)) seenAt.set(ticks, performance.now());
      const now = Date.parse(ticks.dataset.now) + performance.now() - seenAt.get(ticks);
      const due = Date.parse(ticks.dataset.due), all = Math.floor(Math.abs(due - now) / 1000);
      const days = Math.floor(all / 86400), hours = Math.floor((all % 86400) / 3600);
      const time = `${two(hours)}:${two(Math.floor((all % 3600) / 60))}:${two(all % 60)}`;
      ticks.textContent = (due < now ? "−" : "") + (days ? `${days} d ${time}` : time);
      const changes = ticks.dataset.changes && Date.parse(ticks.dataset.changes);
      if (changes && changes <= now && !told) {
        told = true;
        htmx.trigger(document.body, "reloj");
      }
    }
  };
  document.addEventListener("DOMContentLoaded", tick);
  document.addEventListener("htmx:afterSwap", () => { told = false; tick(); });
  setInterval(tick, 1000);
})();
