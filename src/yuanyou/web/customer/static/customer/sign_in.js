// Passkeys (with allauth's webauthn-json.js), and the browser's time zone for the sign-up form.
// Everything else about signing in works without this file.
(() => {
  "use strict";

  const zone = document.querySelector("form input[name=zone]");
  if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;

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
