// The editor: blocks move by key, typed text is saved before the list of blocks is drawn anew, focus follows a change.
(() => {
  const unsaved = new Set();     // forms with text that the server has not confirmed
  const $ = (id) => document.getElementById(id);
  const waiting = () => [...unsaved].filter((form) => form.isConnected);

  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-save]");
    if (form) { form.dataset.typed = String(Number(form.dataset.typed || 0) + 1); unsaved.add(form); }
  });

  // htmx sends the button that was clicked last with every later save of its form: what it asked was done then.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.matches?.("form[data-save]")) delete event.detail.parameters.row;
  });

  // What was typed after a request began is unsaved still.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target;
    if (form.matches?.("form[data-save]")) form.dataset.sending = form.dataset.typed || "0";
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target;
    if (!form.matches?.("form[data-save]")) return;
    if (event.detail.successful && form.dataset.sending === (form.dataset.typed || "0")) unsaved.delete(form);
    if (!event.detail.successful) form.dataset.failed = "1"; else delete form.dataset.failed;
  });

  // A refusal (422) and a colleague's newer text (409) have words to show.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if ([409, 422].includes(event.detail.xhr.status)) { event.detail.shouldSwap = true; event.detail.isError = false; }
    else if (event.detail.xhr.status < 400 && $("draft-conflict")) $("draft-conflict").textContent = "";
  });

  // The list is drawn anew only when everything typed into it is saved.
  const flush = () => waiting().forEach((form) => htmx.trigger(form, "submit"));
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.target.hasAttribute?.("data-structure") || !waiting().length) return;
    event.preventDefault();
    settled().then((clean) => { if (clean) event.detail.issueRequest(true); });
  });
  async function settled() {
    flush();
    for (let tries = 0; tries < 100 && waiting().length; tries += 1) {
      if (waiting().some((form) => form.dataset.failed)) return false;
      await new Promise((go) => setTimeout(go, 100));
    }
    return !waiting().length;
  }

  // Publishing and leaving wait for what is unsaved.
  document.addEventListener("submit", (event) => {
    if (!event.submitter?.hasAttribute("data-leave") || !waiting().length) return;
    event.preventDefault();
    event.stopPropagation();
    const button = event.submitter;
    settled().then((clean) => { if (clean) button.form.requestSubmit(button); });
  }, true);
  document.addEventListener("submit", (event) => {
    if (event.target.closest?.("#draft-conflict")) unsaved.clear();
  }, true);
  window.addEventListener("beforeunload", (event) => { if (waiting().length) event.preventDefault(); });

  document.addEventListener("htmx:afterSettle", (event) => {
    const wanted = event.detail.xhr?.getResponseHeader("X-Focus");
    if (!wanted || !["blocks", "head-parts"].includes(event.detail.target.id)) return;
    const place = $(wanted);
    (place?.querySelector("input:not([type=hidden]), textarea, select") || place)?.focus();
  });

  // Alt with an arrow moves the block that has the focus.
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    const block = event.target.closest?.("[data-block]");
    if (!block) return;
    event.preventDefault();
    $(`${event.key === "ArrowUp" ? "up" : "down"}-${block.dataset.block}`)?.click();
  });

  // The list of keys behind "?"
  const list = document.querySelector("#keys .keys"), keys = document.querySelector("[data-keys]");
  if (list && keys) {
    const key = document.createElement("dt"), says = document.createElement("dd");
    key.appendChild(document.createElement("kbd")).textContent = keys.dataset.keys;
    says.textContent = keys.dataset.keysSay;
    list.append(key, says);
  }
})();
