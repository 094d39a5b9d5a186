// The planner: saves as one types, moves items by key and mouse, keeps the run view's clock.
//
// One queue for everything that is written, so that each write carries the version the one before it made. A field is
// "unsaved" from the first key until the server has said so; its text is never replaced, by nobody. When a colleague was
// quicker the server answers 409 with both texts, and the person chooses.
(() => {
  const $ = (id) => document.getElementById(id);
  const PAUSE = 800;             // ms after the last key
  const FIRST_RETRY = 2000, LAST_RETRY = 30000;
  const unsaved = new Map();     // field id -> {url, name, was, version, clash}
  let sending = null, timer = 0, retry = FIRST_RETRY, moves = [], lastPress = "";

  const holder = () => $("agenda") || $("run") || $("note");
  const version = () => holder()?.dataset.version || "0";
  const token = () => document.body.dataset.csrf || document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
  const worth = (field) => (field.type === "checkbox" && !field.checked ? "" : field.value);
  const waiting = () => [...unsaved].filter(([id, entry]) => !entry.clash && !entry.wrong && $(id));

  function say(state, extra = "") {
    const line = $("saved");
    if (!line) return;
    line.dataset.state = ["saving", "saved"].includes(state) ? "good" : "bad";
    line.textContent = [line.dataset[state], extra].filter(Boolean).join(" ");
  }

  function setVersion(number) {
    if (!number || !holder()) return;
    holder().dataset.version = number;
    document.querySelectorAll('input[name="version"]').forEach((input) => {
      if (!input.closest("#conflict")) input.value = number;
    });
  }

  // Saving as one types
  const urlOf = (field) => field.dataset.autosave || (field.form?.hasAttribute("data-autosave") ? field.form.getAttribute("action") : "");

  function typed(event) {
    const field = event.target;
    const url = field.id && field.name && field.type !== "hidden" && urlOf(field);
    if (!url) return;
    const entry = unsaved.get(field.id) || { url, name: field.name, was: field.defaultValue, version: null, clash: false };
    entry.wrong = false;
    if (field.type === "radio") {                                    // of one group only the last choice counts
      for (const [id, other] of unsaved) if (other.name === entry.name && other.url === url) unsaved.delete(id);
    }
    unsaved.set(field.id, entry);
    if (!entry.clash) say("saving");
    schedule(event.type === "change" ? 0 : PAUSE);
  }

  function schedule(pause) {
    clearTimeout(timer);
    timer = setTimeout(flush, pause);
  }

  // Everything that is unsaved, one after the other. False when the line or the sign-in is gone.
  function flush() {
    clearTimeout(timer);
    if (!sending) sending = run().finally(() => { sending = null; });
    return sending;
  }

  async function run() {
    for (;;) {
      const next = waiting()[0];
      if (!next) return true;
      if (!(await save(...next))) return false;
    }
  }

  async function save(id, entry) {
    const field = $(id), value = worth(field);
    const body = new URLSearchParams({ version: entry.version || version(), [entry.name]: value });
    if ($("run")) body.set("page", "run");
    say("saving");
    let answer;
    try {
      answer = await fetch(entry.url, { method: "POST", body, credentials: "same-origin",
        headers: { "X-CSRFToken": token(), "X-Background": "1", Accept: "application/json, text/html" } });
    } catch {
      return later("offline");
    }
    if (answer.status === 401) {                                     // clinic:unlocked goes on
      say("locked");
      document.dispatchEvent(new CustomEvent(answer.headers.has("X-Locked") ? "clinic:locked" : "clinic:signed-out"));
      return false;
    }
    if (answer.status === 409) return clash(id, entry, await answer.text());
    if (answer.status === 422) {
      const { errors } = await answer.json();
      entry.wrong = true;
      field.setAttribute("aria-invalid", "true");
      say("wrong", Object.values(errors).join(" "));
      return true;
    }
    if (answer.status >= 400 && answer.status < 500) {               // trying again would not help
      entry.wrong = true;
      say("refused");
      return true;
    }
    if (!answer.ok || answer.redirected) return later("offline");
    const said = await answer.json();
    retry = FIRST_RETRY;
    setVersion(said.version);
    if (field.type === "checkbox") field.defaultChecked = field.checked; else field.defaultValue = value;
    field.removeAttribute("aria-invalid");
    if (worth(field) === value) unsaved.delete(id); else { entry.was = value; entry.version = null; }
    budget(said);
    document.dispatchEvent(new CustomEvent("clinic:saved", { detail: said }));
    if (!unsaved.size) say("saved", said.at);
    return true;
  }

  function later(state) {
    say(state);
    timer = setTimeout(flush, retry);
    retry = Math.min(retry * 2, LAST_RETRY);
    return false;
  }

  // Both texts are shown; what was typed stays in its field and is sent by nobody but the person.
  function clash(id, entry, html) {
    entry.clash = true;
    const place = $("conflict");
    place.innerHTML = html;
    window.htmx?.process(place);
    say("clash");
    place.querySelector("textarea, input:not([type=hidden]), a")?.focus();
    return true;
  }

  function budget(said) {
    if (!$("budget-words")) return;
    $("budget-words").textContent = said.budget;
    $("budget-says").textContent = said.says;
    $("budget-bar").value = said.planned;
    $("budget-bar").classList.toggle("bar-over", said.over);
  }

  document.addEventListener("input", typed);
  document.addEventListener("change", typed);
  document.addEventListener("clinic:unlocked", () => {
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((input) => { input.value = token(); });
    schedule(0);
  });
  window.addEventListener("online", () => schedule(0));
  window.addEventListener("beforeunload", (event) => { if (unsaved.size) event.preventDefault(); });

  // A form waits for what is unsaved, so that both carry the right version.
  document.addEventListener("submit", (event) => {
    const form = event.target, sure = event.submitter?.dataset.sure;
    if (sure && !window.confirm(sure)) { event.preventDefault(); return; }
    if (event.submitter?.hasAttribute("data-plan") && window.htmx) {
      event.preventDefault();
      pressAgain(event.submitter);
      return;
    }
    if (form.hasAttribute("data-autosave")) { event.preventDefault(); flush(); return; }
    if (form.closest("#conflict")) { unsaved.clear(); return; }
    if (!form.hasAttribute("data-flush") || (!waiting().length && !sending)) return;
    event.preventDefault();
    const button = event.submitter;
    flush().then((clean) => { if (clean) form.requestSubmit(button); });
  }, true);

  // htmx takes the press of a button before its form is sent: one that sends it has come just now and is plain still.
  // It would leave the page. Until the answer that brought it has settled it waits; else htmx is shown it, and the press.
  function pressAgain(button) {
    const { id } = button;
    if (settling) { moves.push(() => $(id)?.click()); return; }
    window.htmx.process(button);
    window.htmx.trigger(button, "click");
  }

  // The agenda's buttons, by htmx. One press at a time: the answer to a press puts new buttons in the place of those that
  // were pressed meanwhile, and would be lost on them. A second press of the same button counts once.
  let acting = null, settling = false, searchAgain = false;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const pressed = event.detail.requestConfig.elt;
    if (pressed.hasAttribute?.("data-plan")) acting = pressed;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.requestConfig.elt !== acting || settling) return;
    acting = null;
    if (!event.detail.successful) moves = [];   // what waited was meant for the agenda that did not come
  });
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.target.hasAttribute?.("data-plan")) return;
    const id = event.target.id;
    if (acting) {
      event.preventDefault();
      if (id && id !== acting.id) moves.push(() => $(id)?.click());
      return;
    }
    lastPress = id;
    if (!waiting().length && !sending) return;
    event.preventDefault();
    flush().then((clean) => { if (clean) event.detail.issueRequest(true); });
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.hasAttribute?.("data-plan")) event.detail.parameters.version = version();
    event.detail.headers["X-CSRFToken"] = token();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if ([409, 422].includes(event.detail.xhr.status)) { event.detail.shouldSwap = true; event.detail.isError = false; }
    if (event.detail.target.id === "library-rows" && acting) { event.detail.shouldSwap = false; searchAgain = true; }
    if (event.detail.target.id !== "agenda") return;
    settling = event.detail.shouldSwap;
    for (const [id, entry] of unsaved) { const field = $(id); if (field) entry.typed = field.value; }
    const old = version();
    for (const entry of unsaved.values()) entry.version ||= old;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const agenda = $("agenda");
    if (event.detail.target.id === "agenda") { settling = false; acting = null; }
    if (agenda && event.detail.xhr?.responseURL?.includes("/sessions/")) settle(agenda, event.detail.requestConfig.verb);
    const dialog = event.detail.target.id === "print-body" && $("print-dialog");
    if (dialog) bootstrap.Modal.getOrCreateInstance(dialog).show();
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (event.target.matches?.(".to-come")) return;   // nobody pressed anything: house.js has it come later
    say("notdone");
    moves = [];
  });

  function settle(agenda, verb) {
    setVersion(agenda.dataset.version);
    for (const [id, entry] of unsaved) {
      const field = $(id);
      if (!field) { if (entry.typed !== undefined) entry.clash = true; continue; }
      if (entry.typed === undefined) continue;
      // Untouched by anybody else: go on from the newest version. Otherwise the old one asks the server for both texts.
      if (field.defaultValue === entry.was) entry.version = null;
      field.value = entry.typed;
      delete entry.typed;
    }
    if (waiting().length) schedule(PAUSE);
    fadeUndo();
    if (verb === "post" && document.activeElement === document.body) refocus();   // a part that came by itself takes no focus
    const move = acting ? null : moves.shift();   // a part may settle while a press is still on its way
    if (move) move();
    else if (searchAgain && !acting) { searchAgain = false; htmx.trigger(document.querySelector(".plan-search"), "submit"); }
  }

  // What was pressed is gone (removed, added): go to what takes its place.
  function refocus() {
    const undo = lastPress.startsWith("remove-") && $(lastPress.replace("remove-", "undo-"));
    const back = lastPress.startsWith("undo-") && $(lastPress.replace("undo-", "remove-"));
    (undo || back || $(lastPress) || $("free-title"))?.focus();
  }

  function fadeUndo() {
    document.querySelectorAll("#removed [data-until]").forEach((line) => {
      const left = (Number(line.dataset.until) + 60) * 1000 - Date.now();
      setTimeout(() => line.isConnected && line.remove(), Math.max(0, left));
    });
  }

  // Keys on the agenda: Alt with an arrow moves the item one stands in, Delete removes it.
  function press(id) {
    const go = () => $(id)?.click();
    if (acting) moves.push(go); else go();
  }
  document.addEventListener("keydown", (event) => {
    const item = event.target.closest?.(".agenda-item");
    if (!item || !$("act")) return;
    const pk = item.dataset.item;
    if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
      event.preventDefault();
      press(`${event.key === "ArrowUp" ? "up" : "down"}-${pk}`);
    } else if (event.key === "Delete" && !event.target.closest("input, textarea, select")) {
      event.preventDefault();
      press(`remove-${pk}`);
    }
  });

  // The mouse: drag the grip onto another item, on the same door as the buttons.
  let dragged = null;
  document.addEventListener("dragstart", (event) => {
    const grip = event.target.closest?.(".agenda-grip");
    if (!grip) return;
    dragged = grip.closest(".agenda-item");
    dragged.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    event.dataTransfer.setDragImage(dragged, 8, 8);
  });
  document.addEventListener("dragover", (event) => {
    const over = dragged && event.target.closest?.(".agenda-item");
    if (!over) return;
    event.preventDefault();
    document.querySelectorAll(".is-target").forEach((item) => item.classList.toggle("is-target", item === over));
    over.classList.add("is-target");
  });
  document.addEventListener("drop", (event) => {
    const over = dragged && event.target.closest?.(".agenda-item");
    if (!over || over === dragged) return;
    event.preventDefault();
    moveTo(dragged.dataset.move, over.dataset.place);
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    document.querySelectorAll(".is-target").forEach((item) => item.classList.remove("is-target"));
    dragged = null;
  });
  async function moveTo(url, place) {
    if (!(await flush())) return;
    const once = document.querySelector('#act [name="once"]').value;
    htmx.ajax("POST", url, { target: "#agenda", swap: "outerHTML", values: { to: place, version: version(), once } });
  }

  // The list of keys behind "?"
  const list = document.querySelector("#keys .keys");
  document.querySelectorAll("[data-keys]").forEach((element) => {
    if (!list) return;
    const key = document.createElement("dt"), says = document.createElement("dd");
    key.appendChild(document.createElement("kbd")).textContent = element.dataset.keys;
    says.textContent = element.dataset.keysSay;
    list.append(key, says);
  });

  // The clock of the run view, from the moments the server gave: a reload changes nothing.
  const clock = $("run-clock");
  if (clock) {
    const words = (seconds) => `${Math.floor(Math.abs(seconds) / 60)}:${String(Math.abs(seconds) % 60).padStart(2, "0")}`;
    const tick = () => {
      const now = Math.floor(Date.now() / 1000), gone = Math.max(0, now - Number(clock.dataset.started));
      const left = Number(clock.dataset.minutes) * 60 - gone, step = Math.max(0, now - Number(clock.dataset.step || now));
      $("run-elapsed").textContent = words(gone);
      $("run-left").textContent = words(left) + (left < 0 ? ` ${clock.dataset.over}` : "");
      $("run-left").classList.toggle("is-over", left < 0);
      $("run-step").textContent = words(step);
      $("run-step").classList.toggle("is-over", step > Number(clock.dataset.stepMinutes) * 60);
    };
    tick();
    setInterval(tick, 1000);
  }
  fadeUndo();
})();
