// A case's page while it is open: countdowns by the server's clock, and nothing replaced under somebody's hands.
"use strict";

(() => {
  const two = (n) => String(n).padStart(2, "0");

  // The server's now: what it said when the part was made, and what has passed here since. The clock on the wall of
  // this computer is not asked, so it may be wrong.
  const seenAt = new WeakMap();
  const serverNow = (ticks) => {
    if (!seenAt.has(ticks)) seenAt.set(ticks, performance.now());
    return Date.parse(ticks.dataset.now) + performance.now() - seenAt.get(ticks);
  };

  const left = (milliseconds) => {
    const all = Math.max(0, Math.floor(milliseconds / 1000));
    const days = Math.floor(all / 86400), hours = Math.floor((all % 86400) / 3600);
    const time = `${two(hours)}:${two(Math.floor((all % 3600) / 60))}:${two(all % 60)}`;
    return days ? `${days} d ${time}` : time;
  };

  let changed = false;
  const tick = () => {
    for (const ticks of document.querySelectorAll(".ticks[data-due]")) {
      const now = serverNow(ticks), due = Date.parse(ticks.dataset.due);
      ticks.textContent = (due < now ? "−" : "") + left(Math.abs(due - now));
      const changes = ticks.dataset.changes && Date.parse(ticks.dataset.changes);
      if (changes && changes <= now && !changed) {
        changed = true; // the hours opened or closed: what stands beside the clock is no longer true
        htmx.trigger(document.body, "reloj");
      }
    }
  };
  document.addEventListener("DOMContentLoaded", tick);
  setInterval(tick, 1000);

  // A part in which somebody is typing stays as it is until it was sent.
  const busy = (part) => part.contains(document.activeElement) && document.activeElement.matches("textarea, input, select")
    || [...part.querySelectorAll("textarea, input[type=text], input[type=datetime-local]")].some((f) => f.value !== f.defaultValue)
    || [...part.querySelectorAll("input[type=file]")].some((f) => f.files.length)
    || part.querySelector("details[open] form:focus-within");
  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.detail.elt;
    if (part.id === "acciones" && busy(part)) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422) event.detail.shouldSwap = true; // the refusal stands where the form was
  });
  document.addEventListener("htmx:afterSwap", () => { changed = false; tick(); });
  // What was unfolded stays unfolded when its part is made anew.
  const folded = new Map();
  document.addEventListener("toggle", (event) => {
    const part = event.target.closest("[id]");
    if (part) folded.set(part.id + [...part.querySelectorAll("details")].indexOf(event.target), event.target.open);
  }, true);
  document.addEventListener("htmx:load", (event) => {
    const part = event.detail.elt;
    if (!part.id || part.id === "acciones") return;
    [...part.querySelectorAll("details")].forEach((d, place) => {
      if (folded.has(part.id + place)) d.open = folded.get(part.id + place);
    });
    tick();
  });
})();
