// The search: `/`, Ctrl+K or the box in the header. It finds cases and people, and whatever one can do from here, by a
// few letters of it. Single keys do the most common things, unless their user has switched them off; they do nothing
// while somebody types.
"use strict";

(() => {
  const dialog = () => document.getElementById("paleta");
  const field = () => document.getElementById("paleta-texto");
  const list = () => document.getElementById("paleta-lista");
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
  const visible = (element) => element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;

  // -- what can be done here -----------------------------------------------------------------------------------------

  const unfold = (details) => {
    for (let around = details; around; around = around.parentElement.closest("details")) around.open = true;
    const first = details.querySelector("textarea, input:not([type=hidden]):not([type=file]), select, button");
    (first || details.querySelector("summary")).focus();
  };
  const key = {
    claim: "t",
    "d-replies": "r",
    "d-notes": "n",
    "d-information": "i",
    "d-hand-offs": "e",
    "d-resolution": "s",
    "d-attempts": "l",
    "d-filters": "f",
    answers: "r",
  };

  // g and a letter: where one goes most. `place` is where that is for whoever has this page, if anywhere.
  const MINE = "/cola?tab=mine";
  const places = { q: "/cola", m: MINE, c: "/clientes", t: "/direccion/tablero" };
  const place = (path) => {
    const leads = (to) => document.querySelector(`header > nav a[href="${to}"]`);
    if (leads(path)) return path;
    if (path === MINE && leads("/cola")) return path;
    return ["/cola", MINE].includes(path) && leads("/casos") ? "/casos" : null;
  };

  const told = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("kbd").forEach((shown) => shown.remove());
    return copy.textContent.trim();
  };

  const doable = () => {
    const found = [];
    const folded = "#composer details[id], #actions details[id]:not(.more), #clocks details[id], #d-filters";
    for (const details of document.querySelectorAll(folded)) {
      const summary = details.querySelector("summary");
      if (!visible(summary) && !details.closest(".more")) continue;
      found.push({ label: told(summary), key: key[details.id], act: () => unfold(details) });
    }
    for (const form of document.querySelectorAll("#actions .orders > form, #composer > div > form")) {
      const area = form.querySelector("textarea"), button = form.querySelector("button:not([formaction])");
      found.push({
        label: (area ? form.querySelector("label") : button).textContent.trim(),
        key: key[form.dataset.order],
        act: () => (area ? area.focus() : button.click()),
      });
    }
    const keys = Object.entries(places).filter(([, path]) => place(path));
    for (const link of document.querySelectorAll("header > nav a")) {
      const own = keys.find(([, path]) => place(path) === link.getAttribute("href") && path !== MINE);
      found.push({ label: link.textContent.trim(), key: own && `g ${own[0]}`, act: () => location.assign(link.href) });
    }
    for (const link of document.querySelectorAll("a[data-key]")) {
      found.push({ label: told(link), key: link.dataset.key, act: () => location.assign(link.href) });
    }
    return found;
  };

  // What is typed may be a case's number, whole or its last figures.
  const numbered = (typed) => {
    const whole = /^ma-\d{4}-\d{6,9}$/i.exec(typed), tail = /^\d{1,9}$/.exec(typed);
    if (!whole && !tail) return [];
    const number = whole ? typed.toUpperCase() : `MA-${new Date().getFullYear()}-${typed.padStart(6, "0")}`;
    return [{ label: dialog().dataset.go.replace("%", number), act: () => location.assign(`/casos/${number}`) }];
  };

  // -- the palette ---------------------------------------------------------------------------------------------------

  const SOON = 120, SHORTEST = 2;
  let all = [], from = null, chosen = null, asked = "", asking = 0, request = null;
  const options = () => [...list().querySelectorAll("[role=option]")];

  const mark = () => {
    const shown = options();
    if (!shown.includes(chosen)) chosen = shown[0] || null;
    shown.forEach((option, at) => {
      option.id = `paleta-${at}`;
      option.setAttribute("aria-selected", String(option === chosen));
    });
    if (chosen) field().setAttribute("aria-activedescendant", chosen.id);
    else field().removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  };

  const option = (item) => {
    const made = document.createElement("div");
    made.setAttribute("role", "option");
    made.append(item.label);
    if (item.key && on()) {
      const shown = document.createElement("kbd");
      shown.textContent = item.key;
      made.append(" ", shown);
    }
    made.addEventListener("click", () => take(made));
    made.act = item.act;
    return made;
  };

  const everything = (typed) => ({
    label: dialog().dataset.all.replace("{words}", typed),
    act: () => location.assign(`/buscar?q=${encodeURIComponent(typed)}`),
  });

  const show = () => {
    const typed = field().value.trim(), words = plain(typed).split(/\s+/);
    const matching = all.filter((item) => words.every((word) => plain(item.label).includes(word)));
    const here = [...numbered(typed), ...matching];
    const more = typed ? [everything(typed)] : [];
    document.getElementById("paleta-ordenes").replaceChildren(...[...here, ...more].map(option));
    chosen = null;
    mark();
    none();
    find(typed);
  };
  const none = () => {
    const found = options().length - (field().value.trim() ? 1 : 0);
    dialog().querySelector(".none").hidden = found > 0 || asking > 0;
  };

  // What the server finds comes a moment later, above; what was chosen meanwhile stays chosen.
  const tell = (said) => document.getElementById("paleta-dicho").replaceChildren(...(said ? [said] : []));
  const find = (typed) => {
    if (typed === asked) return;
    asked = typed;
    clearTimeout(asking);
    request?.abort();
    if (typed.length < SHORTEST) {
      tell();
      document.getElementById("paleta-hallado").replaceChildren();
      asking = 0;
      mark();
      none();
      return;
    }
    asking = setTimeout(async () => {
      request = new AbortController();
      const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
      try {
        const address = `/buscar/rapido?q=${encodeURIComponent(typed)}`;
        const answer = await fetch(address, { headers, signal: request.signal });
        const elsewhere = answer.headers.get("HX-Redirect");
        if (elsewhere) location.assign(elsewhere);
        if (!answer.ok || typed !== asked) return;
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (typed !== asked) return;
        tell(fresh.querySelector(".meant"));
        document.getElementById("paleta-hallado").replaceChildren(...fresh.body.children);
        if (chosen === document.querySelector("#paleta-ordenes [role=option]:only-child")) chosen = null;
        asking = 0;
        mark();
        none();
      } catch { /* typed on, or away: what is typed can still be sought by its page */ }
    }, SOON);
  };

  const open = (typed = "") => {
    if (dialog().open) return;
    from = document.activeElement;
    all = doable();
    asked = "";
    tell();
    document.getElementById("paleta-hallado").replaceChildren();
    field().value = typed;
    dialog().showModal();
    show();
    field().focus();
  };
  const close = () => {
    dialog().close();
    if (from?.matches?.(".seek-all input")) from.blur();
    else from?.focus?.();
  };
  const take = (item) => {
    if (!item) return;
    close();
    if (item.act) item.act();
    else location.assign(item.href);
  };

  // What lies open over the page closes, the last first, and gives the focus back to what opened it.
  const fold = () => {
    const folds = ".sheet[open], .more[open], .filters[open], .more-rooms[open], .account[open]";
    const open = [...document.querySelectorAll(folds)];
    const last = open.find((each) => !open.some((other) => other !== each && each.contains(other)));
    if (!last) return false;
    const around = last.closest(".more");
    last.open = false;
    if (around) around.open = false;
    (around || last).querySelector("summary").focus();
    return true;
  };
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented) return; // what was pressed opens something here
    for (const menu of document.querySelectorAll(".more[open], .more-rooms[open], .account[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  const on = () => document.documentElement.dataset.shortcuts === "on";
  const typing = (target) => target.closest?.("input, textarea, select, [contenteditable], dialog[open]");

  const PATIENCE = 1500;
  let going = 0;

  document.addEventListener("keydown", (event) => {
    if (!dialog() || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog().open) close();
      else open();
      return;
    }
    if (dialog().open) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], shown = options();
      if (step && shown.length) {
        event.preventDefault();
        chosen = shown[(shown.indexOf(chosen) + step + shown.length) % shown.length];
        mark();
      } else if (event.key === "Enter") {
        event.preventDefault();
        take(chosen);
      }
      return;
    }
    if (event.key === "Escape" && fold()) {
      event.preventDefault();
      return;
    }
    if (event.key === "Escape" && !event.defaultPrevented && event.target.matches?.("textarea")) {
      event.target.blur(); // what was typed stays; the next key is a shortcut again
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest?.("form.order, #apertura");
      if (!form) return;
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    if (!on() || event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
    if (event.key === "?" || event.key === "/") {
      event.preventDefault();
      open();
      return;
    }
    const goes = going && place(places[event.key] || "");
    clearTimeout(going);
    going = event.key === "g" ? setTimeout(() => { going = 0; }, PATIENCE) : 0;
    if (goes) {
      event.preventDefault();
      location.assign(goes);
    }
    if (goes || going) return;
    const pressed = { h: "e", "]": "j", "[": "k" }[event.key] || event.key; // other keys for the same
    const item = doable().find((each) => each.key === pressed);
    if (item) {
      event.preventDefault();
      item.act();
    }
  });
  document.addEventListener("input", (event) => {
    if (event.target === field()) {
      show();
    } else if (event.target.matches(".seek-all input") && event.target.value) {
      const typed = event.target.value;
      event.target.value = "";
      open(typed);
    }
  });
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.(".seek-all input, .seek-icon");
    if (!box || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("DOMContentLoaded", () => {
    dialog()?.addEventListener("click", (event) => { if (event.target === dialog()) close(); });
    dialog()?.addEventListener("cancel", (event) => { event.preventDefault(); close(); });
    const button = document.getElementById("paleta-abrir");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", () => open());
    }
  });
})();
