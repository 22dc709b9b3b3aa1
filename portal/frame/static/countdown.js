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

  // As wording/figures.py writes it: by the second below ten minutes, else by what one reads at a glance.
  const time = (all, business) => {
    if (all < 600) return `${Math.floor(all / 60)}:${two(all % 60)}`;
    const minutes = Math.floor(all / 60), hours = Math.floor(minutes / 60);
    const days = business ? 0 : Math.floor(hours / 24);
    const parts = [[days, "d"], [hours - 24 * days, "h"], [days ? 0 : minutes % 60, "min"]];
    return parts.filter(([count]) => count).map(([count, unit]) => `${count} ${unit}`).join(" ");
  };

  // What is left is counted time: it stands while the hours are closed. Below nothing it is how late it is.
  const show = (ticks, now) => {
    const { left, due, form, late } = ticks.dataset;
    if ("short" in ticks.dataset) return `${Math.max(0, Math.ceil((Date.parse(due) - now) / 1000))} s`;
    const passed = "still" in ticks.dataset ? 0 : (now - Date.parse(ticks.dataset.now)) / 1000;
    const rest = Math.floor(Number(left) - passed);
    return (rest < 0 ? late : form).replace("{time}", time(Math.abs(rest), "business" in ticks.dataset));
  };

  const tick = () => {
    let next = 1000;
    for (const ticks of document.querySelectorAll(".ticks[data-due]")) {
      const now = serverNow(ticks), text = show(ticks, now);
      if (ticks.textContent !== text) ticks.textContent = text;
      const part = (Date.parse(ticks.dataset.now) - now) % 1000;
      next = Math.min(next, 1005 + part); // at the second, not somewhere in it
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
