// Files beside what one writes: pasted or dropped into their form, told of before they travel where they are too large,
// and seen on their way. A picture that was sent opens large.
"use strict";

// var: the page of a refused form is written into the one that sent it, where this runs again.
var attach = (() => {
  const LARGEST = 25 * 1024 * 1024, MOST = 5;
  const chooser = (form) => form?.querySelector?.("input[type=file][name=files]");
  const formOf = (event) => event.target.closest?.("form");

  // -- into the form -------------------------------------------------------------------------------------------------

  const add = (form, files) => {
    const field = chooser(form), all = new DataTransfer();
    for (const file of [...field.files, ...files]) all.items.add(file);
    field.files = all.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  // A browser calls every picture that is pasted the same.
  const named = (file, place) => {
    if (file.name !== "image.png") return file;
    const now = new Date().toTimeString().slice(0, 8).replaceAll(":", "");
    return new File([file], `captura-${now}${place ? `-${place + 1}` : ""}.png`, { type: file.type });
  };
  document.addEventListener("paste", (event) => {
    const form = formOf(event), files = [...event.clipboardData.files];
    // A sheet's cells come as words and as a picture of them: the words are meant.
    if (!chooser(form) || !files.length || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    add(form, files.map(named));
  });
  const brings = (event) => event.dataTransfer?.types.includes("Files");
  let over = null;
  const mark = (form) => {
    if (over === form) return;
    over?.classList.remove("drop-here");
    form?.classList.add("drop-here");
    over = form;
  };
  document.addEventListener("dragover", (event) => {
    if (!brings(event)) return;
    event.preventDefault(); // beside a form too: a file that misses it must not take its page's place
    const form = chooser(formOf(event)) ? formOf(event) : null;
    event.dataTransfer.dropEffect = form ? "copy" : "none";
    mark(form);
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(null); });
  document.addEventListener("drop", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    mark(null);
    if (chooser(formOf(event))) add(formOf(event), [...event.dataTransfer.files]);
  });
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!field.matches?.("input[type=file][name=files]")) return;
    const large = [...field.files].find((file) => file.size > LARGEST);
    const wrong = large ? large.name : field.files.length > MOST ? field.files.length : "";
    const said = document.getElementById(`${field.id}-chosen`);
    said.textContent = [...field.files].map((file) => file.name).join(", ") || said.dataset.limit;
    said.classList.toggle("some", field.files.length > 0);
    field.setCustomValidity(wrong && `${wrong}: ${said.dataset.limit}`);
    field.reportValidity();
  });

  // -- on their way --------------------------------------------------------------------------------------------------

  const told = (form, share) => {
    const bar = form?.querySelector?.(".sending");
    if (!bar) return;
    bar.hidden = share === null;
    bar.value = share ?? 0;
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target;
    if (form.matches?.("form") && chooser(form)?.files.length) told(form, 0);
  });
  document.addEventListener("htmx:xhr:progress", (event) => {
    const { loaded, total, lengthComputable } = event.detail;
    if (lengthComputable && chooser(event.target)?.files.length) told(event.target, (100 * loaded) / total);
  });
  document.addEventListener("htmx:afterRequest", (event) => told(event.target, null));

  // A form that leads to another page: sent as it would be by itself, and gone where its answer leads.
  const send = (form) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => told(form, (100 * event.loaded) / event.total));
    request.addEventListener("load", () => {
      told(form, null);
      if (new URL(request.responseURL).pathname !== new URL(form.action).pathname) {
        location.assign(request.responseURL);
        return;
      }
      document.open();
      document.write(request.responseText);
      document.close();
    });
    request.addEventListener("error", () => form.submit());
    told(form, 0);
    request.open("POST", form.action);
    request.send(new FormData(form));
  };

  // -- large ---------------------------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".picture > a.shown");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const large = Object.assign(document.createElement("dialog"), { className: "enlarged" });
    const picture = Object.assign(new Image(), { src: link.href, alt: link.getAttribute("aria-label") });
    const close = Object.assign(document.createElement("button"), { type: "button", textContent: "\u2715" });
    close.setAttribute("aria-label", "Esc");
    large.append(close, picture);
    large.addEventListener("click", () => large.close());
    large.addEventListener("close", () => large.remove());
    document.body.append(large);
    large.showModal();
  });

  return { send };
})();
