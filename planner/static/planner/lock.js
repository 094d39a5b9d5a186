// The idle lock in the page. It reports real keys and touches to the server, covers the page when nobody was there,
// and opens it again without losing what was typed. Page scripts that get a 401 with X-Locked or X-Signed-Out
// dispatch `clinic:locked` or `clinic:signed-out` on document and send again after `clinic:unlocked`.
(() => {
  const template = document.getElementById("lock");
  if (!template) return;
  const { unlock, alive, person, title, lost } = template.dataset;
  const idle = Number(template.dataset.idle) * 1000;
  const PING = 60000;
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("clinic-lock") : null;

  let seen = Date.now();
  let pinged = Date.now();
  let dialog = null;
  let pageTitle = "";
  let token = template.content.querySelector("input[name=csrfmiddlewaretoken]").value;

  const ask = (address, options) => fetch(address, {
    credentials: "same-origin", cache: "no-store", redirect: "manual", ...options,
    headers: { Accept: "application/json", "X-CSRFToken": token, ...(options.headers || {}) },
  });

  // The new mark of this site goes into every form and into what htmx sends.
  const renew = (fresh) => {
    token = fresh;
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => { field.value = fresh; });
    const body = document.body;
    if ("csrf" in body.dataset) body.dataset.csrf = fresh;
    document.querySelectorAll("[hx-headers]").forEach((element) => {
      const headers = JSON.parse(element.getAttribute("hx-headers"));
      if ("X-CSRFToken" in headers) element.setAttribute("hx-headers", JSON.stringify({ ...headers, "X-CSRFToken": fresh }));
    });
  };

  const say = (text) => dialog.querySelectorAll(".lock-message").forEach((line) => { line.textContent = text; });

  const cover = (signedOut) => {
    if (!dialog) {
      dialog = template.content.querySelector("dialog").cloneNode(true);
      dialog.addEventListener("cancel", (event) => event.preventDefault());
      dialog.querySelector("[data-lock-unlock]").addEventListener("submit", open);
      dialog.querySelector("[data-lock-back]").addEventListener("click", look);
      document.body.append(dialog);
      pageTitle = document.title;
      document.title = title;
      document.documentElement.classList.add("is-locked");
      dialog.showModal();
    }
    dialog.querySelector("[data-lock-unlock]").hidden = signedOut;
    dialog.querySelector("[data-lock-signed-out]").hidden = !signedOut;
    dialog.querySelector(signedOut ? "[data-lock-back]" : "#lock-password").focus();
  };

  const uncover = (state) => {
    renew(state.csrf);
    seen = pinged = Date.now();
    if (!dialog) return;
    dialog.close();
    dialog.remove();
    dialog = null;
    document.title = pageTitle;
    document.documentElement.classList.remove("is-locked");
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
    document.dispatchEvent(new CustomEvent("clinic:unlocked"));
  };

  // Somebody else has signed in here: this page is not theirs to see.
  const follow = (state) => {
    if (String(state.person) !== person) window.location.assign("/");
    else if (!state.locked) uncover(state);
    else { renew(state.csrf); cover(false); }
  };

  const signedOut = (response) => response.status === 401 || response.type === "opaqueredirect";

  async function look() {
    try {
      const response = await ask(unlock, { headers: { "X-Background": "1" } });
      if (signedOut(response)) cover(true);
      else follow(await response.json());
    } catch {
      if (dialog) say(lost);
    }
  }

  async function open(event) {
    event.preventDefault();
    const field = dialog.querySelector("#lock-password");
    const body = new URLSearchParams({ password: field.value });
    field.value = "";
    say("");
    try {
      const response = await ask(unlock, { method: "POST", body });
      if (signedOut(response)) return cover(true);
      const state = await response.json();
      if (state.message) { say(state.message); field.focus(); return undefined; }
      follow(state);
      if (tabs) tabs.postMessage("unlocked");
    } catch {
      say(lost);
    }
    return undefined;
  }

  async function ping() {
    pinged = Date.now();
    try {
      const response = await ask(alive, { method: "POST" });
      if (response.headers.has("X-Locked")) cover(false);
      else if (signedOut(response)) cover(true);
    } catch {
      // No connection: the page works on, and the lock falls by the clock below.
    }
  }

  const touched = () => {
    if (dialog) return;
    seen = Date.now();
    if (seen - pinged < PING) return;
    if (tabs) tabs.postMessage("seen");
    ping();
  };
  ["keydown", "pointerdown", "wheel", "touchstart"].forEach((name) => {
    document.addEventListener(name, (event) => { if (event.isTrusted) touched(); }, { passive: true, capture: true });
  });
  if (tabs) {
    tabs.addEventListener("message", (event) => {
      if (event.data === "seen") seen = Date.now();
      else if (dialog) look();
    });
  }
  setInterval(() => { if (!dialog && Date.now() - seen >= idle) cover(false); }, 5000);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    if (dialog) look();
    else if (Date.now() - seen >= idle) cover(false);
  });

  document.addEventListener("clinic:locked", () => cover(false));
  document.addEventListener("clinic:signed-out", () => cover(true));
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const request = event.detail.xhr;
    if (request.status !== 401) return;
    event.preventDefault();
    cover(request.getResponseHeader("X-Locked") === null);
  });
  if (document.querySelector("[data-locked-now]")) cover(false);
})();
