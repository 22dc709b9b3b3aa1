// An @ in a note: its colleagues are offered, found by any part of their names, and chosen by the keyboard.
"use strict";

(() => {
  const MOST = 6;
  let field = null, list = null, chosen = 0;
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  // What stands between an @ and the cursor, where a name may be meant.
  const asked = () => {
    const before = field.value.slice(0, field.selectionStart);
    const found = /(?:^|[^\p{L}\p{N}_.@+-])@([\p{L}\p{N}._ -]{0,40})$/u.exec(before);
    return found && { from: before.length - found[1].length, part: plain(found[1]) };
  };
  const colleagues = () => [...document.querySelectorAll("#colleagues option")].map((each) => each.value);

  const close = () => {
    list?.remove();
    list = null;
    field?.removeAttribute("aria-controls");
    field?.removeAttribute("aria-activedescendant");
  };
  const mark = (place) => {
    const items = [...list.children];
    chosen = (place + items.length) % items.length;
    items.forEach((item, n) => item.setAttribute("aria-selected", n === chosen ? "true" : "false"));
    field.setAttribute("aria-activedescendant", items[chosen].id);
  };
  const take = () => {
    const { from } = asked();
    field.setRangeText(`${list.children[chosen].textContent} `, from, field.selectionStart, "end");
    close();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const offer = () => {
    const { part } = asked() || {};
    const fits = part === undefined ? [] : colleagues().filter((name) => {
      const words = plain(name);
      return words !== part.trim() && (words.startsWith(part) || words.includes(` ${part}`));
    });
    close();
    if (!fits.length) return;
    list = Object.assign(document.createElement("ul"), { id: "called", className: "called" });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", field.labels[0].textContent.trim());
    list.append(...fits.slice(0, MOST).map((name, n) => {
      const item = Object.assign(document.createElement("li"), { id: `called-${n}`, textContent: name });
      item.setAttribute("role", "option");
      return item;
    }));
    field.after(list);
    field.setAttribute("aria-controls", "called");
    mark(0);
  };

  document.addEventListener("input", (event) => {
    if (event.target.id !== "notes-body") return;
    field = event.target;
    offer();
  });
  // Before the page's own keys: here they move in the list.
  document.addEventListener("keydown", (event) => {
    if (!list || event.target !== field) return;
    const act = {
      ArrowDown: () => mark(chosen + 1),
      ArrowUp: () => mark(chosen - 1),
      Enter: take,
      Tab: take,
      Escape: close,
    }[event.key];
    if (!act || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }, true);
  document.addEventListener("pointerdown", (event) => {
    const item = list && event.target.closest?.("#called > li");
    if (!item) return;
    event.preventDefault();
    mark([...list.children].indexOf(item));
    take();
  });
  document.addEventListener("focusout", (event) => { if (event.target === field) close(); });
})();
