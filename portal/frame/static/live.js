// A page that follows what happens: a stream tells that something did, and the page asks once for all of it. Whatever
// came between (a server that starts again, a cable, a computer that slept) it catches up with, ever more patiently.
"use strict";

// var: attach.js writes the page of a refused form into the one that sent it, where this runs again.
var live = (() => {
  const SOON = 60, GAP = 800, PATIENCE = 10000, LONGEST = 15000, CALM = 2000;

  /** A part of the page as it is now, and when the server said so (performance.now()); null where nothing is new. */
  const part = async (address) => {
    const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
    const answer = await fetch(address, { headers, signal: AbortSignal.timeout(PATIENCE) });
    const said = performance.now(), elsewhere = answer.headers.get("HX-Redirect");
    if (elsewhere) location.assign(elsewhere);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    if (answer.status === 204) return null;
    return { said, content: new DOMParser().parseFromString(await answer.text(), "text/html") };
  };

  /** Something concerns whoever looks: the bell asks what. */
  const concerns = () => document.dispatchEvent(new CustomEvent("escala:aviso"));

  const tell = (lost) => {
    const place = document.getElementById("avisos");
    if (place.classList.contains("lost") === lost) return;
    place.classList.toggle("lost", lost);
    place.textContent = lost ? place.dataset.lost : "";
  };

  /**
   * Follow the stream at `address()`. `news` says for each kind of event whether to ask; `refresh(anew)` asks and puts
   * in place, and throws where it could not: anew, whatever the page knows already. It asks no oftener than each `gap`
   * milliseconds, and neither asks nor listens while nobody looks; a stream that says `fin` has no more to say. Answers
   * how a page asks of its own accord.
   */
  const follow = ({ address, news, refresh, gap = GAP }) => {
    let hears = null, reached = true; // the stream, and what is asked: null until that is known
    let source = null, tries = 0, retrying = 0, notice = 0;
    let wanted = false, anew = false, asking = false, soon = 0;

    const judge = () => {
      if (hears && reached) {
        clearTimeout(retrying);
        clearTimeout(notice);
        tries = retrying = notice = 0;
        tell(false);
      } else if (hears === false || reached === false) {
        notice ||= setTimeout(() => tell(true), CALM);
        // Not everybody at once, where a server begins again.
        retrying ||= setTimeout(again, Math.min(LONGEST, 500 * 2 ** tries++) * (0.5 + Math.random()));
      }
    };

    const connect = () => {
      source?.close();
      hears = null;
      if (document.hidden) return;
      source = new EventSource(address());
      for (const [kind, asks] of Object.entries(news)) {
        source.addEventListener(kind, (event) => { if (asks(event)) ask(); });
      }
      source.addEventListener("fin", () => source.close());
      source.addEventListener("aviso", concerns);
      source.onopen = () => { hears = true; judge(); };
      source.onerror = () => { source.close(); hears = false; judge(); };
    };

    const run = async () => {
      soon = 0;
      if (asking || !wanted || document.hidden || reached === false) return; // where it failed, the next try asks
      const all = anew;
      asking = true;
      wanted = anew = false;
      reached = await refresh(all).then(() => true, () => false);
      judge();
      setTimeout(() => { asking = false; run(); }, gap);
    };
    const ask = (all = false) => {
      wanted = true;
      anew ||= all;
      soon ||= setTimeout(run, SOON);
    };

    const again = () => {
      clearTimeout(retrying);
      retrying = 0;
      reached = null;
      connect();
      ask(true);
    };

    document.addEventListener("escala:reloj", (event) => { if (event.detail?.slept) again(); else ask(true); });
    document.addEventListener("visibilitychange", () => { if (document.hidden) source?.close(); else again(); });
    addEventListener("online", again);
    addEventListener("pagehide", () => source?.close());
    addEventListener("pageshow", (event) => { if (event.persisted) again(); });
    connect();
    return { ask: () => ask() };
  };

  return { part, follow, concerns };
})();
