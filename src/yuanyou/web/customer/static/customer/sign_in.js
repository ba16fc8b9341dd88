// Passkeys, with allauth's webauthn-json.js. Everything else about signing in works without this file.
(() => {
  "use strict";

  const form = document.querySelector("form[data-passkey]");
  if (!form || !window.webauthnJSON || !webauthnJSON.supported()) return;
  form.hidden = false;

  const ceremonies = {
    add: () => webauthnJSON.create(JSON.parse(document.getElementById("passkey-options").textContent)),
    "sign-in": async () => {
      const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      return webauthnJSON.get((await answer.json()).request_options);
    },
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const trouble = form.querySelector("[role=alert]");
    trouble.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(await ceremonies[form.dataset.passkey]());
      form.submit();
    } catch {
      trouble.hidden = false;
    }
  });
})();
