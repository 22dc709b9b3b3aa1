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
  };

  // -- live changes --------------------------------------------------------------------------------------------------

  const plain = (element) => element.outerHTML.replace(/ data-now="[^"]*"/g, "").replace(/ open=""/g, "")
    .replace(/(<span class="ticks"[^>]*>)[^<]*/g, "$1");

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
        if (there.outerHTML !== li.outerHTML) there.replaceWith(li);
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
    } else if (plain(old) === plain(fresh)) {
      old.querySelectorAll(".ticks").forEach((ticks, n) => ticks.replaceWith(fresh.querySelectorAll(".ticks")[n]));
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

  // What was not reached, or failed there, is asked for again, each time after a longer while.
  let asking = false, again = false, failed = 0;
  const asked = async () => {
    try {
      const before = document.getElementById("conversation").dataset.before;
      const answer = await fetch(`/casos/${page().dataset.number}/partes/all${before ? `?antes=${before}` : ""}`, {
        headers: { "HX-Request": "true", "HX-Current-URL": location.href },
      });
      const at = performance.now(), elsewhere = answer.headers.get("HX-Redirect");
      if (elsewhere) location.assign(elsewhere);
      if (answer.status >= 500) throw new Error(answer.statusText);
      failed = 0;
      return { at, parts: answer.ok ? await answer.text() : "" };
    } catch {
      something(Math.min(30000, 500 * 2 ** failed));
      failed += 1;
      return { parts: "" };
    }
  };
  const refresh = async () => {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    stale = false;
    try {
      const { at, parts } = await asked();
      if (!parts) return;
      const fresh = new DOMParser().parseFromString(parts, "text/html");
      for (const part of [...fresh.body.children]) place(document.adoptNode(part));
      countdown.arrived(at);
    } finally {
      asking = false;
      if (again) {
        again = false;
        refresh();
      }
    }
  };

  let soon = 0;
  const something = (after = 40) => {
    clearTimeout(soon);
    soon = setTimeout(refresh, after);
  };
  document.addEventListener("escala:reloj", () => something());
  document.addEventListener("focusout", () => setTimeout(() => { if (stale) something(); }, 200));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) something(); });

  // -- the stream ----------------------------------------------------------------------------------------------------

  let source, seen = "", tries = 0, lost = false;
  const connect = () => {
    const [path, query] = page().dataset.stream.split("?");
    source = new EventSource(seen ? `${path}?desde=${seen}` : `${path}?${query}`);
    const heard = (event) => {
      if (event.lastEventId) seen = event.lastEventId;
      something();
    };
    source.onmessage = heard;
    source.addEventListener("mesa", heard);
    source.addEventListener("fin", () => source.close());
    source.onopen = () => {
      tries = 0;
      if (lost) something(); // what happened meanwhile
      lost = false;
    };
    source.onerror = () => {
      lost = true;
      if (source.readyState !== EventSource.CLOSED) return; // it comes back by itself
      tries += 1;
      setTimeout(() => { something(); connect(); }, Math.min(30000, 500 * 2 ** tries));
    };
  };
  document.addEventListener("DOMContentLoaded", connect);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) { connect(); something(); } });

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
  document.addEventListener("hecho", () => something());
})();
