// What one keeps beside a case: drafts as they are typed, that one is there, and canned replies where the cursor is.
"use strict";

(() => {
  const page = () => document.getElementById("case");
  const stampOf = () => document.querySelector("#composer input[name=stamp]")?.value
    || JSON.parse(document.body.getAttribute("hx-headers"))["X-Escala-Stamp"];
  const send = (path, fields, more = {}) => fetch(`/casos/${page().dataset.number}/${path}`, {
    method: "POST",
    headers: { "HX-Request": "true", "X-Escala-Stamp": stampOf() },
    body: new URLSearchParams(fields),
    ...more,
  }).catch(() => null);

  // -- drafts --------------------------------------------------------------------------------------------------------

  // One after the other: the last one that was typed is the last one that is kept.
  const timers = new Map();
  let saved = Promise.resolve(), underWay = 0;
  const save = (field, more) => {
    forget(field.dataset.draft);
    const keep = () => send(`borradores/${field.dataset.draft}`, { body: field.value }, more).then((answer) => {
      tell(field, answer?.ok && field.value !== "");
    });
    underWay += 1;
    saved = (more?.keepalive ? keep() : saved.then(keep)).finally(() => { underWay -= 1; });
    return saved;
  };
  const tell = (field, kept) => field.form?.querySelector(".kept-draft")?.classList.toggle("is-kept", Boolean(kept));
  const forget = (name) => {
    clearTimeout(timers.get(name));
    timers.delete(name);
  };
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches?.("textarea[data-draft]")) return;
    tell(field, false);
    clearTimeout(timers.get(field.dataset.draft));
    timers.set(field.dataset.draft, setTimeout(() => save(field), 500));
    wrote = performance.now();
    if (!said) heartbeat();
  });
  document.addEventListener("submit", (event) => {
    // What is being sent is no draft any more.
    for (const field of event.target.querySelectorAll("textarea[data-draft]")) forget(field.dataset.draft);
    wrote = -Infinity; // nor is its author writing any more
  }, true);
  document.addEventListener("htmx:afterRequest", (event) => {
    const order = event.detail.elt?.dataset?.order;
    if (!order || event.detail.xhr.status < 400) return;
    for (const field of document.querySelectorAll(`form[data-order="${order}"] textarea[data-draft]`)) {
      if (field.value) save(field); // it was refused: a draft again
    }
  });
  addEventListener("pagehide", () => {
    for (const name of [...timers.keys()]) {
      const field = document.querySelector(`textarea[data-draft="${name}"]`);
      if (field) save(field, { keepalive: true });
    }
    if (isWorker()) send("presencia/fin", { page: page().dataset.page }, { keepalive: true });
  });

  // What is sent or undone comes after the drafts that are under way, so that none of them outlives it. A reply that is
  // undone comes back before what was begun since; so that is kept first.
  document.addEventListener("htmx:confirm", (event) => {
    const form = event.target, undoes = form.matches?.(".undo");
    if (!undoes && !form.dataset?.order) return;
    const field = undoes && document.querySelector("textarea[data-draft=replies]");
    if (field && field.value !== field.defaultValue) save(field);
    if (!underWay) return;
    event.preventDefault();
    saved.then(() => {
      if (form.isConnected) return event.detail.issueRequest();
      // News put the part in place anew while the draft was kept: the same form stands there, and htmx sends no other.
      [...document.forms].find((each) => each.getAttribute("action") === form.getAttribute("action"))?.requestSubmit();
    });
  });

  // -- that one is there ---------------------------------------------------------------------------------------------

  const isWorker = () => page() && "worker" in page().dataset;
  let wrote = -Infinity, said = false;
  const heartbeat = () => {
    if (!isWorker() || document.hidden) return;
    said = performance.now() - wrote < 20000;
    send("presencia", { page: page().dataset.page, writing: said });
  };
  setInterval(heartbeat, 15000);
  setInterval(() => { if (said && performance.now() - wrote >= 20000) heartbeat(); }, 2000);
  document.addEventListener("visibilitychange", heartbeat);
  addEventListener("pageshow", (event) => { if (event.persisted) heartbeat(); });

  // -- canned replies ------------------------------------------------------------------------------------------------

  document.addEventListener("submit", async (event) => {
    if (!event.target.matches(".canned")) return;
    event.preventDefault();
    const chosen = event.submitter?.value;
    event.target.querySelector("details").open = false;
    const answer = await fetch(`/casos/${page().dataset.number}/plantillas/${chosen}`);
    const field = document.querySelector(`textarea[data-draft="${event.target.elements.para.value}"]`);
    if (!answer.ok || !field) return;
    field.setRangeText(await answer.text(), field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
})();
