// A case's page while it is open: its parts are put in place when something happened, never under somebody's hands.
"use strict";

(() => {
  const page = () => document.getElementById("case");
  const KEPT = "textarea, input[type=text], input[type=datetime-local], input:not([type])";
  const WRITTEN = ["composer", "actions"];
  let stale = false;

  // -- what somebody is doing ----------------------------------------------------------------------------------------

  const dirty = (part) => [...part.querySelectorAll(KEPT)].some((f) => f.value !== f.defaultValue)
    || [...part.querySelectorAll("input[type=file]")].some((f) => f.files.length)
    || [...part.querySelectorAll("input[type=radio]")].some((f) => f.checked !== f.defaultChecked);
  const reads = (part) => document.activeElement === part || part.querySelector(".done") === document.activeElement;
  const busy = (part) => (part.contains(document.activeElement) && !reads(part)) || dirty(part);

  // What was typed elsewhere in a part that is made anew after an order is carried over, as is what was unfolded.
  const carry = (part, sent) => ({
    fields: [...part.querySelectorAll(`${KEPT}, select`)]
      .filter((f) => f.id && (!sent || f.form !== sent) && (f.tagName === "SELECT" || f.value !== f.defaultValue))
      .map((f) => [f.id, f.value]),
    open: [...part.querySelectorAll("details[id]")].map((d) => [d.id, d.open]),
    focus: document.activeElement && part.contains(document.activeElement) ? document.activeElement.id : "",
  });
  const restore = (carried, { fold = false } = {}) => {
    for (const [id, value] of carried.fields) {
      const field = document.getElementById(id);
      if (field) field.value = value;
    }
    for (const [id, open] of carried.open) {
      const details = document.getElementById(id);
      if (details && (!fold || details.getAttribute("name") === "composer")) details.open = open;
    }
    // What stood open may be gone, as once a question is asked: there is always something to write in.
    const composers = [...document.querySelectorAll("details[name=composer]")];
    if (composers.length && !composers.some((each) => each.open)) composers[0].open = true;
  };

  // -- live changes --------------------------------------------------------------------------------------------------

  // A part as it is but for what changes by itself: figures of clocks, and what somebody has unfolded.
  const FIGURES = ".figure-line, [data-short]";
  const plain = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll(FIGURES).forEach((figure) => figure.replaceWith(document.createElement("i")));
    copy.querySelectorAll("details").forEach((folds) => folds.removeAttribute("open"));
    return copy.outerHTML;
  };
  const wind = (old, fresh) => {
    const figures = [...fresh.querySelectorAll(FIGURES)];
    [...old.querySelectorAll(FIGURES)].forEach((figure, n) => figure.replaceWith(figures[n]));
  };

  // Told to those who do not see the screen; a new line each time, so that the same words are told again.
  const announce = (sentences) => {
    const line = (said) => Object.assign(document.createElement("p"), { className: "unseen", textContent: said });
    const lines = [...new Set(sentences)].map(line);
    if (lines.length) document.getElementById("avisos").replaceChildren(...lines);
  };

  // Only what was said since is added to the conversation: what somebody reads or has marked stays where it is.
  const extend = (old, fresh) => {
    const list = old.querySelector("ol"), wanted = [...fresh.querySelectorAll("ol > li")];
    const ids = new Set(wanted.map((li) => li.id)), known = new Set([...list.children].map((li) => li.id));
    announce(wanted.filter((li) => li.dataset.news && !known.has(li.id)).map((li) => li.dataset.news));
    for (const li of [...list.children]) if (!ids.has(li.id)) li.remove();
    wanted.forEach((li, place) => {
      const there = list.children[place];
      if (there && there.id === li.id) {
        if (plain(there) === plain(li)) return;
        for (const folds of there.querySelectorAll("details[open]")) {
          const same = li.querySelector(`#${folds.id}`);
          if (same) same.open = true;
        }
        there.replaceWith(li);
      } else {
        list.insertBefore(li, there || null);
      }
    });
  };

  const place = (fresh) => {
    const old = document.getElementById(fresh.id);
    if (!old) return;
    if (WRITTEN.includes(fresh.id)) {
      if (old.dataset.version === fresh.dataset.version) return;
      if (busy(old)) {
        stale = true;
        return;
      }
    } else if (fresh.id === "chat-bar" && busy(old)) {
      stale = true;
      return;
    } else if (plain(old) === plain(fresh)) {
      wind(old, fresh);
      return;
    } else if (fresh.id === "conversation") {
      extend(old, fresh);
      return;
    }
    const carried = carry(old), read = reads(old);
    old.replaceWith(fresh);
    if (read) {
      fresh.tabIndex = -1; // the keyboard goes on from here
      fresh.focus({ preventScroll: true });
    }
    restore(carried);
    if (carried.focus) document.getElementById(carried.focus)?.focus({ preventScroll: true });
    htmx.process(fresh);
  };

  // What came before a word was written has been seen by whoever writes now; what comes later is shown to them first.
  const look = (seen) => {
    for (const field of page().querySelectorAll("input[name=seen]")) {
      if (![...field.form.querySelectorAll("textarea")].some((f) => f.value.trim())) field.value = seen;
    }
  };

  const refresh = async () => {
    stale = false;
    const before = document.getElementById("conversation").dataset.before;
    const address = `/casos/${page().dataset.number}/partes/all${before ? `?antes=${before}` : ""}`;
    const { said, content } = await live.part(address);
    const seen = content.getElementById("conversation")?.dataset.seen;
    for (const part of [...content.body.children]) place(document.adoptNode(part));
    if (seen && !before) look(seen);
    countdown.arrived(said);
  };

  let seen = "";
  const heard = (event) => {
    seen = event.lastEventId || seen;
    return true;
  };
  const address = () => {
    const [path, query] = page().dataset.stream.split("?");
    return seen ? `${path}?desde=${seen}` : `${path}?${query}`;
  };
  const { ask } = live.follow({ address, news: { message: heard, mesa: heard }, refresh, gap: 100 });
  document.addEventListener("focusout", () => setTimeout(() => { if (stale) ask(); }, 200));

  // -- sheets: a property opens its own, which closes where it was opened ---------------------------------------------

  let opener = null;
  const addressed = (address) => history.replaceState(history.state, "", address);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-opens], a.cancels, a.closes");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const closes = !link.dataset.opens;
    const sheet = closes ? link.closest("details.sheet") : document.getElementById(link.dataset.opens);
    if (!sheet) return;
    event.preventDefault();
    const around = sheet.parentElement.closest("details");
    if (around) around.open = !closes;
    sheet.open = !closes;
    if (closes) {
      if (!opener) (around || sheet).querySelector("summary").focus();
      return;
    }
    opener = link;
    addressed(link.href);
    sheet.querySelector("select, textarea, input:checked, input:not([type=hidden], [type=radio])")?.focus();
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.open || !event.target.matches?.("details.sheet")) return;
    const here = new URL(location.href);
    here.searchParams.delete("hoja");
    if (here.href !== location.href) addressed(here);
    opener?.focus();
    opener = null;
  }, true);

  // -- orders --------------------------------------------------------------------------------------------------------

  let carried = null, sent = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target, requestConfig } = event.detail;
    if (xhr.status === 422 || xhr.status === 409 || xhr.status === 403 || xhr.status === 503) {
      // The refusal stands where the form was; what is no part of this page is not put there.
      event.detail.shouldSwap = xhr.responseText.trimStart().startsWith("<section");
      event.detail.isError = false;
    }
    sent = requestConfig?.elt?.closest?.("form") || null;
    carried = target?.id && WRITTEN.includes(target.id) ? carry(target, sent) : null;
    if (carried && sent?.matches(".undo")) carried.fields = carried.fields.filter(([id]) => id !== "replies-body");
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    countdown.arrived(performance.now());
    if (!carried) return;
    const refused = event.detail.xhr.status >= 400;
    restore(carried, { fold: !refused });
    const part = document.getElementById(event.detail.target.id);
    const same = carried.focus && document.getElementById(carried.focus);
    const composer = sent?.dataset.order && part.querySelector(`form[data-order="${sent.dataset.order}"] textarea`);
    const undone = sent?.matches(".undo") && part.querySelector("textarea[data-draft=replies]");
    const told = part.querySelector(refused ? ".problem" : ".done");
    if (undone) {
      document.getElementById("d-replies").open = true;
      if (told) announce([told.textContent]);
    }
    (undone || (refused && told) || composer || same || told)?.focus({ preventScroll: !refused });
    carried = null;
  });
  document.addEventListener("hecho", ask);
})();
