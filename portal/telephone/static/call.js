// The page of a call that goes on: what its system tells of it meanwhile drafts the log, beside what was typed.
"use strict";

document.addEventListener("escala:campana", async () => {
  const about = document.getElementById("about-call");
  if (!about || !("live" in about.dataset)) return;
  const fresh = (await live.part(location.pathname + location.search).catch(() => null))?.content;
  const told = fresh?.getElementById("about-call");
  if (!told || told.outerHTML === about.outerHTML) return;
  about.replaceWith(told);
  for (const form of document.querySelectorAll("form.log")) {
    const draft = fresh.getElementById(form.id);
    if (!draft) continue;
    form.querySelector(".drafted").replaceWith(draft.querySelector(".drafted"));
    const [chosen, drafted] = [form, draft].map((each) => each.querySelector("[name=outcome]:checked"));
    if (!chosen?.defaultChecked || !drafted) continue; // somebody said what came of it
    const its = form.querySelector(`[name=outcome][value="${CSS.escape(drafted.value)}"]`);
    chosen.defaultChecked = false;
    its.checked = its.defaultChecked = true;
  }
});
