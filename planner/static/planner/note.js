// The page of a note: copies a field as clean text, puts own phrases in, keeps "before you sign" up to date.
(() => {
  const $ = (id) => document.getElementById(id);
  const PAUSE = 2000;            // ms for which "Copied" is shown
  let last = null;               // the text field that was written in last

  // Copy. Without the clipboard (plain HTTP on a network) the text is marked, ready for Ctrl-C.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const from = $(button.dataset.copy), text = "value" in from ? from.value : from.innerText;
    from.closest("details")?.setAttribute("open", "");
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      mark(from);
      return;
    }
    const word = button.querySelector("span"), was = word.textContent;
    word.textContent = button.dataset.done;
    setTimeout(() => { word.textContent = was; }, PAUSE);
  });

  function mark(element) {
    if (element.select) { element.focus(); element.select(); return; }
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }

  // Phrases: clicked, or typed as a full stop, the short form and a blank.
  const phrases = new Map([...document.querySelectorAll("[data-phrase]")].map((one) => [one.dataset.short, one.dataset.phrase]));

  document.addEventListener("focusin", (event) => { if (event.target.matches("[data-phrases]")) last = event.target; });

  function put(field, text, from, to) {
    field.focus();
    field.setRangeText(text, from, to, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-phrase]");
    const field = button && (last || document.querySelector("[data-phrases]"));
    if (field) put(field, button.dataset.phrase, field.selectionStart, field.selectionEnd);
  });

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches("[data-phrases]") || event.inputType !== "insertText" || event.data !== " ") return;
    const before = field.value.slice(0, field.selectionStart);
    const short = before.match(/(?:^|\s)\.([a-z0-9]{1,20}) $/);
    if (short && phrases.has(short[1])) {
      put(field, `${phrases.get(short[1])} `, before.length - short[1].length - 2, before.length);
    }
  });

  $("phrase-keep")?.addEventListener("submit", (event) => {
    const marked = last ? last.value.slice(last.selectionStart, last.selectionEnd) : "";
    $("phrase-marked").value = marked.trim();
    if (!marked.trim()) { event.preventDefault(); last?.focus(); }
  });

  function list(element, sentences) {
    element.replaceChildren(...sentences.map((sentence) => {
      const line = document.createElement("li");
      line.textContent = sentence;
      return line;
    }));
  }

  // A save tells what is still missing, whether the risk is raised, and where the end moved to.
  document.addEventListener("clinic:saved", ({ detail }) => {
    if (!("missing" in detail)) return;
    list($("note-missing"), detail.missing);
    list($("note-advice"), detail.advice);
    $("note-complete").hidden = detail.missing.length > 0;
    $("note-advised").hidden = !detail.advice.length;
    $("note-raised").hidden = !detail.raised;
    const stop = $("note-stop");
    if (document.activeElement !== stop) stop.value = stop.defaultValue = detail.stop;
  });
})();
