// Ctrl+K: whatever one can do from here, by typing a few letters of it. Single keys do the most common things, unless
// their user has switched them off; they do nothing while somebody types.
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
    document.querySelectorAll("header > nav a").forEach((link, place) => {
      const label = link.textContent.trim();
      found.push({ label, key: place === 0 ? "q" : undefined, act: () => location.assign(link.href) });
    });
    for (const link of document.querySelectorAll("a[data-key]")) {
      found.push({ label: told(link), key: link.dataset.key, act: () => location.assign(link.href) });
    }
    const search = [...document.querySelectorAll("input[type=search]")].find(visible);
    if (search) {
      const label = search.labels[0]?.textContent.trim() || search.getAttribute("aria-label") || search.name;
      found.push({ label, key: "/", act: () => search.focus() });
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

  let offered = [], chosen = 0;
  const show = () => {
    const typed = field().value.trim(), words = plain(typed).split(/\s+/);
    const matching = all.filter((item) => words.every((word) => plain(item.label).includes(word)));
    offered = [...numbered(typed), ...matching];
    chosen = Math.max(0, Math.min(chosen, offered.length - 1));
    list().replaceChildren(...offered.map((item, place) => {
      const option = document.createElement("li");
      option.id = `paleta-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", String(place === chosen));
      option.append(item.label);
      if (item.key && on()) {
        const shown = document.createElement("kbd");
        shown.textContent = item.key;
        option.append(" ", shown);
      }
      option.addEventListener("click", () => take(place));
      return option;
    }));
    dialog().querySelector(".none").hidden = offered.length > 0;
    if (offered.length) field().setAttribute("aria-activedescendant", `paleta-${chosen}`);
    else field().removeAttribute("aria-activedescendant");
    document.getElementById(`paleta-${chosen}`)?.scrollIntoView({ block: "nearest" });
  };
  let all = [], from = null;
  const open = () => {
    from = document.activeElement;
    all = doable();
    chosen = 0;
    field().value = "";
    dialog().showModal();
    show();
    field().focus();
  };
  const close = () => {
    dialog().close();
    from?.focus?.();
  };
  const take = (place) => {
    const item = offered[place];
    if (!item) return;
    close();
    item.act();
  };

  // What lies open over the page closes, the last first, and gives the focus back to what opened it.
  const fold = () => {
    const open = [...document.querySelectorAll(".sheet[open], .more[open], .filters[open], .account[open]")];
    const last = open.find((each) => !open.some((other) => other !== each && each.contains(other)));
    if (!last) return false;
    const around = last.closest(".more");
    last.open = false;
    if (around) around.open = false;
    (around || last).querySelector("summary").focus();
    return true;
  };
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".more[open], .account[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  const on = () => document.documentElement.dataset.shortcuts === "on";
  const typing = (target) => target.closest?.("input, textarea, select, [contenteditable], dialog[open]");

  document.addEventListener("keydown", (event) => {
    if (!dialog() || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog().open) close();
      else open();
      return;
    }
    if (dialog().open) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && offered.length) {
        event.preventDefault();
        chosen = (chosen + step + offered.length) % offered.length;
        show();
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
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest?.("form.order, #apertura");
      if (!form) return;
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    if (!on() || event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
    if (event.key === "?") {
      event.preventDefault();
      open();
      return;
    }
    const pressed = { h: "e", "]": "j", "[": "k" }[event.key] || event.key; // other keys for the same
    const item = doable().find((each) => each.key === pressed);
    if (item) {
      event.preventDefault();
      item.act();
    }
  });
  document.addEventListener("input", (event) => {
    if (event.target === field()) {
      chosen = 0;
      show();
    }
  });
  document.addEventListener("DOMContentLoaded", () => {
    dialog()?.addEventListener("click", (event) => { if (event.target === dialog()) close(); });
    dialog()?.addEventListener("cancel", () => setTimeout(() => from?.focus?.()));
    const button = document.getElementById("paleta-abrir");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", open);
    }
  });
})();
