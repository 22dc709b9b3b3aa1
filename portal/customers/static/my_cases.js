// A customer's list of cases while it is open.
"use strict";

(() => {
  const list = () => document.getElementById("lista");

  const refresh = async (anew) => {
    const old = list(), { list: address, mark } = old.dataset;
    const fresh = await live.part(anew ? address : `${address}&huella=${mark}`);
    if (!fresh) return;
    const focused = old.contains(document.activeElement) && document.activeElement.id;
    old.replaceWith(fresh.content.getElementById("lista"));
    countdown.arrived(fresh.said);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };

  live.follow({ address: () => "/casos/eventos", news: { cambio: () => true }, refresh });
})();
