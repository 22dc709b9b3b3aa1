// Several cases at once, one after the other, with what became of each. Without a script the whole form goes at once.
"use strict";

(() => {
  const form = document.getElementById("aplicar");
  if (!form) return;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button"), bar = form.querySelector("progress");
    const told = document.getElementById("avance");
    const numbers = [...form.querySelectorAll("input[name=case]")].map((field) => field.value);
    button.disabled = true;
    bar.hidden = false;
    let done = 0;
    for (const number of numbers) {
      const fields = new URLSearchParams(new FormData(form));
      fields.delete("case");
      fields.append("case", number);
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: fields }).catch(() => null);
      const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page && page.querySelector(`tr[data-number="${CSS.escape(number)}"] .outcome`);
      if (!fresh) { form.submit(); return; } // the connection broke: the same form again does nothing twice
      document.querySelector(`#resultados tr[data-number="${CSS.escape(number)}"] .outcome`).replaceWith(fresh);
      // What has to wait (too much was asked for at once) is offered again there: the form keeps it.
      const waits = page.getElementById("aplicar");
      if (!waits) form.querySelector(`input[name=case][value="${CSS.escape(number)}"]`).remove();
      done += 1;
      bar.value = done;
      told.textContent = form.dataset.told.replace("{done}", done).replace("{all}", numbers.length);
    }
    const more = form.querySelector("input[name=case]");
    if (more) button.textContent = form.dataset.again;
    button.disabled = false;
    button.hidden = !more;
  });
})();
