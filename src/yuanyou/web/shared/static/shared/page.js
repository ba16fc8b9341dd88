// Small comforts; every page works without them: the reader's time zone, copying, opening the answer asked for, closing a menu,
// the time that is left, the button that WeChat answers,
// and parts that keep themselves up to date (`data-live`): not while nobody looks, at once when somebody looks again, and without losing the reader's place; and what there is to see without a connection.
(() => {
  "use strict";

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `zone=${zone};path=/;max-age=31536000;samesite=lax`;

  for (const button of document.querySelectorAll("button[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      const said = button.textContent;
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = said; }, 2000);
    });
  }

  const asked = document.getElementById(location.hash.slice(1));
  if (asked instanceof HTMLDetailsElement) asked.open = true;

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.langs[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.langs[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  const live = () => document.querySelector("[data-live]");
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) live()?.dispatchEvent(new Event("shown-again"));
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.target === live()) event.preventDefault();
  });
  let place;
  document.addEventListener("htmx:beforeSwap", (event) => {
    place = event.target === live() && live().contains(document.activeElement) && document.activeElement.getAttribute("href");
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (place) live().querySelector(`[href="${CSS.escape(place)}"]`)?.focus({ preventScroll: true });
    place = null;
  });

  // How long a payment code is still good.
  const given = new WeakMap();
  const count = () => {
    for (const left of document.querySelectorAll("[data-left]")) {
      if (!given.has(left)) given.set(left, Date.now() + 1000 * left.dataset.left);
      const rest = Math.max(0, Math.ceil((given.get(left) - Date.now()) / 1000));
      left.querySelector("[role=timer]").textContent = `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, "0")}`;
      left.hidden = false;
    }
  };
  count();
  setInterval(count, 1000);

  // However WeChat ends it: our landing page asks the provider, who knows.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-wechat-pay]");
    if (!button) return;
    const silent = document.querySelector("[data-no-bridge]");
    const late = setTimeout(() => { silent.hidden = false; }, 3000);
    const ask = () => {
      clearTimeout(late);
      silent.hidden = true;
      window.WeixinJSBridge.invoke("getBrandWCPayRequest", JSON.parse(button.dataset.wechatPay), () => location.replace(button.dataset.landed));
    };
    if (window.WeixinJSBridge) ask();
    else document.addEventListener("WeixinJSBridgeReady", ask, { once: true });
  });

  // What Home said last, for the offline page: the state, what is left, until when. No number, no money; gone with signing out.
  const worker = document.querySelector("meta[name=worker]"), offline = document.getElementById("known");
  const remember = () => {
    const lines = [...document.querySelectorAll("[data-line]")].map((line) =>
      [...line.querySelectorAll("[data-known]")].map((said) => [said.className, said.innerText]));
    localStorage.setItem("known", JSON.stringify({ at: Date.now(), lines }));
  };
  const recall = () => {
    const known = JSON.parse(localStorage.getItem("known"));
    if (!known?.lines.length) return;
    const time = offline.querySelector("time"), options = { dateStyle: "medium", timeStyle: "short" };
    time.textContent = new Date(known.at).toLocaleString(document.documentElement.lang, options);
    for (const line of known.lines) {
      const sheet = offline.appendChild(document.createElement("section"));
      sheet.className = "sheet";
      for (const [look, text] of line) {
        Object.assign(sheet.appendChild(document.createElement("p")), { className: look, innerText: text });
      }
    }
    offline.hidden = false;
  };
  const keep = () => {
    try {
      if (live()) remember();
      else if (offline) recall();
      else if (worker && "nobody" in worker.dataset) localStorage.removeItem("known");
    } catch { /* a browser that keeps nothing */ }
  };
  keep();
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) keep(); });
  if (offline) window.addEventListener("online", () => location.reload());
  if (worker && navigator.serviceWorker) {
    window.addEventListener("load", () => { navigator.serviceWorker.register(worker.content).catch(() => {}); });
  }
})();
