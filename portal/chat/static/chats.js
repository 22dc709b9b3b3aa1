// The desk's chats: the lists follow what the bell hears of.
"use strict";

document.addEventListener("escala:chats", async () => {
  const fresh = (await live.part("/chats/lista").catch(() => null))?.content.getElementById("chats-lista");
  const old = document.getElementById("chats-lista");
  if (!fresh || !old || old.contains(document.activeElement)) return;
  old.replaceWith(fresh);
});
