// The bell: how much concerns whoever looks, as soon as it does, and outside the page where they allowed it.
"use strict";

(() => {
  const bell = () => document.getElementById("campana");
  if (!bell()) return;
  const KEY = "escala-avisos", GAP = 1000;
  let last = Number(bell().dataset.last);
  const wanted = () => "Notification" in window && Notification.permission === "granted" && localStorage[KEY] === "on";

  const refresh = async () => {
    const content = (await live.part("/avisos/campana"))?.content, fresh = content?.getElementById("campana");
    if (!fresh) return;
    ring(content.getElementById("llamadas"));
    document.dispatchEvent(new CustomEvent("escala:campana"));
    const chats = document.getElementById("campana-chats"), freshChats = content.getElementById("campana-chats");
    if (chats && freshChats && chats.outerHTML !== freshChats.outerHTML) {
      chats.replaceWith(freshChats);
      document.dispatchEvent(new CustomEvent("escala:chats"));
    }
    for (const count of content.querySelectorAll("[data-bar]")) {
      for (const shown of document.querySelectorAll(`.top [data-bar="${count.dataset.bar}"]`)) {
        if (!shown.isEqualNode(count)) shown.replaceWith(count.cloneNode(true));
      }
    }
    const newest = Number(fresh.dataset.last);
    if (newest > last && fresh.dataset.told && wanted() && document.hidden) tell(fresh.dataset);
    last = Math.max(last, newest);
    if (fresh.innerHTML === bell().innerHTML) return;
    const focused = bell() === document.activeElement;
    bell().replaceWith(fresh);
    if (focused) fresh.focus();
  };
  // A call is offered beside what one does, and never opened over it.
  const ring = (calls) => {
    const before = document.getElementById("llamadas");
    calls?.querySelectorAll("a").forEach((each) => { if (each.pathname === location.pathname) each.remove(); });
    if (!calls || calls.textContent.trim() === before.textContent.trim()) return;
    const had = new Set([...before.querySelectorAll("a")].map((each) => each.dataset.call));
    const newest = [...calls.querySelectorAll("a")].find((each) => !had.has(each.dataset.call));
    const focused = document.activeElement?.dataset?.call;
    before.innerHTML = calls.innerHTML;
    if (focused) before.querySelector(`[data-call="${CSS.escape(focused)}"]`)?.focus();
    if (newest && wanted() && document.hidden) {
      const [told, title] = [...newest.querySelectorAll("strong, .who-calls")].map((each) => each.textContent.trim());
      tell({ told, title, case: newest.getAttribute("href"), last: newest.dataset.call });
    }
  };
  const tell = ({ told, title, case: address, last: tag }) => {
    const shown = new Notification(told, { body: title, tag: `escala-${tag}`, lang: document.documentElement.lang });
    shown.onclick = () => { window.focus(); location.assign(address); };
  };

  // The queue and a case have a stream that says it as well; any other page asks for one of its own.
  let asked = 0;
  document.addEventListener("escala:aviso", () => {
    asked ||= setTimeout(() => { asked = 0; refresh().catch(() => {}); }, GAP);
  });
  document.addEventListener("DOMContentLoaded", () => {
    if (document.querySelector("#cola, #case")) return;
    live.follow({ address: () => "/avisos/eventos", news: { cambio: () => true }, refresh });
  });

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("avisar");
    if (!button || !("Notification" in window)) return;
    const on = button.textContent;
    const show = () => {
      button.textContent = Notification.permission === "denied" ? button.dataset.denied
        : wanted() ? button.dataset.off : on;
      button.disabled = Notification.permission === "denied";
    };
    button.hidden = false;
    button.addEventListener("click", async () => {
      if (wanted()) delete localStorage[KEY];
      else if (await Notification.requestPermission() === "granted") localStorage[KEY] = "on";
      show();
    });
    show();
  });
})();
