// Opening a case: a refusal is where the eyes are, and a file that is too large is told of before it travels.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("problema")?.focus();
  const form = document.getElementById("apertura"), chosen = document.getElementById("files");
  if (!form) return;
  const largest = 25 * 1024 * 1024;
  chosen.addEventListener("change", () => {
    const large = [...chosen.files].find((file) => file.size > largest);
    chosen.setCustomValidity(large || chosen.files.length > 5 ? `${large ? large.name : chosen.files.length}: ${chosen.labels[0].textContent}` : "");
    chosen.reportValidity();
  });
  form.addEventListener("submit", () => {
    // After the form was read: a second click sends nothing more while the first is under way.
    setTimeout(() => { document.getElementById("enviar").disabled = true; }, 0);
  });
  addEventListener("pageshow", () => { document.getElementById("enviar").disabled = false; });
});
