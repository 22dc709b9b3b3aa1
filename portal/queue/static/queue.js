// The queue while it is open: rows change, come and go where they are, and nobody's scroll, focus or choice is lost.
"use strict";

(() => {
  const list = document.getElementById("cola");
  if (!list) return;
  const rows = () => document.getElementById("filas");
  const numberOf = (row) => row.dataset.number;

  // -- what is new, once for all that happened ------------------------------------------------------------------------

  let mark = list.dataset.mark;

  const refresh = async () => {
    const fresh = await live.part(`/cola/filas${location.search}`);
    put(fresh.content);
    countdown.arrived(fresh.said);
    live.concerns();
  };

  const put = (fresh) => {
    const tabs = fresh.querySelector(".tabs");
    mark = tabs.dataset.mark;
    for (const kind of ["tab", "view"]) {
      for (const each of tabs.querySelectorAll(`[data-${kind}]`)) {
        const shown = document.querySelector(`.tabs [data-${kind}="${CSS.escape(each.dataset[kind])}"] .count`);
        const count = each.querySelector(".count");
        if (shown && !shown.isEqualNode(count)) shown.replaceWith(count.cloneNode(true));
      }
    }
    if ("more" in tabs.dataset) following.ask(); // of many views it counts a few each time
    for (const id of ["hallados", "paginas"]) {
      const part = document.getElementById(id), new_ = fresh.getElementById(id);
      if (part.innerHTML !== new_.innerHTML && !part.contains(document.activeElement)) part.innerHTML = new_.innerHTML;
    }
    putRows([...fresh.getElementById("filas").rows]);
    document.getElementById("nada").hidden = rows().rows.length > 0;
    chosen();
  };

  // Nothing moves under the pointer: while it is over the rows, what would move them waits until it leaves or presses a
  // button at the foot, and only what a row says of itself changes.
  let waits = null;
  const button = document.getElementById("nuevos");
  const putRows = (fresh, { all = false } = {}) => {
    const body = rows(), held = new Map([...body.rows].map((row) => [numberOf(row), row]));
    const stays = new Set(fresh.map(numberOf)), come = fresh.filter((row) => !held.has(numberOf(row))).length;
    waits = !all && held.size && body.matches(":hover") ? fresh : null;
    button.hidden = !waits || !come;
    button.textContent = button.dataset[come === 1 ? "one" : "many"].replace("{count}", come);
    if (waits) {
      for (const row of fresh) if (held.has(numberOf(row))) change(held.get(numberOf(row)), row, { stays: true });
      for (const [number, row] of held) row.classList.toggle("gone", !stays.has(number));
      return;
    }
    for (const [number, row] of held) {
      if (stays.has(number)) continue;
      held.delete(number);
      // Somebody is at it, or has chosen it: it stays, struck through, until they let go.
      if (row.contains(document.activeElement) || row.querySelector("input:checked")) row.classList.add("gone");
      else row.remove();
    }
    let before = null;
    for (const row of fresh) {
      const shown = held.get(numberOf(row));
      const own = shown || row;
      if (shown) change(shown, row); else row.classList.add("fresh");
      const place = before ? next(before) : first(body);
      if (own !== place) move(body, own, place);
      before = own;
    }
  };
  const isGone = (row) => row && row.classList.contains("gone");
  const next = (row) => {
    let place = row.nextElementSibling;
    while (isGone(place)) place = place.nextElementSibling;
    return place;
  };
  const first = (body) => { const place = body.firstElementChild; return isGone(place) ? next(place) : place; };
  const move = (body, row, place) => {
    const focused = row.contains(document.activeElement) && document.activeElement;
    body.insertBefore(row, place);
    if (focused) focused.focus({ preventScroll: true }); // what is moved loses the focus otherwise
  };

  const change = (row, fresh, { stays = false } = {}) => {
    const changed = stays && (row.classList.contains("changed") || row.dataset.turn !== fresh.dataset.turn);
    row.className = fresh.className;
    row.classList.toggle("changed", changed);
    row.dataset.turn = fresh.dataset.turn;
    if (!stays && fresh.dataset.group) row.dataset.group = fresh.dataset.group;
    else if (!stays) delete row.dataset.group;
    [...row.cells].forEach((cell, place) => {
      const new_ = fresh.cells[place];
      if (cell.classList.contains("pick") || cell.isEqualNode(new_)) return;
      if (cell.contains(document.activeElement)) return;
      cell.replaceWith(new_.cloneNode(true));
    });
  };

  button.addEventListener("click", () => { if (waits) putRows(waits, { all: true }); });
  rows().addEventListener("pointerleave", () => { if (waits) putRows(waits); });
  document.addEventListener("focusout", () => setTimeout(sweep));
  const sweep = () => {
    for (const row of rows().querySelectorAll("tr.gone")) {
      if (!row.contains(document.activeElement) && !row.querySelector("input:checked")) row.remove();
    }
  };

  const news = { cambio: (event) => event.data !== mark };
  const following = live.follow({ address: () => "/cola/eventos", news, refresh });

  // -- what is chosen -------------------------------------------------------------------------------------------------

  const chosen = () => {
    const told = document.getElementById("elegidos");
    if (!told) return;
    const count = rows().querySelectorAll("input:checked").length;
    const form = count === 1 ? list.dataset.chosenOne : list.dataset.chosen;
    const text = count ? form.replace("{count}", count) : "";
    if (told.textContent !== text) told.textContent = text;
  };
  list.addEventListener("change", () => { chosen(); sweep(); });
  chosen();

  // -- keys: down, up and choose; Enter opens what has the focus, as everywhere --------------------------------------

  document.addEventListener("keydown", (event) => {
    if (document.documentElement.dataset.shortcuts !== "on") return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = document.activeElement;
    if (at.matches("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    if (document.querySelector("dialog[open]")) return;
    const all = [...rows().rows], place = all.findIndex((row) => row.contains(at));
    if (event.key === "j" || event.key === "k") {
      const row = all[event.key === "j" ? place + 1 : place < 0 ? all.length - 1 : place - 1];
      if (!row) return;
      row.querySelector(".title a").focus();
      row.scrollIntoView({ block: "nearest" });
      event.preventDefault();
    } else if (event.key === "x" && place >= 0) {
      all[place].querySelector(".pick input")?.click();
      event.preventDefault();
    } else if (event.key === "t" && place >= 0) {
      all[place].querySelector("button.nobody")?.click();
      event.preventDefault();
    }
  });
})();
