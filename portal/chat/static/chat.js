// A chat as its customer has it before them: each line leaves under a key of its own until the desk has taken it, so
// that none is lost and none comes twice; what the other side says is added at the end.
"use strict";

(() => {
  const page = () => document.getElementById("chat");
  if (!page()) return;
  const { number, who, page: pageId, unsent, failed } = page().dataset;
  const log = () => document.getElementById("chat-log"), form = () => document.getElementById("chat-form");
  const linesOf = (place) => place.firstElementChild;
  const problem = () => document.getElementById("chat-problem"), more = document.getElementById("chat-new");
  const stamp = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-Escala-Stamp"];
  const post = (address, body, extra = {}) => fetch(address, {
    method: "POST", headers: { "HX-Request": "true", "X-Escala-Stamp": stamp() }, body, ...extra,
  });

  // -- what is said --------------------------------------------------------------------------------------------------

  const atEnd = () => log().scrollHeight - log().scrollTop - log().clientHeight < 60;
  const toEnd = () => { log().scrollTop = log().scrollHeight; more.hidden = true; };
  more.addEventListener("click", toEnd);
  document.addEventListener("scroll", () => { if (atEnd()) more.hidden = true; }, true);

  const refresh = async () => {
    const { content } = await live.part(`/casos/${number}/chat/partes`);
    const state = content.getElementById("chat-state"), fresh = content.getElementById("chat-log");
    if (!fresh) return;
    const old = document.getElementById("chat-state");
    if (old.innerHTML.trim() !== state.innerHTML.trim()) old.replaceChildren(...state.childNodes);
    const stays = atEnd(), known = new Set([...linesOf(log()).children].map((li) => li.id));
    const news = [...linesOf(fresh).children].filter((li) => !known.has(li.id));
    for (const li of log().querySelectorAll(".kept")) if (!fresh.querySelector(`#${li.id}`)) li.remove();
    const first = log().querySelector(".unsent");
    news.forEach((li) => linesOf(log()).insertBefore(document.adoptNode(li), first));
    log().dataset.seq = fresh.dataset.seq;
    if (news.length && stays) toEnd();
    else if (news.some((li) => !li.matches(".customer"))) more.hidden = false;
    if (fresh.dataset.open === "no" && log().dataset.open === "yes" && !waiting.length) location.reload();
  };
  const address = () => `/casos/${number}/eventos?desde=${log().dataset.seq}`;
  const { ask } = live.follow({ address, news: { message: () => true, mesa: () => true }, refresh, gap: 150 });

  // -- what one says -------------------------------------------------------------------------------------------------

  const KEPT = `escala-chat-${number}-${who}`; // nobody sends what another one wrote at this screen
  const waiting = JSON.parse(sessionStorage[KEPT] || "[]"), files = new Map();
  const keep = () => { sessionStorage[KEPT] = JSON.stringify(waiting); };
  const newKey = () => [...crypto.getRandomValues(new Uint32Array(5))].map((part) => part.toString(36)).join("-");
  let sending = false, tries = 0;

  const show = ({ key, body }) => {
    const [li, words, note] = ["li", "div", "small"].map((name) => document.createElement(name));
    li.className = "said customer unsent";
    li.id = `unsent-${key}`;
    words.className = "box words";
    words.textContent = body;
    note.textContent = unsent;
    li.append(words, note);
    linesOf(log()).append(li);
  };
  const refuse = (line, said) => {
    problem().textContent = said;
    problem().hidden = false;
    const field = form().elements.body;
    field.value = [line.body, field.value].filter(Boolean).join("\n");
    field.focus();
  };
  const send = async () => {
    if (sending || !waiting.length) return;
    sending = true;
    const [line] = waiting, body = new FormData();
    body.set("key", line.key);
    body.set("body", line.body);
    for (const file of files.get(line.key) || []) body.append("files", file);
    let answer = null;
    try {
      answer = await post(`/casos/${number}/ordenes/chat/lines`, body, { signal: AbortSignal.timeout(30000) });
    } catch { /* no connection: the same line leaves again, under its key */ }
    sending = false;
    if (!answer || answer.status >= 500 || answer.status === 429) {
      setTimeout(send, Math.min(15000, 500 * 2 ** tries++));
      return;
    }
    const elsewhere = answer.headers.get("HX-Redirect"); // signed out meanwhile: it leaves once they are back
    if (elsewhere) {
      location.assign(elsewhere);
      return;
    }
    tries = 0;
    waiting.shift();
    files.delete(line.key);
    keep();
    await refresh().catch(() => {});
    document.getElementById(`unsent-${line.key}`)?.remove();
    if (!answer.ok) {
      const told = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".problem");
      refuse(line, told?.textContent.trim() || failed);
    }
    send();
  };
  for (const line of waiting) show(line);
  send();
  addEventListener("online", send);

  form()?.addEventListener("submit", (event) => {
    event.preventDefault();
    const { body, files: chosen } = form().elements;
    if (!body.value.trim()) return;
    const line = { key: newKey(), body: body.value };
    problem().hidden = true;
    waiting.push(line);
    if (chosen.files.length) files.set(line.key, [...chosen.files]);
    keep();
    show(line);
    toEnd();
    body.value = "";
    chosen.value = "";
    chosen.dispatchEvent(new Event("change", { bubbles: true }));
    wrote = -Infinity;
    body.focus();
    send();
  });
  document.addEventListener("keydown", (event) => {
    const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (sends && form()?.contains(event.target)) form().requestSubmit();
  });

  // -- that one is there, and writes ---------------------------------------------------------------------------------

  let wrote = -Infinity, told = false;
  const here = () => {
    if (document.hidden || !form()) return;
    told = performance.now() - wrote < 8000;
    post(`/casos/${number}/chat/presencia`, new URLSearchParams({ page: pageId, writing: told })).catch(() => {});
  };
  form()?.elements.body.addEventListener("input", () => {
    wrote = performance.now();
    if (!told) here();
  });
  setInterval(() => { if (told && performance.now() - wrote >= 8000) here(); }, 2000);
  setInterval(here, 15000);
  document.addEventListener("visibilitychange", here);
  addEventListener("pageshow", () => { here(); ask(); });
  addEventListener("pagehide", () => {
    const gone = new URLSearchParams({ page: pageId });
    post(`/casos/${number}/chat/presencia/fin`, gone, { keepalive: true }).catch(() => {});
  });
  toEnd();
})();
