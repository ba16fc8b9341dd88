// The page of an order that is being paid: how long its code is good, and the button that WeChat answers.
(() => {
  "use strict";

  const given = new WeakMap();
  const count = () => {
    for (const left of document.querySelectorAll("[data-left]")) {
      if (!given.has(left)) given.set(left, { from: Date.now(), seconds: Number(left.dataset.left) });
      const { from, seconds } = given.get(left);
      const rest = Math.max(0, seconds - Math.floor((Date.now() - from) / 1000));
      left.querySelector("[role=timer]").textContent = `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, "0")}`;
      left.hidden = false;
    }
  };
  count();
  setInterval(count, 1000);

  const WAIT_MS = 3000;
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-wechat-pay]");
    if (!button) return;
    const silent = document.querySelector("[data-no-bridge]");
    const late = setTimeout(() => { silent.hidden = false; }, WAIT_MS);
    const ask = () => {
      clearTimeout(late);
      silent.hidden = true;
      // However it ended: our landing page asks the provider, who knows.
      window.WeixinJSBridge.invoke("getBrandWCPayRequest", JSON.parse(button.dataset.wechatPay), () => location.replace(button.dataset.landed));
    };
    if (window.WeixinJSBridge) ask();
    else document.addEventListener("WeixinJSBridgeReady", ask, { once: true });
  });
})();
