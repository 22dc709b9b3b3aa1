// The process map with a script: its figures follow what happens, and the BPMN viewer comes when somebody asks for it.
"use strict";

(() => {
  const box = document.getElementById("mapa");
  if (!box) return;
  const figures = document.getElementById("cifras"); // a case's path has none

  // -- what is new, once for all that happened ------------------------------------------------------------------------

  let asking = false, again = false, soon = null;

  const refresh = async () => {
    if (asking || document.hidden) { again = true; return; }
    asking = true; again = false;
    try {
      const answer = await fetch("/proceso/cifras", { headers: { "HX-Request": "true" } });
      if (answer.headers.get("HX-Redirect")) { location.assign(answer.headers.get("HX-Redirect")); return; }
      if (answer.ok) {
        const fresh = document.createElement("template");
        fresh.innerHTML = await answer.text();
        put(fresh.content);
      }
    } catch { /* the connection is gone; the stream says when it is back */ }
    setTimeout(() => { asking = false; if (again) refresh(); }, 1000); // a busy desk asks no oftener
  };

  const put = (fresh) => {
    const picture = fresh.querySelector("svg.map"), shownPicture = box.querySelector("svg.map");
    if (!shownPicture.isEqualNode(picture)) shownPicture.replaceWith(picture);
    figures.querySelector("[data-mark]").dataset.mark = fresh.querySelector("[data-mark]").dataset.mark;
    for (const row of fresh.querySelectorAll("tr[data-step]")) {
      change(figures.querySelector(`tr[data-step="${CSS.escape(row.dataset.step)}"]`), row);
    }
    show();
  };

  const change = (row, fresh) => {
    Object.assign(row.dataset, fresh.dataset);
    [...row.cells].forEach((cell, place) => {
      const new_ = fresh.cells[place];
      if (cell.isEqualNode(new_) || cell.contains(document.activeElement)) return;
      cell.replaceWith(new_.cloneNode(true));
    });
  };

  if (figures) {
    if (window.EventSource) {
      const events = new EventSource("/cola/eventos");
      events.addEventListener("cambio", (event) => {
        if (event.data === figures.querySelector("[data-mark]").dataset.mark) return;
        clearTimeout(soon);
        soon = setTimeout(refresh, 60);
      });
      addEventListener("pagehide", () => events.close());
      addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
    }
    setInterval(refresh, 60_000); // promises also break while nothing happens
    document.addEventListener("visibilitychange", () => { if (!document.hidden && again) refresh(); });
  }

  // -- the viewer -----------------------------------------------------------------------------------------------------

  const explore = document.getElementById("explorar");
  let viewer = null, coming = null, shown = "";

  explore.hidden = false;
  explore.addEventListener("click", async () => {
    const wanted = explore.getAttribute("aria-pressed") !== "true";
    explore.setAttribute("aria-pressed", wanted);
    box.classList.toggle("explored", wanted);
    if (!wanted || viewer) return;
    explore.setAttribute("aria-busy", "true");
    try {
      await (coming ??= bring());
    } catch {
      coming = null;
      box.querySelector(".viewer")?.remove();
      box.classList.remove("explored");
      explore.setAttribute("aria-pressed", "false");
    }
    explore.removeAttribute("aria-busy");
  });

  const loaded = (element) => new Promise((done, failed) => { element.onload = done; element.onerror = failed; });

  const bring = async () => {
    const ours = document.head.querySelector("link[href*='process.css']");
    const parts = box.dataset.styles.split(" ").map((href) => {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
      ours.before(link); // so that ours has the last word
      return loaded(link);
    });
    const script = Object.assign(document.createElement("script"), { src: box.dataset.viewer });
    document.head.append(script);
    const [answer] = await Promise.all([fetch(box.dataset.bpmn), loaded(script), ...parts]);
    if (!answer.ok) throw new Error(answer.status);
    const place = document.createElement("div");
    place.className = "viewer";
    place.setAttribute("aria-hidden", "true"); // all that it shows stands in the table
    box.append(place);
    const made = new BpmnJS({ container: place });
    const { warnings } = await made.importXML(await answer.text());
    for (const each of warnings) console.error(each.message);
    made.get("canvas").zoom("fit-viewport", "auto");
    made.get("eventBus").on("element.click", ({ element }) => open((element.labelTarget || element).id));
    viewer = made;
    show();
    for (const each of place.querySelectorAll("a, [tabindex]")) each.tabIndex = -1;
    box.dataset.ready = "true";
  };

  const show = () => {
    const steps = [...document.querySelectorAll("[data-step]")].map((row) => ({ ...row.dataset }));
    const now = JSON.stringify(steps);
    if (!viewer || now === shown) return;
    shown = now;
    const canvas = viewer.get("canvas"), overlays = viewer.get("overlays"), registry = viewer.get("elementRegistry");
    overlays.clear();
    for (const { step, cases, late, lateAddress, heat, order } of steps) {
      const element = registry.get(step);
      if (!element) continue;
      for (let each = 0; each < 5; each += 1) canvas.removeMarker(step, `heat-${each}`);
      if (heat) canvas.addMarker(step, `heat-${heat}`);
      if (order) canvas.addMarker(step, "taken");
      if (order && step === box.dataset.last) canvas.addMarker(step, "last");
      if (cases !== undefined) canvas.addMarker(step, "goes");
      const told = order || (Number(cases) ? cases : "");
      const small = element.width < 50;
      const position = small ? { top: -10, left: 24 } : { bottom: 12, left: 8 };
      if (told) overlays.add(step, { position, html: tally(told) });
      if (!Number(late)) continue;
      const html = tally(`${late} ${box.dataset.late}`, lateAddress);
      overlays.add(step, { position: { bottom: 12, right: 60 }, html });
    }
  };

  const tally = (text, address) => {
    const made = document.createElement(address ? "a" : "div");
    made.className = address ? "tally broken" : "tally";
    made.textContent = text;
    if (address) Object.assign(made, { href: address, tabIndex: -1 });
    return made;
  };

  const open = (step) => {
    const link = document.querySelector(`tr[data-step="${CSS.escape(step)}"] a`);
    if (link) location.assign(link.href);
  };
})();
