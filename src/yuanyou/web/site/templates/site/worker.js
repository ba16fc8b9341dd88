// Answers only when the network does not, and then with the one page it keeps. It keeps nothing else: no page of a customer's, nothing about money.
"use strict";
const CACHE = "offline-{{ kept.version }}", PAGE = "{{ kept.page }}", FILES = [{% for file in kept.files %}"{{ file }}"{% if not forloop.last %}, {% endif %}{% endfor %}];

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const cache = await caches.open(CACHE);
  await cache.addAll([new Request(PAGE, { cache: "no-cache", credentials: "omit" }), ...FILES]);
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const instead = request.mode === "navigate" ? PAGE : FILES.find((file) => new URL(file, self.location).href === request.url);
  if (instead) event.respondWith(answer(event, instead));
});

async function answer(event, instead) {
  try {
    return await event.preloadResponse || await fetch(event.request);
  } catch (failure) {
    const kept = await (await caches.open(CACHE)).match(instead);
    if (kept) return kept;
    throw failure;
  }
}
