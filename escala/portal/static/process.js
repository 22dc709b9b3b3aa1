// The process map with a script: the BPMN viewer in the place of the picture, and the table's figures on it.
"use strict";

(() => {
  const box = document.getElementById("mapa");
  if (!box || matchMedia("(max-width: 48rem)").matches) return; // a narrow screen keeps the picture, which scrolls

  const rows = () => [...document.querySelectorAll("[data-step]")];
  let viewer;
  let shown = "";

  const show = () => {
    const figures = rows().map((row) => ({ ...row.dataset }));
    const now = JSON.stringify(figures);
    if (!viewer || now === shown) return;
    shown = now;
    const canvas = viewer.get("canvas"), overlays = viewer.get("overlays"), registry = viewer.get("elementRegistry");
    overlays.clear();
    for (const { step, cases, late, heat, order } of figures) {
      const element = registry.get(step);
      if (!element) continue;
      for (let each = 0; each < 5; each += 1) canvas.removeMarker(step, `heat-${each}`);
      if (heat) canvas.addMarker(step, `heat-${heat}`);
      if (order) canvas.addMarker(step, "taken");
      if (order && step === box.dataset.last) canvas.addMarker(step, "last");
      if (cases !== undefined) canvas.addMarker(step, "goes");
      const told = order || (Number(cases) ? cases : "");
      if (told) put(overlays, step, told, "tally", element.width < 50 ? { top: -10, left: 24 } : { bottom: 12, left: 8 });
      if (Number(late)) put(overlays, step, `${late} ${box.dataset.late}`, "tally broken", { bottom: 12, right: 60 });
    }
  };

  const put = (overlays, step, text, kind, position) => {
    const html = document.createElement("div");
    html.className = kind;
    html.textContent = text;
    overlays.add(step, { position, html });
  };

  const open = (step) => {
    const link = document.querySelector(`tr[data-step="${CSS.escape(step)}"] a`);
    if (link) location.assign(link.href);
  };

  const start = async () => {
    const answer = await fetch(box.dataset.bpmn, { credentials: "same-origin" });
    if (!answer.ok) return;
    const place = document.createElement("div");
    place.className = "viewer coming";
    place.setAttribute("aria-hidden", "true"); // all that it shows stands in the table
    box.append(place);
    const made = new BpmnJS({ container: place });
    await made.importXML(await answer.text());
    made.get("canvas").zoom("fit-viewport", "auto");
    made.get("eventBus").on("element.click", ({ element }) => open(element.labelTarget ? element.labelTarget.id : element.id));
    viewer = made;
    show();
    for (const each of place.querySelectorAll("a, [tabindex]")) each.tabIndex = -1;
    box.querySelector("svg.map").setAttribute("visibility", "hidden");
    place.classList.remove("coming");
    box.dataset.ready = "true";
  };

  addEventListener("load", () => {
    const script = document.createElement("script");
    script.src = box.dataset.viewer;
    script.onload = () => start().catch(() => box.querySelector(".viewer")?.remove());
    document.head.append(script);
  });
  document.addEventListener("htmx:afterSwap", show);
})();
