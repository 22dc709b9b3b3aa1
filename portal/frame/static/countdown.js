// Countdowns by the server's clock. The clock on the wall of this computer is never asked, so it may be wrong.
"use strict";

const countdown = (() => {
  const two = (n) => String(n).padStart(2, "0");
  const navigation = performance.getEntriesByType("navigation")[0];
  let arrivedAt = navigation ? navigation.responseStart : 0; // when what stands on the page was said by the server
  let wall = Date.now(), steady = performance.now(), told = false;

  // The server's now: what it said when the part was made, and what has passed here since that arrived.
  const began = new WeakMap();
  const serverNow = (ticks) => {
    if (!began.has(ticks)) began.set(ticks, Date.parse(ticks.dataset.now) - arrivedAt);
    return began.get(ticks) + performance.now();
  };

  const left = (milliseconds) => {
    const all = Math.floor(milliseconds / 1000);
    const days = Math.floor(all / 86400), hours = Math.floor((all % 86400) / 3600);
    const time = `${two(hours)}:${two(Math.floor((all % 3600) / 60))}:${two(all % 60)}`;
    return days ? `${days} d ${time}` : time;
  };

  const show = (ticks, now) => {
    const due = Date.parse(ticks.dataset.due), rest = due - now;
    if ("short" in ticks.dataset) return `${Math.max(0, Math.ceil(rest / 1000))} s`;
    return rest < 0 ? "−" + left(-rest) : left(rest);
  };

  const tick = () => {
    let next = 1000;
    for (const ticks of document.querySelectorAll(".ticks[data-due]")) {
      const now = serverNow(ticks), text = show(ticks, now);
      if (ticks.textContent !== text) ticks.textContent = text;
      const part = (Date.parse(ticks.dataset.due) - now) % 1000;
      next = Math.min(next, part >= 0 ? part + 5 : 1005 + part); // at the second, not somewhere in it
      const changes = ticks.dataset.changes && Date.parse(ticks.dataset.changes);
      if (changes && changes <= now && !told) {
        told = true; // the hours opened or closed: what stands beside the clock is no longer true
        document.dispatchEvent(new CustomEvent("escala:reloj"));
      }
    }
    // A computer that slept counts no time in between: the two clocks part, and the server is asked again.
    const wallNow = Date.now(), steadyNow = performance.now();
    if (Math.abs(wallNow - wall - (steadyNow - steady)) > 2000) {
      document.dispatchEvent(new CustomEvent("escala:reloj", { detail: { slept: true } }));
    }
    [wall, steady] = [wallNow, steadyNow];
    setTimeout(tick, Math.max(50, next));
  };
  document.addEventListener("DOMContentLoaded", tick);

  return {
    /** New parts have arrived at this instant (performance.now()). */
    arrived(at) {
      arrivedAt = at;
      told = false;
      for (const ticks of document.querySelectorAll(".ticks[data-due]")) {
        ticks.textContent = show(ticks, serverNow(ticks));
      }
    },
  };
})();
