// Opening a case: a refusal is where the eyes are, and what is written is kept as a draft.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const refused = document.getElementById("problema");
  refused?.focus();
  const form = document.getElementById("apertura"), chosen = document.getElementById("files");
  if (!form) return;

  // -- the draft -----------------------------------------------------------------------------------------------------

  // One after the other: the last one that was written is the last one that is kept, and what is sent comes after it.
  let timer = 0, saved = Promise.resolve(), underWay = 0;
  const send = (more) => fetch("/casos/nuevo/borrador", {
    method: "POST",
    headers: { "HX-Request": "true" },
    body: new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")),
    ...more,
  }).catch(() => null);
  const forget = () => {
    clearTimeout(timer);
    timer = 0;
  };
  const keep = () => {
    forget();
    underWay += 1;
    saved = saved.then(send).finally(() => { underWay -= 1; });
  };
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    clearTimeout(timer);
    timer = setTimeout(keep, 500);
  });
  document.getElementById("borrador").hidden = false;

  // -- cases that look alike -----------------------------------------------------------------------------------------

  // Beside the form, so that nothing moves under what is being typed; the last answer is the one that stands.
  let asking = 0, last = "";
  const ask = async () => {
    const asked = ["title", "description", "category"].map((name) => form.elements[name].value).join("\n");
    if (asked === last) return;
    last = asked;
    const answer = await fetch("/casos/nuevo/parecidos", {
      method: "POST",
      body: new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")),
    }).catch(() => null);
    if (!answer?.ok || asked !== last) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("parecidos");
    const old = document.getElementById("parecidos");
    if (fresh && !old.contains(document.activeElement)) old.replaceChildren(...fresh.childNodes);
  };
  form.addEventListener("input", (event) => {
    if (!["title", "description", "category"].includes(event.target.name)) return;
    clearTimeout(asking);
    asking = setTimeout(ask, 400);
  });

  if (refused) keep();
  addEventListener("pagehide", () => { if (timer) send({ keepalive: true }); });

  form.addEventListener("submit", (event) => {
    forget(); // it is being sent: no draft any more
    if (underWay) {
      event.preventDefault();
      saved.then(() => form.requestSubmit());
      return;
    }
    if (chosen.files.length) {
      event.preventDefault();
      attach.send(form); // which says how far the files have come
    }
    // After the form was read: a second click sends nothing more while the first is under way.
    setTimeout(() => { document.getElementById("enviar").disabled = true; }, 0);
  });
  addEventListener("pageshow", () => { document.getElementById("enviar").disabled = false; });
});
