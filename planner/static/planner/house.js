// The keyboard of the house: "/" search, "n" the page's main action, "g" and a letter to go, "?" the list of keys.
// Each key has a visible twin, and all single-letter keys can be turned off in that list.
(() => {
  const STORE = "clinic-keys-off";
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
  let going = 0;

  const keysOn = () => localStorage.getItem(STORE) !== "1";
  const showKeys = () => bootstrap.Modal.getOrCreateInstance(document.getElementById("keys")).show();

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector(".modal.show, dialog[open]") || !keysOn()) return;
    if (Date.now() - going < 1200) {
      going = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "/") {
      const search = document.getElementById("house-search");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "n") {
      const action = document.querySelector(".top-action a, .top-action button");
      if (action) { event.preventDefault(); action.click(); }
    } else if (event.key === "g") {
      going = Date.now();
    } else if (event.key === "?") {
      event.preventDefault();
      showKeys();
    }
  });

  const toggle = document.getElementById("keys-on");
  if (toggle) {
    toggle.checked = keysOn();
    toggle.addEventListener("change", () => {
      if (toggle.checked) localStorage.removeItem(STORE); else localStorage.setItem(STORE, "1");
    });
  }

  // A form that was sent is not sent again by a second click; Back brings it to life again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.dataset.sent === "1") { if (form.dataset.sent === "1") event.preventDefault(); return; }
    if ((form.method || "get").toLowerCase() === "post" && !form.target) form.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // A guarded form that is half written, or came back with mistakes, is not lost by a wrong click: leaving asks first.
  let halfWritten = Boolean(document.querySelector("form[data-guard] :is(.is-invalid, .alert-danger)"));
  document.addEventListener("input", (event) => { if (event.target.closest("form[data-guard]")) halfWritten = true; });
  document.addEventListener("submit", (event) => { if (!event.defaultPrevented) halfWritten = false; });
  window.addEventListener("beforeunload", (event) => { if (halfWritten) event.preventDefault(); });

  // A part of a page that was lost on the line comes once there is a line again; until then its link stays.
  document.addEventListener("htmx:sendError", (event) => {
    if (event.target.matches?.(".to-come")) event.target.setAttribute("aria-busy", "false");
  });
  window.addEventListener("online", () => {
    for (const part of document.querySelectorAll(".to-come[aria-busy=false]")) {
      part.setAttribute("aria-busy", "true");
      htmx.trigger(part, "again");
    }
  });

  // Focus goes to the summary of what is missing, so that it is read first.
  const errors = document.querySelector(".alert-danger, .errors");
  if (errors) { errors.tabIndex = -1; errors.focus(); }
})();
